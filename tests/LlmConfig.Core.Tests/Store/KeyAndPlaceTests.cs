namespace LlmConfig.Tests;

/// <summary>A key is never given out with the settings of another one, and none is lost to a change that failed.</summary>
[Collection(nameof(AloneCollection))]
public sealed class KeyAndPlaceTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly FakeVault _far = new("Far");

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_key_that_another_store_exchanged_together_with_its_provider_is_not_sent_to_the_old_one()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        var other = Guid.NewGuid();
        string path = _store.Paths.ConfigFile;
        File.WriteAllText(path, File.ReadAllText(path).Replace(
            "\"vault\": \"Far\",", $"\"vault\": \"Far\", \"store\": \"{other:D}\",", StringComparison.Ordinal));
        _far.Keys.Clear();
        string keyId = TestKey.NewId();
        _far.Keys[keyId] = TestKey.New();
        _far.Labels[keyId] = new KeyLabel(other, item with { Provider = "groq", UpdatedAt = item.UpdatedAt.AddMinutes(1) });

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => Open().GetKey(item.Id));

        Assert.Equal(LlmConfigErrorCode.KeyMissing, error.Code);
        Assert.Contains("Import-LlmConfig -FromVault 'Far'", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rotation_that_is_given_up_does_not_remove_the_key_that_another_process_kept_meanwhile()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        using var stop = new CancellationTokenSource();
        _far.Before = (call, _) =>
        {
            if (call == "Write")
            {
                _far.Before = null;
                _store.Open(With).Remove([item.Id], keepKeys: true);
                stop.Cancel();
            }
        };
        using ApiKey key = ApiKey.From(TestKey.New(), "work");

        Assert.ThrowsAny<OperationCanceledException>(() => Open().Update(item.Id, new ConfigurationUpdate { Key = key }, stop.Token));

        Assert.True(_far.Keys.ContainsKey(item.KeyId!));
        Assert.Single(_far.Keys);
    }

    [Fact]
    public void A_program_that_keeps_its_repository_open_uses_the_vault_that_is_there_now()
    {
        using LlmConfigRepository held = _store.Open();
        _store.Create("before", TestKey.New(), null, held);
        Directory.Delete(_store.Paths.Vault, recursive: true);

        // The store knows that it is another vault; whoever removed the old one says that this is meant.
        string other = TestKey.New();
        Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "anew", () => _store.Create("anew", other));
        _store.AcceptHosts();
        LlmConfiguration anew = _store.Create("anew", other);

        string value = TestKey.New();
        LlmConfiguration item = _store.Create("after", value, null, held);

        Assert.Equal(value, _store.ReadKey(item.Id));
        using ApiKey key = held.GetKey(anew.Id);
        Assert.Equal(other, key.ToPlainText());
        Directory.Delete(_store.Paths.Vault, recursive: true);
        Refusal.Of(LlmConfigErrorCode.KeyMissing, "after", () => held.GetKey(item.Id));
        string last = TestKey.New();
        _store.AcceptHosts();
        Assert.Equal(last, _store.ReadKey(_store.Create("last", last, null, held).Id));
    }

    [Fact]
    public void A_rebuild_finds_a_configuration_whose_only_key_an_unfinished_change_names()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), null, Open());
        string value = _store.ReadKey(item.Id, With);
        string intent = Path.Combine(_store.Paths.Pending, $"{Guid.NewGuid():D}.json");
        File.WriteAllText(intent, $$"""{"version":1,"store":"{{_store.StoreId}}","process":1,"createdAt":"2026-01-01T00:00:00Z","keys":[{"vault":"LlmConfig","id":"{{item.KeyId}}"}]}""");
        Access.Restrict(intent);
        File.Delete(_store.Paths.ConfigFile);
        File.Delete(_store.Paths.Backup);

        using LlmConfigRepository repository = Open();
        Assert.All(repository.Repair(repository.PlanRepair(), _ => true).ToList(), result => Assert.Null(result.Error));

        Assert.Equal(value, _store.ReadKey(Open().Get("work").Id, With));
        Assert.Empty(_store.Intents);
    }

    private LlmConfigRepository Open() => _store.Open(With);

    private LlmConfigOptions With(LlmConfigOptions options) => options with { Vaults = new FakeVaults(_far) };
}
