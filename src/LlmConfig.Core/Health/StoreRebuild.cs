namespace LlmConfig;

/// <summary>
/// Restores a lost <c>llm_config.json</c> as far as backup and vaults know what it held: the backup where it is of use, and over it what
/// the labels beside the store's keys say that is newer.
/// </summary>
internal sealed class StoreRebuild(StoreParts store, StoreSnapshot seen)
{
    /// <summary>True where there was a store whose file is damaged or gone.</summary>
    public static bool IsLost(StoreSnapshot seen) => seen.Main.Document is null
        && (seen.Main.State == ConfigFileState.Damaged
            || seen.Backup.State != ConfigFileState.Absent
            || seen.Vaults.Any(vault => Stores(vault).Any())
            || seen.HadKeysElsewhere
            || (seen.BuiltIn?.Error is not null && !seen.IsVaultEmpty));

    /// <summary>What the file would hold, and the step that writes it; <see langword="null"/> where it is not lost.</summary>
    /// <param name="storeId">Which store to rebuild, where the vaults' keys name several.</param>
    /// <exception cref="LlmConfigException">The file cannot be restored, or may not be: a newer version wrote it, or it is not ours.</exception>
    public (ConfigDocument Document, RepairStep Step)? Plan(Guid? storeId)
    {
        RefuseUnrepairable();
        if (!IsLost(seen))
        {
            return null;
        }

        ConfigDocument? backup = seen.Backup.Document;
        ConfigDocument basis = backup ?? new ConfigDocument(ChooseStore(storeId), 0, null, [], JsonExtras.None);

        // Where it cannot be told what changes were under way, a label may be one of theirs: the backup alone is sure.
        (ConfigDocument planned, IReadOnlyList<string> names) = backup is not null && seen.HasOpaqueIntents ? (basis, []) : Merge(basis);
        string source = backup is null
            ? FormattableString.Invariant($"rebuild it from what the vaults say beside {names.Count} keys")
            : FormattableString.Invariant($"restore revision {basis.Revision} from the backup");
        string came = StoreCheck.Names(names);
        string newer = backup is not null && names.Count > 0 ? $", with what the vaults know that is newer ({came})" : string.Empty;
        string action = seen.Main.State == ConfigFileState.Absent
            ? char.ToUpperInvariant(source[0]) + source[1..] + newer
            : $"Keep the damaged file under a dated name and {source}{newer}";
        string done = backup is null
            ? "It was rebuilt from what the vaults say beside the keys."
            : FormattableString.Invariant($"Revision {basis.Revision} was restored from the backup.");
        string unknown = backup is null ? " Configurations without a key, the default and the default vault could not be known." : string.Empty;
        return (planned, new RepairStep(StoreCheck.File, store.Paths.ConfigFile, action, Write));

        // The lock is held in there: it is asked again which backup there is, but not what the vaults hold.
        string? Write(CancellationToken cancellation) => store.Config.Restore(Choose, store.Suffix, cancellation) is { } mended
            ? $"{done}{(names.Count == 0 ? string.Empty : $" From the vaults came {came}.")}{unknown}{StoreCheck.KeptAside(mended.KeptAside)}"
            : null;

        ConfigDocument Choose(ConfigDocument? now) =>
            now is null ? (backup is null ? planned : throw BackupGone())
            : names.Count > 0 && now.StoreId == basis.StoreId && now.Revision == basis.Revision ? planned
            : now;
    }

    // A store that cannot be reached, or that a newer version wrote: whatever is done here could be wrong. A configuration whose key
    // cannot be read just now would be missing in what is rebuilt, and its key be taken for an orphan by the next repair.
    private void RefuseUnrepairable()
    {
        bool isVaultClosed = seen.BuiltIn?.Error?.Code is LlmConfigErrorCode.VaultLocked or LlmConfigErrorCode.VaultUnavailable;
        LlmConfigException? error = seen.Main.State is ConfigFileState.Newer or ConfigFileState.Refused ? seen.Main.Error
            : seen.Main.State == ConfigFileState.Good ? null
            : seen.Backup.State is ConfigFileState.Newer or ConfigFileState.Refused ? seen.Backup.Error
            : !IsLost(seen) ? null
            : seen.Vaults.Select(vault => vault.Refused).FirstOrDefault(refused => refused is not null)
                ?? (seen.Backup.Document is null && isVaultClosed ? seen.BuiltIn!.Error : null);
        if (error is not null)
        {
            throw error;
        }
    }

