using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// The built-in vault: one sealed file for each secret, under a random master key that a protector keeps. The protector
/// is chosen when the vault is made and never switched by itself; a vault that holds secrets gets a new master key by
/// <see cref="RotateMasterKey"/> alone, which seals them all anew.
/// </summary>
internal sealed partial class LocalVault : IKeyVault, IDisposable
{
    /// <summary>The name by which configurations refer to it.</summary>
    public const string VaultName = "LlmConfig";

    private const int MostHeaders = 16;

    // Shared by all vaults of the process, since each command opens its own. A header holds no key; what a protector keeps
    // is asked for anew each time.
    private static readonly ConcurrentDictionary<string, (FileSnapshot File, VaultHeader Header)?> Headers = new(StringComparer.Ordinal);

    // Those whose check value was found right: the id names the one master key that it can be right for.
    private static readonly ConditionalWeakTable<VaultHeader, object> Accepted = [];

    // Vaults behind a key file that this process compared with what the system's own protectors know of their folder.
    private static readonly ConcurrentDictionary<string, Guid> Compared = new(StringComparer.Ordinal);

    // Folders that this process looked through for what dead ones left.
    private static readonly ConcurrentDictionary<string, (ulong Device, ulong Inode)> Swept = new(StringComparer.Ordinal);

    private readonly LocalVaultFiles _paths;
    private readonly StoreFileSystem _files;
    private readonly IReadOnlyList<IMasterKeyProtector> _protectors;
    private readonly TimeProvider _clock;
    private readonly Action<LlmConfigWarning> _warn;
    private readonly WaitingLock _lock;
    private readonly object _gate = new();

    // By thread: a change runs on one, and its flush must not pass while another thread's still flushes its keys.
    private readonly ConcurrentDictionary<int, UnflushedFiles> _unflushed = [];
    private readonly List<SecretBytes> _retired = [];
    private (VaultHeader Header, SecretBytes MasterKey)? _open;
    private (Guid VaultId, SecretBytes MasterKey)? _previous;

