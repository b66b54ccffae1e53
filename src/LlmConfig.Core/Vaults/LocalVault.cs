namespace LlmConfig;

/// <summary>
/// The built-in vault: one sealed file for each secret (<see cref="SealedFiles"/>), under a random master key that a protector keeps
/// (<see cref="MasterKeys"/>). What a vault promises may be changed here; how a secret is written, for instance.
/// </summary>
internal sealed class LocalVault : IKeyVault, IDisposable
{
    /// <summary>The name by which configurations refer to it.</summary>
    public const string VaultName = "LlmConfig";

    private readonly LocalVaultFiles _paths;
    private readonly StoreFileSystem _files;
    private readonly WaitingLock _lock;
    private readonly MasterKeys _keys;
    private readonly SealedFiles _secrets;
    private readonly MasterKeyExchange _exchange;
    private readonly VaultGuard _guard;

    public LocalVault(
        string folder,
        StoreFileSystem files,
        IReadOnlyList<IMasterKeyProtector> protectors,
        TimeProvider clock,
        Action<LlmConfigWarning> warn,
        TimeSpan patience)
    {
        _paths = new LocalVaultFiles(folder);
        _files = files;
        _lock = new WaitingLock(files, _paths.Lock, patience);
        _keys = new MasterKeys(_paths, files, protectors, clock, warn);
        _guard = new VaultGuard(_paths, files, _keys, clock);
        _secrets = new SealedFiles(_paths, files, _keys, _guard, _lock);
        _exchange = new MasterKeyExchange(_paths, files, _keys, _secrets, _guard, _lock);
    }

    public string Name => VaultName;

    public bool TakesLabels => true;

    /// <summary>True where something else than its secrets was computed under the master key, so that an empty vault has to keep it too.</summary>
    public Func<bool> IsReliedOn
    {
        set => _guard.IsReliedOn = value;
    }

    public bool HoldsSecrets => _secrets.Any;

    /// <summary>True when the vault holds no secret: one whose master key is lost is made anew then.</summary>
    public bool IsEmpty => !_secrets.Any;

    /// <summary>True while a master key is exchanged, or where that was left undone: files may be sealed under the one before.</summary>
    public bool IsRotating => _keys.ReadHeader()?.Previous is not null;

    /// <summary>The file in which a secret of this name lies or would lie.</summary>
    public string PathOf(string name) => _paths.Sealed(name);

    public IKeyBatch Begin() => new LocalVaultBatch(_secrets, _files, _paths.Folder);

