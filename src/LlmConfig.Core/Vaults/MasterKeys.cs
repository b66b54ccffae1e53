using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace LlmConfig;

/// <summary>A vault as it was opened: its header and the master key that the header names.</summary>
internal sealed record OpenVault(VaultHeader Header, MasterKey Key);

/// <summary>
/// The master key of the built-in vault: which protector keeps it, how it is opened, made and handed over. What is sealed under it is
/// <see cref="LocalVault"/>'s, and its exchange <see cref="MasterKeyExchange"/>'s.
/// </summary>
internal sealed class MasterKeys(
    LocalVaultFiles paths, StoreFileSystem files, IReadOnlyList<IMasterKeyProtector> protectors, TimeProvider clock, Action<LlmConfigWarning> warn)
    : IDisposable
{
    private const int MostHeaders = 16;

    // Shared by all vaults of the process, since each command opens its own. A header holds no key; what a protector keeps
    // is asked for anew each time.
    private static readonly ConcurrentDictionary<string, (FileSnapshot File, VaultHeader Header)?> Headers = new(StringComparer.Ordinal);

    // Those whose check value was found right: the id names the one master key that it can be right for.
    private static readonly ConditionalWeakTable<VaultHeader, object> Accepted = [];

    private readonly object _gate = new();

    // Zeroed with this object only: another thread may be at work with a master key that was exchanged.
    private readonly List<MasterKey> _loaded = [];
    private OpenVault? _open;
    private MasterKey? _previous;

    public IReadOnlyList<IMasterKeyProtector> Protectors => protectors;

    private PassphraseProtector? Passphrase => protectors.OfType<PassphraseProtector>().FirstOrDefault();

    /// <summary>Opens the vault; one that was opened before is looked at again, since it may have been made anew.</summary>
    /// <param name="justOpened">True where it was looked at just now.</param>
    /// <param name="folderIsThere">True where the folder was looked at just now.</param>
    /// <returns><see langword="null"/> where it is not made yet.</returns>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public OpenVault? Open(bool justOpened = false, bool folderIsThere = false)
    {
        if (!justOpened && _open is { } open && !IsCurrent(open.Header))
        {
            Retire();
        }

        lock (_gate)
        {
            if (_open is not null)
            {
                return _open;
            }

            if ((!folderIsThere && !files.CheckFolder(paths.Folder)) || ReadHeader(trustStamp: true) is not { } header)
            {
                return null;
            }

            SecretBytes masterKey = Load(ref header);
            if (!(Accepted.TryGetValue(header, out _) ? header.IsOf(masterKey.Span) : header.Accepts(masterKey.Span)))
            {
                masterKey.Dispose();
                throw WrongMasterKey();
            }

            Accepted.TryAdd(header, header);
            return _open = new OpenVault(header, Keep(header.VaultId, masterKey));
        }
    }

    /// <summary>The same for a vault that holds secrets.</summary>
    public OpenVault Require(bool folderIsThere = false) => Open(folderIsThere: folderIsThere) ?? throw HeaderGone();

    public bool IsCurrent(VaultHeader header) => ReadHeader(trustStamp: true)?.VaultId == header.VaultId;

    /// <summary>Lets go of the master key: the next who needs it opens the vault anew.</summary>
    public void Retire()
    {
        lock (_gate)
        {
            _open = null;
        }
    }

    /// <summary>The master key of a vault's id, as a sealed file names it; <see langword="null"/> where this vault does not have it.</summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public MasterKey? Find(Guid vaultId, OpenVault open)
    {
        if (vaultId == open.Key.VaultId)
        {
            return open.Key;
        }

        if (open.Header.Previous is not { } previous || previous.VaultId != vaultId)
        {
            return null;
        }

        lock (_gate)
        {
            if (_previous?.VaultId != vaultId)
            {
                SecretBytes masterKey = Protector(previous.Protector).Load(vaultId, previous.Wrapped);
                if (masterKey.Length != SealedSecret.MasterKeySize || VaultHeader.IdOf(masterKey.Span) != vaultId)
                {
                    masterKey.Dispose();
                    throw WrongMasterKey();
                }

                _previous = Keep(vaultId, masterKey);
            }

            return _previous;
        }
    }

    /// <summary>The same; <see langword="null"/> also where it was destroyed, and the process that did so died before the header said it.</summary>
    public MasterKey? TryFind(Guid vaultId, OpenVault open) => OrNull(() => Find(vaultId, open), LlmConfigErrorCode.VaultCorrupt);

    /// <summary>What can be looked at; <see langword="null"/> where that fails.</summary>
    public static T? OrNull<T>(Func<T?> look, LlmConfigErrorCode? code = null)
    {
        try
        {
            return look();
        }
        catch (LlmConfigException e) when (code is null || e.Code == code)
        {
            return default;
        }
    }

    /// <summary>Opens a file; one that is not as it was written is an error that names it.</summary>
    public static T Checked<T>(string path, int version, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (StoreFormatException e)
        {
            throw Corrupt(path, e, version);
        }
    }

    /// <summary>While the master key is exchanged, the one before.</summary>
    public MasterKey? Before(OpenVault open) => open.Header.Previous is { } previous ? TryFind(previous.VaultId, open) : null;

    private MasterKey Keep(Guid vaultId, SecretBytes bytes)
    {
        var key = new MasterKey(vaultId, bytes);
        _loaded.Add(key);
        return key;
    }

    /// <summary>Asks the protector anew for the master key and looks whether it is the right one.</summary>
    /// <returns>False when there is no vault yet.</returns>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt, or a Store code.</exception>
    public bool Check()
    {
        if (ReadHeader() is not { } header)
        {
            RefuseLostHeader();
            return false;
        }

        using SecretBytes masterKey = Load(ref header);
        return header.Accepts(masterKey.Span) ? true : throw WrongMasterKey();
    }

    /// <summary>The header as it is now.</summary>
    public VaultHeader? ReadHeader() => files.CheckFolder(paths.Folder) ? ReadHeader(trustStamp: false) : null;

    private VaultHeader? ReadHeader(bool trustStamp)
    {
        Headers.TryGetValue(paths.Header, out (FileSnapshot File, VaultHeader Header)? last);
        if (files.ReadVaultFile(paths.Header, VaultHeader.MaximumBytes, last?.File, trustStamp) is not { } file)
        {
            return null;
        }

        VaultHeader header = last is { } known && ReferenceEquals(known.File.Bytes, file.Bytes)
            ? known.Header
            : Checked(paths.Header, VaultHeader.Version, () => VaultHeader.Parse(file.Bytes));
        if (Headers.Count >= MostHeaders && !Headers.ContainsKey(paths.Header))
        {
            Headers.Clear();
        }

        Headers[paths.Header] = (file, header);
        return header;
    }

    /// <summary>Throws where secrets have no header: it was lost, and a new master key would lose them for good.</summary>
    public void RefuseLostHeader()
    {
        if (files.ListSome(paths.Folder, LocalVaultFiles.SealedPattern, 1).Count > 0)
        {
            throw HeaderGone();
        }
    }

    public IMasterKeyProtector Protector(ProtectorKind kind) =>
        protectors.FirstOrDefault(protector => protector.Kind == kind) ?? throw new LlmConfigException(
            LlmConfigErrorCode.VaultUnavailable,
            LocalVault.VaultName,
            $"The protector {kind} does not exist on this operating system.",
            $"Here there are: {string.Join(", ", protectors.Select(protector => protector.Kind))}.");

    /// <summary>
    /// The protector for a new vault. "Not there" and "no collection" lead to the next one; locked, hung and failed are for a person to
    /// decide, since the next one would be weaker for good.
    /// </summary>
    /// <returns>No protector where a person has to decide.</returns>
    public (IMasterKeyProtector? Protector, string Reason, ProtectorStatus Status) Choose()
    {
        string skipped = string.Empty;
        foreach (IMasterKeyProtector candidate in protectors.Where(protector => protector.Kind != ProtectorKind.Passphrase))
        {
            ProtectorStatus status = candidate.GetStatus();
            switch (status.State)
            {
                case ProtectorState.Ready:
                    return (candidate, skipped.Length == 0 ? status.Reason : skipped, status);
                case ProtectorState.Absent or ProtectorState.NoCollection:
                    skipped = skipped.Length == 0 ? status.Reason : $"{skipped} {status.Reason}";
                    break;
                default:
                    return (null, status.Reason, status);
            }
        }

        return (null, skipped, new ProtectorStatus(ProtectorState.Absent, skipped));
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
                protectors.FirstOrDefault(protector => protector.Kind == header.Protector)?.GetStatus(header.VaultId)
                    ?? new ProtectorStatus(ProtectorState.Absent, $"The protector {header.Protector} does not exist on this operating system."));
        }

        (IMasterKeyProtector? protector, string reason, ProtectorStatus status) = Choose();
        return new LocalVaultInfo(false, protector?.Kind, reason, status);
    }

    /// <summary>Forgets the master key, and the passphrase where one protects it.</summary>
    public void Lock()
    {
        Retire();
        if (ReadHeader() is { } header)
        {
            Passphrase?.Lock(header.VaultId);
        }
    }

    /// <summary>Lets a passphrase that was given just now hold for another time than the usual one.</summary>
    public void KeepUnlocked(TimeSpan? time)
    {
        TimeSpan? kept = time > PassphraseKeys.LongestTime ? PassphraseKeys.LongestTime : time;
        if (kept is { } wanted && ReadHeader() is { Protector: ProtectorKind.Passphrase } header)
        {
            Passphrase?.KeepUnlocked(header.VaultId, wanted);
        }
    }

    /// <summary>Throws where no new vault could be made now.</summary>
    public (IMasterKeyProtector Protector, string Reason) RequireChoice()
    {
        (IMasterKeyProtector? protector, string reason, ProtectorStatus status) = Choose();
        return protector is null ? throw NotReady(protectors[0].Kind, status) : (protector, reason);
    }

    /// <summary>Makes a vault where there is none. Under the lock, alone.</summary>
    public OpenVault MakeFirst()
    {
        RefuseLostHeader();
        (IMasterKeyProtector protector, string reason) = RequireChoice();
        VaultHeader made = Create(protector.Kind, reason);
        if (protector.Kind == ProtectorKind.KeyFile)
        {
            warn(new LlmConfigWarning(
                LocalVault.VaultName,
                $"Keys are protected by the file '{paths.MasterKey(made.VaultId)}', which only you may read. {reason} "
                + "Programs that run as you can read it too; Get-LlmConfigStore shows this, Set-LlmConfigStore -Protector changes it."));
        }

        return Open(justOpened: true)!;
    }

    /// <summary>
    /// Gives a vault that holds nothing a new master key: the one that it has may be known to whoever made it, an image, an archive or
    /// somebody else. Under the lock, alone.
    /// </summary>
    public OpenVault MakeAnew(VaultHeader before)
    {
        VaultHeader made = Create(before.Protector, before.Reason);
        foreach (PreviousMasterKey old in new[] { new PreviousMasterKey(before), before.Previous }.OfType<PreviousMasterKey>())
        {
            Destroy(old);
        }

        return Open() is { } open && open.Header.VaultId == made.VaultId ? open : throw HeaderGone();
    }

    /// <summary>Makes a vault with a new master key. Under the lock, alone.</summary>
    public VaultHeader Create(ProtectorKind kind, string reason)
    {
        using SecretBytes masterKey = SecretBytes.Random(SealedSecret.MasterKeySize);
        return Hand(
            new VaultHeader
            {
                VaultId = VaultHeader.IdOf(masterKey.Span),
                Protector = kind,
                Reason = reason,
                Wrapped = [],
                CreatedAt = clock.GetUtcNow().UtcDateTime,
            },
            masterKey);
    }

    /// <summary>
    /// Lets the header's protector keep a master key, and makes the header durable. The protector has to give the key back before the header
    /// says that it has it. Under the lock, alone.
    /// </summary>
    /// <param name="header">The header; what the protector wants to be kept, and the check value, are added.</param>
    /// <param name="masterKey">The master key.</param>
    /// <param name="before">The vault's id before, where its protector stays and nobody is to be asked for anything new.</param>
    public VaultHeader Hand(VaultHeader header, SecretBytes masterKey, Guid? before = null)
    {
        IMasterKeyProtector protector = Protector(header.Protector);
        byte[] wrapped = protector.Store(header.VaultId, masterKey.Span, before);
        using (SecretBytes back = protector.Load(header.VaultId, wrapped))
        {
            if (!CryptographicOperations.FixedTimeEquals(back.Span, masterKey.Span))
            {
                throw new LlmConfigException(
                    LlmConfigErrorCode.VaultUnavailable,
                    LocalVault.VaultName,
                    $"The protector {protector.Kind} did not give back the master key that it was given.",
                    "Choose another with Set-LlmConfigStore -Protector; nothing was changed.");
            }
        }

        VaultHeader complete = (header with { Wrapped = wrapped }).WithCheck(masterKey.Span);
        Publish(complete);
        Retire();
        return complete;
    }

    /// <summary>Makes a header the present one, durably.</summary>
    public void Publish(VaultHeader header)
    {
        files.ReplaceFile(paths.Header, header.ToBytes());
        files.FlushFolder(paths.Folder);
    }

    /// <summary>Removes a master key that nothing is sealed under. A failure is a warning: keys are safe, and a repair goes on.</summary>
    public bool Destroy(PreviousMasterKey previous)
    {
        try
        {
            Protector(previous.Protector).Remove(previous.VaultId);
            return true;
        }
        catch (LlmConfigException e)
        {
            warn(new LlmConfigWarning(
                LocalVault.VaultName,
                $"The change was made, but {previous.Protector} did not release the old master key; Repair-LlmConfig tries again. {e.Message}"));
            return false;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            (_open, _previous) = (null, null);
            _loaded.ForEach(key => key.Bytes.Dispose());
            _loaded.Clear();
        }

        foreach (IDisposable protector in protectors.OfType<IDisposable>())
        {
            protector.Dispose();
        }
    }

    public LlmConfigException WrongMasterKey() => new(
        LlmConfigErrorCode.VaultCorrupt,
        paths.Header,
        "The master key that the protector gave back is not the one with which this vault was made.",
        "Put the vault's folder and its protector's entry back from the same backup; nothing was changed.");

    public LlmConfigException HeaderGone() => new(
        LlmConfigErrorCode.VaultCorrupt,
        paths.Header,
        $"The header of the built-in vault, '{paths.Header}', is gone although the vault holds secrets.",
        "Put it back from a backup of the store's folder; it is never made anew.");

    public static LlmConfigException NotReady(ProtectorKind kind, ProtectorStatus status) => new(
        status.State == ProtectorState.Locked ? LlmConfigErrorCode.VaultLocked : LlmConfigErrorCode.VaultUnavailable,
        LocalVault.VaultName,
        $"The protector {kind} cannot keep the master key now. {status.Reason}",
        (status.State == ProtectorState.Locked ? "Unlock it (log in to the desktop, or run gnome-keyring-daemon --unlock)" : "Start it")
        + " and run the command again, or choose another with Set-LlmConfigStore -Protector KeyFile.");

    public static LlmConfigException Corrupt(string path, StoreFormatException cause, int known) => cause.NewerVersion is not null
        ? StoreFailure.NewerVersion(path, cause, known)
        : new LlmConfigException(
            LlmConfigErrorCode.VaultCorrupt,
            path,
            $"The file '{path}' of the built-in vault cannot be read: {cause.Message}{(cause.Message.EndsWith('.') ? string.Empty : ".")}",
            "Put it back from a backup of the store's folder, or set the key anew with Set-LlmConfig -AskApiKey.",
            cause);

    // A change of protector between the two reads takes the master key away from the one that was read.
    private SecretBytes Load(ref VaultHeader header)
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
}
