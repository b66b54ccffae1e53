namespace LlmConfig.Tests;

/// <summary>One changing operation and what it starts from.</summary>
/// <param name="Name">Its name, for the figures.</param>
/// <param name="Prepare">Brings a fresh store into the state before.</param>
/// <param name="Act">The operation.</param>
/// <param name="IsBatch">True when a call that fails may fail one part of it alone; a crash never does.</param>
internal sealed record CrashScenario(string Name, Action<LlmConfigRepository> Prepare, Action<LlmConfigRepository> Act, bool IsBatch = false)
{
    public static IReadOnlyList<CrashScenario> All { get; } =
    [
        new("first create", _ => { }, store => Create(store, "a", "sk-test-a1")),
        new("second create", store => Create(store, "a", "sk-test-a1"), store => Create(store, "b", "sk-test-b1")),
        new("create without a key", store => Create(store, "a", "sk-test-a1"), store => Create(store, "b", null)),
        new("batch of three", store => Create(store, "a", "sk-test-a1"), Batch, IsBatch: true),
        new("rename", Two, store => store.Update(store.Get("a").Id, new ConfigurationUpdate { NewName = "c" })),
        new("rename with its key elsewhere", InMemory, store => store.Update(store.Get("a").Id, new ConfigurationUpdate { NewName = "c" })),
        new("default", Two, store => store.Update(store.Get("a").Id, new ConfigurationUpdate { AsDefault = true })),
        new("rotate", Two, store => Rotate(store, "a", "sk-test-a2")),
        new("take the key away", Two, store => store.Update(store.Get("a").Id, new ConfigurationUpdate { RemoveKey = true })),
        new("move out", Two, store => store.Update(store.Get("a").Id, new ConfigurationUpdate { Vault = MemoryVault.VaultName })),
        new("move in", InMemory, store => store.Update(store.Get("a").Id, new ConfigurationUpdate { Vault = LlmConfigRepository.BuiltInVault })),
        new("remove", Two, store => Succeed(store.Remove([store.Get("a").Id]))),
        new("remove both", Two, store => Succeed(store.Remove([.. store.GetAll().Select(item => item.Id)]))),
        new("import of three", store => Create(store, "a", "sk-test-a1"), Import, IsBatch: true),
        new("import that replaces", Two, store => Replace(store, "a", "sk-test-a2")),
        new("import that replaces and moves", InMemory, store => Replace(store, "a", "sk-test-a2", LlmConfigRepository.BuiltInVault)),
        new("default vault", Two, store => store.SetDefaultVault(MemoryVault.VaultName)),
        new("protector", Two, store => store.SetProtector(ProtectorKind.SecretService)),
    ];

    public override string ToString() => Name;

    private static void Two(LlmConfigRepository store)
    {
        Create(store, "a", "sk-test-a1");
        Create(store, "b", "sk-test-b1");
    }

    private static void InMemory(LlmConfigRepository store)
    {
        Two(store);
        store.Update(store.Get("a").Id, new ConfigurationUpdate { Vault = MemoryVault.VaultName });
    }

    public static void Create(LlmConfigRepository store, string name, string? key)
    {
        using ApiKey? value = key is null ? null : ApiKey.From(key.AsSpan(), name);
        store.Create(new NewConfiguration { Name = name, Provider = "openai", Key = value });
    }

    private static void Rotate(LlmConfigRepository store, string name, string key)
    {
        using ApiKey value = ApiKey.From(key.AsSpan(), name);
        store.Update(store.Get(name).Id, new ConfigurationUpdate { Key = value });
    }

    private static void Batch(LlmConfigRepository store)
    {
        using ApiKey one = ApiKey.From("sk-test-b1".AsSpan(), null);
        using ApiKey two = ApiKey.From("sk-test-c1".AsSpan(), null);
        Succeed(store.Create(
        [
            new NewConfiguration { Name = "b", Provider = "openai", Key = one },
            new NewConfiguration { Name = "c", Provider = "groq", Key = two, Vault = MemoryVault.VaultName },
            new NewConfiguration { Name = "d", Provider = "ollama" },
        ]));
    }

    private static void Import(LlmConfigRepository store)
    {
        using ApiKey one = ApiKey.From("sk-test-b1".AsSpan(), null);
        using ApiKey two = ApiKey.From("sk-test-c1".AsSpan(), null);
        Import(store, new ImportOptions { OnConflict = ImportConflict.Rename }, Item("b", one), Item("a", two), Item("d", null));
    }

    private static void Replace(LlmConfigRepository store, string name, string key, string? vault = null)
    {
        using ApiKey value = ApiKey.From(key.AsSpan(), name);
        Import(store, new ImportOptions { OnConflict = ImportConflict.Replace, Vault = vault }, Item(name, value));
    }

    private static ImportItem Item(string name, ApiKey? key) => new() { Name = name, Provider = "groq", Key = key };

    private static void Import(LlmConfigRepository store, ImportOptions options, params ImportItem[] items) =>
        Succeed([.. store.Import(store.PlanImport(items, options).Steps).Select(result => new ChangeResult(result.Configuration, result.Error))]);

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
