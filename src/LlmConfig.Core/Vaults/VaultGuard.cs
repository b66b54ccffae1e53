using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace LlmConfig;

/// <summary>
/// Sees that somebody exchanged the vault's header or master key, and proves what belongs where: which header the sealed files need, and
/// which files with master keys nothing needs. What cannot be read proves nothing here. A further attack on the vault's folder is met here.
/// </summary>
internal sealed class VaultGuard(LocalVaultFiles paths, StoreFileSystem files, MasterKeys keys, TimeProvider clock)
{
    // Enough to see an exchange of the master key under what was sealed before; all of them would cost a new key too much.
    private const int MostCompared = 4;

    // Vaults behind a key file that this process compared with what the system's own protectors know of their folder.
    private static readonly ConcurrentDictionary<string, Guid> Compared = new(StringComparer.Ordinal);

    /// <summary>True where something else than its secrets was computed under the master key.</summary>
    public Func<bool> IsReliedOn { get; set; } = () => false;

    private sealed record Found(Guid VaultId, ProtectorKind Protector, byte[] Wrapped, SecretBytes MasterKey);

    /// <summary>
    /// Whether a vault may get a secret. A master key is exchanged for one that somebody knows either under what was sealed before, or
    /// before there is anything: the former is refused, and the latter cannot be used.
    /// </summary>
    /// <returns>False: it has to be made anew; <see langword="null"/>: it was, since the header was read.</returns>
    /// <exception cref="LlmConfigException">VaultCorrupt: it was exchanged.</exception>
    public bool? MayTakeSecrets(VaultHeader header, bool renew)
    {
        if (header.Protector == ProtectorKind.KeyFile)
        {
            RefuseDowngrade(header);
        }

        IReadOnlyList<string> some = files.ListSome(paths.Folder, LocalVaultFiles.SealedPattern, MostCompared);
        foreach (string path in some)
        {
            // A link or another user's file is reported where it is read.
            Guid? owner = MasterKeys.OrNull(() => SealedFiles.OwnerOf(files, path));
            if (owner is not null && owner != header.VaultId && owner != header.Previous?.VaultId)
            {
                return keys.ReadHeader() is { } now && now.VaultId != header.VaultId ? null : throw new LlmConfigException(
                    LlmConfigErrorCode.VaultCorrupt,
                    path,
                    $"The secret in '{path}' was sealed for the vault {owner:D}, and '{paths.Header}' names the vault {header.VaultId:D}: the header or the master key was exchanged, so no new key is written.",
                    "Run Test-LlmConfig, and Repair-LlmConfig where it says so; else put the folder 'vault' back from a backup, or delete that file if it does not belong there.");
            }
        }

        return !renew || some.Count > 0 || header.Protector != ProtectorKind.KeyFile || IsReliedOn();
    }

    /// <summary>
    /// The header that the vault should have, where the one that is there does not open its secrets and a protector has the master key
    /// with which they were sealed: then one was exchanged for another, or is damaged, old or gone. <see langword="null"/> without that proof.
    /// </summary>
    public VaultHeader? ProveHeader()
    {
        var found = new List<Found>();
        try
        {
            // A damaged one says nothing; what was sealed says what it was.
            VaultHeader? header = MasterKeys.OrNull(keys.ReadHeader, LlmConfigErrorCode.VaultCorrupt);
            List<Guid> owners = [.. paths.ListSealed(files).Select(path => SealedFiles.OwnerOf(files, path)).OfType<Guid>().Distinct()];
            if (owners.Count is not (1 or 2) || (header is not null && owners.TrueForAll(id => id == header.VaultId || id == header.Previous?.VaultId) && Accepts(header)))
            {
                return null;
            }

            found.AddRange(owners.Select(owner => FindMasterKey(owner, header)).TakeWhile(key => key is not null).OfType<Found>());

            // Two master keys only as a rotation leaves them, and none that the system's own protector knows nothing of although it
            // knows another one for this folder: whoever puts files here must not be able to have them trusted.
            if (found.Count < owners.Count || found.DistinctBy(key => key.Protector).Count() > 1 || Contradicts(owners) is not null)
            {
                return null;
            }

            int present = Math.Max(0, found.FindIndex(key => key.VaultId == header?.VaultId));
            VaultHeader proven = HeaderOf(found[present], header);
            return (found.Count == 1 ? proven : proven with { Previous = new PreviousMasterKey(HeaderOf(found[1 - present], header)) })
                .WithCheck(found[present].MasterKey.Span);
        }
        catch (LlmConfigException)
        {
            return null;
        }
        finally
        {
            found.ForEach(key => key.MasterKey.Dispose());
        }
    }

