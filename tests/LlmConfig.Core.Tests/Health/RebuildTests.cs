namespace LlmConfig.Tests;

/// <summary>What comes back when file and backup cannot be used, or the backup is behind.</summary>
[Collection(nameof(AloneCollection))]
public sealed class RebuildTests : IDisposable
{
    private readonly HealthStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void All_that_a_label_holds_comes_back_under_the_same_store_and_ids()
    {
        LlmConfiguration item = _store.Open().Get("near");
        _store.Open().Update(item.Id, new ConfigurationUpdate { NewName = "job", Model = "m", BaseUrl = "https://llm.example/v1", UseAuthHeader = false });
        ConfigDocument before = _store.Document;
        Lose();

        IReadOnlyList<RepairResult> results = _store.Repair(null, "Far");
        Assert.Equal([("File", true), ("Host", false)], results.Select(result => (result.Check, result.Changed)));
        RepairResult done = results[0];

        ConfigDocument after = _store.Document;
        Assert.Equal(before.StoreId, after.StoreId);
        foreach (LlmConfiguration expected in before.Configurations.Where(entry => entry.Vault is not null))
        {
            // Marks are no part of a label; they come back when the key is set again. Neither are seals: what only others'
            // labels say needs somebody who accepts it.
            Assert.Equal(expected with { IsDefault = false, KeyFingerprint = null, Seal = expected.Vault == "Far" ? null : expected.Seal }, after.Find(expected.Id));
        }

        Assert.Contains("'job'", done.Message, StringComparison.Ordinal);
        Assert.Contains("could not be known", done.Message, StringComparison.Ordinal);
        Assert.Null(after.Find("none"));
    }

    [Fact]
    public void The_key_that_was_set_last_comes_back_and_an_earlier_one_of_it_goes()
    {
        LlmConfiguration item = _store.Open().Get("far");
        KeyValuePair<string, string> old = _store.Far.Keys.Single();
        KeyLabel oldLabel = _store.Far.Labels.Single().Value;
        using (ApiKey key = ApiKey.From("sk-test-second", "far"))
        {
            _store.Open().Update(item.Id, new ConfigurationUpdate { Key = key });
        }

        _store.Far.Keys[old.Key] = old.Value;
        _store.Far.Labels[old.Key] = oldLabel;
        Lose();

        _store.Repair(null, "Far");

        Refusal.Of(LlmConfigErrorCode.HostMismatch, "far", () => _store.Open().GetKey(item.Id));
        _store.AcceptHosts();
        Assert.Equal("sk-test-second", _store.Store.ReadKey(item.Id, options => options with { Vaults = new FakeVaults(_store.Far) }));
        Assert.Equal(_store.Document.Find("far")!.KeyId, Assert.Single(_store.Far.Keys).Key);
        Assert.Empty(_store.Problems());
    }

    [Fact]
    public void Of_several_stores_the_one_that_the_built_in_vault_names_is_rebuilt()
    {
        AddForeign("Far", Guid.NewGuid());
        Guid own = _store.Document.StoreId;
        Lose();

        _store.Repair(null, "Far");

        Assert.Equal(own, _store.Document.StoreId);
        _store.AcceptHosts();
        _store.AssertWhole("near", "far");
        Assert.Equal(2, _store.Far.Keys.Count);
    }

