namespace LlmConfig.Tests;

/// <summary>A store with three configurations to damage: 'near' in the built-in vault, 'far' in another, 'none' without a key.</summary>
internal sealed class HealthStore : IDisposable
{
    private readonly Guid _storeId;

    public HealthStore()
    {
        NearKey = TestKey.New();
        FarKey = TestKey.New();
        Store.Create("near", NearKey, repository: Open());
        Store.Create("far", FarKey, Far.Name, Open());
        Open().Create(new NewConfiguration { Name = "none", Provider = "ollama" });
        _storeId = Store.StoreId;
        Open().Update(Open().Get("near").Id, new ConfigurationUpdate { AsDefault = true });
    }

    public TemporaryStore Store { get; } = new();

    public FakeVault Far { get; } = new("Far");

    public string NearKey { get; }

    public string FarKey { get; }

    public StorePaths Paths => Store.Paths;

    public ConfigDocument Document => StoreDocument.Read(File.ReadAllBytes(Paths.ConfigFile));

    /// <summary>The files that a repair kept aside.</summary>
    public string[] KeptAside => Directory.GetFiles(Store.Path, "*.damaged-*", SearchOption.AllDirectories);

    public LlmConfigRepository Open(Func<LlmConfigOptions, LlmConfigOptions>? change = null) =>
        Store.Open(options => (change ?? (same => same))(options with { Vaults = new FakeVaults(Far) }));

    /// <summary>What a fresh process finds that is not Ok.</summary>
    public IReadOnlyList<CheckResult> Problems() => [.. Open().Check().Where(result => result.Status != CheckStatus.Ok)];

    /// <summary>Repairs as a fresh process would, every step wanted.</summary>
    public IReadOnlyList<RepairResult> Repair(Guid? storeId = null, params string[] vaults)
    {
        LlmConfigRepository repository = Open();
        return [.. repository.Repair(repository.PlanRepair(vaults, storeId), _ => true)];
    }

    /// <summary>Writes file and backup anew with other configurations, as a person would by hand.</summary>
    public void Edit(Func<LlmConfiguration, LlmConfiguration?> edit, bool backupToo = true)
    {
        ConfigDocument before = Document;
        byte[] bytes = StoreDocument.Write(new ConfigDocument(
            before.StoreId, before.Revision + 1, before.DefaultVault, [.. before.Configurations.Select(edit).OfType<LlmConfiguration>()], before.Extras)
        {
            Seal = before.Seal,
        });
        File.WriteAllBytes(Paths.ConfigFile, bytes);
        if (backupToo)
        {
            File.WriteAllBytes(Paths.Backup, bytes);
        }
    }

    /// <summary>Accepts where the keys go, as a person does after the file was rebuilt from labels that others may write.</summary>
    public void AcceptHosts() => Store.AcceptHosts(options => options with { Vaults = new FakeVaults(Far) });

    /// <summary>An intent whose owner is dead.</summary>
    public string LeaveIntent(IReadOnlyList<KeyReference> keys, IReadOnlyList<KeyReference> labels)
    {
        string[] before = Store.Intents;
        var log = new IntentLog(Store.Path, new StoreFileSystem(), TestSeals.Of(Store.Path), TimeProvider.System, _ => { });
        log.Begin(_storeId, keys, labels).Single().Dispose();
        return Store.Intents.Except(before).Single();
    }

    public void AssertWhole(params string[] names)
    {
        Assert.Equal(names.Order(), Open().GetAll().Select(item => item.Name).Order());
        foreach (LlmConfiguration item in Open().GetAll().Where(item => item.Vault is not null))
        {
            Assert.Equal(item.Name == "far" ? FarKey : NearKey, Store.ReadKey(item.Id, options => options with { Vaults = new FakeVaults(Far) }));
        }
    }

    public void Dispose() => Store.Dispose();
}
