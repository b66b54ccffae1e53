using System.Text;

namespace LlmConfig.Tests;

/// <summary>What a newer version of the module wrote is no damage: the error says what to do, and nothing is written over it.</summary>
[Collection(nameof(AloneCollection))]
public sealed class NewerVersionTests : IDisposable
{
    private readonly TemporaryStore _store = new(inMemory: true);

    /// <summary>A file of the vault, and what a newer version could have made of it.</summary>
    public static TheoryData<string, byte[]> Files => new()
    {
        { "vault.json", Encoding.UTF8.GetBytes("{ \"version\": 2, \"keys\": [ 1, 2, 3 ] }") },
        { "vault.json", Encoding.UTF8.GetBytes("{ \"protector\": null, \"version\": 2147483647 }") },
        { "master.key", [.. "LLMK"u8, 2] },
        { "master.key", [.. "LLMK"u8, 255, .. new byte[300]] },
        { "sealed", [.. "LLMS"u8, 2] },
        { "sealed", [.. "LLMS"u8, 2, .. new byte[1000]] },
    };

    public void Dispose() => _store.Dispose();

    [Theory]
    [MemberData(nameof(Files), DisableDiscoveryEnumeration = true)]
    public void A_newer_file_of_the_vault_is_StoreVersionUnsupported_and_stays(string file, byte[] content)
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        string path = file == "sealed" ? _store.Sealed.Single() : _store.PathOf("vault/" + file);
        File.WriteAllBytes(path, content);

        LlmConfigException error = Refusal.Of(_store, LlmConfigErrorCode.StoreVersionUnsupported, "work", () => _store.ReadKey(item.Id));

        Assert.Contains("has version", error.Problem, StringComparison.Ordinal);
        Assert.Contains("Update LlmConfig.PowerShell", error.RecommendedAction, StringComparison.Ordinal);
        if (file != "sealed")
        {
            Refusal.Of(LlmConfigErrorCode.StoreVersionUnsupported, "other", () => _store.Create("other", TestKey.New()));
            Assert.Empty(_store.Intents);
        }

        Assert.Equal(content, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_newer_header_without_any_secret_is_not_made_anew_either()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        Assert.Null(_store.Open().Remove([item.Id])[0].Error);
        File.WriteAllText(_store.VaultPaths.Header, "{\"version\":3}");

        Refusal.Of(LlmConfigErrorCode.StoreVersionUnsupported, "other", () => _store.Create("other", TestKey.New()));
        Refusal.Of(
            LlmConfigErrorCode.StoreVersionUnsupported, _store.VaultPaths.Header, () => _store.Open().SetProtector(ProtectorKind.KeyFile));
        Refusal.Of(LlmConfigErrorCode.StoreVersionUnsupported, _store.VaultPaths.Header, () => _store.Open().GetStore());
        Assert.Equal("{\"version\":3}", File.ReadAllText(_store.VaultPaths.Header));
    }

    [Fact]
    public void A_newer_intent_stays_and_the_warning_says_that_it_is_newer()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        string path = Path.Combine(_store.Paths.Pending, Guid.NewGuid() + ".json");
        File.WriteAllText(path, "{\"version\":2,\"secrets\":[]}");
        Access.Restrict(path);

        Assert.Equal(0, _store.Open().Recover());

        Assert.Contains("newer version", _store.Warnings[^1].Message, StringComparison.Ordinal);
        Assert.Equal("{\"version\":2,\"secrets\":[]}", File.ReadAllText(path));
        _ = _store.Create("other", TestKey.New());
        _ = _store.ReadKey(item.Id);
    }
}
