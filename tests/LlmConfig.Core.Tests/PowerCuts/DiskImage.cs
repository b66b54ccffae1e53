using System.Globalization;

namespace LlmConfig.Tests;

/// <summary>What lies on a disk, in a vault and in a keyring at one moment.</summary>
internal sealed class DiskImage
{
    public const int Folder = -1;

    /// <summary>The file at each path, or <see cref="Folder"/>. A path in a folder that is not there is not there either.</summary>
    public Dictionary<string, int> Names { get; private init; } = new(StringComparer.Ordinal);

    public Dictionary<int, byte[]> Contents { get; } = [];

    public Dictionary<string, MemoryKey> Keys { get; private init; } = new(StringComparer.Ordinal);

    public Dictionary<Guid, byte[]> MasterKeys { get; private init; } = [];

    /// <summary>The same for two images that differ in nothing that could matter; notes in lock files do not.</summary>
    public string Fingerprint => string.Join('\n', Names
        .Select(name => string.Create(CultureInfo.InvariantCulture, $"{name.Key} {name.Value} {Shown(name)}"))
        .Concat(Keys.Select(key => $"{key.Key} {key.Value.Label?.Configuration}"))
        .Concat(MasterKeys.Select(key => key.Key.ToString()))
        .Order(StringComparer.Ordinal));

    public DiskImage Copy() => new()
    {
        Names = new Dictionary<string, int>(Names, StringComparer.Ordinal),
        Keys = new Dictionary<string, MemoryKey>(Keys, StringComparer.Ordinal),
        MasterKeys = new Dictionary<Guid, byte[]>(MasterKeys),
    };

    /// <summary>Lays folders and files out below another home than the one they were recorded in.</summary>
    public void WriteTo(string home, string recordedHome)
    {
        foreach ((string path, int file) in Names.OrderBy(name => name.Key.Length))
        {
            string copy = Path.Combine(home, Path.GetRelativePath(recordedHome, path));
            if (!Directory.Exists(Path.GetDirectoryName(copy)))
            {
                continue;
            }

            if (file == Folder)
            {
                Access.MakeFolder(copy);
                continue;
            }

            using FileStream stream = new(copy, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = StoreFileSystem.FileMode,
            });
            stream.Write(Contents[file]);
        }
    }

    private int Shown(KeyValuePair<string, int> name) =>
        name.Value == Folder || name.Key.EndsWith(".lock", StringComparison.Ordinal) ? 0 : Contents[name.Value].Length;
}
