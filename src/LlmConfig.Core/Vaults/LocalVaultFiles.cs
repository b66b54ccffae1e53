namespace LlmConfig;

/// <summary>The names of what lies in the folder of a built-in vault.</summary>
internal sealed class LocalVaultFiles(string folder)
{
    public const string SealedExtension = ".sealed";

    /// <summary>What the names of sealed files match.</summary>
    public const string SealedPattern = "*" + SealedExtension;

    private const string MasterKeyPrefix = "master-";
    private const string MasterKeyExtension = ".key";

    /// <summary>What the names of files with master keys match.</summary>
    public const string MasterKeyPattern = MasterKeyPrefix + "*" + MasterKeyExtension;

    public string Folder { get; } = folder;

    public string Header { get; } = Path.Combine(folder, "vault.json");

    public string Lock { get; } = Path.Combine(folder, "vault.lock");

    public IReadOnlyList<string> ListSealed(StoreFileSystem files) => files.ListFiles(Folder, SealedPattern);

    /// <summary>The file in which KeyFile keeps the master key of a vault id.</summary>
    public string MasterKey(Guid vaultId) => Path.Combine(Folder, $"{MasterKeyPrefix}{vaultId:D}{MasterKeyExtension}");

    /// <summary>The vault id that a file with a master key is named by; <see langword="null"/> for any other file.</summary>
    public static Guid? MasterKeyOwner(string path) =>
        Path.GetFileName(path) is var name && name.StartsWith(MasterKeyPrefix, StringComparison.Ordinal) && name.EndsWith(MasterKeyExtension, StringComparison.Ordinal)
        && Guid.TryParseExact(name[MasterKeyPrefix.Length..^MasterKeyExtension.Length], "D", out Guid id)
            ? id
            : null;

    /// <summary>
    /// The file of a secret: the SHA-256 of its name (letter case apart), so that any name of any length fits and none can be read off the
    /// folder.
    /// </summary>
    public string Sealed(string name) => Sealed(SecretName.Hash(name));

    /// <summary>The same by the hash of the name.</summary>
    public string Sealed(byte[] nameHash) => Path.Combine(Folder, Convert.ToHexString(nameHash).ToLowerInvariant() + SealedExtension);
}
