using System.Text;

namespace LlmConfig.Tests;

/// <summary>A key that would be recognised anywhere, driven through every method and every failure.</summary>
[Collection(nameof(AloneCollection))]
public sealed class KeySecrecyTests : IDisposable
{
    private const string Canary = "sk-test-CANARY-7f3a91c2e5d84b60";
    private readonly TemporaryStore _store = new();
    private readonly FakeVault _far = new("Far");
    private readonly List<LlmConfigException> _errors = [];

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_key_is_in_no_file_but_sealed_and_in_no_error_and_no_warning()
    {
        using ApiKey key = ApiKey.From(Canary, "work");
        LlmConfigRepository repository = Open();

        LlmConfiguration item = repository.Create(new NewConfiguration { Name = "work", Provider = "openai", Key = key });
        LookAtFiles();
        repository.Update(item.Id, new ConfigurationUpdate { Key = key, NewName = "renamed" });
        repository.Update(item.Id, new ConfigurationUpdate { Vault = "Far" });
        LookAtFiles();
        repository.Update(item.Id, new ConfigurationUpdate { Vault = "LlmConfig" });
        repository.SetDefaultVault("Far");
        repository.SetProtector(ProtectorKind.KeyFile);
        repository.GetKey(item.Id).Dispose();
        _ = repository.GetStore();
        _ = repository.Recover();
        LookAtFiles();

        foreach (NewConfiguration bad in new[]
        {
            new NewConfiguration { Name = Canary[..4] + "\n", Provider = "openai", Key = key },
            new NewConfiguration { Name = "renamed", Provider = "openai", Key = key },
            new NewConfiguration { Name = "n", Provider = Canary, Key = key },
            new NewConfiguration { Name = "n", Provider = "openai", BaseUrl = $"https://user:{Canary}@host/", Key = key },
            new NewConfiguration { Name = "n", Provider = "openai", BaseUrl = $"http://host/{Canary}", Key = key },
            new NewConfiguration { Name = "n", Provider = "openai", BaseUrl = $"nonsense {Canary}", Key = key },
            new NewConfiguration { Name = "n", Provider = "azure-openai", Key = key },
            new NewConfiguration { Name = "n", Provider = "openai", Vault = "Nowhere", Key = key },
        })
        {
            Expect(() => repository.Create(bad));
            Expect(() => repository.Update(item.Id, new ConfigurationUpdate
            {
                NewName = bad.Name == "n" || bad.Name == "renamed" ? null : bad.Name,
                Provider = bad.Provider,
                BaseUrl = bad.BaseUrl ?? "/",
                Vault = bad.Vault,
                Key = key,
            }));
        }

        foreach (string operation in new[] { "Write", "Flush", "Remove", "Read" })
        {
            _far.Before = (name, _) =>
            {
                if (name == operation)
                {
                    throw FakeVault.Unavailable;
                }
            };
            Try(() => repository.Create(new NewConfiguration { Name = "f" + operation, Provider = "openai", Key = key, Vault = "Far" }));
            Try(() => repository.Update(item.Id, new ConfigurationUpdate { Key = key, Vault = "Far" }));
            Try(() => repository.GetKey(item.Id).Dispose());
            Try(() => repository.Update(item.Id, new ConfigurationUpdate { Vault = "LlmConfig" }));
            LookAtFiles();
        }

        _far.Before = null;
        repository.Update(item.Id, new ConfigurationUpdate { Key = key, Vault = "LlmConfig" });
        for (int at = 0; at < 40; at++)
        {
            int target = at;
            var files = new FailingFileSystem
            {
                Before = (number, _, path) =>
                {
                    if (number >= target)
                    {
                        throw new IOException($"dying at {path}", 5);
                    }
                },
            };
            Try(() => _store.Open(options => options with { Files = files }).Update(item.Id, new ConfigurationUpdate { Key = key }));
            LookAtFiles();
        }

        using LlmConfigRepository fresh = Open();
        Guid last = fresh.Get("renamed").Id;
        foreach (string path in _store.Sealed)
        {
            File.WriteAllBytes(path, [.. File.ReadAllBytes(path)[..^1], 0x5A]);
        }

        Expect(() => fresh.GetKey(last));
        fresh.Remove([last]);
        File.WriteAllText(_store.Paths.ConfigFile, "{");
        Expect(() => fresh.Create(new NewConfiguration { Name = "x", Provider = "openai", Key = key }));
        LookAtFiles();

        Assert.True(_errors.Count > 40, $"{_errors.Count} errors");
        Assert.NotEmpty(_store.Warnings);
        Assert.All(_errors, error => Refusal.AssertNowhere("CANARY", error));
        Assert.All(_store.Warnings, warning => Assert.DoesNotContain("CANARY", warning.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain("CANARY", key.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY", new NewConfiguration { Name = "n", Provider = "p", Key = key }.ToString(), StringComparison.Ordinal);
    }

    private void Expect(Action use) => _errors.Add(Assert.Throws<LlmConfigException>(use));

    private void Try(Action use)
    {
        try
        {
            use();
        }
        catch (LlmConfigException e)
        {
            _errors.Add(e);
        }
    }

    private void LookAtFiles()
    {
        byte[] raw = Encoding.UTF8.GetBytes(Canary);
        byte[][] forms =
        [
            raw,
            raw[8..24],
            Encoding.Unicode.GetBytes(Canary),
            Encoding.BigEndianUnicode.GetBytes(Canary),
            Encoding.ASCII.GetBytes(Convert.ToHexString(raw)),
            Encoding.ASCII.GetBytes(Convert.ToHexString(raw).ToLowerInvariant()),
            .. Enumerable.Range(0, 3).Select(shift => Encoding.ASCII.GetBytes(Convert.ToBase64String([.. new byte[shift], .. raw])[4..^4])),
        ];
        foreach (string path in Directory.EnumerateFiles(_store.Path, "*", SearchOption.AllDirectories))
        {
            byte[] content = File.ReadAllBytes(path);
            Assert.DoesNotContain("CANARY", path, StringComparison.OrdinalIgnoreCase);
            Assert.All(forms, form => Assert.True(content.AsSpan().IndexOf(form) < 0, path));
        }
    }

    private LlmConfigRepository Open() => _store.Open(options => options with { Vaults = new FakeVaults(_far) });
}
