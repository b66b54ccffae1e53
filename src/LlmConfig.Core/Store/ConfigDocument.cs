namespace LlmConfig;

/// <summary>What <c>llm_config.json</c> holds: validated, never changed.</summary>
internal sealed class ConfigDocument
{
    /// <summary>The version of the format that this product writes, and the highest that it reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>2^53: above that, JSON numbers are not whole numbers to every program.</summary>
    public const long HighestRevision = 1L << 53;

    // A command asks for a key or two: searching for those costs less than an index of all.
    private const int MostSearches = 4;

    /// <summary>No vault was tried.</summary>
    public static readonly IReadOnlyDictionary<string, VaultProfile> NoVaults = new Dictionary<string, VaultProfile>();

    // Made when they are first needed; two threads may make the same one twice.
    private ConfigIndex<string>? _byName;
    private ConfigIndex<Guid>? _byId;
    private ConfigIndex<string>? _byKey;
    private int _searches;

    public ConfigDocument(Guid storeId, long revision, string? defaultVault, IReadOnlyList<LlmConfiguration> configurations, JsonExtras extras)
    {
        StoreId = storeId;
        Revision = revision;
        DefaultVault = defaultVault;
        Configurations = configurations;
        Extras = extras;
        Default = configurations.FirstOrDefault(item => item.IsDefault);
    }

    /// <summary>What stands for a store that does not exist yet.</summary>
    public static ConfigDocument Empty { get; } = new(Guid.Empty, 0, null, [], JsonExtras.None);

    /// <summary>The id of the store, made with it.</summary>
    public Guid StoreId { get; }

    /// <summary>How many commits led here.</summary>
    public long Revision { get; }

    /// <summary>The vault for new keys, where one was set.</summary>
    public string? DefaultVault { get; }

    /// <summary>The code by which the store knows the master key of its vault (<see cref="KeySeals"/>); <see langword="null"/> while it never had a key.</summary>
    public SealCode? Seal { get; init; }

    /// <summary>What the vaults of others were found to do, by name.</summary>
    public IReadOnlyDictionary<string, VaultProfile> Vaults { get; init; } = NoVaults;

    /// <summary>All configurations, in the order in which they were created.</summary>
    public IReadOnlyList<LlmConfiguration> Configurations { get; }

    /// <summary>The default one of them.</summary>
    public LlmConfiguration? Default { get; }

    public JsonExtras Extras { get; init; }

    /// <summary>How each configuration stands in the file, in their order; empty for one that differs from the file. What stands there is written as it stood.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Texts { get; init; } = [];

    /// <summary>The configurations by name.</summary>
    public ConfigIndex<string> ByName => _byName ??= new(Configurations, item => item.Name, ConfigurationName.Comparer);

    /// <summary>The configurations by id.</summary>
    public ConfigIndex<Guid> ById => _byId ??= new(Configurations, item => item.Id, EqualityComparer<Guid>.Default);

    /// <summary>The same document, not older than a revision.</summary>
    public ConfigDocument AtLeast(long revision) => Revision >= revision
        ? this
        : new ConfigDocument(StoreId, revision, DefaultVault, Configurations, Extras) { Seal = Seal, Vaults = Vaults };

    public LlmConfiguration? Find(string name) => ByName.Find(name.Trim());

    public LlmConfiguration? Find(Guid id) => ById.Find(id);

    /// <summary>True when a configuration's key has this id. Ids are never used twice, so a vault's name in another spelling must not cost a key.</summary>
    public bool RefersTo(KeyReference key) => FindByKey(key) is not null;

    /// <summary>A configuration whose key has this id, or <see langword="null"/>.</summary>
    public LlmConfiguration? FindByKey(KeyReference key)
    {
        if (_byKey is null && _searches++ < MostSearches)
        {
            foreach (LlmConfiguration item in Configurations)
            {
                if (item.KeyId == key.KeyId)
                {
                    return item;
                }
            }

            return null;
        }

        // A file edited by hand may refer to a key twice.
        return (_byKey ??= new(Configurations, item => item.KeyId, StringComparer.Ordinal)).Find(key.KeyId);
    }
}
