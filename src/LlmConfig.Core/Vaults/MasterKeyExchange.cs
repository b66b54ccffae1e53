namespace LlmConfig;

/// <summary>
/// Exchanges the master key of the built-in vault for a new one, or hands it to another protector. The header that names the new one, and
/// the one before, is published first; then each file is sealed anew; then the old master key is destroyed. Interrupted anywhere, it
/// loses nothing, and <see cref="Finish"/> goes on.
/// </summary>
internal sealed class MasterKeyExchange(
    LocalVaultFiles paths, StoreFileSystem files, MasterKeys keys, SealedFiles secrets, VaultGuard guard, WaitingLock vaultLock)
{
    private const string ChosenReason = "Chosen with Set-LlmConfigStore -Protector.";

    /// <param name="kind">The protector that is to have the master key; <see langword="null"/> for the present one.</param>
    /// <param name="keepMasterKey">True to hand on the same master key.</param>
    /// <param name="rebind">Writes anew what else was computed under the old master key; called once no secret is sealed under it.</param>
    /// <param name="cancellation">Stops between two secrets.</param>
    /// <returns>False when nothing was to be changed.</returns>
    public bool Run(ProtectorKind? kind, bool keepMasterKey, Action rebind, CancellationToken cancellation)
    {
        if (kind is { } wanted && keys.Protector(wanted).GetStatus() is { State: not ProtectorState.Ready } status)
        {
            throw MasterKeys.NotReady(wanted, status);
        }

        while (true)
        {
            if (keys.ReadHeader() is null)
            {
                keys.RefuseLostHeader();
                if (kind is null)
                {
                    return false;
                }

                // Before one is made: the keys that the store had are in the one that is missing.
                RefuseLostVault();
            }

            files.EnsureFolder(paths.Folder);
            Finish(rebind, cancellation);
            RequireAllOpen(cancellation);
            if (kind is { } chosen && (chosen == ProtectorKind.Passphrase || keys.ReadHeader()?.Protector != chosen))
            {
                // Before the lock is taken: a person may have to answer.
                keys.Protector(chosen).Prepare();
            }

            bool? changed;
            using (vaultLock.Acquire(cancellation))
            {
                secrets.RemoveHalfWritten();
                changed = Begin(kind, keepMasterKey);
            }

            if (changed is { } known)
            {
                Finish(rebind, cancellation);
                return known;
            }
        }
    }

    /// <summary>Goes on with an exchange that was begun.</summary>
    /// <returns>False when none was.</returns>
    public bool Finish(Action rebind, CancellationToken cancellation)
    {
        if (keys.ReadHeader() is not { Previous: { } previous } header)
        {
            return false;
        }

        foreach (string path in paths.ListSealed(files))
        {
            cancellation.ThrowIfCancellationRequested();
            if (SealedFiles.OwnerOf(files, path) is { } owner && owner != header.VaultId)
            {
                // One that is damaged keeps the old master key from being destroyed, and not the others from being sealed anew.
                using FileLock held = vaultLock.Acquire(cancellation);
                secrets.TrySealAnew(path);
            }
        }

        rebind();
        using FileLock alone = vaultLock.Acquire(cancellation);
        if (keys.ReadHeader() is not { } now || now.VaultId != header.VaultId || now.Previous?.VaultId != previous.VaultId)
        {
            // Another process was first.
            return true;
        }

        OpenVault open = keys.Require();
        foreach (string path in paths.ListSealed(files))
        {
            if (SealedFiles.OwnerOf(files, path) != now.VaultId && files.FileExists(path))
            {
                throw NotExchanged(path, $"The file '{path}' was not sealed anew.");
            }
        }

        // What was sealed anew is durable before the only key of what was there is gone.
        files.FlushFolder(paths.Folder);
        if (keys.Destroy(previous))
        {
            keys.Publish((now with { Previous = null }).WithCheck(open.Key.Bytes.Span));
        }

        return true;
    }

    // Under the lock, alone. Null: another process began an exchange meanwhile.
    private bool? Begin(ProtectorKind? kind, bool keepMasterKey)
    {
        if (keys.Open() is not { } open)
        {
            keys.RefuseLostHeader();
            keys.Create(kind ?? throw keys.HeaderGone(), ChosenReason);
            return true;
        }

        // Another process may have changed the protector since this one opened the secrets.
        VaultHeader current = keys.ReadHeader() ?? throw keys.HeaderGone();
        if (current.Previous is not null)
        {
            return null;
        }

        if (current.Protector == kind && kind != ProtectorKind.Passphrase)
        {
            return false;
        }

        if (!current.Accepts(open.Key.Bytes.Span))
        {
            throw keys.WrongMasterKey();
        }

        VaultHeader next = kind is { } other ? current with { Protector = other, Reason = ChosenReason } : current;
        if (!keepMasterKey)
        {
            using SecretBytes masterKey = SecretBytes.Random(SealedSecret.MasterKeySize);
            keys.Hand(
                next with { VaultId = VaultHeader.IdOf(masterKey.Span), Previous = new PreviousMasterKey(current) },
                masterKey,
                kind is null ? current.VaultId : null);
            return true;
        }

        keys.Hand(next, open.Key.Bytes);
        if (next.Protector != current.Protector)
        {
            keys.Destroy(new PreviousMasterKey(current));
        }

        return true;
    }

    // A file that cannot be opened now might be opened with the old master key another time: by a newer version, or once it is
    // put back from a backup. Whoever keeps the master key is asked here, where no lock is held.
    private void RequireAllOpen(CancellationToken cancellation)
    {
        if (keys.Open() is null)
        {
            return;
        }

        (Dictionary<string, string> damaged, LlmConfigException? refused) = secrets.Visit(_ => { }, null, cancellation);
        if (refused is not null || damaged.Count > 0)
        {
            throw refused ?? NotExchanged(damaged.First().Key, damaged.First().Value);
        }
    }

    private static LlmConfigException NotExchanged(string path, string problem) => new(
        LlmConfigErrorCode.VaultCorrupt,
        path,
        $"{problem} While it lies there, the master key that it may need is not destroyed.",
        "Put the file back from a backup, set its key anew with Set-LlmConfig -AskApiKey, or delete it if nothing is missed; then run the command again.");

    private void RefuseLostVault()
    {
        if (guard.IsReliedOn())
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.VaultCorrupt,
                LocalVault.VaultName,
                "The built-in vault is gone, although the store has keys that were sealed with it.",
                "Put the folder 'vault' back from a backup of the store's folder. If it is gone for good, accept a new one with Set-LlmConfig -AcceptHost for each configuration.");
        }
    }
}
