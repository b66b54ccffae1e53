namespace LlmConfig.Worker;

/// <summary>
/// A second vault that several processes can share: one file for each key, in the open, in a folder that is there already.
/// Its labels lie in a folder beside it.
/// </summary>
internal sealed class FolderVault(string folder) : IKeyVault, IKeyVaultSource
{
    public const string VaultName = "Folder";

    public string Name => VaultName;

    public bool TakesLabels => true;

    private string Labels => folder + ".labels";

    public VaultChoice? DefaultVault => null;

    public IKeyVault Open(string name) => name == VaultName
        ? this
        : throw new LlmConfigException(LlmConfigErrorCode.VaultNotFound, name, "There is no such vault in the tests.", "Name another.");

    public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        // Whole or not at all, also when the process is killed in between; never a key without its label.
        Directory.CreateDirectory(Labels);
        Relabel(keyId, label, cancellation);
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
        if (Directory.Exists(Labels))
        {
            File.Delete(Path.Combine(Labels, keyId));
        }
    }

    public IReadOnlyList<KeyVaultEntry> List(CancellationToken cancellation) =>
        [.. Directory.GetFiles(folder).Select(path => new KeyVaultEntry(Path.GetFileName(path), LabelOf(Path.GetFileName(path))))];

    public IReadOnlyList<string> ListSecrets(CancellationToken cancellation) => [.. Directory.GetFiles(folder).Select(path => Path.GetFileName(path))];

    public void Relabel(string keyId, KeyLabel label, CancellationToken cancellation)
    {
        string draft = Path.Combine(Labels, $"{keyId}.{Guid.NewGuid():N}");
        File.WriteAllLines(draft, label.ToProperties().Select(property => $"{property.Key}={property.Value}"));
        File.Move(draft, Path.Combine(Labels, keyId), overwrite: true);
    }

    private KeyLabel? LabelOf(string keyId)
    {
        try
        {
            return KeyLabel.TryFrom(File.ReadAllLines(Path.Combine(Labels, keyId)).Select(line => line.Split('=', 2)).ToDictionary(parts => parts[0], parts => (object?)parts[1]));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