    private LlmConfigException BackupGone() => new(
        LlmConfigErrorCode.StoreCorrupt, store.Paths.Backup, "The backup is gone since the repair was planned.", "Run Repair-LlmConfig again.");

    // Other machines' stores share the other vaults; the built-in one lies in this store's own folder.
    private Guid ChooseStore(Guid? storeId)
    {
        List<Guid> own = [.. Stores(seen.BuiltIn!)];
        List<Guid> all = [.. seen.Vaults.SelectMany(Stores).Distinct()];
        string known = all.Count == 0
            ? "Name the vaults of the store with -Vault."
            : $"Name the store with -StoreId: {string.Join(", ", all.Select(id => id.ToString("D")))}.";
        return storeId is { } chosen
                ? all.Contains(chosen) ? chosen : throw CannotRebuild($"No vault that was read has a key of the store {chosen:D}.", known)
            : own.Count == 1 ? own[0]
            : own.Count > 1 ? throw CannotRebuild("The built-in vault has keys of several stores.", known)
            : all.Count > 0 ? throw CannotRebuild(
                "The vaults have keys of other stores too, and the built-in vault does not tell which one this is.", known)
            : seen.BuiltIn?.Error is { } error ? throw new LlmConfigException(
                error.Code,
                error.Target,
                $"The file and its backup cannot be used, and the vault cannot be read: {error.Problem}",
                error.RecommendedAction,
                error)
            : throw CannotRebuild(
                "No vault that was read has a key with a label.",
                "Put the file back from a backup of the store's folder, name a vault with keys of this store with -Vault, "
                    + "or move the damaged files aside and create the configurations anew.");
    }

    private LlmConfigException CannotRebuild(string problem, string remedy) => new(
        LlmConfigErrorCode.StoreCorrupt,
        store.Paths.ConfigFile,
        $"The file and its backup cannot be used, and it cannot be rebuilt. {problem}",
        remedy);

    // The stores whose labels are in a vault.
    private static IEnumerable<Guid> Stores(VaultSnapshot vault) =>
        vault.Entries.Values.Select(entry => entry.Label?.StoreId).OfType<Guid>().Where(id => id != KeyLabel.NoStore).Distinct();

    // The labels of a store over a document, with the names of the configurations that came from the labels. Whether keys that an intent
    // names hold is not told by their labels: one of them counts only where nothing else knows the configuration. Left out, it would be
    // removed as a key that nothing refers to.
    private (ConfigDocument Document, IReadOnlyList<string> Names) Merge(ConfigDocument basis)
    {
        Dictionary<KeyVaultEntry, string> places = seen.Vaults
            .SelectMany(vault => vault.Entries.Values.Select(entry => (entry, vault.Name)))
            .Where(pair => pair.entry.Label?.StoreId == basis.StoreId)
            .DistinctBy(pair => pair.entry)
            .ToDictionary();
        ILookup<bool, KeyVaultEntry> inDoubt = places.Keys.ToLookup(entry => seen.KeysInDoubt.Contains(entry.KeyId));
        HashSet<Guid> known = [.. basis.Configurations.Select(item => item.Id), .. inDoubt[false].Select(entry => entry.Label!.Configuration.Id)];
        List<KeyVaultEntry> newer =
        [
            .. SharedKeys.Newest(inDoubt[false].Concat(inDoubt[true].Where(entry => !known.Contains(entry.Label!.Configuration.Id)))).Values
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
                // Others may write labels in other vaults: such a key goes nowhere until its host was accepted.
                Seal = items.GetValueOrDefault(labelled.Id)?.Seal,
            };
            items[labelled.Id] = KeyVaults.IsBuiltIn(item.Vault) ? store.Seals.Seal(item) : item;
        }

        List<LlmConfiguration> all = WithUniqueNames(items.Values.OrderBy(item => item.CreatedAt).ThenBy(item => item.Name, ConfigurationName.Comparer));
        var document = new ConfigDocument(basis.StoreId, basis.Revision + 1, basis.DefaultVault, all, basis.Extras)
        {
            Seal = basis.Seal ?? (all.Any(item => item.Seal is not null) ? store.Seals.SealOf(basis.StoreId) : null),
        };
        return (document, [.. newer.Select(entry => document.Find(entry.Label!.Configuration.Id)!.Name)]);
    }

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
