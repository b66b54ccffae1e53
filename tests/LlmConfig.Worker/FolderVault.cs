namespace LlmConfig.Worker;

/// <summary>
/// A second vault that several processes can share: one file for each key, in the open, in a folder that is there already.
/// It keeps no labels.
/// </summary>
internal sealed class FolderVault(string folder) : IKeyVault, IKeyVaultSource
{
    public const string VaultName = "Folder";

    public string Name => VaultName;

    public bool TakesLabels => false;

    public VaultChoice? DefaultVault => null;

    public IKeyVault Open(string name) => name == VaultName
        ? this
        : throw new LlmConfigException(LlmConfigErrorCode.VaultNotFound, name, "There is no such vault in the tests.", "Name another.");

    public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        // Whole or not at all, also when the process is killed in between.
        string draft = Path.Combine(folder, keyId + ".draft");
        File.WriteAllText(draft, key.ToPlainText());
        File.Move(draft, Path.Combine(folder, keyId));
    }

    public void Flush()
    {
        // What is tested with it are kills, which the page cache survives.
    }

    public ApiKey Read(string keyId, CancellationToken cancellation)
    {
        try
        {
            return ApiKey.From(File.ReadAllText(Path.Combine(folder, keyId)), keyId);
        }
        catch (FileNotFoundException)
        {
            throw new LlmConfigException(LlmConfigErrorCode.KeyMissing, keyId, "The folder has no such key.", "Set it anew.");
        }
    }

    public void Remove(string keyId, CancellationToken cancellation)
    {
        File.Delete(Path.Combine(folder, keyId + ".draft"));
        File.Delete(Path.Combine(folder, keyId));
    }

    public IReadOnlyList<KeyVaultEntry> List(CancellationToken cancellation) =>
        [.. Directory.GetFiles(folder).Select(path => new KeyVaultEntry(Path.GetFileName(path), null))];

    public void Relabel(string keyId, KeyLabel label, CancellationToken cancellation)
    {
        // It keeps none.
    }
}
