namespace LlmConfig;

/// <summary>The protectors of this operating system.</summary>
internal static class MasterKeyProtectors
{
    /// <summary>The best first; the last works everywhere.</summary>
    public static IReadOnlyList<IMasterKeyProtector> ForThisSystem(string vaultFolder, StoreFileSystem files) =>
        [new KeyFileProtector(new LocalVaultFiles(vaultFolder).MasterKey, files)];
}