    // The vault that was found fit to take secrets, which is looked at once.
    private Guid _takesSecrets;

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
        _protectors = protectors;
        _clock = clock;
        _warn = warn;
        _lock = new WaitingLock(files, _paths.Lock, patience);
    }

    public string Name => VaultName;

    public bool TakesLabels => true;

    private UnflushedFiles Unflushed => _unflushed.GetOrAdd(Environment.CurrentManagedThreadId, _ => new UnflushedFiles(_files, _paths.Folder));

    private static ReadOnlySpan<byte> MarkPurpose => "LlmConfig key mark 1"u8;

    public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        using FileLock shared = SealAndLock(keyId, SealedSecretType.SecureString, Encode(label), key.Utf8, out byte[] file, cancellation);
        string path = _paths.Sealed(keyId);
        if (_files.FileExists(path))
        {
            // An id is used once; what lies there all the same is replaced as any secret is.
            _files.ReplaceFile(path, file);
            _files.FlushFolder(_paths.Folder);
            return;
        }

        // Renamed before it is flushed: until the configuration that refers to it is committed, an intent names the key, and
        // whatever a power cut leaves of it is removed.
        StagedFile staged = _files.Stage(path, file);
        try
        {
            staged.Place();
        }
        catch
        {
            staged.Dispose();
            throw;
        }

        Unflushed.Add(staged);
    }

    /// <summary>Keeps any secret, in the place of one of the same name. A power cut can lose it until <see cref="Flush"/> returned, and leaves no half of it.</summary>
    public void WriteSecret(
        string name, SealedSecretType type, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> value, CancellationToken cancellation)
    {
        using FileLock shared = SealAndLock(name, type, metadata, value, out byte[] file, cancellation);
        _files.ReplaceFile(_paths.Sealed(name), file);
    }

    public void Flush()
    {
        if (_files.CheckFolder(_paths.Folder))
        {
            // Also where nothing was written: what was removed has to stay so.
            if (StartFlush() is { } flush)
            {
                flush.Wait();
            }
            else
            {
                _files.FlushFolder(_paths.Folder);
            }
        }
    }

    /// <summary>Lets go of what this thread wrote and did not flush: a change that is given up.</summary>
    public void GiveUp() => Unflushed.Abandon();

    /// <summary>Begins to make durable what this thread wrote; <see langword="null"/> where it wrote no key.</summary>
    public StartedWork? StartFlush() => Unflushed.Start();

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
    public SealedSecret? ReadSecret(string name)
    {
        byte[] nameHash = SecretName.Hash(name);
        string path = _paths.Sealed(nameHash);
        try
        {
            return _files.CheckFolder(_paths.Folder) ? OpenSealed(path, nameHash) : null;
        }
        catch (StoreFormatException e)
        {
            throw Corrupt(path, e, SealedSecret.Version);
        }
    }

    /// <summary>
    /// Tells whether two keys are the same without keeping either: 64 bits of HMAC-SHA256 under a key that is derived from
    /// the master key. Without that one, a guess cannot be tried on it; with it, the keys themselves can be read.
    /// </summary>
    /// <returns><see langword="null"/> where the vault is not made yet.</returns>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public ulong? Mark(ApiKey key) =>
        Authenticate(MarkPurpose, key.Utf8, justOpened: true) is { } code ? BinaryPrimitives.ReadUInt64BigEndian(code) : null;

    /// <summary>Opens the vault, or looks whether it is still the one that was opened.</summary>
    /// <returns>False where it is not made yet.</returns>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public bool TryOpen() => OpenCurrent() is not null;

    /// <summary>True when <see cref="Mark"/> gave this mark for the key, also under a master key that is being exchanged. False where the vault is not made yet.</summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public bool HasMark(ApiKey key, ulong mark) =>
        OpenCurrent() is { } open
        && (MarkUnder(open.MasterKey, key) == mark || (PreviousMasterKeyOf(open) is { } before && MarkUnder(before, key) == mark));

    private static ulong MarkUnder(SecretBytes masterKey, ApiKey key) => BinaryPrimitives.ReadUInt64BigEndian(Code(masterKey, MarkPurpose, key.Utf8));

    /// <summary>HMAC-SHA256 of a text under a key that HKDF derives from the master key for one purpose.</summary>
    /// <param name="purpose">The purpose.</param>
    /// <param name="text">The text.</param>
    /// <param name="justOpened">True where the vault was opened or looked at just now: its header is not read again.</param>
    /// <returns>32 bytes; <see langword="null"/> where the vault is not made yet.</returns>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public byte[]? Authenticate(ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> text, bool justOpened = false) =>
        (justOpened ? Open() : OpenCurrent()) is { } open ? Code(open.MasterKey, purpose, text) : null;

    /// <summary>True when <see cref="Authenticate"/> gave this code for the text, also under a master key that is being exchanged. False where the vault is not made yet.</summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public bool Confirms(ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> text, ReadOnlySpan<byte> code, bool justOpened = false) =>
        (justOpened ? Open() : OpenCurrent()) is { } open
        && (CryptographicOperations.FixedTimeEquals(Code(open.MasterKey, purpose, text), code)
            || (PreviousMasterKeyOf(open) is { } before && CryptographicOperations.FixedTimeEquals(Code(before, purpose, text), code)));

    // Null also where it was destroyed already, and the process that did so died before the header said it.
    private SecretBytes? PreviousMasterKeyOf((VaultHeader Header, SecretBytes MasterKey) open)
    {
        try
        {
            return open.Header.Previous is { } previous ? MasterKeyOf(previous.VaultId, open) : null;
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.VaultCorrupt)
        {
            return null;
        }
    }

    /// <summary>True when the vault holds a secret.</summary>
    public bool HoldsSecrets =>
        _files.CheckFolder(_paths.Folder) && _files.ListSome(_paths.Folder, "*" + LocalVaultFiles.SealedExtension, 1).Count > 0;

    /// <summary>Makes the vault where there is none, and opens it.</summary>
    /// <param name="renew">True to give a vault that holds nothing a new master key, where <see cref="IsReliedOn"/> allows it.</param>
    /// <param name="cancellation">Gives up while another process makes it.</param>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt, or a Store code.</exception>
    public void Make(bool renew, CancellationToken cancellation)
    {
        if (renew)
        {
            _takesSecrets = default;
        }

        OpenOrCreate(cancellation, renew).Alone?.Dispose();
    }

    private static byte[] Code(SecretBytes masterKey, ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> text)
    {
        Span<byte> derived = stackalloc byte[SHA256.HashSizeInBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, masterKey.Span, derived, salt: [], purpose);
        byte[] code = HMACSHA256.HashData(derived, text);
        CryptographicOperations.ZeroMemory(derived);
        return code;
    }

    public void Remove(string keyId, CancellationToken cancellation) => RemoveSecret(keyId, cancellation);

    /// <summary>Removes any secret.</summary>
    /// <returns>False when there is none of this name.</returns>
    public bool RemoveSecret(string name, CancellationToken cancellation)
    {
        string path = _paths.Sealed(name);
        if (!_files.CheckFolder(_paths.Folder) || !_files.FileExists(path))
        {
            return false;
        }

        // Shared with other writers, but never between the two halves of a new label: that would bring the key back.
        using FileLock shared = _lock.AcquireShared(cancellation);
        _files.DeleteFile(path);
        Unflushed.Forget(path);
        return true;
    }

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
        (Dictionary<string, string> damaged, LlmConfigException? refused) = Visit(
            secret =>
            {
                if (KeyReference.IsKeyId(secret.Name))
                {
                    entries.Add(new KeyVaultEntry(secret.Name, Decode(secret.Metadata)));
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
        (_, LlmConfigException? refused) = Visit(
            secret => secrets.Add(new VaultSecretInfo(secret.Name, secret.Type, SecretMetadata.Decode(secret.Metadata))), null, cancellation);
        return refused is null ? secrets : throw refused;
    }

    IReadOnlyList<string> IKeyVault.ListSecrets(CancellationToken cancellation) => [.. ListSecrets(cancellation).Select(secret => secret.Name)];

    private (Dictionary<string, string> Damaged, LlmConfigException? Refused) Visit(
        Action<SealedSecret> visit, IProgress<int>? progress, CancellationToken cancellation)
    {
        var damaged = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!_files.CheckFolder(_paths.Folder) || _files.ListFiles(_paths.Folder, "*" + LocalVaultFiles.SealedExtension) is not { Count: > 0 } paths)
        {
            return (damaged, null);
        }

        _ = OpenCurrent() ?? throw HeaderGone();
        var refused = new List<LlmConfigException>();
        for (int i = 0; i < paths.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                using SealedSecret? secret = OpenSealed(paths[i], NameHash(paths[i]));
                if (secret is not null)
                {
                    visit(secret);
                }
            }
            catch (StoreFormatException e)
            {
                damaged.Add(paths[i], Corrupt(paths[i], e, SealedSecret.Version).Problem);
            }
            catch (LlmConfigException e)
            {
                damaged.Add(paths[i], e.Problem);
                if (e.Code != LlmConfigErrorCode.VaultCorrupt)
                {
                    refused.Add(e);
                }
            }

            progress?.Report(i + 1);
        }

        return (damaged, refused.FirstOrDefault());
    }

    /// <summary>Whether keys can be read and written now, asked anew: the header, the protector, and the master key that it keeps.</summary>
    /// <returns>False when there is no vault yet.</returns>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt, or a Store code.</exception>
    public bool CheckMasterKey()
    {
        if (ReadHeader() is not { } header)
        {
            RefuseLostHeader();
            return false;
        }

        using SecretBytes masterKey = LoadMasterKey(ref header);
        return header.Accepts(masterKey.Span) ? true : throw WrongMasterKey();
    }

    /// <summary>True when the vault holds no secret: one whose master key is lost is made anew then.</summary>
    public bool IsEmpty => !_files.CheckFolder(_paths.Folder) || _files.ListFiles(_paths.Folder, "*" + LocalVaultFiles.SealedExtension).Count == 0;

    /// <summary>The file in which a secret of this name lies or would lie.</summary>
    public string PathOf(string name) => _paths.Sealed(name);

    /// <summary>
    /// What dead processes left behind: files that were being written, and files with master keys that nothing needs. None while
    /// another process is at work.
    /// </summary>
    public IReadOnlyList<string> Leftovers()
    {
        if (!_files.CheckFolder(_paths.Folder) || _files.IsHeld(_paths.Lock, exclusive: true))
        {
            return [];
        }

        IReadOnlyList<string> half = _files.ListFiles(_paths.Folder, "*" + StorePaths.TemporaryExtension);
        return [.. half, .. UnneededKeyFiles()];
    }

    /// <summary>Removes what <see cref="Leftovers"/> named.</summary>
    /// <returns>True when it was there.</returns>
    public bool RemoveLeftover(string path, CancellationToken cancellation)
    {
        using FileLock alone = _lock.Acquire(cancellation);
        if (LocalVaultFiles.MasterKeyOwner(path) is { } owner)
        {
            return RemoveUnneededKeyFile(path, owner);
        }

        bool found = _files.Inspect(path) is not null;
        _files.DeleteFile(path);
        return found;
    }

    public void Relabel(string keyId, KeyLabel label, CancellationToken cancellation) => RewriteMetadata(keyId, Encode(label), cancellation);

    /// <summary>Replaces what is kept beside a secret.</summary>
    /// <returns>False when there is none of this name.</returns>
    public bool RewriteMetadata(string name, byte[] metadata, CancellationToken cancellation)
    {
        string path = _paths.Sealed(name);
        if (!_files.CheckFolder(_paths.Folder) || !_files.FileExists(path))
        {
            return false;
        }

        // Before the lock is taken: a protector may take its time.
        _ = OpenCurrent() ?? throw HeaderGone();
        using FileLock alone = _lock.Acquire(cancellation);
        return SealAnew(path, SecretName.Hash(name), metadata);
    }

    // Under the lock, alone: nobody writes or removes the secret meanwhile.
    private bool SealAnew(string path, byte[] nameHash, byte[]? metadata)
    {
        byte[] next;
        try
        {
            (VaultHeader header, SecretBytes masterKey) = OpenCurrent() ?? throw HeaderGone();
            using SealedSecret? secret = OpenSealed(path, nameHash);
            if (secret is null)
            {
                return false;
            }

            next = SealedSecret.Seal(header.VaultId, masterKey.Span, secret.Name, secret.Type, metadata ?? secret.Metadata, secret.Value.Span);
        }
        catch (StoreFormatException e)
        {
            throw Corrupt(path, e, SealedSecret.Version);
        }

        _files.ReplaceFile(path, next);
        return true;
    }

    /// <summary>Throws where secrets could not be read or written now. Makes nothing.</summary>
    public void Check()
    {
        if (CheckMasterKey())
        {
            return;
        }

        (IMasterKeyProtector? protector, _, ProtectorStatus status) = Choose();
        if (protector is null)
        {
            throw NotReady(_protectors[0].Kind, status);
        }
    }

    /// <summary>How keys are kept, for people to look at. Makes nothing.</summary>
    public LocalVaultInfo GetInfo()
    {
        if (ReadHeader() is { } header)
        {
            return new LocalVaultInfo(
                true,
                header.Protector,
                header.Reason,
                _protectors.FirstOrDefault(protector => protector.Kind == header.Protector)?.GetStatus(header.VaultId)
                    ?? new ProtectorStatus(ProtectorState.Absent, $"The protector {header.Protector} does not exist on this operating system."));
        }

        (IMasterKeyProtector? protector, string reason, ProtectorStatus status) = Choose();
        return new LocalVaultInfo(false, protector?.Kind, reason, status);
    }

    /// <summary>Removes what dead processes left half-written, unless another process is writing now.</summary>
    /// <returns>False when one is.</returns>
    public bool RemoveLeftovers()
    {
        if (!_files.CheckFolder(_paths.Folder))
        {
            return true;
        }

        using FileLock? alone = _lock.TryAcquire();
        if (alone is null)
        {
            return false;
        }

        DeleteLeftovers();
        return true;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _open?.MasterKey.Dispose();
            _open = null;
            _previous?.MasterKey.Dispose();
            _previous = null;
            _retired.ForEach(masterKey => masterKey.Dispose());
            _retired.Clear();
        }

        foreach (UnflushedFiles unflushed in _unflushed.Values)
        {
            unflushed.Dispose();
        }

        foreach (IDisposable protector in _protectors.OfType<IDisposable>())
        {
            protector.Dispose();
        }
    }

    // Where the vault was made anew since this process opened it, what is sealed for the old one could not be opened again.
    private FileLock SealAndLock(
        string name, SealedSecretType type, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> value, out byte[] file, CancellationToken cancellation)
    {
        while (true)
        {
            if (!_files.CheckFolder(_paths.Folder))
            {
                Retire();
            }

            (VaultHeader header, SecretBytes masterKey, FileLock? alone) = OpenOrCreate(cancellation);
            FileLock? held = alone;
            try
            {
                file = SealedSecret.Seal(header.VaultId, masterKey.Span, name, type, metadata, value);
                held ??= _lock.AcquireShared(cancellation);
                if (alone is not null || IsCurrent(header))
                {
                    return held;
                }
            }
            catch
            {
                held?.Dispose();
                throw;
            }

            held.Dispose();
            Retire();
        }
    }

    private bool IsCurrent(VaultHeader header) => ReadHeader(trustStamp: true)?.VaultId == header.VaultId;

    // Another thread may be at work with its master key, which is zeroed with this object.
    private void Retire()
    {
        lock (_gate)
        {
            if (_open is { } open)
            {
                _retired.Add(open.MasterKey);
                _open = null;
            }
        }
    }

    // For what is about to be opened: a vault that was made anew has another master key.
    private (VaultHeader Header, SecretBytes MasterKey)? OpenCurrent(bool folderIsThere = false)
    {
        (VaultHeader Header, SecretBytes MasterKey)? open;
        lock (_gate)
        {
            open = _open;
        }

        if (open is not null && !IsCurrent(open.Value.Header))
        {
            Retire();
        }

        return Open(folderIsThere);
    }

    private static byte[] Encode(KeyLabel label)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach ((string name, string value) in label.ToProperties())
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static KeyLabel? Decode(byte[] metadata)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(metadata);
            return KeyLabel.TryFrom(json.RootElement.EnumerateObject()
                .Where(property => property.Value.ValueKind is JsonValueKind.String or JsonValueKind.True or JsonValueKind.False)
                .ToDictionary(property => property.Name, property => (object?)property.Value.ToString(), StringComparer.Ordinal));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private static byte[] NameHash(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        return name.Length == 2 * SHA256.HashSizeInBytes && name.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(name)
            : throw new StoreFormatException("its name is not one that this module gives");
    }

    private static LlmConfigException Missing(string keyId) => new(
        LlmConfigErrorCode.KeyMissing,
        keyId,
        $"The built-in vault has no secret '{keyId}'.",
        "Set the key anew with Set-LlmConfig -ApiKey.");

    private static LlmConfigException NotReady(ProtectorKind kind, ProtectorStatus status) => new(
        status.State == ProtectorState.Locked ? LlmConfigErrorCode.VaultLocked : LlmConfigErrorCode.VaultUnavailable,
        VaultName,
        $"The protector {kind} cannot keep the master key now. {status.Reason}",
        status.State == ProtectorState.Locked
            ? "Unlock it (log in to the desktop, or run gnome-keyring-daemon --unlock) and run the command again, or choose another with Set-LlmConfigStore -Protector KeyFile."
            : "Start it and run the command again, or choose another with Set-LlmConfigStore -Protector KeyFile.");

    // Under the lock, alone: whoever was writing one of these is dead.
    private void DeleteLeftovers()
    {
        foreach (string path in _files.ListFiles(_paths.Folder, "*" + StorePaths.TemporaryExtension))
        {
            _files.DeleteFile(path);
        }
    }

    // With the lock, taken alone, where the vault was made for the secret that is to be written: the next process that looks finds it.
    private (VaultHeader Header, SecretBytes MasterKey, FileLock? Alone) OpenOrCreate(CancellationToken cancellation, bool renew = false)
    {
        while (OpenUnlessEmpty() is { } open)
        {
            bool first = _takesSecrets != open.Header.VaultId;
            switch (first ? MayTakeSecrets(open.Header, renew) : true)
            {
                case true:
                    if (first)
                    {
                        Sweep();
                    }

                    _takesSecrets = open.Header.VaultId;
                    return (open.Header, open.MasterKey, null);
                case null:
                    continue;
                default:
                    break;
            }

            break;
        }

        _files.EnsureFolder(_paths.Folder);
        FileLock held = _lock.Acquire(cancellation);
        try
        {
            (VaultHeader Header, SecretBytes MasterKey) made = CreateUnlessMade(renew, out bool isMadeNow);
            if (!isMadeNow)
            {
                held.Dispose();
            }

            _takesSecrets = made.Header.VaultId;
            return (made.Header, made.MasterKey, isMadeNow ? held : null);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    // Under the lock, alone.
    private (VaultHeader Header, SecretBytes MasterKey) CreateUnlessMade(bool renew, out bool isMadeNow)
    {
        isMadeNow = false;
        if (OpenUnlessEmpty() is { } there)
        {
            if (MayTakeSecrets(there.Header, renew) == true)
            {
                return there;
            }

            isMadeNow = true;
            return MakeAnew(there.Header);
        }

        RefuseLostHeader();
        (IMasterKeyProtector? protector, string reason, ProtectorStatus status) = Choose();
        if (protector is null)
        {
            throw NotReady(_protectors[0].Kind, status);
        }

        VaultHeader made = Create(protector, reason);
        isMadeNow = true;
        if (protector.Kind == ProtectorKind.KeyFile)
        {
            _warn(new LlmConfigWarning(
                VaultName,
                $"Keys are protected by the file '{_paths.MasterKey(made.VaultId)}', which only you may read. {reason} "
                + "Programs that run as you can read it too; Get-LlmConfigStore shows this, Set-LlmConfigStore -Protector changes it."));
        }

        return Open()!.Value;
    }

    // What a process left that was killed without an intent: in Set-Secret, or by a power cut. Once for each process and folder,
    // since it looks through all names; recovery, which knows that somebody died, does it each time.
    private void Sweep()
    {
        (ulong, ulong)? folder = _files.Inspect(_paths.Folder)?.Stamp is { } stamp ? (stamp.Device, stamp.Inode) : null;
        if (folder is null || !Swept.TryGetValue(_paths.Folder, out (ulong, ulong) known) || known != folder)
        {
            bool isClean = _files.ListFiles(_paths.Folder, "*" + StorePaths.TemporaryExtension).Count == 0 || RemoveLeftovers();
            if (isClean && folder is { } identity)
            {
                Swept[_paths.Folder] = identity;
            }
        }
    }

    // "Not there" and "no collection" lead to the next protector; locked, hung and failed are for a person to decide,
    // since the next one would be weaker for good.
    private (IMasterKeyProtector? Protector, string Reason, ProtectorStatus Status) Choose()
    {
        string passedOver = string.Empty;
        foreach (IMasterKeyProtector candidate in _protectors.Where(protector => protector.Kind != ProtectorKind.Passphrase))
        {
            ProtectorStatus status = candidate.GetStatus();
            switch (status.State)
            {
                case ProtectorState.Ready:
                    return (candidate, passedOver.Length == 0 ? status.Reason : passedOver, status);
                case ProtectorState.Absent or ProtectorState.NoCollection:
                    passedOver = passedOver.Length == 0 ? status.Reason : $"{passedOver} {status.Reason}";
                    break;
                default:
                    return (null, status.Reason, status);
            }
        }

        return (null, passedOver, new ProtectorStatus(ProtectorState.Absent, passedOver));
    }

    private (VaultHeader Header, SecretBytes MasterKey)? Open(bool folderIsThere = false)
    {
        lock (_gate)
        {
            if (_open is not null)
            {
                return _open;
            }

            if ((!folderIsThere && !_files.CheckFolder(_paths.Folder)) || ReadHeader(trustStamp: true) is not { } header)
            {
                return null;
            }

            SecretBytes masterKey = LoadMasterKey(ref header);
            bool isAccepted = Accepted.TryGetValue(header, out _) ? header.IsOf(masterKey.Span) : header.Accepts(masterKey.Span);
            if (isAccepted)
            {
                Accepted.TryAdd(header, header);
                _open = (header, masterKey);
                return _open;
            }

            masterKey.Dispose();
        }

        throw WrongMasterKey();
    }

    // A vault whose master key is lost and that holds nothing has nothing to lose: it is made anew.
    private (VaultHeader Header, SecretBytes MasterKey)? OpenUnlessEmpty()
    {
        try
        {
            return OpenCurrent();
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.VaultCorrupt
            && _files.ListFiles(_paths.Folder, "*" + LocalVaultFiles.SealedExtension).Count == 0)
        {
            return null;
        }
    }

    // A change of protector between the two reads takes the master key away from the one that was read.
    private SecretBytes LoadMasterKey(ref VaultHeader header)
    {
        while (true)
        {
            try
            {
                return Protector(header.Protector).Load(header.VaultId, header.Wrapped);
            }
            catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.VaultCorrupt)
            {
                if (ReadHeader() is not { } now || now.KeepsAs(header))
                {
                    throw;
                }

                header = now;
            }
        }
    }

    private VaultHeader? ReadHeader() => _files.CheckFolder(_paths.Folder) ? ReadHeader(trustStamp: false) : null;

    private VaultHeader? ReadHeader(bool trustStamp)
    {
        try
        {
            Headers.TryGetValue(_paths.Header, out (FileSnapshot File, VaultHeader Header)? last);
            if (_files.ReadVaultFile(_paths.Header, VaultHeader.MaximumBytes, last?.File, trustStamp) is not { } file)
            {
                return null;
            }

            VaultHeader header = last is { } known && ReferenceEquals(known.File.Bytes, file.Bytes) ? known.Header : VaultHeader.Parse(file.Bytes);
            if (Headers.Count >= MostHeaders && !Headers.ContainsKey(_paths.Header))
            {
                Headers.Clear();
            }

            Headers[_paths.Header] = (file, header);
            return header;
        }
        catch (StoreFormatException e)
        {
            throw Corrupt(_paths.Header, e, VaultHeader.Version);
        }
    }

    // Secrets without a header are secrets whose header was lost: a new master key would lose them for good.
    private void RefuseLostHeader()
    {
        if (_files.ListFiles(_paths.Folder, "*" + LocalVaultFiles.SealedExtension).Count > 0)
        {
            throw HeaderGone();
        }
    }

    private IMasterKeyProtector Protector(ProtectorKind kind) =>
        _protectors.FirstOrDefault(protector => protector.Kind == kind) ?? throw new LlmConfigException(
            LlmConfigErrorCode.VaultUnavailable,
            VaultName,
            $"The protector {kind} does not exist on this operating system.",
            $"Here there are: {string.Join(", ", _protectors.Select(protector => protector.Kind))}.");

    private LlmConfigException WrongMasterKey() => new(
        LlmConfigErrorCode.VaultCorrupt,
        _paths.Header,
        "The master key that the protector gave back is not the one with which this vault was made.",
        "Put the vault's folder and its protector's entry back from the same backup; nothing was changed.");

    private LlmConfigException HeaderGone() => new(
        LlmConfigErrorCode.VaultCorrupt,
        _paths.Header,
        $"The header of the built-in vault, '{_paths.Header}', is gone although the vault holds secrets.",
        "Put it back from a backup of the store's folder; it is never made anew.");

    private static LlmConfigException Corrupt(string path, StoreFormatException cause, int known) => cause.NewerVersion is not null
        ? StoreFailure.NewerVersion(path, cause, known)
        : new LlmConfigException(
            LlmConfigErrorCode.VaultCorrupt,
            path,
            $"The file '{path}' of the built-in vault cannot be read: {cause.Message}{(cause.Message.EndsWith('.') ? string.Empty : ".")}",
            "Put it back from a backup of the store's folder, or set the key anew with Set-LlmConfig -ApiKey.",
            cause);
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
