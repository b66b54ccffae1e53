namespace LlmConfig;

/// <summary>What the keys of a vault that several stores share say of the configurations that they belong to.</summary>
internal static class SharedKeys
{
    /// <summary>
    /// For each configuration the entry that holds: while a key is rotated, and after two stores rotated the same one, there
    /// are several. The latest label wins; of two of the same moment the one with the higher key id, so that all stores agree.
    /// </summary>
    public static Dictionary<Guid, KeyVaultEntry> Newest(IEnumerable<KeyVaultEntry> entries)
    {
        var newest = new Dictionary<Guid, KeyVaultEntry>();
        foreach (KeyVaultEntry entry in entries)
        {
            if (entry.Label is { Configuration: { } item } && (!newest.TryGetValue(item.Id, out KeyVaultEntry? other) || IsLater(entry, other)))
            {
                newest[item.Id] = entry;
            }
        }

        return newest;
    }

    private static bool IsLater(KeyVaultEntry one, KeyVaultEntry other)
    {
        int order = one.Label!.Configuration.UpdatedAt.CompareTo(other.Label!.Configuration.UpdatedAt);
        return order > 0 || (order == 0 && string.CompareOrdinal(one.KeyId, other.KeyId) > 0);
    }
}
