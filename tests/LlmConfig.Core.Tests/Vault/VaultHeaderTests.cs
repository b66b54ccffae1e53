namespace LlmConfig.Tests;

public sealed class VaultHeaderTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("vault.json")]
    [InlineData("master.key")]
    public void A_file_that_has_grown_beyond_any_of_ours_is_VaultCorrupt_and_stays_as_it_is(string file)
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        string path = _store.PathOf("vault/" + file);
        File.WriteAllBytes(path, new byte[70 * 1024]);

        Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "work", () => _store.ReadKey(item.Id));
        Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "other", () => _store.Create("other", TestKey.New()));
        Assert.Equal(70 * 1024, new FileInfo(path).Length);
    }

    [Theory]
    [InlineData("vault.json")]
    [InlineData("master.key")]
    public void A_file_that_is_gone_while_there_are_secrets_is_VaultCorrupt_and_never_made_anew(string file)
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        string path = _store.PathOf("vault/" + file);
        File.Delete(path);
        using ApiKey key = ApiKey.From(TestKey.New(), "work");

        Refusal.Of(_store, LlmConfigErrorCode.VaultCorrupt, "work", () => _store.ReadKey(item.Id));
        Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "other", () => _store.Create("other", TestKey.New()));
        Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "work", () => _store.Open().Update(item.Id, new ConfigurationUpdate { Key = key }));
        Assert.Equal(
            LlmConfigErrorCode.VaultCorrupt, Assert.Throws<LlmConfigException>(() => _store.Open().SetProtector(ProtectorKind.KeyFile)).Code);
        Assert.False(File.Exists(path));
        Assert.Single(_store.Sealed);
        Assert.Empty(_store.Intents);
        Assert.Equal("work", _store.Open().GetAll().Single().Name);
    }

    [Fact]
    public void The_master_key_of_another_vault_is_VaultCorrupt()
    {
        using var other = new TemporaryStore();
        other.Create("work", TestKey.New());
        LlmConfiguration item = _store.Create("work", TestKey.New());
        File.Copy(other.MasterKeyFile, _store.MasterKeyFile, overwrite: true);

        Refusal.Of(_store, LlmConfigErrorCode.VaultCorrupt, "work", () => _store.ReadKey(item.Id));
    }

    [Theory]
    [InlineData("\"version\": 1", "\"version\": 0")]
    [InlineData("\"KeyFile\"", "\"Tomorrow\"")]
    [InlineData("\"KeyFile\"", "\"Dpapi\"")]
    [InlineData("\"wrapped\"", "\"wrap\"")]
    [InlineData("\"check\": \"", "\"check\": \"AAAA")]
    [InlineData("{", "[")]
    [InlineData("\"vault\": \"", "\"vault\": \"x")]
    public void A_header_that_is_not_understood_is_refused_and_stays(string part, string other)
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        File.WriteAllText(_store.VaultPaths.Header, File.ReadAllText(_store.VaultPaths.Header).Replace(part, other, StringComparison.Ordinal));
        IReadOnlyList<string> before = StoreSnapshot.Of(_store.Paths.Vault);

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => _store.ReadKey(item.Id));
        Assert.Contains(error.Code, new[] { LlmConfigErrorCode.VaultCorrupt, LlmConfigErrorCode.VaultUnavailable });
        Assert.Equal("work", error.Target);
        Assert.Throws<LlmConfigException>(() => _store.Create("other", TestKey.New()));
        Assert.Equal(before, StoreSnapshot.Of(_store.Paths.Vault));
    }
}
