namespace LlmConfig;

/// <summary>What a look into one vault found.</summary>
/// <param name="Name">The vault's name.</param>
/// <param name="Entries">The keys in it by id; empty where it could not be asked.</param>
/// <param name="TakesLabels">True when it keeps labels.</param>
/// <param name="Damaged">Files of the built-in vault that do not open, with the reason.</param>
/// <param name="Refused">Why a file of the built-in vault could not be read that may be whole, or <see langword="null"/>.</param>
/// <param name="Error">Why it could not be asked, or <see langword="null"/>.</param>
/// <param name="Keys">
/// Of keys that configurations or notes of this store name, why reading one failed; <see langword="null"/> where it gave a key. The
/// built-in vault, whose files are all opened, has none.
/// </param>
internal sealed record VaultFinding(
    string Name,
    IReadOnlyDictionary<string, KeyVaultEntry> Entries,
    bool TakesLabels,
    IReadOnlyDictionary<string, string> Damaged,
    LlmConfigException? Refused,
    LlmConfigException? Error,
    IReadOnlyDictionary<string, LlmConfigException?> Keys)
{
    private static readonly Dictionary<string, LlmConfigException?> NoKeys = [];
    private static readonly Dictionary<string, string> NoFiles = [];

    /// <summary>True when it has keys of this store that its list does not show: others may be hidden too.</summary>
    public bool HidesKeys { get; init; }

    /// <summary>True when the vault answered and does not have the key.</summary>
    public bool Lacks(string keyId) =>
        Error is null && (Keys.TryGetValue(keyId, out LlmConfigException? problem) ? problem is { Code: LlmConfigErrorCode.KeyMissing } : !Entries.ContainsKey(keyId));

    /// <summary>Why it cannot be told of a key whether it is there, or can be used; <see langword="null"/> otherwise.</summary>
    public LlmConfigException? ProblemOf(string keyId) => Keys.GetValueOrDefault(keyId) is { Code: not LlmConfigErrorCode.KeyMissing } problem ? problem : null;

    public static VaultFinding Of(
        string name,
        IEnumerable<KeyVaultEntry> entries,
        bool takesLabels,
        IReadOnlyDictionary<string, string>? damaged = null,
        LlmConfigException? refused = null,
        LlmConfigException? error = null,
        IReadOnlyDictionary<string, LlmConfigException?>? keys = null)
    {
        var byId = new Dictionary<string, KeyVaultEntry>(StringComparer.Ordinal);
        foreach (KeyVaultEntry entry in entries)
        {
            byId.TryAdd(entry.KeyId, entry);
        }

        return new VaultFinding(name, byId, takesLabels, damaged ?? NoFiles, refused, error, keys ?? NoKeys);
    }
}
