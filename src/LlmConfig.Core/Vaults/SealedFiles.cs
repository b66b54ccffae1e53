using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace LlmConfig;

/// <summary>
/// The sealed files in the folder of a built-in vault: written, opened, sealed anew, removed. Writers hold the vault's lock together, from
/// reading the header to the rename; whoever exchanges something holds it alone. The format of a file is <see cref="SealedSecret"/>'s.
/// </summary>
internal sealed class SealedFiles(LocalVaultFiles paths, StoreFileSystem files, MasterKeys keys, VaultGuard guard, WaitingLock vaultLock)
{
    // Folders that this process looked through for what dead ones left.
    private static readonly ConcurrentDictionary<string, (ulong Device, ulong Inode)> Swept = new(StringComparer.Ordinal);

    // The vault that was found fit to take secrets, which is looked at once.
    private Guid _takesSecrets;

    public bool Any => files.CheckFolder(paths.Folder) && files.ListSome(paths.Folder, LocalVaultFiles.SealedPattern, 1).Count > 0;

    /// <summary>Puts a key into its place, and does not make it durable.</summary>
    /// <returns>What has to be flushed; <see langword="null"/> where the key took the place of another one, and is durable.</returns>
    public StagedFile? Place(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        using FileLock shared = SealAndLock(keyId, SealedSecretType.SecureString, Encode(label), key.Utf8, out byte[] file, cancellation);
        string path = paths.Sealed(keyId);
        if (files.FileExists(path))
        {
            // An id is used once; what lies there all the same is replaced as any secret is.
            files.ReplaceFile(path, file);
            files.FlushFolder(paths.Folder);
            return null;
        }

        StagedFile staged = files.Stage(path, file);
        try
        {
            staged.Place();
            return staged;
        }
        catch
        {
            staged.Dispose();
            throw;
        }
    }

    /// <summary>Keeps any secret, in the place of one of the same name.</summary>
    public void Write(
        string name, SealedSecretType type, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> value, CancellationToken cancellation)
    {
        using FileLock shared = SealAndLock(name, type, metadata, value, out byte[] file, cancellation);
        files.ReplaceFile(paths.Sealed(name), file);
    }

    /// <summary>The vault that a file says it was sealed for; <see langword="null"/> where it says none, or is gone.</summary>
    public static Guid? OwnerOf(StoreFileSystem files, string path) =>
        files.ReadVaultFile(path, SealedSecret.MaximumFileBytes) is { } file ? SealedSecret.VaultOf(file) : null;

    /// <summary>Opens a secret; <see langword="null"/> when there is none of this name.</summary>
    public SealedSecret? Read(string name)
    {
        byte[] nameHash = SecretName.Hash(name);
        string path = paths.Sealed(nameHash);
        return files.CheckFolder(paths.Folder) ? MasterKeys.Checked(path, SealedSecret.Version, () => Open(path, nameHash)) : null;
    }

    /// <summary>Opens all secrets.</summary>
    /// <returns>The files that do not open, with the reason, and the first that was no damage but a refusal.</returns>
    public (Dictionary<string, string> Damaged, LlmConfigException? Refused) Visit(
        Action<SealedSecret> visit, IProgress<int>? progress, CancellationToken cancellation)
    {
        var damaged = new Dictionary<string, string>(StringComparer.Ordinal);
        var refused = new List<LlmConfigException>();
        if (!files.CheckFolder(paths.Folder) || paths.ListSealed(files) is not { Count: > 0 } all)
        {
            return (damaged, null);
        }

        keys.Require();
        for (int i = 0; i < all.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            string path = all[i];
            try
            {
                using SealedSecret? secret = Open(path, NameHash(path));
                if (secret is not null)
                {
                    visit(secret);
                }
            }
            catch (StoreFormatException e)
            {
                damaged.Add(path, MasterKeys.Corrupt(path, e, SealedSecret.Version).Problem);
            }
            catch (LlmConfigException e)
            {
                damaged.Add(path, e.Problem);
                if (e.Code != LlmConfigErrorCode.VaultCorrupt)
                {
                    refused.Add(e);
                }
            }

            progress?.Report(i + 1);
        }

        return (damaged, refused.FirstOrDefault());
    }

