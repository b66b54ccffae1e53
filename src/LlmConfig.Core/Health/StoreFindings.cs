namespace LlmConfig;

/// <summary>A store and its vaults as one look found them. Checks and repairs are both made of it, so that they agree.</summary>
internal sealed record StoreFindings
{
    /// <summary>What lies where something of the store belongs.</summary>
    public required IReadOnlyList<EntryFinding> Entries { get; init; }

    public required ConfigFileLook Main { get; init; }

    public required ConfigFileLook Backup { get; init; }

    /// <summary>The revision that was committed last, as far as it is known: 0 where it is not.</summary>
    public long NewestRevision { get; init; }

    /// <summary>True where somebody put an older file in the place of the one that was committed last.</summary>
    public bool IsOutdated => Main.Document is { } document && document.Revision < NewestRevision;

    /// <summary>For each configuration of an older file, the newest key of it that the built-in vault has.</summary>
    public Dictionary<Guid, KeyVaultEntry> NewerKeys(ConfigDocument document)
    {
        IEnumerable<KeyVaultEntry> own = BuiltIn?.Entries.Values.Where(entry => entry.Label?.StoreId == document.StoreId) ?? [];
        return SharedKeys.Newest(own)
            .Where(pair => document.Find(pair.Key) is { } item
                && item.KeyId != pair.Value.KeyId
                && pair.Value.Label!.Configuration.KeyUpdatedAt > item.KeyUpdatedAt
                && pair.Value.Label.BelongsTo(item))
            .ToDictionary();
    }

    /// <summary>When the backup was written; <see langword="null"/> where there is none.</summary>
    public DateTime? BackupWritten { get; init; }

    public required IReadOnlyList<IntentLook> Intents { get; init; }

    /// <summary>Why the intents could not be looked at, or <see langword="null"/>.</summary>
    public LlmConfigException? IntentError { get; init; }

    /// <summary>The built-in vault first.</summary>
    public required IReadOnlyList<VaultFinding> Vaults { get; init; }

    /// <summary>How the built-in vault is protected; <see langword="null"/> where its header cannot be read.</summary>
    public LocalVaultInfo? Protection { get; init; }

    /// <summary>Why no key of the built-in vault can be used now, or <see langword="null"/>.</summary>
    public LlmConfigException? ProtectionError { get; init; }

    /// <summary>True when the built-in vault holds no secret of any kind.</summary>
    public bool IsVaultEmpty { get; init; }

    /// <summary>True while the master key of the built-in vault is exchanged, or where that was left undone.</summary>
    public bool IsRotating { get; init; }

    /// <summary>The header that the built-in vault should have, where a protector has the master key with which its secrets were sealed and the header does not.</summary>
    public VaultHeader? ProvenHeader { get; init; }

    /// <summary>What dead writers left: beside the file, in the vault, in the folder of intents.</summary>
    public IReadOnlyList<string> FileLeftovers { get; init; } = [];

    public IReadOnlyList<string> VaultLeftovers { get; init; } = [];

    public IReadOnlyList<string> IntentLeftovers { get; init; } = [];

    public VaultFinding? BuiltIn => Vaults.Count > 0 ? Vaults[0] : null;

    /// <summary>True when changes are under way, or were left, whose keys cannot be told.</summary>
    public bool HasOpaqueIntents => IntentError is not null || Intents.Any(intent => intent.IsOpaque);

    /// <summary>True when a change was left undone.</summary>
    public bool IsAnythingUndone => Intents.Any(intent => intent.State != IntentState.Live);

    /// <summary>The ids of all keys that some intent names.</summary>
    public HashSet<string> KeysInDoubt => [.. Intents.SelectMany(intent => intent.Keys).Select(key => key.KeyId), .. DoubtedBefore];

    /// <summary>True when the store had keys in vaults of others, as its lock file or its notes say.</summary>
    public bool HadKeysElsewhere { get; init; }

    /// <summary>Notes of keys that their vaults do not have any more, and that nothing refers to.</summary>
    public IEnumerable<string> StaleNotes(ConfigDocument document) =>
        Written.Where(keyId => !KeysInDoubt.Contains(keyId) && document.FindByKey(new KeyReference(string.Empty, keyId)) is null && Vaults.Any(vault => vault.Keys.GetValueOrDefault(keyId) is { Code: LlmConfigErrorCode.KeyMissing }));

    /// <summary>The ids of keys that this store wrote to vaults that keep no labels, by its own notes.</summary>
    public IReadOnlySet<string> Written { get; init; } = new HashSet<string>();

