namespace LlmConfig;

/// <summary>A store and its vaults as one look found them. All checks rest on it, so that they agree.</summary>
internal sealed record StoreSnapshot
{
    /// <summary>What lies where something of the store belongs, its folder first.</summary>
    public required IReadOnlyList<EntrySnapshot> Entries { get; init; }

    /// <summary>False without a folder of ours: there is nothing in it to look at then.</summary>
    public bool HasFolder => Entries[0] is { Entry: not null, Problem: null };

    public required ConfigFileSnapshot Main { get; init; }

    public required ConfigFileSnapshot Backup { get; init; }

    /// <summary>The document that the checks of keys rest on: the file's, else the backup's.</summary>
    public ConfigDocument? Document => Main.Document ?? Backup.Document;

    /// <summary>The configurations to check; <see langword="null"/> for all of them.</summary>
    public IReadOnlyCollection<Guid>? Ids { get; init; }

    public IEnumerable<LlmConfiguration> Items => Document?.Configurations.Where(item => Ids?.Contains(item.Id) != false) ?? [];

    /// <summary>The revision that was committed last, as far as it is known: 0 where it is not.</summary>
    public long NewestRevision { get; init; }

    /// <summary>True where somebody put an older file in the place of the one that was committed last.</summary>
    public bool IsOutdated => Main.Document is { } document && document.Revision < NewestRevision;

    /// <summary>
    /// True when the file changed during each look: a key that another process was dropping meanwhile would seem to be one
    /// that nothing refers to.
    /// </summary>
    public bool IsUnsettled { get; init; }

    /// <summary>True when the store had keys in vaults of others, as its lock file or its notes say.</summary>
    public bool HadKeysElsewhere { get; init; }

    public IReadOnlyList<IntentSnapshot> Intents { get; init; } = [];

    /// <summary>Why the intents could not be looked at, or <see langword="null"/>.</summary>
    public LlmConfigException? IntentError { get; init; }

    /// <summary>True when changes are under way, or were left, whose keys cannot be told.</summary>
    public bool HasOpaqueIntents => IntentError is not null || Intents.Any(intent => intent.IsOpaque);

    /// <summary>True when a change was left undone.</summary>
    public bool IsAnythingUndone => Intents.Any(intent => intent.State != IntentState.Live);

    /// <summary>The ids of all keys that some intent names, or named before the vaults were listed.</summary>
    public IReadOnlySet<string> KeysInDoubt { get; init; } = new HashSet<string>();

    /// <summary>The ids of keys that this store wrote to vaults that keep no labels, by its own notes.</summary>
    public IReadOnlySet<string> Written { get; init; } = new HashSet<string>();

    /// <summary>The built-in vault first; none without a folder.</summary>
    public IReadOnlyList<VaultSnapshot> Vaults { get; init; } = [];

    public VaultSnapshot? BuiltIn => Vaults.Count > 0 ? Vaults[0] : null;

    /// <summary>True when the built-in vault holds no secret of any kind.</summary>
    public bool IsVaultEmpty { get; init; } = true;

    /// <summary>How the built-in vault is protected; <see langword="null"/> where its header cannot be read.</summary>
    public LocalVaultInfo? Protection { get; init; }

    /// <summary>Why no key of the built-in vault can be used now, or <see langword="null"/>.</summary>
    public LlmConfigException? ProtectionError { get; init; }