    /// <summary>Replaces what is kept beside a secret.</summary>
    /// <returns>False when there is none of this name.</returns>
    public bool RewriteMetadata(string name, byte[] metadata, CancellationToken cancellation)
    {
        byte[] nameHash = SecretName.Hash(name);
        string path = paths.Sealed(nameHash);
        if (!IsThere(path))
        {
            return false;
        }

        // Before the lock is taken: a protector may take its time.
        keys.Require();
        using FileLock alone = vaultLock.Acquire(cancellation);
        return MasterKeys.Checked(path, SealedSecret.Version, () => SealAnew(path, nameHash, metadata));
    }

    /// <summary>Seals a file for the present master key; one that is damaged stays as it is. Under the lock, alone.</summary>
    public void TrySealAnew(string path)
    {
        try
        {
            SealAnew(path, NameHash(path), metadata: null);
        }
        catch (Exception e) when (e is StoreFormatException or LlmConfigException { Code: LlmConfigErrorCode.VaultCorrupt })
        {
            // Whoever is about to destroy the old master key finds it.
        }
    }

    /// <returns>False when there is no secret of this name.</returns>
    public bool Remove(string name, CancellationToken cancellation)
    {
        string path = paths.Sealed(name);
        if (!IsThere(path))
        {
            return false;
        }

        // Shared with other writers, but never between the two halves of a new label: that would bring the key back.
        using FileLock shared = vaultLock.AcquireShared(cancellation);
        files.DeleteFile(path);
        return true;
    }

    /// <summary>Makes the vault where there is none, and opens it.</summary>
    /// <param name="renew">True to look whether the vault is fit to take secrets once more: one that holds nothing may get a new master key.</param>
    /// <param name="cancellation">Gives up while another process makes it.</param>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt, or a Store code.</exception>
    public OpenVault OpenOrMake(bool renew, CancellationToken cancellation)
    {
        _takesSecrets = renew ? default : _takesSecrets;
        if (OpenForSecrets(renew, out _) is { } open)
        {
            if (_takesSecrets != open.Key.VaultId)
            {
                Sweep();
            }

            _takesSecrets = open.Key.VaultId;
            return open;
        }

        files.EnsureFolder(paths.Folder);
        using FileLock alone = vaultLock.Acquire(cancellation);
        OpenVault made = OpenForSecrets(renew, out OpenVault? unfit) ?? (unfit is null ? keys.MakeFirst() : keys.MakeAnew(unfit.Header));
        _takesSecrets = made.Key.VaultId;
        return made;
    }

    /// <summary>Files that were being written.</summary>
    public IReadOnlyList<string> HalfWritten => files.ListFiles(paths.Folder, "*" + StorePaths.TemporaryExtension);

    /// <summary>Removes those. Under the lock, alone: whoever was writing them is dead.</summary>
    public void RemoveHalfWritten()
    {
        foreach (string path in HalfWritten)
        {
            files.DeleteFile(path);
        }
    }

    /// <summary>
    /// What dead processes left behind: files that were being written, and files with master keys that nothing needs. None while
    /// another process is at work.
    /// </summary>
    public IReadOnlyList<string> Leftovers() =>
        !files.CheckFolder(paths.Folder) || files.IsHeld(paths.Lock, exclusive: true) ? [] : [.. HalfWritten, .. UnneededKeyFiles()];

    /// <summary>Removes what <see cref="Leftovers"/> named.</summary>
    /// <returns>True when it was there.</returns>
    public bool RemoveLeftover(string path, CancellationToken cancellation)
    {
        using FileLock alone = vaultLock.Acquire(cancellation);
        if (LocalVaultFiles.MasterKeyOwner(path) is not { } owner)
        {
            bool found = files.Inspect(path) is not null;
            files.DeleteFile(path);
            return found;
        }

        if (!UnneededKeyFiles().Contains(path, StringComparer.Ordinal))
        {
            return false;
        }

        // The header that says so may not be durable yet.
        files.FlushFolder(paths.Folder);
        new KeyFileProtector(paths.Folder, files).Remove(owner);
        return true;
    }

    private IReadOnlyList<string> UnneededKeyFiles() => guard.UnneededKeyFiles(
        () => Visit(_ => { }, null, CancellationToken.None) is { Damaged.Count: 0, Refused: null });