    [Fact]
    public void Where_the_built_in_vault_does_not_tell_the_store_has_to_be_named()
    {
        var other = Guid.NewGuid();
        AddForeign("Far", other);
        Guid own = _store.Document.StoreId;
        _store.Open().Remove([_store.Open().Get("near").Id]);
        Lose();

        LlmConfigException error = Refusal.Of(_store.Store, LlmConfigErrorCode.StoreCorrupt, _store.Paths.ConfigFile, () => _store.Repair(null, "Far"));
        Assert.Contains("-StoreId", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains(own.ToString("D"), error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains(other.ToString("D"), error.RecommendedAction, StringComparison.Ordinal);
        Refusal.Of(_store.Store, LlmConfigErrorCode.StoreCorrupt, _store.Paths.ConfigFile, () => _store.Repair(Guid.NewGuid(), "Far"));

        _store.Repair(own, "Far");
        _store.AcceptHosts();
        _store.AssertWhole("far");
        Assert.Equal(own, _store.Document.StoreId);
    }

    [Fact]
    public void Without_a_label_anywhere_nothing_is_made_up()
    {
        _store.Open().Remove([_store.Open().Get("near").Id]);
        _store.Far.Labels.Clear();
        File.WriteAllText(_store.Paths.ConfigFile, "{");
        File.WriteAllText(_store.Paths.Backup, "{");

        LlmConfigException error = Refusal.Of(_store.Store, LlmConfigErrorCode.StoreCorrupt, _store.Paths.ConfigFile, () => _store.Repair(null, "Far"));
        Assert.Contains("-Vault", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vault_that_was_named_and_does_not_answer_stops_the_repair()
    {
        Lose();
        _store.Far.Before = (_, _) => throw FakeVault.Unavailable;

        Refusal.Of(_store.Store, LlmConfigErrorCode.VaultUnavailable, "fake", () => _store.Repair(null, "Far"));
    }

    [Fact]
    public void What_the_vaults_know_that_the_backup_does_not_comes_back_with_it()
    {
        // The last commits could not write the backup; then the file was damaged.
        byte[] backup = File.ReadAllBytes(_store.Paths.Backup);
        string rotated = TestKey.New();
        using (ApiKey key = ApiKey.From(rotated, "near"))
        {
            _store.Open().Update(_store.Open().Get("near").Id, new ConfigurationUpdate { Key = key, NewName = "job" });
        }

        _store.Store.Create("late", _store.NearKey, repository: _store.Open());
        File.WriteAllBytes(_store.Paths.Backup, backup);
        File.WriteAllText(_store.Paths.ConfigFile, "{");

        RepairResult done = Assert.Single(_store.Repair());

        Assert.Contains("'job', 'late'", done.Message, StringComparison.Ordinal);
        Assert.Equal(["far", "job", "late", "none"], _store.Open().GetAll().Select(item => item.Name).Order());
        Assert.Equal(rotated, _store.Store.ReadKey(_store.Open().Get("job").Id));
        Assert.Equal("job", _store.Open().RequireDefault().Name);
        Assert.Empty(_store.Problems());
    }

    [Fact]
    public void A_key_that_a_dead_change_wrote_does_not_come_back()
    {
        string keyId = TestKey.NewId();
        _store.Far.Keys[keyId] = "x";
        LlmConfiguration item = _store.Document.Find("far")!;
        _store.Far.Labels[keyId] = new KeyLabel(_store.Document.StoreId, item with { UpdatedAt = item.UpdatedAt.AddHours(1) });
        _store.LeaveIntent([new KeyReference("Far", keyId), item.Key!], []);
        File.WriteAllText(_store.Paths.ConfigFile, "{");

        _store.Repair();

        _store.AssertWhole("near", "far", "none");
        Assert.Single(_store.Far.Keys);
    }

    [Fact]
    public void Two_labels_with_one_name_come_back_as_two_configurations()
    {
        LlmConfiguration item = _store.Document.Find("far")!;
        AddForeign("Far", _store.Document.StoreId, item with { Id = Guid.NewGuid(), UpdatedAt = item.UpdatedAt.AddHours(1) });
        Lose();

        _store.Repair(null, "Far");

        Assert.Equal(["far", "far (2)", "near"], _store.Open().GetAll().Select(entry => entry.Name).Order());
        Assert.Equal("far (2)", _store.Open().Get(item.Id).Name);
        _store.AcceptHosts();
        Assert.Empty(_store.Problems());
    }

    [Fact]
    public void A_folder_that_holds_nothing_of_a_store_is_left_as_it_is()
    {
        using var empty = new TemporaryStore();
        LlmConfigRepository repository = empty.Open();

        Assert.Equal("File", Assert.Single(repository.Check()).Check);
        RepairPlan plan = repository.PlanRepair();
        Assert.Empty(plan.Steps);
        Assert.Empty(plan.Remaining);
        Assert.False(Directory.Exists(empty.Path));
    }

    private void Lose()
    {
        File.WriteAllText(_store.Paths.ConfigFile, "{");
        File.Delete(_store.Paths.Backup);
    }

    private void AddForeign(string vault, Guid storeId, LlmConfiguration? item = null)
    {
        Assert.Equal(_store.Far.Name, vault);
        string keyId = TestKey.NewId();
        _store.Far.Keys[keyId] = _store.FarKey;
        _store.Far.Labels[keyId] = new KeyLabel(storeId, item ?? _store.Document.Find("far")! with { Id = Guid.NewGuid(), Name = "theirs" });
    }
}
