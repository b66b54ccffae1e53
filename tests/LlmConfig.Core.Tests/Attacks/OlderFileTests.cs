namespace LlmConfig.Tests;

/// <summary>An older <c>llm_config.json</c> in the place of the newer one gives out no key that may be revoked.</summary>
public sealed class OlderFileTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly string _revoked = TestKey.New();
    private readonly string _current = TestKey.New();
    private readonly Guid _id;

    public OlderFileTests()
    {
        _id = _store.Create("work", _revoked).Id;
        byte[] file = File.ReadAllBytes(_store.Paths.ConfigFile);
        string sealedFile = Assert.Single(_store.Sealed);
        byte[] sealedKey = File.ReadAllBytes(sealedFile);
        using (ApiKey key = ApiKey.From(_current, "work"))
        {
            _store.Open().Update(_id, new ConfigurationUpdate { Key = key });
        }

        // What a backup of yesterday gives back, beside what is there.
        File.WriteAllBytes(_store.Paths.ConfigFile, file);
        File.WriteAllBytes(_store.Paths.Backup, file);
        File.WriteAllBytes(sealedFile, sealedKey);
        if (!OperatingSystem.IsWindows())
        {
            Access.Restrict(sealedFile);
        }
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Its_key_is_not_given_out_and_its_settings_are_with_a_warning()
    {
        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.StoreOutdated, _store.Paths.ConfigFile, () => _store.ReadKey(_id));
        Refusal.Of(LlmConfigErrorCode.StoreOutdated, _store.Paths.ConfigFile, () => _store.Open().GetKey(_store.Open().Get("work")));
        Refusal.Of(LlmConfigErrorCode.StoreOutdated, _store.Paths.ConfigFile, () => _store.Open().GetEnvironment(_id));

        // Nor by who read its settings just now, as a command does.
        using LlmConfigRepository repository = _store.Open();
        LlmConfiguration item = repository.Get("work");
        Refusal.Of(LlmConfigErrorCode.StoreOutdated, _store.Paths.ConfigFile, () => repository.GetKey(item));

        Assert.Contains("revision 1", error.Problem, StringComparison.Ordinal);
        Assert.Contains("revision 2", error.Problem, StringComparison.Ordinal);
        Assert.Equal("work", _store.Open().Get(_id).Name);
        Assert.Contains(_store.Warnings, warning => warning.Message.Contains("revision 2", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_is_changed_and_no_key_is_removed_by_what_it_does_not_know()
    {
        Refusal.Of(_store, LlmConfigErrorCode.StoreOutdated, _store.Paths.ConfigFile, () => _store.Create("new", TestKey.New()));
        Assert.Equal(2, _store.Sealed.Length);
        Assert.DoesNotContain(_store.Open().PlanRepair().Steps, step => step.RemovesKey);
        Assert.Contains(_store.Open().Check(), result => result is { Check: "Revision", Status: CheckStatus.Error });
    }

    [Fact]
    public void What_else_is_wrong_is_repaired_after_that_is_settled()
    {
        File.WriteAllText(_store.Paths.Backup, "{");

        Assert.Equal(["Revision"], _store.Open().PlanRepair().Steps.Select(step => step.Check));
    }

    [Fact]
    public void A_repair_that_was_agreed_to_goes_on_with_the_newest_key()
    {
        RepairStep step = Assert.Single(_store.Open().PlanRepair().Steps);
        Assert.True(step.NeedsConsent);

        LlmConfigRepository repository = _store.Open();
        Assert.All(repository.Repair(repository.PlanRepair(), _ => true), result => Assert.Null(result.Error));

        Assert.Equal(_current, _store.ReadKey(_id));
        Assert.Equal(3, _store.Revision);
    }

    [Fact]
    public void A_repair_that_was_not_agreed_to_changes_nothing()
    {
        LlmConfigRepository repository = _store.Open();
        Assert.DoesNotContain(repository.Repair(repository.PlanRepair(), step => !step.NeedsConsent), result => result.Changed);
        Refusal.Of(LlmConfigErrorCode.StoreOutdated, _store.Paths.ConfigFile, () => _store.ReadKey(_id));
    }
}
