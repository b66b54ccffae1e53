using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>A disk with room for so many pages and no more, where one can be mounted; else one that is said to be full.</summary>
[Collection(nameof(AloneCollection))]
public sealed class FullDiskTests(ITestOutputHelper output) : IDisposable
{
    private const int Page = 4096;
    private const int MostPages = 14;

    private static readonly (string Name, Action<LlmConfigRepository> Act)[] Changes =
    [
        ("create", store => Succeed(store.Create([New("c")]))),
        ("batch", store => Succeed(store.Create([New("c"), New("d"), New("e")]))),
        ("rotate", store => Succeed(store.Update([new(store.Get("a").Id, new ConfigurationUpdate { Key = ApiKey.From(TestKey.New(), "a") })]))),
        ("rename", store => Succeed(store.Update([new(store.Get("a").Id, new ConfigurationUpdate { NewName = "z" })]))),
        ("remove", store => Succeed(store.Remove([store.Get("a").Id]))),
    ];

    private readonly string _disk = Directory.CreateTempSubdirectory("llmconfig-disk-").FullName;
    private readonly List<string> _violations = [];
    private bool _mounted;
    private int _full;

    public void Dispose()
    {
        if (_mounted)
        {
            // Lazily: what the tests unlinked may be closed by another thread yet.
            _ = ChildProcess.Run("umount", ["-l", _disk]);
        }

        Directory.Delete(_disk, recursive: true);
    }

    [UnixFact]
    public void With_any_little_room_a_change_is_made_or_refused_as_StoreFull_and_nothing_is_lost()
    {
        (int code, string text) = ChildProcess.Run("mount", ["-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", _disk]);
        _mounted = code == 0;
        int cases = 0;
        foreach ((string name, Action<LlmConfigRepository> act) in Changes)
        {
            for (int pages = 0; pages <= MostPages; pages++)
            {
                cases++;
                Check($"{name} with room for {pages} pages", act, pages);
            }
        }

        Figures.Print(output, $"full disks: {cases} ({(_mounted ? "a real one" : "not a real one: " + text.Trim())}, {_full} changes refused), violations: {_violations.Count}");
        Assert.True(_violations.Count == 0, string.Join('\n', _violations));
        Assert.InRange(_full, Changes.Length, cases - Changes.Length);
    }

    private static NewConfiguration New(string name) =>
        new() { Name = name, Provider = "openai", Key = ApiKey.From(TestKey.New(), name) };

    private static void Succeed(IReadOnlyList<ChangeResult> results)
    {
        if (results.Select(result => result.Error).FirstOrDefault(error => error is not null) is { } error)
        {
            throw error;
        }
    }

    private static string Describe(LlmConfigRepository store) => string.Join(' ', store.GetAll().Select(item => item.Name));

    private void Check(string what, Action<LlmConfigRepository> act, int pages)
    {
        string folder = Path.Combine(_disk, "store");
        int room = int.MaxValue;
        LlmConfigRepository Open() => new(StoreFolder.At(folder), new LlmConfigOptions
        {
            Protectors = TestProtectors.KeyFile(),
            Files = _mounted ? null : new FailingFileSystem
            {
                Before = (_, call, _) =>
                {
                    if (call is "CreateFile" or "Write" && room-- <= 0)
                    {
                        throw new IOException("No space left on device", 28);
                    }
                },
            },
        });
        using LlmConfigRepository repository = Open();
        Succeed(repository.Create([New("a"), New("b")]));
        string before = Describe(repository);
        Fill(pages);
        room = _mounted ? int.MaxValue : pages;
        bool done = false;
        try
        {
            act(repository);
            done = true;
        }
        catch (LlmConfigException e)
        {
            _full++;
            if (e.Code != LlmConfigErrorCode.StoreFull)
            {
                _violations.Add($"{what}: {e.Code}: {e.Message}");
            }
        }

        room = int.MaxValue;
        File.Delete(Path.Combine(_disk, "ballast"));

        // The room of a deleted file comes back a moment later on a busy machine.
        Assert.True(!_mounted || SpinWait.SpinUntil(() => new DriveInfo(_disk).AvailableFreeSpace > 2 * MostPages * Page, TimeSpan.FromSeconds(60)));
        using LlmConfigRepository later = Open();
        string after = Describe(later);
        bool partOfBatch = after.StartsWith(before, StringComparison.Ordinal);
        if (!done && after != before && !partOfBatch)
        {
            _violations.Add($"{what}: refused, and yet '{before}' became '{after}'");
        }

        Succeed(later.Create([New("later")]));
        foreach (LlmConfiguration item in later.GetAll())
        {
            later.GetKey(item.Id).Dispose();
        }

        int files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Count(path => path.EndsWith(".sealed", StringComparison.Ordinal) || path.EndsWith(".tmp", StringComparison.Ordinal) || path.Contains("/pending/", StringComparison.Ordinal));
        if (files != later.GetAll().Count)
        {
            _violations.Add($"{what}: something was left over");
        }

        Directory.Delete(folder, recursive: true);
    }

    // All but so many pages.
    private void Fill(int pages)
    {
        if (!_mounted)
        {
            return;
        }

        using var ballast = new FileStream(
            Path.Combine(_disk, "ballast"), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 });
        try
        {
            while (true)
            {
                ballast.Write(new byte[Page]);
            }
        }
        catch (IOException)
        {
            ballast.SetLength(Math.Max(0, (ballast.Length / Page) - pages) * Page);
        }
    }
}