    public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        using IKeyBatch batch = Begin();
        batch.Write(keyId, key, label, cancellation);
        batch.StartFlush()?.Wait();
    }

    /// <summary>Makes durable what was replaced and removed.</summary>
    public void Flush()
    {
        if (_files.CheckFolder(_paths.Folder))
        {
            _files.FlushFolder(_paths.Folder);
        }
    }

    public ApiKey Read(string keyId, CancellationToken cancellation)
    {
        // Its value becomes the key, which zeroes it.
        SealedSecret secret = ReadSecret(keyId) ?? throw Missing(keyId);
        if (secret.Type is SealedSecretType.SecureString or SealedSecretType.String)
        {
            return ApiKey.FromVault(secret.Value, keyId);
        }

        // A secret that somebody else put there.
        using (secret)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidKey, keyId, $"It is a {secret.Type} and not a text.", "Keep the key alone in a secret, as a text or a SecureString.");
        }
    }

    public void Remove(string keyId, CancellationToken cancellation) => _secrets.Remove(keyId, cancellation);

    public void Relabel(string keyId, KeyLabel label, CancellationToken cancellation) =>
        _secrets.RewriteMetadata(keyId, SealedFiles.Encode(label), cancellation);

    // Secrets of any kind, for SecretVault; null or false where there is none of this name.
    public SealedSecret? ReadSecret(string name) => _secrets.Read(name);

    public bool RemoveSecret(string name, CancellationToken cancellation) => _secrets.Remove(name, cancellation);

    /// <summary>Keeps a secret, in the place of one of the same name. Until <see cref="Flush"/> returned, a power cut can lose it as a whole.</summary>
    public void WriteSecret(
        string name, SealedSecretType type, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> value, CancellationToken cancellation) =>
        _secrets.Write(name, type, metadata, value, cancellation);

    public bool RewriteMetadata(string name, byte[] metadata, CancellationToken cancellation) =>
        _secrets.RewriteMetadata(name, metadata, cancellation);

    public IReadOnlyList<KeyVaultEntry> List(CancellationToken cancellation)
    {
        // A damaged file is reported where its key is read; it must not hide the others.
        LocalVaultContents contents = Inspect(null, cancellation);
        return contents.Refused is { } error ? throw error : contents.Entries;
    }

    /// <summary>All keys that open, and all files that do not. Changes nothing.</summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable or VaultCorrupt: none of them can be opened.</exception>
    public LocalVaultContents Inspect(IProgress<int>? progress, CancellationToken cancellation)
    {
        var entries = new List<KeyVaultEntry>();
        var rotations = new List<(Guid Id, DateTime StartedAt)>();
        (Dictionary<string, string> damaged, LlmConfigException? refused) = _secrets.Visit(
            secret =>
            {
                if (KeyReference.IsKeyId(secret.Name))
                {
                    entries.Add(new KeyVaultEntry(secret.Name, KeyLabel.TryFrom(SecretMetadata.Decode(secret.Metadata)!)));
                }
                else if (RotationRecords.Of(secret) is { } rotation)
                {
                    rotations.Add(rotation);
                }
            },
            progress,
            cancellation);
        return new LocalVaultContents(entries, rotations, damaged, refused);
    }

    /// <summary>How many keys of a store's configurations lie here; one that its store left to others does not count.</summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt: it cannot be told.</exception>
    public int CountKeys() =>
        IsEmpty ? 0 : Inspect(null, CancellationToken.None).Entries.Count(entry => entry.Label is { } label && label.StoreId != KeyLabel.NoStore);

    /// <summary>Lists all secrets, keys of configurations and others, without the records of rotations; those whose files are damaged are left out.</summary>
    public IReadOnlyList<VaultSecretInfo> ListSecrets(CancellationToken cancellation)
    {
        var secrets = new List<VaultSecretInfo>();
        (_, LlmConfigException? refused) = _secrets.Visit(
            secret =>
            {
                if (!RotationRecords.IsName(secret.Name))
                {
                    secrets.Add(new VaultSecretInfo(secret.Name, secret.Type, SecretMetadata.Decode(secret.Metadata)));
                }
            },
            null,
            cancellation);
        return refused is null ? secrets : throw refused;
    }

    IReadOnlyList<string> IKeyVault.ListSecrets(CancellationToken cancellation) => [.. ListSecrets(cancellation).Select(secret => secret.Name)];

    /// <summary>Which master key the vault has now; <see langword="null"/> where it is not made yet. The header is read for it.</summary>
    public Guid? VaultId => _keys.Open()?.Header.VaultId;

    // What is computed under the master key: null or false where the vault is not made yet. What was computed under the one before
    // holds while it is exchanged. The header is not read again for a vault that was just opened.
    public ulong? Fingerprint(ApiKey key) => _keys.Open(justOpened: true)?.Key.Fingerprint(key);

    public bool HasFingerprint(ApiKey key, ulong fingerprint) =>
        _keys.Open() is { } open && (open.Key.Fingerprint(key) == fingerprint || _keys.Before(open)?.Fingerprint(key) == fingerprint);

    public byte[]? Authenticate(ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> text, bool justOpened = false) =>
        _keys.Open(justOpened)?.Key.Code(purpose, text);

    public bool Confirms(ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> text, ReadOnlySpan<byte> code, bool justOpened = false) =>
        _keys.Open(justOpened) is { } open
        && (open.Key.Confirms(purpose, text, code) || _keys.Before(open)?.Confirms(purpose, text, code) == true);

    // The vault itself: each is described where it is done.
    public bool TryOpen() => _keys.Open() is not null;

    public void Make(bool renew, CancellationToken cancellation) => _secrets.OpenOrMake(renew, cancellation);

    public bool CheckMasterKey() => _keys.Check();

    /// <summary>Throws where secrets could not be read or written now. Makes nothing.</summary>
    public void Check()
    {
        if (!_keys.Check())
        {
            _keys.RequireChoice();
        }
    }

    public LocalVaultInfo GetInfo() => _keys.GetInfo();

    public void Lock() => _keys.Lock();

    public void KeepUnlocked(TimeSpan? time) => _keys.KeepUnlocked(time);

    /// <returns>False when there is no vault yet.</returns>
    public bool RotateMasterKey(Action rebind, CancellationToken cancellation) => _exchange.Run(null, keepMasterKey: false, rebind, cancellation);

    /// <returns>False when it was this protector already.</returns>
    public bool ChangeProtector(ProtectorKind kind, bool keepMasterKey, Action rebind, CancellationToken cancellation) =>
        _exchange.Run(kind, keepMasterKey, rebind, cancellation);

    public bool FinishRotation(Action rebind, CancellationToken cancellation) => _exchange.Finish(rebind, cancellation);

    public VaultHeader? ProveHeader() => _guard.ProveHeader();

    /// <summary>Puts the header that is proven into its place; the one that is there is kept under another name.</summary>
    /// <returns>The new header and what the other one is called now, or <see langword="null"/> where there is nothing to repair.</returns>
    public (VaultHeader Header, string? KeptAside)? RestoreHeader(string suffix, CancellationToken cancellation)
    {
        using FileLock alone = _lock.Acquire(cancellation);
        if (ProveHeader() is not { } proven)
        {
            return null;
        }

        string? aside = _files.FileExists(_paths.Header) ? _files.MoveAside(_paths.Header, suffix) : null;
        _keys.Publish(proven);
        return (proven, aside);
    }

    public IReadOnlyList<string> Leftovers() => _secrets.Leftovers();

    public bool IsSurelyOwn(string path) => _guard.IsSurelyOwn(path);

    public bool RemoveLeftover(string path, CancellationToken cancellation) => _secrets.RemoveLeftover(path, cancellation);

    public void RemoveLeftovers() => _secrets.SweepUnlessBusy();

    public void Dispose() => _keys.Dispose();

    private static LlmConfigException Missing(string keyId) => new(
        LlmConfigErrorCode.KeyMissing,
        keyId,
        $"The built-in vault has no secret '{keyId}'.",
        "Set the key anew with Set-LlmConfig -AskApiKey.");
}

/// <summary>What a look at all files of the built-in vault found.</summary>
/// <param name="Entries">The keys that open.</param>
/// <param name="Rotations">Configurations whose rotation is not finished, and when it began.</param>
/// <param name="Damaged">The files that do not, with the reason as a full sentence.</param>
/// <param name="Refused">The first file that was no damage but a refusal (a link, another user's), where there is one.</param>
internal sealed record LocalVaultContents(
    IReadOnlyList<KeyVaultEntry> Entries, IReadOnlyList<(Guid Id, DateTime StartedAt)> Rotations, IReadOnlyDictionary<string, string> Damaged, LlmConfigException? Refused);

/// <summary>How the built-in vault of a store keeps its keys.</summary>
/// <param name="Exists">False before the first key was kept.</param>
/// <param name="Protector">What keeps the master key, or would keep it if the vault were made now.</param>
/// <param name="Reason">Why it is this protector, in one sentence.</param>
/// <param name="Status">What the protector answers now.</param>
internal sealed record LocalVaultInfo(bool Exists, ProtectorKind? Protector, string Reason, ProtectorStatus Status);
