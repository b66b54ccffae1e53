using System.Security.Cryptography;

namespace LlmConfig;

// The master key: how it is made, exchanged, handed to another protector, and destroyed.
internal sealed partial class LocalVault
{
    // Enough to see an exchange of the master key under what was sealed before; all of them would cost a new key too much.
    private const int MostCompared = 4;

    private const string ChosenReason = "Chosen with Set-LlmConfigStore -Protector.";

    /// <summary>
    /// True where something else than its secrets was computed under the master key, so that an empty vault has to keep it too.
    /// </summary>
    public Func<bool> IsReliedOn { get; set; } = () => false;

    /// <summary>Forgets the master key, and the passphrase where one protects it.</summary>
    public void Lock()
    {
        Retire();
        if (ReadHeader() is { } header)
        {
            foreach (PassphraseProtector protector in _protectors.OfType<PassphraseProtector>())
            {
                protector.Lock(header.VaultId);
            }
        }
    }

    /// <summary>Lets a passphrase that was given just now hold for another time than the usual one.</summary>
    public void KeepUnlocked(TimeSpan? time)
    {
        TimeSpan? kept = time > PassphraseKeys.LongestTime ? PassphraseKeys.LongestTime : time;
        if (kept is { } wanted && ReadHeader() is { Protector: ProtectorKind.Passphrase } header)
        {
            foreach (PassphraseProtector protector in _protectors.OfType<PassphraseProtector>())
            {
                protector.KeepUnlocked(header.VaultId, wanted);
            }
        }
    }

    /// <summary>True while a master key is exchanged, or where that was left undone: files may be sealed under the one before.</summary>
    public bool IsRotating => ReadHeader()?.Previous is not null;

    /// <summary>
    /// Gives the vault a new master key and seals every secret anew; the old master key is destroyed at the end. Keys can be read
    /// and written throughout. Interrupted, it loses nothing, and <see cref="FinishRotation"/> goes on.
    /// </summary>
    /// <param name="rebind">Writes anew what else was computed under the old master key; called once no secret is sealed under it.</param>
    /// <param name="cancellation">Stops between two secrets.</param>
    /// <returns>False when there is no vault yet.</returns>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt: a secret or a master key cannot be read.</exception>
    public bool RotateMasterKey(Action rebind, CancellationToken cancellation) =>
        Exchange(null, header => header.Reason, keepMasterKey: false, rebind, cancellation);

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
        Exchange(kind, _ => ChosenReason, keepMasterKey, rebind, cancellation);

    /// <summary>
    /// Goes on with an exchange of the master key that was begun: seals anew what is still sealed under the old one, and then destroys that.
    /// </summary>
    /// <returns>False when none was begun.</returns>
    public bool FinishRotation(Action rebind, CancellationToken cancellation)
    {
        if (ReadHeader() is not { Previous: { } previous } header)
        {
            return false;
        }

        foreach (string path in SealedFiles())
        {
            cancellation.ThrowIfCancellationRequested();
            if (VaultOf(path) is { } owner && owner != header.VaultId)
            {
                TrySealAnew(path, cancellation);
            }
        }

        rebind();
        using FileLock alone = _lock.Acquire(cancellation);
        if (ReadHeader() is not { } now || now.VaultId != header.VaultId || now.Previous?.VaultId != previous.VaultId)
        {
            // Another process was first.
            return true;
        }

        (_, SecretBytes masterKey) = OpenCurrent() ?? throw HeaderGone();
        RequireSealedFor(now.VaultId);

        // What was sealed anew is durable before the only key of what was there is gone.
        _files.FlushFolder(_paths.Folder);
        if (Destroy(previous))
        {
            VaultHeader done = (now with { Previous = null }).WithCheck(masterKey.Span);
            _files.ReplaceFile(_paths.Header, done.ToBytes());
            _files.FlushFolder(_paths.Folder);
        }

        return true;
    }