    /// <summary>The ids of keys that some intent named before the vaults were listed.</summary>
    public IReadOnlySet<string> DoubtedBefore { get; init; } = new HashSet<string>();

    public VaultFinding? Vault(string name) =>
        Vaults.FirstOrDefault(vault => string.Equals(vault.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// True when the file changed during each look: a key that another process was dropping meanwhile would seem to be one
    /// that nothing refers to.
    /// </summary>
    public bool IsUnsettled { get; init; }

    /// <summary>Keys in the vaults of others of which nobody can tell whose they are: they have no label, and this store did not note them.</summary>
    public IEnumerable<(VaultFinding Vault, int Count)> Unattributed(ConfigDocument document) =>
        from vault in Vaults.Skip(1)
        let count = vault.Entries.Values.Count(entry => entry.Label is null && !Written.Contains(entry.KeyId) && !document.RefersTo(new KeyReference(vault.Name, entry.KeyId)))
        where count > 0
        select (vault, count);

    /// <summary>
    /// Keys that this store wrote and that nothing refers to: neither a configuration nor an intent. Never a key of another
    /// store, nor one whose label cannot be read.
    /// </summary>
    public IEnumerable<(VaultFinding Vault, KeyVaultEntry Entry)> Unreferenced(ConfigDocument document)
    {
        HashSet<string> inDoubt = KeysInDoubt;
        return HasOpaqueIntents || IsUnsettled
            ? []
            : from vault in Vaults
              from entry in vault.Entries.Values
              where (entry.Label is null ? Written.Contains(entry.KeyId) : entry.Label.StoreId == document.StoreId)
                  && !document.RefersTo(new KeyReference(vault.Name, entry.KeyId))
                  && !inDoubt.Contains(entry.KeyId)
              select (vault, entry);
    }

    /// <summary>For each configuration whose own key its vault lost, the newest other key of it that a vault has.</summary>
    public Dictionary<Guid, KeyReference> Replacements(ConfigDocument document)
    {
        var found = new Dictionary<Guid, KeyReference>();
        HashSet<Guid> lost = [.. document.Configurations.Where(item => item.OwnKey is not null && IsMissing(item)).Select(item => item.Id)];
        if (lost.Count == 0)
        {
            return found;
        }

        List<(VaultFinding Vault, KeyVaultEntry Entry)> loose = [.. Unreferenced(document)];
        foreach ((Guid id, KeyVaultEntry entry) in SharedKeys.Newest(loose.Select(pair => pair.Entry)))
        {
            if (lost.Contains(id) && entry.Label!.BelongsTo(document.Find(id)!))
            {
                found.Add(id, new KeyReference(loose.First(pair => pair.Entry == entry).Vault.Name, entry.KeyId));
            }
        }

        return found;
    }

    /// <summary>Why the secret that somebody else keeps as the configuration's key cannot be read; also <see langword="null"/> where its vault was not asked.</summary>
    public Func<LlmConfiguration, LlmConfigException?> NamedKeyError { get; init; } = _ => null;

    /// <summary>True when the vault answered and does not have the configuration's key.</summary>
    public bool IsMissing(LlmConfiguration item) =>
        item is { Key: { } key, KeyName: null } && Vault(key.Vault) is { } vault && vault.Lacks(key.KeyId) && DamagedFile(item) is null;

    /// <summary>The file of the built-in vault in which the configuration's key lies and does not open, or <see langword="null"/>.</summary>
    public required Func<LlmConfiguration, string?> DamagedFile { get; init; }

    /// <summary>Why the configuration's key may not go where it says, or <see langword="null"/>; also where that cannot be told.</summary>
    public required Func<LlmConfiguration, string?> HostProblem { get; init; }

    /// <summary>Keys of the store's own whose labels do not say what their configurations say.</summary>
    public IEnumerable<(VaultFinding Vault, LlmConfiguration Item)> StaleLabels(ConfigDocument document)
    {
        HashSet<string> underWay = [.. Intents.SelectMany(intent => intent.Labels.Concat(intent.Keys)).Select(key => key.KeyId)];
        return from item in document.Configurations
               let key = item.OwnKey
               where key is not null && !underWay.Contains(key.KeyId)
               let vault = Vault(key.Vault)
               where vault is { TakesLabels: true } && vault.Entries.TryGetValue(key.KeyId, out KeyVaultEntry? entry)
                   && entry.Label?.Says(new KeyLabel(document.StoreId, item)) != true
                   && HostProblem(item) is null
               select (vault, item);
    }
}