    public VaultSnapshot? Vault(string name) => Vaults.FirstOrDefault(vault => string.Equals(vault.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Keys that this store wrote and that nothing refers to: neither a configuration nor an intent. Never a key of another
    /// store, nor one whose label cannot be read.
    /// </summary>
    public IEnumerable<(VaultSnapshot Vault, KeyVaultEntry Entry)> Unreferenced() => HasOpaqueIntents || IsUnsettled || Document is not { } document
        ? []
        : from vault in Vaults
          from entry in vault.Entries.Values
          where (entry.Label is null ? Written.Contains(entry.KeyId) : entry.Label.StoreId == document.StoreId)
              && !document.RefersTo(new KeyReference(vault.Name, entry.KeyId))
              && !KeysInDoubt.Contains(entry.KeyId)
          select (vault, entry);

    /// <summary>For each configuration whose own key its vault lost, the newest other key of it that a vault has.</summary>
    public Dictionary<Guid, (VaultSnapshot Vault, KeyVaultEntry Entry)> Replacements()
    {
        Dictionary<Guid, LlmConfiguration> lost = (Document?.Configurations ?? [])
            .Where(item => item.RemovableKey is { } key && Vault(key.Vault)?.Lacks(key.KeyId) == true)
            .ToDictionary(item => item.Id);
        List<(VaultSnapshot Vault, KeyVaultEntry Entry)> loose = lost.Count == 0 ? [] : [.. Unreferenced()];
        return SharedKeys.Newest(loose.Select(pair => pair.Entry))
            .Where(pair => lost.TryGetValue(pair.Key, out LlmConfiguration? item) && pair.Value.Label!.BelongsTo(item))
            .ToDictionary(pair => pair.Key, pair => loose.Find(other => other.Entry == pair.Value));
    }
}

/// <summary>What lies at a path where a file or folder of the store belongs, or why the system does not say it.</summary>
internal sealed record EntrySnapshot(string Path, bool IsFolder, EntryInfo? Entry, LlmConfigException? Error)
{
    /// <summary>True when others may use what is ours: a repair restricts access to the owner.</summary>
    public bool IsWide => Problem is null && Entry is { } entry && StoreFileSystem.IsWide(entry);

    /// <summary>Why it is not used at all, or <see langword="null"/>.</summary>
    public LlmConfigException? Problem => Error ?? Entry switch
    {
        null => null,
        { Kind: EntryKind.Link } => StoreFailure.Link(Path),
        { Kind: not EntryKind.Folder } when IsFolder => StoreFailure.NotAFolder(Path),
        { Kind: not EntryKind.File } when !IsFolder => StoreFailure.NotAFile(Path),
        { OwnedByUser: false } => StoreFailure.OtherOwner(Path),
        { LinkCount: > 1 } when !IsFolder => StoreFailure.SharedFile(Path),
        _ => null,
    };
}

/// <summary>What a look into one vault found: the keys in it, none where it could not be asked, and whether it keeps labels.</summary>
internal sealed record VaultSnapshot(string Name, IEnumerable<KeyVaultEntry> Listed, bool TakesLabels)
{
    public static readonly IReadOnlyDictionary<string, string> NoFiles = new Dictionary<string, string>();

    /// <summary>The keys in it by id.</summary>
    public IReadOnlyDictionary<string, KeyVaultEntry> Entries { get; } =
        Listed.DistinctBy(entry => entry.KeyId).ToDictionary(entry => entry.KeyId, StringComparer.Ordinal);

    /// <summary>Why it could not be asked, or <see langword="null"/>.</summary>
    public LlmConfigException? Error { get; init; }

    /// <summary>Files of the built-in vault that do not open, with the reason.</summary>
    public IReadOnlyDictionary<string, string> Damaged { get; init; } = NoFiles;

    /// <summary>Configurations whose rotation is not finished, and when it began.</summary>
    public IReadOnlyList<(Guid Id, DateTime StartedAt)> Rotations { get; init; } = [];

    /// <summary>Why a file of the built-in vault could not be read that may be whole, or <see langword="null"/>.</summary>
    public LlmConfigException? Refused { get; init; }

    /// <summary>In which file the built-in vault keeps a key.</summary>
    public Func<string, string>? PathOf { get; init; }

    /// <summary>
    /// Of keys that configurations or notes of this store name, why reading one failed; <see langword="null"/> where it gave a key. The
    /// built-in vault, whose files are all opened, has none.
    /// </summary>
    public IReadOnlyDictionary<string, LlmConfigException?> Keys { get; init; } = new Dictionary<string, LlmConfigException?>();

    /// <summary>True when it has keys of this store that its list does not show: others may be hidden too.</summary>
    public bool HidesKeys { get; init; }

    /// <summary>The file in which the key lies and does not open, or <see langword="null"/>.</summary>
    public string? DamagedFile(string keyId) => PathOf?.Invoke(keyId) is { } path && Damaged.ContainsKey(path) ? path : null;

    /// <summary>True when the vault answered and does not have the key.</summary>
    public bool Lacks(string keyId) => Error is null && DamagedFile(keyId) is null
        && (Keys.TryGetValue(keyId, out LlmConfigException? problem) ? problem is { Code: LlmConfigErrorCode.KeyMissing } : !Entries.ContainsKey(keyId));

    /// <summary>Why it cannot be told of a key whether it is there, or can be used; <see langword="null"/> otherwise.</summary>
    public LlmConfigException? ProblemOf(string keyId) => Keys.GetValueOrDefault(keyId) is { Code: not LlmConfigErrorCode.KeyMissing } problem ? problem : null;
}