    /// <summary>Files with master keys that surely nothing needs: the header's own one is there, and every secret opens with it.</summary>
    /// <param name="allOpen">Tells whether every secret opens.</param>
    public IReadOnlyList<string> UnneededKeyFiles(Func<bool> allOpen) => MasterKeys.OrNull(() =>
    {
        List<string> all = [.. files.ListFiles(paths.Folder, LocalVaultFiles.MasterKeyPattern)];
        all.RemoveAll(path => LocalVaultFiles.MasterKeyOwner(path) is null);
        if (all.Count == 0 || keys.ReadHeader() is not { Previous: null } header)
        {
            return [];
        }

        all.RemoveAll(path => header.Protector == ProtectorKind.KeyFile && LocalVaultFiles.MasterKeyOwner(path) == header.VaultId);
        return all.Count > 0 && keys.Check() && paths.ListSealed(files).All(path => SealedFiles.OwnerOf(files, path) == header.VaultId)
            && allOpen()
            ? all
            : [];
    }) ?? [];

    /// <summary>
    /// True for a leftover that is this vault's beyond doubt, or nothing: no file with a master key, one that was overwritten, or a second
    /// copy of the master key that another protector keeps. An id alone proves nothing: an interrupted rotation leaves
    /// the same as who put another vault's only master key there.
    /// </summary>
    public bool IsSurelyOwn(string path) => LocalVaultFiles.MasterKeyOwner(path) is not { } owner || MasterKeys.OrNull<bool?>(() =>
    {
        if (files.ReadVaultFile(path, KeyFileProtector.MaximumBytes) is not { } file)
        {
            return true;
        }

        bool isBlank = file.AsSpan().IndexOfAnyExcept((byte)0) < 0;
        CryptographicOperations.ZeroMemory(file);
        if (isBlank)
        {
            return true;
        }

        using SecretBytes masterKey = new KeyFileProtector(paths.Folder, files).Load(owner, []);
        return keys.ReadHeader() is { } header && header.Protector != ProtectorKind.KeyFile && header.IsOf(masterKey.Span) && keys.Check();
    }) == true;

    // Once for each process and vault: a system's protector takes milliseconds.
    private void RefuseDowngrade(VaultHeader header)
    {
        if (Compared.TryGetValue(paths.Folder, out Guid known) && known == header.VaultId)
        {
            return;
        }

        if (Contradicts([header.VaultId, header.Previous?.VaultId ?? header.VaultId]) is var (protector, other))
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.VaultCorrupt,
                paths.Header,
                $"{protector} keeps the master key of the vault {other:D} for this folder, and '{paths.Header}' names the vault {header.VaultId:D} behind a key file: somebody may have exchanged it. No key is written to it.",
                $"Put the folder 'vault' back from a backup. If you made this vault yourself, run Set-LlmConfigStore -Protector {protector}, or remove the other master key, which cannot be undone"
                + (protector == ProtectorKind.SecretService ? $": secret-tool clear application LlmConfig vault {other:D}" : "."));
        }

        Compared[paths.Folder] = header.VaultId;
    }

    // What a protector knows of this folder, and that is none of these vaults. One that cannot be asked from this session, as is usual
    // where a key file is used, knows nothing.
    private (ProtectorKind Protector, Guid Vault)? Contradicts(IReadOnlyCollection<Guid> vaults)
    {
        foreach (IMasterKeyProtector protector in keys.Protectors.Where(protector => protector.Kind != ProtectorKind.KeyFile))
        {
            foreach (Guid other in (MasterKeys.OrNull(protector.Vaults) ?? []).Except(vaults))
            {
                return (protector.Kind, other);
            }
        }

        return null;
    }

    private VaultHeader HeaderOf(Found key, VaultHeader? header) => new VaultHeader
    {
        VaultId = key.VaultId,
        Protector = key.Protector,
        Reason = header is not null && header.Protector == key.Protector ? header.Reason : "Found by Repair-LlmConfig to have the master key.",
        Wrapped = key.Wrapped,
        CreatedAt = header?.CreatedAt ?? clock.GetUtcNow().UtcDateTime,
    }.WithCheck(key.MasterKey.Span);

    private bool Accepts(VaultHeader header)
    {
        try
        {
            using SecretBytes masterKey = keys.Protector(header.Protector).Load(header.VaultId, header.Wrapped);
            return header.Accepts(masterKey.Span);
        }
        catch (LlmConfigException e) when (e.Code is LlmConfigErrorCode.VaultCorrupt or LlmConfigErrorCode.VaultUnavailable)
        {
            return false;
        }
    }

    private Found? FindMasterKey(Guid owner, VaultHeader? header)
    {
        byte[] wrapped = header?.VaultId == owner ? header.Wrapped : header?.Previous?.VaultId == owner ? header.Previous.Wrapped : [];
        foreach (IMasterKeyProtector protector in keys.Protectors)
        {
            if (MasterKeys.OrNull(() => protector.Load(owner, wrapped)) is not { } masterKey)
            {
                continue;
            }

            if (masterKey.Length == SealedSecret.MasterKeySize && VaultHeader.IdOf(masterKey.Span) == owner)
            {
                return new Found(owner, protector.Kind, protector.Kind is ProtectorKind.Dpapi or ProtectorKind.Passphrase ? wrapped : [], masterKey);
            }

            masterKey.Dispose();
        }

        return null;
    }
}
