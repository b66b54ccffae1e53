namespace LlmConfig;

/// <summary>The names of what lies in a store's folder.</summary>
internal sealed class StorePaths(string folder)
{
    public const string TemporaryExtension = ".tmp";
    public const string ConfigFileName = "llm_config.json";
    public const string ModelsFileName = "models.json";
    public const string FoldersFileName = "folders.json";
    public const string ToolsFileName = "tools.json";

    public string Folder { get; } = folder;

    public string ConfigFile { get; } = Path.Combine(folder, ConfigFileName);

    public string Backup { get; } = Path.Combine(folder, ConfigFileName + ".bak");

    public string Models { get; } = Path.Combine(folder, ModelsFileName);

    public string Folders { get; } = Path.Combine(folder, FoldersFileName);

    public string Tools { get; } = Path.Combine(folder, ToolsFileName);

    public string Lock { get; } = Path.Combine(folder, "llm_config.lock");

    /// <summary>Held while a key of the store is rotated with its provider.</summary>
    public string RotationLock { get; } = Path.Combine(folder, "rotation.lock");

    public string Pending { get; } = Path.Combine(folder, "pending");

    public string Written { get; } = Path.Combine(folder, "written");

    public string Vault { get; } = Path.Combine(folder, "vault");
}
