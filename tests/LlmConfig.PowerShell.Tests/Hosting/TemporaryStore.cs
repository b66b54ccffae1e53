using System.Text.Json;

namespace LlmConfig.Tests;

/// <summary>An empty place for a store, named by LLMCONFIG_HOME until it is disposed of; the real home is never touched.</summary>
public sealed class TemporaryStore : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("llmconfig-test-").FullName;
    private readonly Dictionary<string, string?> _variables = [];

    public TemporaryStore()
    {
        Folder = Path.Combine(_parent, "store");
        Modules = Directory.CreateDirectory(Path.Combine(_parent, "modules")).FullName;
        SetVariable("LLMCONFIG_HOME", Folder);
        SetVariable("HOME", _parent);
        SetVariable("DBUS_SESSION_BUS_ADDRESS", null);
        SetVariable("PSModulePath", Modules);
    }

    public string Folder { get; }

    /// <summary>A home folder, empty but for what is made by the test.</summary>
    public string Home => _parent;

    /// <summary>The one folder on PSModulePath, empty.</summary>
    public string Modules { get; }

    public string ConfigFile => Path.Combine(Folder, "llm_config.json");

    public string Backup => ConfigFile + ".bak";

    public string Lock => Path.Combine(Folder, "llm_config.lock");

    public long Revision
    {
        get
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(ConfigFile));
            return json.RootElement.GetProperty("revision").GetInt64();
        }
    }

    public IReadOnlyList<string> SealedFiles => Files("vault", "*.sealed");

    public IReadOnlyList<string> Intents => Files("pending", "*");

    /// <summary>Sets a variable until the store is disposed of.</summary>
    public void SetVariable(string name, string? value)
    {
        _variables.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }

    /// <summary>Every folder and file below the store, with its bytes in hex.</summary>
    public SortedDictionary<string, string> Contents()
    {
        var contents = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (FileSystemInfo entry in new DirectoryInfo(_parent).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            contents.Add(entry.FullName, entry is FileInfo ? Convert.ToHexString(File.ReadAllBytes(entry.FullName)) : "folder");
        }

        return contents;
    }

    public void Damage(string text = "{ not json")
    {
        File.WriteAllText(ConfigFile, text);
        File.WriteAllText(Backup, text);
    }

    public void Dispose()
    {
        foreach ((string name, string? value) in _variables)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        Directory.Delete(_parent, recursive: true);
    }

    private string[] Files(string folder, string pattern)
    {
        string path = Path.Combine(Folder, folder);
        return Directory.Exists(path) ? Directory.GetFiles(path, pattern) : [];
    }
}
