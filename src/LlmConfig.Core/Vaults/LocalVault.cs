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

    /// <param name="folder">The vault's folder; its parent must exist before anything is written.</param>
    /// <param name="files">The file system.</param>
    /// <param name="protectors">The protectors of this operating system, the best first.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="warn">Told when a vault is made whose keys lie behind nothing but a file.</param>
    /// <param name="patience">How long is waited for another process that makes the vault.</param>
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

    /// <summary>Keeps any secret, in the place of one of the same name. A power cut can lose it until <see cref="Flush"/> returned, and leaves no half of it.</summary>
    public void WriteSecret(
        string name, SealedSecretType type, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> value, CancellationToken cancellation) =>
        _secrets.Write(name, type, metadata, value, cancellation);

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

    /// <summary>Opens any secret; <see langword="null"/> when there is none of this name.</summary>
    public SealedSecret? ReadSecret(string name) => _secrets.Read(name);

    public void Remove(string keyId, CancellationToken cancellation) => _secrets.Remove(keyId, cancellation);

    /// <summary>Removes any secret.</summary>
    /// <returns>False when there is none of this name.</returns>
    public bool RemoveSecret(string name, CancellationToken cancellation) => _secrets.Remove(name, cancellation);

    public void Relabel(string keyId, KeyLabel label, CancellationToken cancellation) => _secrets.RewriteMetadata(keyId, SealedFiles.Encode(label), cancellation);

    /// <summary>Replaces what is kept beside any secret.</summary>
    /// <returns>False when there is none of this name.</returns>
    public bool RewriteMetadata(string name, byte[] metadata, CancellationToken cancellation) => _secrets.RewriteMetadata(name, metadata, cancellation);

    public IReadOnlyList<KeyVaultEntry> List(CancellationToken cancellation)
    {
        // One file that is damaged is told of where its key is read; it must not hide the others.
        LocalVaultContents contents = Inspect(null, cancellation);
        return contents.Refused is { } error ? throw error : contents.Entries;
    }

    /// <summary>All keys that open, and all files that do not. Changes nothing.</summary>
    /// <param name="progress">Told how many files were opened so far.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable or VaultCorrupt: none of them can be opened.</exception>
    public LocalVaultContents Inspect(IProgress<int>? progress, CancellationToken cancellation)
    {
        var entries = new List<KeyVaultEntry>();
        (Dictionary<string, string> damaged, LlmConfigException? refused) = _secrets.Visit(
            secret =>
            {
                if (KeyReference.IsKeyId(secret.Name))
                {
                    entries.Add(new KeyVaultEntry(secret.Name, KeyLabel.TryFrom(SecretMetadata.Decode(secret.Metadata)!)));
                }
            },
            progress,
            cancellation);
        return new LocalVaultContents(entries, damaged, refused);
    }

    /// <summary>How many keys of a store's configurations lie here; one that its store left to others does not count.</summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt: it cannot be told.</exception>
    public int CountKeys() =>
        IsEmpty ? 0 : Inspect(null, CancellationToken.None).Entries.Count(entry => entry.Label is { } label && label.StoreId != KeyLabel.NoStore);

    /// <summary>Lists all secrets, keys of configurations and others; those whose files are damaged are left out.</summary>
    public IReadOnlyList<VaultSecretInfo> ListSecrets(CancellationToken cancellation)
    {
        var secrets = new List<VaultSecretInfo>();
        (_, LlmConfigException? refused) = _secrets.Visit(
            secret => secrets.Add(new VaultSecretInfo(secret.Name, secret.Type, SecretMetadata.Decode(secret.Metadata))), null, cancellation);
        return refused is null ? secrets : throw refused;
    }

    IReadOnlyList<string> IKeyVault.ListSecrets(CancellationToken cancellation) => [.. ListSecrets(cancellation).Select(secret => secret.Name)];

    /// <summary>What <see cref="MasterKey.Mark"/> gives; <see langword="null"/> where the vault is not made yet.</summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public ulong? Mark(ApiKey key) => _keys.Open(justOpened: true)?.Key.Mark(key);

    /// <summary>True when <see cref="Mark"/> gave this mark for the key, also under a master key that is being exchanged. False where the vault is not made yet.</summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public bool HasMark(ApiKey key, ulong mark) =>
        _keys.Open() is { } open && (open.Key.Mark(key) == mark || _keys.Before(open)?.Mark(key) == mark);

    /// <summary>What <see cref="MasterKey.Code"/> gives; <see langword="null"/> where the vault is not made yet.</summary>
    /// <param name="purpose">The purpose.</param>
    /// <param name="text">The text.</param>
    /// <param name="justOpened">True where the vault was opened or looked at just now: its header is not read again.</param>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public byte[]? Authenticate(ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> text, bool justOpened = false) =>
        _keys.Open(justOpened)?.Key.Code(purpose, text);

    /// <summary>True when <see cref="Authenticate"/> gave this code for the text, also under a master key that is being exchanged. False where the vault is not made yet.</summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public bool Confirms(ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> text, ReadOnlySpan<byte> code, bool justOpened = false) =>
        _keys.Open(justOpened) is { } open
        && (open.Key.Confirms(purpose, text, code) || _keys.Before(open)?.Confirms(purpose, text, code) == true);

    /// <summary>Opens the vault, or looks whether it is still the one that was opened.</summary>
    /// <returns>False where it is not made yet.</returns>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public bool TryOpen() => _keys.Open() is not null;

    /// <summary>Whether keys can be read and written now, asked anew: the header, the protector, and the master key that it keeps.</summary>
    /// <returns>False when there is no vault yet.</returns>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt, or a Store code.</exception>
    public bool CheckMasterKey() => _keys.Check();

    /// <summary>Throws where secrets could not be read or written now. Makes nothing.</summary>
    public void Check()
    {
        if (!_keys.Check())
        {
            _keys.RequireChoice();
        }
    }

    /// <summary>Makes the vault where there is none, and opens it.</summary>
    /// <param name="renew">True to give a vault that holds nothing a new master key, where <see cref="IsReliedOn"/> allows it.</param>
    /// <param name="cancellation">Gives up while another process makes it.</param>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt, or a Store code.</exception>
    public void Make(bool renew, CancellationToken cancellation) => _secrets.MakeVault(renew, cancellation);

    /// <summary>How keys are kept, for people to look at. Makes nothing.</summary>
    public LocalVaultInfo GetInfo()
    {
        if (_keys.ReadHeader() is { } header)
        {
            return new LocalVaultInfo(
                true,
                header.Protector,
                header.Reason,
                _keys.Protectors.FirstOrDefault(protector => protector.Kind == header.Protector)?.GetStatus(header.VaultId)
                    ?? new ProtectorStatus(ProtectorState.Absent, $"The protector {header.Protector} does not exist on this operating system."));
        }

        (IMasterKeyProtector? protector, string reason, ProtectorStatus status) = _keys.Choose();
        return new LocalVaultInfo(false, protector?.Kind, reason, status);
    }

    /// <summary>Forgets the master key, and the passphrase where one protects it.</summary>
    public void Lock()
    {
        _keys.Retire();
        if (_keys.ReadHeader() is { } header)
        {
            _keys.Passphrase?.Lock(header.VaultId);
        }
    }

    /// <summary>Lets a passphrase that was given just now hold for another time than the usual one.</summary>
    public void KeepUnlocked(TimeSpan? time)
    {
        TimeSpan? kept = time > PassphraseKeys.LongestTime ? PassphraseKeys.LongestTime : time;
        if (kept is { } wanted && _keys.ReadHeader() is { Protector: ProtectorKind.Passphrase } header)
        {
            _keys.Passphrase?.KeepUnlocked(header.VaultId, wanted);
        }
    }

    /// <summary>
    /// Gives the vault a new master key and seals every secret anew; the old master key is destroyed at the end. Keys can be read
    /// and written throughout. Interrupted, it loses nothing, and <see cref="FinishRotation"/> goes on.
    /// </summary>
    /// <param name="rebind">Writes anew what else was computed under the old master key; called once no secret is sealed under it.</param>
    /// <param name="cancellation">Stops between two secrets.</param>
    /// <returns>False when there is no vault yet.</returns>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt: a secret or a master key cannot be read.</exception>
    public bool RotateMasterKey(Action rebind, CancellationToken cancellation) => _exchange.Run(null, keepMasterKey: false, rebind, cancellation);

    /// <summary>
    /// Lets another protector keep the master key, or makes the vault with it. Unless told otherwise, it is a new master key: whoever
    /// copied the old one from where it lay cannot open what is written from now on.
    /// </summary>
    /// <param name="kind">The protector.</param>
    /// <param name="keepMasterKey">True to hand the same master key on, and to write no secret anew.</param>
    /// <param name="rebind">As for <see cref="RotateMasterKey"/>.</param>
    /// <param name="cancellation">Stops between two secrets.</param>
    /// <returns>False when it was this protector already.</returns>
    public bool ChangeProtector(ProtectorKind kind, bool keepMasterKey, Action rebind, CancellationToken cancellation) =>
        _exchange.Run(kind, keepMasterKey, rebind, cancellation);

    /// <summary>Goes on with an exchange of the master key that was begun.</summary>
    /// <returns>False when none was begun.</returns>
    public bool FinishRotation(Action rebind, CancellationToken cancellation) => _exchange.Finish(rebind, cancellation);

    /// <inheritdoc cref="VaultGuard.ProveHeader"/>
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

    /// <summary>
    /// What dead processes left behind: files that were being written, and files with master keys that nothing needs. None while
    /// another process is at work.
    /// </summary>
    public IReadOnlyList<string> Leftovers() =>
        !_files.CheckFolder(_paths.Folder) || _files.IsHeld(_paths.Lock, exclusive: true) ? [] : [.. _secrets.HalfWritten, .. UnneededKeyFiles()];

    /// <inheritdoc cref="VaultGuard.IsSurelyOwn"/>
    public bool IsSurelyOwn(string path) => _guard.IsSurelyOwn(path);

    /// <summary>Removes what <see cref="Leftovers"/> named.</summary>
    /// <returns>True when it was there.</returns>
    public bool RemoveLeftover(string path, CancellationToken cancellation)
    {
        using FileLock alone = _lock.Acquire(cancellation);
        if (LocalVaultFiles.MasterKeyOwner(path) is not { } owner)
        {
            bool found = _files.Inspect(path) is not null;
            _files.DeleteFile(path);
            return found;
        }

        if (!UnneededKeyFiles().Contains(path, StringComparer.Ordinal))
        {
            return false;
        }

        // The header that says so may not be durable yet.
        _files.FlushFolder(_paths.Folder);
        new KeyFileProtector(_paths.Folder, _files).Remove(owner);
        return true;
    }

    /// <summary>Removes what dead processes left half-written, unless another process is writing now.</summary>
    public void RemoveLeftovers() => _secrets.SweepUnlessBusy();

    public void Dispose() => _keys.Dispose();

    private IReadOnlyList<string> UnneededKeyFiles() => _guard.UnneededKeyFiles(
        () => _secrets.Visit(_ => { }, null, CancellationToken.None) is { Damaged.Count: 0, Refused: null });

    private static LlmConfigException Missing(string keyId) => new(
        LlmConfigErrorCode.KeyMissing,
        keyId,
        $"The built-in vault has no secret '{keyId}'.",
        "Set the key anew with Set-LlmConfig -ApiKey.");
}

/// <summary>What a look at all files of the built-in vault found.</summary>
/// <param name="Entries">The keys that open.</param>
/// <param name="Damaged">The files that do not, with the reason as a full sentence.</param>
/// <param name="Refused">The first file that was no damage but a refusal (a link, another user's), where there is one.</param>
internal sealed record LocalVaultContents(
    IReadOnlyList<KeyVaultEntry> Entries, IReadOnlyDictionary<string, string> Damaged, LlmConfigException? Refused);

/// <summary>How the built-in vault of a store keeps its keys.</summary>
/// <param name="Exists">False before the first key was kept.</param>
/// <param name="Protector">What keeps the master key, or would keep it if the vault were made now.</param>
/// <param name="Reason">Why it is this protector, in one sentence.</param>
/// <param name="Status">What the protector answers now.</param>
internal sealed record LocalVaultInfo(bool Exists, ProtectorKind? Protector, string Reason, ProtectorStatus Status);
