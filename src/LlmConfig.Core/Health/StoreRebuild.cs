namespace LlmConfig;

/// <summary>
/// What a lost <c>llm_config.json</c> held, as far as backup and vaults say: the backup where it is of use, and over it what
/// the labels beside the store's keys say that is newer.
/// </summary>
internal static class StoreRebuild
{
    /// <summary>Merges the labels of one store into a document.</summary>
    /// <param name="basis">The backup, or an empty document with the store's id.</param>
    /// <param name="vaults">What the vaults hold.</param>
    /// <param name="inDoubt">
    /// Keys that an intent names: whether they hold is not told by their labels. One of them counts only where nothing else
    /// knows the configuration; left out, it would be removed as a key that nothing refers to.
    /// </param>
    /// <param name="seals">Seals what comes from the built-in vault, whose labels nobody can write without its master key.</param>
    /// <returns>The document, and the names of the configurations that came from the labels. The basis itself when none did.</returns>
    public static (ConfigDocument Document, IReadOnlyList<string> Names) Merge(
        ConfigDocument basis, IEnumerable<VaultFinding> vaults, IReadOnlySet<string> inDoubt, KeySeals seals)
    {
        var places = new Dictionary<KeyVaultEntry, string>();
        foreach (VaultFinding vault in vaults)
        {
            foreach (KeyVaultEntry entry in vault.Entries.Values)
            {
                if (entry.Label?.StoreId == basis.StoreId)
                {
                    places.TryAdd(entry, vault.Name);
                }
            }
        }

        HashSet<Guid> known =
        [
            .. basis.Configurations.Select(item => item.Id),
            .. places.Keys.Where(entry => !inDoubt.Contains(entry.KeyId)).Select(entry => entry.Label!.Configuration.Id),
        ];

        List<KeyVaultEntry> newer =
        [
            .. SharedKeys.Newest(places.Keys.Where(entry => !inDoubt.Contains(entry.KeyId) || !known.Contains(entry.Label!.Configuration.Id))).Values
                .Where(entry => basis.Find(entry.Label!.Configuration.Id) is not { } item || IsNewer(entry, item))
                .OrderBy(entry => entry.Label!.Configuration.CreatedAt)
                .ThenBy(entry => entry.Label!.Configuration.Name, ConfigurationName.Comparer),
        ];
        if (newer.Count == 0)
        {
            return (basis, []);
        }

        var items = basis.Configurations.ToDictionary(item => item.Id);
        foreach (KeyVaultEntry entry in newer)
        {
            LlmConfiguration labelled = entry.Label!.Configuration;
            LlmConfiguration before = items.GetValueOrDefault(labelled.Id) ?? labelled;
            LlmConfiguration item = labelled with
            {
                KeyId = entry.KeyId,
                Vault = places[entry],
                IsDefault = before.IsDefault,
                Extras = before.Extras,
            };

            // Others may write labels in other vaults: such a key goes nowhere until its host was accepted.
            items[labelled.Id] = KeyVaults.IsBuiltIn(item.Vault) ? seals.Seal(item) : item with { Seal = items.GetValueOrDefault(labelled.Id)?.Seal };
        }

        List<LlmConfiguration> all = WithUniqueNames(items.Values.OrderBy(item => item.CreatedAt).ThenBy(item => item.Name, ConfigurationName.Comparer));
        var document = new ConfigDocument(basis.StoreId, basis.Revision + 1, basis.DefaultVault, all, basis.Extras)
        {
            Seal = basis.Seal ?? (all.Any(item => item.Seal is not null) ? seals.SealOf(basis.StoreId) : null),
        };
        return (document, [.. newer.Select(entry => document.Find(entry.Label!.Configuration.Id)!.Name)]);
    }

    /// <summary>The stores whose labels are in a vault.</summary>
    public static IReadOnlyList<Guid> Stores(VaultFinding vault) =>
        [.. vault.Entries.Values.Select(entry => entry.Label?.StoreId).OfType<Guid>().Where(id => id != KeyLabel.NoStore).Distinct()];

    private static bool IsNewer(KeyVaultEntry entry, LlmConfiguration item) =>
        item.KeyStoreId is null && entry.Label!.Configuration.UpdatedAt > item.UpdatedAt;

    // A label that is behind may say a name that another configuration has taken since: the last change keeps it.
    private static List<LlmConfiguration> WithUniqueNames(IEnumerable<LlmConfiguration> items)
    {
        List<LlmConfiguration> all = [.. items];
        var taken = new HashSet<string>(ConfigurationName.Comparer);
        foreach (int index in Enumerable.Range(0, all.Count).OrderByDescending(index => all[index].UpdatedAt).ThenBy(index => all[index].Id).ToList())
        {
            string name = all[index].Name;
            for (int number = 2; !taken.Add(name); number++)
            {
                name = ConfigurationName.Numbered(all[index].Name, number);
            }

            all[index] = all[index] with { Name = name };
        }

        return all;
    }
}