    /// <summary>Removes what dead processes left half-written, unless another process is writing now.</summary>
    /// <returns>False when one is.</returns>
    public bool SweepUnlessBusy()
    {
        if (!files.CheckFolder(paths.Folder))
        {
            return true;
        }

        using FileLock? alone = vaultLock.TryAcquire();
        if (alone is not null)
        {
            RemoveHalfWritten();
        }

        return alone is not null;
    }

    private bool IsThere(string path) => files.CheckFolder(paths.Folder) && files.FileExists(path);

    // Where the vault was made anew since this process opened it, what is sealed for the old one could not be opened again.
    private FileLock SealAndLock(
        string name, SealedSecretType type, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> value, out byte[] file, CancellationToken cancellation)
    {
        while (true)
        {
            if (!files.CheckFolder(paths.Folder))
            {
                keys.Retire();
            }

            OpenVault open = OpenOrMake(renew: false, cancellation);
            file = open.Key.Seal(name, type, metadata, value);
            FileLock? held = vaultLock.AcquireShared(cancellation);
            try
            {
                if (keys.IsCurrent(open.Header))
                {
                    (FileLock result, held) = (held, null);
                    return result;
                }
            }
            finally
            {
                held?.Dispose();
            }

            keys.Retire();
        }
    }

    // Null: it has to be made; or made anew, where there is one that is unfit.
    private OpenVault? OpenForSecrets(bool renew, out OpenVault? unfit)
    {
        while (true)
        {
            unfit = OpenUnlessLost();
            switch (unfit is null ? false : _takesSecrets == unfit.Key.VaultId ? true : guard.MayTakeSecrets(unfit.Header, renew))
            {
                case true:
                    return unfit;
                case false:
                    return null;
                default:
                    continue;
            }
        }
    }

    // A vault whose master key is lost and that holds nothing has nothing to lose: it is made anew.
    private OpenVault? OpenUnlessLost()
    {
        try
        {
            return keys.Open();
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.VaultCorrupt && paths.ListSealed(files).Count == 0)
        {
            return null;
        }
    }

    // What a process left that was killed without an intent: in Set-Secret, or by a power cut. Once for each process and folder,
    // since it looks through all names; recovery, which knows that somebody died, does it each time.
    private void Sweep()
    {
        (ulong, ulong)? folder = files.Inspect(paths.Folder)?.Stamp is { } stamp ? (stamp.Device, stamp.Inode) : null;
        if (folder is null || !Swept.TryGetValue(paths.Folder, out (ulong, ulong) known) || known != folder)
        {
            bool isClean = HalfWritten.Count == 0 || SweepUnlessBusy();
            if (isClean && folder is { } identity)
            {
                Swept[paths.Folder] = identity;
            }
        }
    }

    // Under the lock, alone: nobody writes or removes the secret meanwhile.
    private bool SealAnew(string path, byte[] nameHash, byte[]? metadata)
    {
        OpenVault open = keys.Require();
        using SealedSecret? secret = Open(path, nameHash);
        if (secret is null)
        {
            return false;
        }

        files.ReplaceFile(path, open.Key.Seal(secret.Name, secret.Type, metadata ?? secret.Metadata, secret.Value.Span));
        return true;
    }

    public static byte[] Encode(KeyLabel label) =>
        SecretMetadata.Encode(string.Empty, label.ToProperties().ToDictionary(property => property.Key, property => (object?)property.Value));

    // Null when there is no such file. While the master key is exchanged, a file names the one that it was sealed under; where that
    // is not to be had, the exchange may have been finished since the header was read, and the file is read once more.
    private SealedSecret? Open(string path, byte[] nameHash)
    {
        Guid? missed = null;
        while (files.ReadVaultFile(path, SealedSecret.MaximumFileBytes) is { } file)
        {
            OpenVault open = keys.Require(folderIsThere: true);
            Guid owner = SealedSecret.VaultOf(file) ?? open.Key.VaultId;
            bool isLast = missed == owner;
            MasterKey? key = isLast ? keys.Find(owner, open) : keys.TryFind(owner, open);
            if (key is not null || isLast)
            {
                // Another vault's master key says what is wrong with the file.
                return (key ?? open.Key).Open(file, nameHash);
            }

            missed = owner;
        }

        return null;
    }

    private static byte[] NameHash(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        return name.Length == 2 * SHA256.HashSizeInBytes && name.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(name)
            : throw new StoreFormatException("its name is not one that this module gives");
    }
}
