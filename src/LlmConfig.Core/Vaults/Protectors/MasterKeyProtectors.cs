namespace LlmConfig;

/// <summary>The protectors of this operating system.</summary>
internal static class MasterKeyProtectors
{
    /// <summary>Those that the options name, and Passphrase, which is never chosen by itself.</summary>
    public static IReadOnlyList<IMasterKeyProtector> WithPassphrase(
        string vaultFolder, StoreFileSystem files, LlmConfigOptions options, PassphraseSource source) =>
        [.. options.Protectors(vaultFolder, files), new PassphraseProtector(vaultFolder, source, options.PassphraseKeys, options.PassphraseTime, options.Clock, options.PassphraseRounds)];

    /// <summary>The best first; the last works everywhere.</summary>
    public static IReadOnlyList<IMasterKeyProtector> ForThisSystem(string vaultFolder, StoreFileSystem files)
    {
        var keyFile = new KeyFileProtector(vaultFolder, files);
        return OperatingSystem.IsWindows() ? [new DpapiProtector(), keyFile]
            : OperatingSystem.IsMacOS() ? [new KeychainProtector(vaultFolder), keyFile]
            : [new SecretServiceProtector(vaultFolder), keyFile];
    }
}
