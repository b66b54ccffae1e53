using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>Between any two calls of a change, one of our files is swapped for a link to somebody's file, or for a FIFO.</summary>
[Collection(nameof(AloneCollection))]
public sealed class SwapTests(ITestOutputHelper output)
{
    private static readonly string[] Targets =
        ["llm_config.json", "llm_config.json.bak", "llm_config.lock", "vault/vault.json", "vault/vault.lock", "vault/master.key", "sealed", "intent"];

    private readonly List<string> _violations = [];
    private int _cases;

    [Fact]
    public void Nothing_is_written_through_an_entry_that_was_swapped_in_and_no_key_is_lost()
    {
        foreach (string target in Targets)
        {
            foreach (string kind in HostileEntry.Kinds)
            {
                bool reached = true;
                for (int at = 0; reached; at++)
                {
                    reached = Check(target, kind, at);
                }
            }
        }

        Figures.Print(output, $"swaps while writing: {_cases}, violations: {_violations.Count}");
        Assert.True(_violations.Count == 0, string.Join('\n', _violations.Take(20)));
    }

    private static string? Find(TemporaryStore store, string target) => target switch
    {
        "sealed" => store.Sealed.FirstOrDefault(),
        "intent" => store.Intents.FirstOrDefault(),
        _ => store.PathOf(target),
    };

    // False when the change has no such call.
    private bool Check(string target, string kind, int at)
    {
        using var store = new TemporaryStore(inMemory: true);
        string old = TestKey.New();
        string renewed = TestKey.New();
        LlmConfiguration item = store.Create("work", old);
        string victim = Path.Combine(store.Root, "victim");
        string aside = Path.Combine(store.Root, "aside");
        File.WriteAllText(victim, "of somebody else");
        string? swapped = null;
        bool reached = false;
        var files = new FailingFileSystem
        {
            Before = (number, _, _) =>
            {
                if (number == at)
                {
                    reached = true;
                    if (Find(store, target) is { } path && File.Exists(path))
                    {
                        swapped = path;
                        File.Move(path, aside);
                        HostileEntry.Place(kind, path, victim);
                    }
                }
            },
        };
        string what = $"{kind} in the place of {target} before call {at}";
        try
        {
            using ApiKey key = ApiKey.From(renewed, "work");
            using LlmConfigRepository repository = store.Open(options => options with { Files = files });
            _ = repository.Update(item.Id, new ConfigurationUpdate { Key = key });
        }
        catch (LlmConfigException)
        {
            // Refused is as good as done; what counts is below.
        }
        catch (Exception e)
        {
            _violations.Add($"{what}: {e}");
        }

        if (swapped is null)
        {
            return reached;
        }

        _cases++;
        if (File.ReadAllText(victim) != "of somebody else")
        {
            _violations.Add($"{what}: the file of somebody else was written");
        }

        Restore(swapped, aside, victim);
        try
        {
            _ = store.Open().Recover();
            string found = store.ReadKey(item.Id);
            if (found != old && found != renewed)
            {
                _violations.Add($"{what}: another key came back");
            }
        }
        catch (LlmConfigException e)
        {
            _violations.Add($"{what}: afterwards {e.Code}: {e.Message}");
        }

        return reached;
    }

    // As the user would: the entry goes and the file comes back, unless the change has put its own there.
    private static void Restore(string path, string aside, string victim)
    {
        var info = new FileInfo(path);
        bool there = info.Exists || info.LinkTarget is not null;
        bool own = there && info.LinkTarget is null && info.Length > 0 && File.ReadAllText(path) != File.ReadAllText(victim);
        if (there && !own)
        {
            File.Delete(path);
            File.Move(aside, path);
        }
    }
}