    // One that is damaged keeps the old master key from being destroyed, and not the others from being sealed anew.
    private void TrySealAnew(string path, CancellationToken cancellation)
    {
        using FileLock alone = _lock.Acquire(cancellation);
        try
        {
            _ = SealAnew(path, NameHash(path), metadata: null);
        }
        catch (Exception e) when (e is StoreFormatException or LlmConfigException { Code: LlmConfigErrorCode.VaultCorrupt })
        {
            // RequireSealedFor tells of it.
        }
    }

    /// <summary>
    /// The header that the vault should have, where the one that is there does not open its secrets and a protector has the master key
    /// with which they were sealed: then one was exchanged for another, or is damaged, old or gone. <see langword="null"/> without that proof.
    /// </summary>
    public VaultHeader? ProveHeader()
    {
        var keys = new List<(Guid VaultId, IMasterKeyProtector Protector, byte[] Wrapped, SecretBytes MasterKey)>();
        try
        {
            VaultHeader? header = null;
            try
            {
                header = ReadHeader();
            }
            catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.VaultCorrupt)
            {
                // Damaged; what was sealed says what it was.
            }

            List<Guid> owners = [.. SealedFiles().Select(VaultOf).OfType<Guid>().Distinct()];
            if (owners.Count is not (1 or 2) || (header is not null && owners.TrueForAll(id => id == header.VaultId || id == header.Previous?.VaultId) && Accepts(header)))
            {
                return null;
            }

            foreach (Guid owner in owners)
            {
                if (FindMasterKey(owner, header) is not { } found)
                {
                    return null;
                }

                keys.Add(found);
            }

            // Two master keys only as a rotation leaves them, and none that the system's own protector knows nothing of although it
            // knows another one for this folder: whoever puts files here must not be able to have them trusted.
            if (keys.Select(key => key.Protector.Kind).Distinct().Count() > 1 || Contradicts(owners) is not null)
            {
                return null;
            }

            int present = Math.Max(0, keys.FindIndex(key => key.VaultId == header?.VaultId));
            VaultHeader proven = HeaderOf(keys[present], header);
            return (keys.Count == 1 ? proven : proven with { Previous = new PreviousMasterKey(HeaderOf(keys[1 - present], header)) })
                .WithCheck(keys[present].MasterKey.Span);
        }
        catch (LlmConfigException)
        {
            // What cannot be read is told of elsewhere, and proves nothing.
            return null;
        }
        finally
        {
            keys.ForEach(key => key.MasterKey.Dispose());
        }
    }

    /// <summary>Puts the header that is proven into its place; the one that is there is kept under another name.</summary>
    /// <returns>The new header and what the other one is called now, or <see langword="null"/> where there is nothing to put right.</returns>
    public (VaultHeader Header, string? KeptAside)? RestoreHeader(string suffix, CancellationToken cancellation)
    {
        using FileLock alone = _lock.Acquire(cancellation);
        if (ProveHeader() is not { } proven)
        {
            return null;
        }

        string? aside = _files.FileExists(_paths.Header) ? _files.MoveAside(_paths.Header, suffix) : null;
        _files.ReplaceFile(_paths.Header, proven.ToBytes());
        _files.FlushFolder(_paths.Folder);
        return (proven, aside);
    }

    private VaultHeader HeaderOf((Guid VaultId, IMasterKeyProtector Protector, byte[] Wrapped, SecretBytes MasterKey) key, VaultHeader? header) =>
        new VaultHeader
        {
            VaultId = key.VaultId,
            Protector = key.Protector.Kind,
            Reason = header is not null && header.Protector == key.Protector.Kind ? header.Reason : "Found by Repair-LlmConfig to have the master key.",
            Wrapped = key.Wrapped,
            CreatedAt = header?.CreatedAt ?? _clock.GetUtcNow().UtcDateTime,
        }.WithCheck(key.MasterKey.Span);

    private bool Accepts(VaultHeader header)
    {
        try
        {
            using SecretBytes masterKey = Protector(header.Protector).Load(header.VaultId, header.Wrapped);
            return header.Accepts(masterKey.Span);
        }
        catch (LlmConfigException e) when (e.Code is LlmConfigErrorCode.VaultCorrupt or LlmConfigErrorCode.VaultUnavailable)
        {
            return false;
        }
    }

    private (Guid VaultId, IMasterKeyProtector Protector, byte[] Wrapped, SecretBytes MasterKey)? FindMasterKey(Guid owner, VaultHeader? header)
    {
        byte[] wrapped = header?.VaultId == owner ? header.Wrapped : header?.Previous?.VaultId == owner ? header.Previous.Wrapped : [];
        foreach (IMasterKeyProtector protector in _protectors)
        {
            try
            {
                SecretBytes masterKey = protector.Load(owner, wrapped);
                if (masterKey.Length == SealedSecret.MasterKeySize && VaultHeader.IdOf(masterKey.Span) == owner)
                {
                    return (owner, protector, protector.Kind is ProtectorKind.Dpapi or ProtectorKind.Passphrase ? wrapped : [], masterKey);
                }

                masterKey.Dispose();
            }
            catch (LlmConfigException)
            {
                // Not this one.
            }
        }

        return null;
    }

    // A master key is exchanged for one that somebody knows either under what was sealed before, or before there is anything: the
    // former is seen, and the latter is of no use. False: the vault has to be made anew; null: it was, since the header was read.
    private bool? MayTakeSecrets(VaultHeader header, bool renew)
    {
        if (header.Protector == ProtectorKind.KeyFile)
        {
            RefuseDowngrade(header);
        }

        IReadOnlyList<string> some = _files.ListSome(_paths.Folder, "*" + LocalVaultFiles.SealedExtension, MostCompared);
        foreach (string path in some)
        {
            if (ReadableVaultOf(path) is { } owner && owner != header.VaultId && owner != header.Previous?.VaultId)
            {
                if (ReadHeader() is { } now && now.VaultId != header.VaultId)
                {
                    Retire();
                    return null;
                }

                throw OtherMasterKey(path, owner, header.VaultId);
            }
        }

        return !renew || some.Count > 0 || header.Protector != ProtectorKind.KeyFile || IsReliedOn();
    }

    // Once for each process and vault: a system's protector takes milliseconds.
    private void RefuseDowngrade(VaultHeader header)
    {
        if (Compared.TryGetValue(_paths.Folder, out Guid known) && known == header.VaultId)
        {
            return;
        }

        if (Contradicts([header.VaultId, header.Previous?.VaultId ?? header.VaultId]) is var (protector, other))
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.VaultCorrupt,
                _paths.Header,
                $"{protector} keeps the master key of the vault {other:D} for this folder, and '{_paths.Header}' names the vault {header.VaultId:D} behind a key file: somebody may have exchanged it. No key is written to it.",
                $"Put the folder 'vault' back from a backup. If you made this vault yourself, run Set-LlmConfigStore -Protector {protector}, or remove the other master key, which cannot be undone"
                + (protector == ProtectorKind.SecretService ? $": secret-tool clear application LlmConfig vault {other:D}" : "."));
        }

        Compared[_paths.Folder] = header.VaultId;
    }

    // What a protector that can be asked knows of this folder, and that is none of these vaults.
    private (ProtectorKind Protector, Guid Vault)? Contradicts(IReadOnlyCollection<Guid> vaults)
    {
        foreach (IMasterKeyProtector protector in _protectors.Where(protector => protector.Kind != ProtectorKind.KeyFile))
        {
            try
            {
                if (protector.Vaults().Select(id => (Guid?)id).FirstOrDefault(id => !vaults.Contains(id!.Value)) is { } other)
                {
                    return (protector.Kind, other);
                }
            }
            catch (LlmConfigException)
            {
                // Not to be asked from this session, as is usual where a key file is used.
            }
        }

        return null;
    }

    // Under the lock, alone. What nothing was sealed under may be known to whoever made it: an image, an archive, somebody else.
    private (VaultHeader Header, SecretBytes MasterKey) MakeAnew(VaultHeader before)
    {
        VaultHeader made = Create(Protector(before.Protector), before.Reason);
        foreach (PreviousMasterKey old in new[] { new PreviousMasterKey(before), before.Previous }.OfType<PreviousMasterKey>())
        {
            _ = Destroy(old);
        }

        Retire();
        return OpenCurrent() is { } open && open.Header.VaultId == made.VaultId ? open : throw HeaderGone();
    }

    private LlmConfigException OtherMasterKey(string path, Guid owner, Guid present) => new(
        LlmConfigErrorCode.VaultCorrupt,
        path,
        $"The secret in '{path}' was sealed for the vault {owner:D}, and '{_paths.Header}' names the vault {present:D}: the header or the master key was exchanged, so no new key is written.",
        "Run Test-LlmConfig, and Repair-LlmConfig where it says so; else put the folder 'vault' back from a backup, or delete that file if it does not belong there.");

    private bool Exchange(
        ProtectorKind? kind, Func<VaultHeader, string> reason, bool keepMasterKey, Action rebind, CancellationToken cancellation)
    {
        if (kind is { } wanted && Protector(wanted).GetStatus() is { State: not ProtectorState.Ready } status)
        {
            throw NotReady(wanted, status);
        }

        while (true)
        {
            if (kind is null && ReadHeader() is null)
            {
                RefuseLostHeader();
                return false;
            }

            _files.EnsureFolder(_paths.Folder);
            FinishRotation(rebind, cancellation);
            RequireAllOpen(cancellation);
            if (kind is { } chosen && (chosen == ProtectorKind.Passphrase || ReadHeader()?.Protector != chosen))
            {
                // Before the lock is taken: a person may have to answer.
                Protector(chosen).Prepare();
            }

            bool? changed;
            using (_lock.Acquire(cancellation))
            {
                DeleteLeftovers();
                changed = Begin(kind, reason, keepMasterKey);
            }

            // Null: another process began one meanwhile.
            if (changed is { } known)
            {
                FinishRotation(rebind, cancellation);
                return known;
            }
        }
    }

    // Under the lock, alone. Null: a rotation is under way.
    private bool? Begin(ProtectorKind? kind, Func<VaultHeader, string> reason, bool keepMasterKey)
    {
        if (OpenCurrent() is not { } open)
        {
            RefuseLostHeader();
            _ = Create(Protector(kind ?? throw HeaderGone()), ChosenReason);
            return true;
        }

        // Another process may have changed the protector since this one opened the vault.
        VaultHeader current = ReadHeader() ?? throw HeaderGone();
        if (current.Previous is not null)
        {
            return null;
        }

        if (current.Protector == kind && kind != ProtectorKind.Passphrase)
        {
            return false;
        }

        if (!current.Accepts(open.MasterKey.Span))
        {
            throw WrongMasterKey();
        }

        IMasterKeyProtector next = Protector(kind ?? current.Protector);
        if (keepMasterKey)
        {
            VaultHeader handed = Hand(next, current with { Protector = next.Kind, Reason = reason(current) }, open.MasterKey, null);
            lock (_gate)
            {
                _open = (handed, open.MasterKey);
            }

            _files.FlushFolder(_paths.Folder);
            if (next.Kind != current.Protector)
            {
                _ = Destroy(new PreviousMasterKey(current));
            }

            return true;
        }

        using SecretBytes masterKey = SecretBytes.Random(SealedSecret.MasterKeySize);
        _ = Hand(
            next,
            current with
            {
                VaultId = VaultHeader.IdOf(masterKey.Span),
                Protector = next.Kind,
                Reason = reason(current),
                Previous = new PreviousMasterKey(current),
            },
            masterKey,
            kind is null ? current.VaultId : null);

        // Durable before anything is sealed under it.
        _files.FlushFolder(_paths.Folder);
        return true;
    }

    private VaultHeader Create(IMasterKeyProtector protector, string reason)
    {
        using SecretBytes masterKey = SecretBytes.Random(SealedSecret.MasterKeySize);
        VaultHeader made = Hand(protector, new VaultHeader
        {
            VaultId = VaultHeader.IdOf(masterKey.Span),
            Protector = protector.Kind,
            Reason = reason,
            Wrapped = [],
            CreatedAt = _clock.GetUtcNow().UtcDateTime,
        }, masterKey, null);
        _files.FlushFolder(_paths.Folder);
        return made;
    }

    // Under the lock, alone. The protector has to give the key back before the header says that it has it.
    private VaultHeader Hand(IMasterKeyProtector protector, VaultHeader header, SecretBytes masterKey, Guid? before)
    {
        byte[] wrapped = before is { } known
            ? protector.StoreNext(header.VaultId, masterKey.Span, known)
            : protector.Store(header.VaultId, masterKey.Span);
        using (SecretBytes back = protector.Load(header.VaultId, wrapped))
        {
            if (!CryptographicOperations.FixedTimeEquals(back.Span, masterKey.Span))
            {
                throw new LlmConfigException(
                    LlmConfigErrorCode.VaultUnavailable,
                    VaultName,
                    $"The protector {protector.Kind} did not give back the master key that it was given.",
                    "Choose another with Set-LlmConfigStore -Protector; nothing was changed.");
            }
        }

        VaultHeader complete = (header with { Wrapped = wrapped }).WithCheck(masterKey.Span);
        _files.ReplaceFile(_paths.Header, complete.ToBytes());
        return complete;
    }

    // Whoever asked for a change has it, and keys are safe; that an old master key is still there is said, and a repair goes on.
    private bool Destroy(PreviousMasterKey previous)
    {
        try
        {
            Protector(previous.Protector).Remove(previous.VaultId);
            return true;
        }
        catch (LlmConfigException e)
        {
            _warn(new LlmConfigWarning(
                VaultName,
                $"The change was made, but {previous.Protector} did not let go of the old master key; Repair-LlmConfig tries again. {e.Message}"));
            return false;
        }
    }

    private IReadOnlyList<string> SealedFiles() => _files.ListFiles(_paths.Folder, "*" + LocalVaultFiles.SealedExtension);

    private Guid? VaultOf(string path) => _files.ReadVaultFile(path, SealedSecret.MaximumFileBytes) is { } file ? SealedSecret.VaultOf(file) : null;

    private Guid? ReadableVaultOf(string path)
    {
        try
        {
            return VaultOf(path);
        }
        catch (LlmConfigException)
        {
            // A link or another user's file is told of where it is read.
            return null;
        }
    }

    // A file that cannot be opened now might be opened with the old master key another time: by a newer version, or once it is
    // put back from a backup.
    private void RequireAllOpen(CancellationToken cancellation)
    {
        // Whoever keeps the master key is asked here, where no lock is held.
        (Dictionary<string, string> damaged, LlmConfigException? refused) = OpenCurrent() is null ? ([], null) : Visit(_ => { }, null, cancellation);
        if (refused is not null)
        {
            throw refused;
        }

        if (damaged.Count > 0)
        {
            throw NotExchanged(damaged.First().Key, damaged.First().Value);
        }
    }

    private void RequireSealedFor(Guid vaultId)
    {
        foreach (string path in SealedFiles())
        {
            if (VaultOf(path) != vaultId && _files.FileExists(path))
            {
                throw NotExchanged(path, $"The file '{path}' was not sealed anew.");
            }
        }
    }

    private static LlmConfigException NotExchanged(string path, string problem) => new(
        LlmConfigErrorCode.VaultCorrupt,
        path,
        $"{problem} While it lies there, the master key that it may need is not destroyed.",
        "Put the file back from a backup, set its key anew with Set-LlmConfig -ApiKey, or delete it if nothing is missed; then run the command again.");

    // The master key that a file was sealed under, where this vault has it.
    private SecretBytes? MasterKeyOf(Guid vaultId, (VaultHeader Header, SecretBytes MasterKey) open)
    {
        if (vaultId == open.Header.VaultId)
        {
            return open.MasterKey;
        }

        if (open.Header.Previous is not { } previous || previous.VaultId != vaultId)
        {
            return null;
        }

        lock (_gate)
        {
            if (_previous is { } known && known.VaultId == vaultId)
            {
                return known.MasterKey;
            }

            SecretBytes masterKey = Protector(previous.Protector).Load(previous.VaultId, previous.Wrapped);
            if (masterKey.Length != SealedSecret.MasterKeySize || VaultHeader.IdOf(masterKey.Span) != vaultId)
            {
                masterKey.Dispose();
                throw WrongMasterKey();
            }

            if (_previous is { } older)
            {
                _retired.Add(older.MasterKey);
            }

            _previous = (vaultId, masterKey);
            return masterKey;
        }
    }

    // Null when there is no such file. While the master key is exchanged, a file names the one that it was sealed under; where that
    // is not to be had, the exchange may have been finished since the header was read.
    private SealedSecret? OpenSealed(string path, byte[] nameHash)
    {
        Guid? missed = null;
        while (true)
        {
            if (_files.ReadVaultFile(path, SealedSecret.MaximumFileBytes) is not { } file)
            {
                return null;
            }

            (VaultHeader Header, SecretBytes MasterKey) open = OpenCurrent(folderIsThere: true) ?? throw HeaderGone();
            Guid owner = SealedSecret.VaultOf(file) ?? open.Header.VaultId;
            SecretBytes? masterKey = null;
            try
            {
                masterKey = MasterKeyOf(owner, open);
            }
            catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.VaultCorrupt && missed != owner)
            {
                // Looked at once more, below.
            }

            if (masterKey is not null || missed == owner)
            {
                return masterKey is null
                    ? SealedSecret.Open(file, open.Header.VaultId, open.MasterKey.Span, nameHash)
                    : SealedSecret.Open(file, owner, masterKey.Span, nameHash);
            }

            missed = owner;
        }
    }

    // A master key is removed only where it is sure that nothing needs it: the header's own one is there, and every secret opens with it.
    private List<string> UnneededKeyFiles()
    {
        try
        {
            List<string> all = [.. _files.ListFiles(_paths.Folder, LocalVaultFiles.MasterKeyPattern).Where(path => LocalVaultFiles.MasterKeyOwner(path) is not null)];
            if (all.Count == 0 || ReadHeader() is not { Previous: null } header)
            {
                return [];
            }

            List<string> others = [.. all.Where(path => header.Protector != ProtectorKind.KeyFile || LocalVaultFiles.MasterKeyOwner(path) != header.VaultId)];
            return others.Count > 0 && CheckMasterKey() && SealedFiles().All(path => VaultOf(path) == header.VaultId)
                && Visit(_ => { }, null, CancellationToken.None) is { Damaged.Count: 0, Refused: null }
                ? others
                : [];
        }
        catch (LlmConfigException)
        {
            // What cannot be read is told of elsewhere, and proves nothing.
            return [];
        }
    }

    /// <summary>
    /// True for a leftover that is this vault's beyond doubt, or nothing: no file with a master key, one that was overwritten, or a second
    /// copy of the master key that another protector keeps. An id alone proves nothing: an interrupted rotation leaves
    /// the same as who put another vault's only master key there.
    /// </summary>
    public bool IsSurelyOwn(string path)
    {
        if (LocalVaultFiles.MasterKeyOwner(path) is not { } owner)
        {
            return true;
        }

        try
        {
            if (_files.ReadVaultFile(path, KeyFileProtector.MaximumBytes) is not { } file)
            {
                return true;
            }

            bool isBlank = file.AsSpan().IndexOfAnyExcept((byte)0) < 0;
            CryptographicOperations.ZeroMemory(file);
            if (isBlank)
            {
                return true;
            }

            using SecretBytes masterKey = new KeyFileProtector(_paths.Folder, _files).Load(owner, []);
            return ReadHeader() is { } header && header.Protector != ProtectorKind.KeyFile && header.IsOf(masterKey.Span) && CheckMasterKey();
        }
        catch (LlmConfigException)
        {
            // What cannot be read proves nothing.
            return false;
        }
    }

    // Under the lock, alone.
    private bool RemoveUnneededKeyFile(string path, Guid owner)
    {
        if (!UnneededKeyFiles().Contains(path, StringComparer.Ordinal))
        {
            return false;
        }

        // The header that says so may not be durable yet.
        _files.FlushFolder(_paths.Folder);
        new KeyFileProtector(_paths.Folder, _files).Remove(owner);
        return true;
    }
}
