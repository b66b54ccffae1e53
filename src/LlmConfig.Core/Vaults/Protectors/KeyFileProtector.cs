namespace LlmConfig;

/// <summary>
/// Keeps the master key in a file that only its owner may read: <c>vault/master-&lt;vault id&gt;.key</c>, 56 bytes
/// (docs/file-formats.md). Each master key has a file of its own, so a new one never takes the place of the one before.
/// It protects keys from other users of the machine and from whoever gets hold of a sealed file alone, not from programs of the same user
/// and not from root. Where the file is not in the vault's folder, it may be the one that <see cref="FileVariable"/> names: a secret that is mounted
/// into a container.
/// </summary>
internal sealed class KeyFileProtector(string folder, StoreFileSystem files, Func<string, string?>? variable = null) : IMasterKeyProtector
{
    /// <summary>The environment variable that names a file with the master key, of any owner, links followed; it is only read.</summary>
    public const string FileVariable = "LLMCONFIG_MASTER_KEY_FILE";

    public const int MaximumBytes = 4096;

    private const byte Version = 1;
    private const int VaultAt = 8;
    private const int KeyAt = 24;
    private const int Size = KeyAt + SealedSecret.MasterKeySize;

    private readonly LocalVaultFiles _paths = new(folder);

    public ProtectorKind Kind => ProtectorKind.KeyFile;

    private static ReadOnlySpan<byte> Magic => "LLMK"u8;

    public ProtectorStatus GetStatus() => new(ProtectorState.Ready, "A file that only its owner may read works everywhere.");

    public byte[] Store(Guid vaultId, ReadOnlySpan<byte> masterKey, Guid? before = null)
    {
        using var file = new SecretBytes(Size);
        Magic.CopyTo(file.Span);
        file.Span[Magic.Length] = Version;
        vaultId.TryWriteBytes(file.Span[VaultAt..], bigEndian: true, out _);
        masterKey.CopyTo(file.Span[KeyAt..]);
        files.ReplaceFile(_paths.MasterKey(vaultId), file.Span);
        files.FlushFolder(folder);
        return [];
    }

    public SecretBytes Load(Guid vaultId, ReadOnlySpan<byte> wrapped)
    {
        string path = _paths.MasterKey(vaultId);
        byte[]? file = files.ReadVaultFile(path, MaximumBytes);
        if (file is null && (variable ?? Environment.GetEnvironmentVariable)(FileVariable) is { Length: > 0 } named)
        {
            path = named;
            using SecretBytes? given = files.ReadOthersFile(path, MaximumBytes);
            file = given?.Span.ToArray();
        }

        if (file is null)
        {
            throw Corrupt(path, "is gone");
        }

        try
        {
            // The version comes first: a newer one may be laid out in another way.
            if (file.Length > Magic.Length && file.AsSpan().StartsWith(Magic) && file[Magic.Length] > Version)
            {
                throw StoreFailure.NewerVersion(path, StoreFormatException.Newer(file[Magic.Length]), Version);
            }

            return file.Length != Size || !file.AsSpan().StartsWith(Magic) || file[Magic.Length] != Version
                ? throw Corrupt(path, "is damaged")
                : new Guid(file.AsSpan(VaultAt, 16), bigEndian: true) != vaultId
                    ? throw Corrupt(path, "belongs to another vault")
                    : new SecretBytes(file.AsSpan(KeyAt));
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(file);
        }
    }

    public void Remove(Guid vaultId)
    {
        string path = _paths.MasterKey(vaultId);

        // Overwritten first: what a disk keeps of a removed file is no key then, as far as the disk writes in place.
        using (FileLock? held = files.FileExists(path) ? files.TryLockExistingFile(path) : null)
        {
            if (held is not null)
            {
                files.WriteLocked(held, new byte[Size]);
                files.Flush(held);
            }
        }

        files.DeleteFile(path);
        files.FlushFolder(folder);
    }

    private static LlmConfigException Corrupt(string path, string what) => new(
        LlmConfigErrorCode.VaultCorrupt,
        path,
        $"The file with the master key of the built-in vault, '{path}', {what}.",
        "Put it back from a backup of the store's folder: without it no key of this vault can be read. Without a backup, move the folder 'vault' aside and set each key again with Set-LlmConfig -AskApiKey.");
}
