namespace LlmConfig;

/// <summary>The names of what lies in the folder of a built-in vault.</summary>
internal sealed class LocalVaultFiles(string folder)
{
    public const string SealedExtension = ".sealed";

    public string Folder { get; } = folder;

    public string Header { get; } = Path.Combine(folder, "vault.json");

    public string Lock { get; } = Path.Combine(folder, "vault.lock");

    public string MasterKey { get; } = Path.Combine(folder, "master.key");

    /// <summary>
    /// The file of a secret: the SHA-256 of its name (letter case apart), so that any name of any length fits and none can be read off the
    /// folder.
    /// </summary>
    public string Sealed(string name) =>
        Path.Combine(Folder, Convert.ToHexString(SecretName.Hash(name)).ToLowerInvariant() + SealedExtension);
}
