namespace LlmConfig;

/// <summary>What a look into one vault found.</summary>
/// <param name="Name">The vault's name.</param>
/// <param name="Entries">The keys in it by id; empty where it could not be asked.</param>
/// <param name="TakesLabels">True when it keeps labels.</param>
/// <param name="Damaged">Files of the built-in vault that do not open, with the reason.</param>
/// <param name="Refused">Why a file of the built-in vault could not be read that may be whole, or <see langword="null"/>.</param>
/// <param name="Error">Why it could not be asked, or <see langword="null"/>.</param>
internal sealed record VaultFinding(
    string Name,
    IReadOnlyDictionary<string, KeyVaultEntry> Entries,
    bool TakesLabels,
    IReadOnlyDictionary<string, string> Damaged,
    LlmConfigException? Refused,
    LlmConfigException? Error)
{
    private static readonly Dictionary<string, string> NoFiles = [];

    public static VaultFinding Of(
        string name,
        IEnumerable<KeyVaultEntry> entries,
        bool takesLabels,
        IReadOnlyDictionary<string, string>? damaged = null,
        LlmConfigException? refused = null,
        LlmConfigException? error = null)
    {
        var byId = new Dictionary<string, KeyVaultEntry>(StringComparer.Ordinal);
        foreach (KeyVaultEntry entry in entries)
        {
            byId.TryAdd(entry.KeyId, entry);
        }

        return new VaultFinding(name, byId, takesLabels, damaged ?? NoFiles, refused, error);
    }
}
