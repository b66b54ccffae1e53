namespace LlmConfig.Tests;

/// <summary>A vault that keeps no labels: the store's own notes say which keys in it are its own.</summary>
public sealed class UnlabelledVaultTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly FakeVault _far = new("Far") { TakesLabels = false };

    public void Dispose() => _store.Dispose();

    private string[] Notes => Directory.Exists(_store.Paths.Written) ? [.. Directory.GetFiles(_store.Paths.Written).Select(path => Path.GetFileNameWithoutExtension(path)).Order()] : [];

    private LlmConfigOptions With(LlmConfigOptions options) => options with { Vaults = new FakeVaults(_far) };

    private LlmConfigRepository Open() => _store.Open(With);

    private LlmConfiguration Create(string name, string? key = null) => _store.Create(name, key ?? TestKey.New(), "Far", Open());

    private IReadOnlyList<CheckResult> Problems() => [.. Open().Check().Where(result => result.Status != CheckStatus.Ok)];

    private IReadOnlyList<RepairResult> Repair()
    {
        LlmConfigRepository repository = Open();
        return [.. repository.Repair(repository.PlanRepair([]), _ => true)];
    }

    // Takes an entry out of the file and its backup, as an editor does.
    private void TakeOut(Guid id)
    {
        ConfigDocument before = StoreDocument.Read(File.ReadAllBytes(_store.Paths.ConfigFile));
        byte[] bytes = StoreDocument.Write(new ConfigDocument(
            before.StoreId, before.Revision + 1, before.DefaultVault, [.. before.Configurations.Where(item => item.Id != id)], before.Extras)
        {
            Seal = before.Seal,
        });
        File.WriteAllBytes(_store.Paths.ConfigFile, bytes);
        File.WriteAllBytes(_store.Paths.Backup, bytes);
    }

    [Fact]
    public void A_key_is_noted_from_its_writing_to_its_removal()
    {
        LlmConfiguration item = Create("work");
        Assert.Equal(_far.Keys.Keys, Notes);
        string first = Notes.Single();

        Open().Update(item.Id, new ConfigurationUpdate { Key = ApiKey.From(TestKey.New(), null) });
        Assert.NotEqual(first, Notes.Single());
        Assert.Equal(_far.Keys.Keys, Notes);

        Open().Update(item.Id, new ConfigurationUpdate { Vault = "LlmConfig" });
        Assert.Empty(Notes);
        Open().Update(item.Id, new ConfigurationUpdate { Vault = "Far" });
        Assert.Equal(_far.Keys.Keys, Notes);

        Open().Remove([item.Id]);
        Assert.Empty(Notes);
        Assert.Empty(_far.Keys);
    }

    [Fact]
    public void A_key_that_nothing_refers_to_is_found_by_its_note_and_removed_by_a_repair()
    {
        LlmConfiguration kept = Create("kept");
        LlmConfiguration lost = Create("lost");
        string orphan = Notes.Single(name => !_far.Keys[name].Equals(_store.ReadKey(kept.Id, With), StringComparison.Ordinal));
        TakeOut(lost.Id);

        CheckResult found = Assert.Single(Problems());
        Assert.Equal((StoreCheck.Orphan, CheckStatus.Warning, orphan), (found.Check, found.Status, found.Target));

        Assert.Contains(Repair(), result => result.Check == StoreCheck.Orphan && result.Changed);
        Assert.Equal(kept.Id, Open().GetAll().Single().Id);
        Assert.Equal(Notes, _far.Keys.Keys);
        Assert.Empty(Problems());
    }

    [Fact]
    public void An_orphan_in_a_vault_that_nothing_refers_to_any_more_is_found()
    {
        LlmConfiguration lost = Create("lost");
        TakeOut(lost.Id);
        Assert.Equal(StoreCheck.Orphan, Assert.Single(Problems()).Check);
    }

    [Fact]
    public void A_note_that_somebody_else_wrote_makes_no_key_this_stores()
    {
        LlmConfiguration own = Create("work");
        string foreign = TestKey.NewId();
        _far.Keys[foreign] = "another store's";
        string note = File.ReadAllText(Path.Combine(_store.Paths.Written, Notes.Single() + ".json"));
        string forged = Path.Combine(_store.Paths.Written, foreign + ".json");
        File.Copy(Path.Combine(_store.Paths.Written, Notes.Single() + ".json"), forged);
        File.WriteAllText(forged, note.Replace(own.KeyId!, foreign, StringComparison.Ordinal));

        CheckResult found = Assert.Single(Problems());
        Assert.Equal((StoreCheck.Orphan, CheckStatus.Unknown, "Far"), (found.Check, found.Status, found.Target));
        Repair();
        Open().Remove([own.Id]);

        Assert.Equal(foreign, Assert.Single(_far.Keys.Keys));
    }

    [Fact]
    public void A_key_that_was_kept_for_others_is_not_noted_any_more()
    {
        LlmConfiguration item = Create("work");

        Open().Remove([item.Id], keepKeys: true);

        Assert.Empty(Notes);
        Assert.Single(_far.Keys);
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void Notes_alone_are_those_of_a_file_that_was_lost()
    {
        Create("work");
        File.Delete(_store.Paths.ConfigFile);
        File.Delete(_store.Paths.Backup);

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => Open().GetAll());

        Assert.Equal(LlmConfigErrorCode.StoreCorrupt, error.Code);
        Assert.Throws<LlmConfigException>(() => Create("other"));
        Assert.Contains(Problems(), result => result.Check == StoreCheck.File && result.Status == CheckStatus.Error);
        Directory.Move(_store.Path, _store.Path + "-aside");
        Assert.Empty(Open().GetAll());
    }

    [Fact]
    public void A_note_of_a_key_that_is_gone_is_removed_by_a_repair()
    {
        LlmConfiguration item = Create("work");
        Create("other");
        _ = _far.Keys.TryRemove(item.KeyId!, out _);
        TakeOut(item.Id);

        Assert.Empty(Problems());
        Repair();

        Assert.Equal(_far.Keys.Keys, Notes);
    }

    [Fact]
    public void Notes_and_marks_stay_true_when_the_master_key_is_exchanged()
    {
        string key = TestKey.New();
        LlmConfiguration item = Create("work", key);
        LlmConfiguration lost = Create("lost");

        Open().RotateMasterKey();

        Assert.Equal(key, _store.ReadKey(item.Id, With));
        TakeOut(lost.Id);
        Assert.Equal(lost.KeyId, Assert.Single(Problems()).Target);
        _far.Keys[item.KeyId!] = "another";
        Assert.Equal(LlmConfigErrorCode.InvalidKey, Assert.Throws<LlmConfigException>(() => _store.ReadKey(item.Id, With)).Code);
    }

    [Fact]
    public void A_vault_that_gives_another_value_is_not_believed_and_nothing_is_moved_or_removed()
    {
        LlmConfiguration item = Create("work");
        _far.Keys[item.KeyId!] = "a text that the vault put there";

        Assert.Equal(LlmConfigErrorCode.InvalidKey, Assert.Throws<LlmConfigException>(() => _store.ReadKey(item.Id, With)).Code);
        Refusal.Of(LlmConfigErrorCode.InvalidKey, "work", () => Open().Update(item.Id, new ConfigurationUpdate { Vault = "LlmConfig" }));

        Assert.Single(_far.Keys);
        Assert.Empty(_store.Sealed);
        Assert.Equal("Far", Open().Get(item.Id).Vault);
        string replaced = TestKey.New();
        Open().Update(item.Id, new ConfigurationUpdate { Key = ApiKey.From(replaced, null) });
        Assert.Equal(replaced, _store.ReadKey(item.Id, With));
    }

    [Fact]
    public void A_key_is_there_when_it_can_be_read_whatever_the_list_shows()
    {
        LlmConfiguration there = Create("there");
        LlmConfiguration gone = Create("gone");
        var silent = new SilentVault(_far);
        _ = _far.Keys.TryRemove(gone.KeyId!, out _);

        List<CheckResult> keys = [.. _store.Open(options => options with { Vaults = silent }).Check().Where(result => result.Check == StoreCheck.Key)];

        Assert.Equal(CheckStatus.Ok, keys.Single(result => result.Target == there.Name).Status);
        Assert.Equal(CheckStatus.Error, keys.Single(result => result.Target == gone.Name).Status);
    }

    [Theory]
    [InlineData(LlmConfigErrorCode.VaultUnavailable, CheckStatus.Unknown)]
    [InlineData(LlmConfigErrorCode.InvalidKey, CheckStatus.Error)]
    public void A_key_that_cannot_be_read_is_never_Ok(LlmConfigErrorCode code, CheckStatus status)
    {
        LlmConfiguration item = Create("work");
        _far.Before = (operation, keyId) =>
        {
            if (operation == "Read")
            {
                throw new LlmConfigException(code, keyId, "It cannot be read.", "Wait.");
            }
        };

        CheckResult found = Open().Check().Single(result => result.Check == StoreCheck.Key);

        Assert.Equal((status, item.Name, true), (found.Status, found.Target, found.IsFailure()));
    }

    // Lists nothing of what it has.
    private sealed class SilentVault(FakeVault inner) : IKeyVault, IKeyVaultSource
    {
        public string Name => inner.Name;

        public bool TakesLabels => false;

        public VaultChoice? DefaultVault => null;

        public IKeyVault? Open(string name) => this;

        public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation) => inner.Write(keyId, key, label, cancellation);

        public void Flush() => inner.Flush();

        public ApiKey Read(string keyId, CancellationToken cancellation) => inner.Read(keyId, cancellation);

        public void Remove(string keyId, CancellationToken cancellation) => inner.Remove(keyId, cancellation);

        public IReadOnlyList<KeyVaultEntry> List(CancellationToken cancellation) => [];

        public IReadOnlyList<string> ListSecrets(CancellationToken cancellation) => [];

        public void Relabel(string keyId, KeyLabel label, CancellationToken cancellation) => inner.Relabel(keyId, label, cancellation);
    }
}
