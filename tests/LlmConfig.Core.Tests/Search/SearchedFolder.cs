using System.Text;

namespace LlmConfig.Tests;

/// <summary>A store, and a folder beside it whose files are searched for its keys.</summary>
internal sealed class SearchedFolder : IDisposable
{
    public SearchedFolder()
    {
        Path = Directory.CreateDirectory(System.IO.Path.Combine(Store.Root, "project")).FullName;
    }

    public TemporaryStore Store { get; } = new();

    public string Path { get; }

    /// <summary>Creates a configuration, and gives its key.</summary>
    public string NewKey(string name, string? key = null)
    {
        string value = key ?? TestKey.New();
        Store.Create(name, value);
        return value;
    }

    public string Write(string name, string text, Encoding? encoding = null) => Write(name, [.. (encoding ?? new UTF8Encoding(false)).GetPreamble(), .. (encoding ?? Encoding.UTF8).GetBytes(text)]);

    public string Write(string name, byte[] content)
    {
        string path = System.IO.Path.GetFullPath(name, Path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public IReadOnlyList<FoundKey> Find(params string[] names) => FindIn([Path], names);

    public IReadOnlyList<FoundKey> FindIn(IReadOnlyList<string> paths, params string[] names)
    {
        LlmConfigRepository repository = Store.Open();
        return [.. repository.FindKeys(paths, names.Length == 0 ? null : [.. names.Select(name => repository.Get(name).Id)])];
    }

    /// <summary>What was found, as "name file:line:column", files by their names in the folder.</summary>
    public IReadOnlyList<string> Places(params string[] names) =>
        [.. Find(names).Select(found => $"{found.Name} {System.IO.Path.GetRelativePath(Path, found.Path).Replace('\\', '/')}:{found.Line}:{found.Column}")];

    public void Dispose() => Store.Dispose();
}
