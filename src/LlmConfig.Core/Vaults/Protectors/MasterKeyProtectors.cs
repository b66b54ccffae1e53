namespace LlmConfig;

/// <summary>The protectors of this operating system.</summary>
internal static class MasterKeyProtectors
{
    /// <summary>The best first; the last works everywhere.</summary>
    /// <param name="vaultFolder">The folder of the built-in vault, where KeyFile keeps its file.</param>
    /// <param name="files">The file system.</param>
    public static IReadOnlyList<IMasterKeyProtector> ForThisSystem(string vaultFolder, StoreFileSystem files)
    {
        var keyFile = new KeyFileProtector(vaultFolder, files);
        return OperatingSystem.IsWindows() ? [new DpapiProtector(), keyFile]
            : OperatingSystem.IsMacOS() ? [new KeychainProtector(vaultFolder), keyFile]
            : [new SecretServiceProtector(vaultFolder), keyFile];
    }
}
