namespace LlmConfig.Tests;

/// <summary>One changing operation and what it starts from. To have it checked at every call takes one line in <see cref="All"/>.</summary>
/// <param name="Name">Its name, for the figures.</param>
/// <param name="Prepare">Brings a fresh store into the state before.</param>
/// <param name="Act">The operation, with what stops it.</param>
/// <param name="IsBatch">True when a call that fails may fail one part of it alone; a crash never does.</param>
/// <param name="IsRepair">
/// True when the state before is damage, made past the core: after a crash the operation is repeated instead of
/// recovery, and must come to the same end.
/// </param>
/// <param name="ExchangesMasterKey">True where a repair finishes what was begun, and leaves one master key.</param>
internal sealed record CrashScenario(
    string Name,
    Action<LlmConfigRepository, CancellationToken> Prepare,
    Action<LlmConfigRepository, CancellationToken> Act,
    bool IsBatch = false,
    bool IsRepair = false,
    bool ExchangesMasterKey = false)
{
    public static IReadOnlyList<CrashScenario> All { get; } =
    [
        new("first create", Nothing, Creates("a", "sk-test-a1")),
        new("second create", Creates("a", "sk-test-a1"), Creates("b", "sk-test-b1")),
        new("create without a key", Creates("a", "sk-test-a1"), Creates("b", null)),
        new("create elsewhere", Creates("a", "sk-test-a1"), Creates("b", "sk-test-b1", MemoryVault.VaultName)),
        new("batch of three", Creates("a", "sk-test-a1"), Batch, IsBatch: true),
        new("rename", Two, Updates("a", new ConfigurationUpdate { NewName = "c" })),
        new("rename with its key elsewhere", InMemory, Updates("a", new ConfigurationUpdate { NewName = "c" })),
        new("default", Two, Updates("a", new ConfigurationUpdate { AsDefault = true })),
        new("rotate", Two, Rotates("a", "sk-test-a2")),
        new("rotate elsewhere", InMemory, Rotates("a", "sk-test-a2")),
        new("take the key away", Two, Updates("a", new ConfigurationUpdate { RemoveKey = true })),
        new("move out", Two, Updates("a", new ConfigurationUpdate { Vault = MemoryVault.VaultName })),
        new("move in", InMemory, Updates("a", new ConfigurationUpdate { Vault = LlmConfigRepository.BuiltInVault })),
        new("remove", Two, (store, stop) => Succeed(store.Remove([store.Get("a").Id], cancellation: stop))),
        new("remove both", InMemory, (store, stop) => Succeed(store.Remove([.. store.GetAll().Select(item => item.Id)], cancellation: stop)), IsBatch: true),
        new("import of three", Creates("a", "sk-test-a1"), Import, IsBatch: true),
        new("import that replaces", Two, Replaces("a", "sk-test-a2")),
        new("import that replaces and moves", InMemory, Replaces("a", "sk-test-a2", LlmConfigRepository.BuiltInVault)),
        new("desired state", Managed, Desires, IsBatch: true),
        new("default vault", Two, (store, stop) => store.SetDefaultVault(MemoryVault.VaultName, stop)),
        new("protector", Two, Protects(ProtectorKind.SecretService), ExchangesMasterKey: true),
        new("protector to a key file", InKeyring, Protects(ProtectorKind.KeyFile), ExchangesMasterKey: true),
        new("protector with the same master key", Two, (store, stop) => store.SetProtector(ProtectorKind.SecretService, keepMasterKey: true, cancellation: stop)),
        new("rotate the master key", Two, (store, stop) => store.RotateMasterKey(stop), ExchangesMasterKey: true),
        new("rotate the master key in a keyring", InKeyring, (store, stop) => store.RotateMasterKey(stop), ExchangesMasterKey: true),
        new("recovery", DeadRotation, (store, stop) => store.Recover(stop)),
        new("repair of a damaged file", Damaged, Repairs, IsRepair: true),
        new("repair of a lost file and backup", Lost, Repairs, IsRepair: true),
        new("repair of a lost backup and an orphan", Orphaned, Repairs, IsRepair: true),
        new("accept a host", Forged, (store, stop) => store.Update(store.Get("a").Id, new ConfigurationUpdate { AcceptHostOf = store.Get("a") }, stop)),
    ];

    public override string ToString() => Name;

    public static Action<LlmConfigRepository, CancellationToken> Creates(string name, string? key, string? vault = null) => (store, stop) =>
    {
        using ApiKey? value = key is null ? null : ApiKey.From(key.AsSpan(), name);
        _ = store.Create(new NewConfiguration { Name = name, Provider = "openai", Key = value, Vault = vault }, stop);
    };

    private static Action<LlmConfigRepository, CancellationToken> Updates(string name, ConfigurationUpdate update) =>
        (store, stop) => store.Update(store.Get(name).Id, update, stop);

    private static Action<LlmConfigRepository, CancellationToken> Rotates(string name, string key) => (store, stop) =>
    {
        using ApiKey value = ApiKey.From(key.AsSpan(), name);
        _ = store.Update(store.Get(name).Id, new ConfigurationUpdate { Key = value }, stop);
    };

    private static Action<LlmConfigRepository, CancellationToken> Protects(ProtectorKind kind) =>
        (store, stop) => store.SetProtector(kind, cancellation: stop);

    private static void InKeyring(LlmConfigRepository store, CancellationToken stop)
    {
        Two(store, stop);
        store.SetProtector(ProtectorKind.SecretService, keepMasterKey: true, cancellation: stop);
    }

    private static void Nothing(LlmConfigRepository store, CancellationToken stop)
    {
        // There is no store yet.
    }

    private static void Two(LlmConfigRepository store, CancellationToken stop)
    {
        Creates("a", "sk-test-a1")(store, stop);
        Creates("b", "sk-test-b1")(store, stop);
    }

    private static void InMemory(LlmConfigRepository store, CancellationToken stop)
    {
        Two(store, stop);
        Updates("a", new ConfigurationUpdate { Vault = MemoryVault.VaultName })(store, stop);
    }

    private static void Batch(LlmConfigRepository store, CancellationToken stop)
    {
        using ApiKey one = ApiKey.From("sk-test-b1".AsSpan(), null);
        using ApiKey two = ApiKey.From("sk-test-c1".AsSpan(), null);
        Succeed(store.Create(
        [
            new NewConfiguration { Name = "b", Provider = "openai", Key = one },
            new NewConfiguration { Name = "c", Provider = "groq", Key = two, Vault = MemoryVault.VaultName },
            new NewConfiguration { Name = "d", Provider = "ollama" },
        ], cancellation: stop));
    }

    // A process that died before it removed the key that it had dropped: the intent names it, nobody refers to it.
    private static void DeadRotation(LlmConfigRepository store, CancellationToken stop)
    {
        Two(store, stop);
        LlmConfiguration b = store.Get("b");
        string sealedKey = new LocalVaultFiles(new StorePaths(store.Folder).Vault).Sealed(b.KeyId!);
        byte[] key = File.ReadAllBytes(sealedKey);
        Succeed(store.Remove([b.Id], cancellation: stop));
        File.WriteAllBytes(sealedKey, key);
        Access.Restrict(sealedKey);
        string path = Path.Combine(store.Folder, "pending", $"{Guid.NewGuid()}.json");
        File.WriteAllText(path, $$"""{"version":1,"store":"{{store.GetStore().StoreId}}","process":1,"createdAt":"2026-01-01T00:00:00Z","keys":[{"vault":"{{b.Vault}}","id":"{{b.KeyId}}"}]}""");
        Access.Restrict(path);
    }

    private static void Damaged(LlmConfigRepository store, CancellationToken stop)
    {
        Two(store, stop);
        File.WriteAllText(new StorePaths(store.Folder).ConfigFile, "{");
    }

    private static void Lost(LlmConfigRepository store, CancellationToken stop)
    {
        Creates("a", "sk-test-a1")(store, stop);

        // What is rebuilt is put in the order of these times.
        Thread.Sleep(5);
        Creates("b", "sk-test-b1")(store, stop);
        File.Delete(new StorePaths(store.Folder).ConfigFile);
        File.Delete(new StorePaths(store.Folder).Backup);
    }

    private static void Orphaned(LlmConfigRepository store, CancellationToken stop)
    {
        // A file that somebody put together from an old copy knows nothing of a key that was written since.
        InMemory(store, stop);
        var paths = new StorePaths(store.Folder);
        string old = File.ReadAllText(paths.ConfigFile);
        long revision = store.GetStore().Revision;
        Creates("c", "sk-test-c1")(store, stop);
        File.WriteAllText(paths.ConfigFile, old.Replace($"\"revision\": {revision}", $"\"revision\": {store.GetStore().Revision}", StringComparison.Ordinal));
        File.Delete(paths.Backup);
    }

    private static void Forged(LlmConfigRepository store, CancellationToken stop)
    {
        Two(store, stop);
        var paths = new StorePaths(store.Folder);
        string text = File.ReadAllText(paths.ConfigFile);
        string forged = text.Replace("\"name\": \"a\",", "\"name\": \"a\",\n      \"baseUrl\": \"https://gateway.example/v1\",", StringComparison.Ordinal);
        File.WriteAllText(paths.ConfigFile, forged);
        File.WriteAllText(paths.Backup, forged);
    }

    private static void Repairs(LlmConfigRepository store, CancellationToken stop)
    {
        RepairPlan plan = store.PlanRepair(cancellation: stop);
        foreach (RepairResult result in store.Repair(plan, _ => true, stop))
        {
            if (result.Error is { } error)
            {
                throw error;
            }
        }
    }

    private static void Import(LlmConfigRepository store, CancellationToken stop)
    {
        using ApiKey one = ApiKey.From("sk-test-b1".AsSpan(), null);
        using ApiKey two = ApiKey.From("sk-test-c1".AsSpan(), null);
        Import(store, new ImportOptions { OnConflict = ImportConflict.Rename }, [Item("b", one), Item("a", two), Item("d", null)], stop);
    }

    private static void Managed(LlmConfigRepository store, CancellationToken stop)
    {
        Two(store, stop);
        Desire(store, isExact: false, [Wanted("c", "sk-test-c1")], stop);
    }

    // One of each: made, changed, rotated and removed.
    private static void Desires(LlmConfigRepository store, CancellationToken stop) =>
        Desire(store, isExact: true, [Wanted("a", "sk-test-a2"), Wanted("b", null) with { Model = "m" }, Wanted("d", "sk-test-d1")], stop);

    private static DesiredConfiguration Wanted(string name, string? key) => new()
    {
        Name = name,
        Provider = "openai",
        Key = key is null ? null : new DesiredKey(DesiredKeyKind.Value) { Value = ApiKey.From(key.AsSpan(), name) },
    };

    private static void Desire(LlmConfigRepository store, bool isExact, DesiredConfiguration[] configurations, CancellationToken stop)
    {
        using var wanted = new DesiredState("machines", configurations);
        Succeed([.. store.Apply(store.PlanDesiredState(wanted, isExact, cancellation: stop), cancellation: stop).Select(step => new ChangeResult(step.After, step.Error))]);
    }

    private static Action<LlmConfigRepository, CancellationToken> Replaces(string name, string key, string? vault = null) => (store, stop) =>
    {
        using ApiKey value = ApiKey.From(key.AsSpan(), name);
        Import(store, new ImportOptions { OnConflict = ImportConflict.Replace, Vault = vault }, [Item(name, value)], stop);
    };

    private static ImportItem Item(string name, ApiKey? key) => new() { Name = name, Provider = "groq", Key = key };

    private static void Import(LlmConfigRepository store, ImportOptions options, ImportItem[] items, CancellationToken stop) =>
        Succeed([.. store.Import(store.PlanImport(items, options).Steps, null, stop).Select(result => new ChangeResult(result.Configuration, result.Error))]);

    private static void Succeed(IReadOnlyList<ChangeResult> results)
    {
        foreach (ChangeResult result in results)
        {
            if (result.Error is { } error)
            {
                throw error;
            }
        }
    }
}
