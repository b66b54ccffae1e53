namespace LlmConfig;

/// <summary>What <c>llm_config.json</c> holds: validated, never changed.</summary>
internal sealed class ConfigDocument
{
    /// <summary>The version of the format that this product writes, and the highest that it reads.</summary>
    public const int CurrentVersion = 1;

    private readonly Lazy<Dictionary<string, LlmConfiguration>> _byName;
    private readonly Lazy<Dictionary<Guid, LlmConfiguration>> _byId;
    private readonly Lazy<Dictionary<string, LlmConfiguration>> _byKey;

    public ConfigDocument(Guid storeId, long revision, string? defaultVault, IReadOnlyList<LlmConfiguration> configurations, JsonExtras extras)
    {
        StoreId = storeId;
        Revision = revision;
        DefaultVault = defaultVault;
        Configurations = configurations;
        Extras = extras;
        _byName = new(() => Configurations.ToDictionary(item => item.Name, ConfigurationName.Comparer));
        _byId = new(() => Configurations.ToDictionary(item => item.Id));
        _byKey = new(ByKey);
    }

    /// <summary>What stands for a store that does not exist yet.</summary>
    public static ConfigDocument Empty { get; } = new(Guid.Empty, 0, null, [], JsonExtras.None);

    /// <summary>The id of the store, made with it.</summary>
    public Guid StoreId { get; }

    /// <summary>How many commits led here.</summary>
    public long Revision { get; }

    /// <summary>The vault for new keys, where one was set.</summary>
    public string? DefaultVault { get; }

    /// <summary>All configurations, in the order in which they were created.</summary>
    public IReadOnlyList<LlmConfiguration> Configurations { get; }

    public JsonExtras Extras { get; }

    public LlmConfiguration? Find(string name) => _byName.Value.GetValueOrDefault(name.Trim());

    public LlmConfiguration? Find(Guid id) => _byId.Value.GetValueOrDefault(id);

    /// <summary>True when a configuration's key has this id. Ids are never used twice, so a vault's name in another spelling must not cost a key.</summary>
    public bool RefersTo(KeyReference key) => FindByKey(key) is not null;

    /// <summary>A configuration whose key has this id, or <see langword="null"/>.</summary>
    public LlmConfiguration? FindByKey(KeyReference key) => _byKey.Value.GetValueOrDefault(key.KeyId);

    // A file edited by hand may refer to a key twice.
    private Dictionary<string, LlmConfiguration> ByKey()
    {
        var byKey = new Dictionary<string, LlmConfiguration>(Configurations.Count, StringComparer.Ordinal);
        foreach (LlmConfiguration item in Configurations)
        {
            if (item.KeyId is { } keyId)
            {
                byKey.TryAdd(keyId, item);
            }
        }

        return byKey;
    }
}
