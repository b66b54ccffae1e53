namespace LlmConfig.Tests;

public sealed class StoreInfoTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Looking_at_a_store_that_does_not_exist_makes_nothing()
    {
        LlmConfigRepository repository = _store.Open();

        StoreInfo info = repository.GetStore();

        Assert.False(info.Exists);
        Assert.Null(info.StoreId);
        Assert.Equal((0L, 0, 0), (info.Revision, info.ConfigurationCount, info.PendingChanges));
        Assert.Equal((_store.Path, "LlmConfig", "KeyFile"), (info.Path, info.DefaultVault, info.Protector));
        Assert.Empty(repository.GetAll());
        Assert.Null(repository.GetDefault());
        Assert.Empty(repository.Remove([]));
        Assert.Equal(0, repository.Recover());
        Assert.Equal(_store.Path, repository.Folder);
        Assert.Equal("LlmConfig", LlmConfigRepository.BuiltInVault);
        Assert.False(Directory.Exists(_store.Path));
    }

    [Fact]
    public void A_store_tells_what_is_in_it()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        _store.Open().Update(item.Id, new ConfigurationUpdate { AsDefault = true });

        StoreInfo info = _store.Open().GetStore();

        Assert.True(info.Exists);
        Assert.NotNull(info.StoreId);
        Assert.Equal((2L, 1, "work"), (info.Revision, info.ConfigurationCount, info.DefaultConfiguration));
        Assert.Equal(("Ready", 0), (info.ProtectorState, info.PendingChanges));
        Assert.Equal("the path given", info.PathReason);
        Assert.NotEmpty(info.DefaultVaultReason);
        Assert.NotEmpty(info.ProtectorReason);
        Assert.Equal(item.Id, _store.Open().RequireDefault().Id);
    }

    [Fact]
    public void The_vault_for_new_keys_is_the_one_named_else_the_stores_else_the_sources_else_the_built_in()
    {
        var first = new FakeVault("First");
        var second = new FakeVault("Second");
        LlmConfigRepository Open(string? byDefault) =>
            _store.Open(options => options with { Vaults = new FakeVaults(first, second) { DefaultVault = byDefault is null ? null : new VaultChoice(byDefault, "It is the default of the test.") } });

        Assert.Equal("LlmConfig", _store.Create("a", TestKey.New(), null, Open(null)).Vault);
        Assert.Equal("First", _store.Create("b", TestKey.New(), null, Open("first")).Vault);
        Open("first").SetDefaultVault(" second ");
        Assert.Equal("Second", Open("first").GetStore().DefaultVault);
        Assert.Equal("Second", _store.Create("c", TestKey.New(), null, Open("first")).Vault);
        Assert.Equal("LlmConfig", _store.Create("d", TestKey.New(), "llmconfig", Open("first")).Vault);
        Open("first").SetDefaultVault(null);
        Assert.Equal("First", _store.Create("e", TestKey.New(), " ", Open("first")).Vault);
        Assert.Equal((2, 1), (first.Keys.Count, second.Keys.Count));
        KeyLabel label = second.Labels.Values.Single();
        Assert.Equal((Open(null).GetStore().StoreId, "c"), (label.StoreId, label.Configuration.Name));
    }

    [Fact]
    public void A_vault_that_is_not_known_is_VaultNotFound_before_anything_is_made()
    {
        Refusal.Of(_store, LlmConfigErrorCode.VaultNotFound, "Other", () => _store.Create("work", TestKey.New(), "Other"));
        Refusal.Of(_store, LlmConfigErrorCode.VaultNotFound, "Other", () => _store.Open().SetDefaultVault("Other"));
        Assert.False(Directory.Exists(_store.Path));

        LlmConfiguration item = _store.Create("work", TestKey.New());
        Refusal.Of(_store, LlmConfigErrorCode.VaultNotFound, "Other", () => _store.Open().Update(item.Id, new ConfigurationUpdate { Vault = "Other" }));
    }
}
