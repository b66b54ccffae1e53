using System.Text;
using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// The configuration that a folder asks for: a file <c>.llmconfig</c> with one name, found from a folder upward. It holds no key, no URL and no command,
/// and counts only where its user trusted it: this path with this name. Whoever changes the file, or moves it, has it asked for again.
/// </summary>
public sealed record FolderDefault
{
    /// <summary>The name of the file.</summary>
    public const string FileName = ".llmconfig";

    internal FolderDefault(string path, string? name, string? problem)
    {
        Path = path;
        Name = name;
        Problem = problem;
    }

    /// <summary>The full path of the file.</summary>
    public string Path { get; }

    /// <summary>The name that it holds; <see langword="null"/> where it holds none.</summary>
    public string? Name { get; }

    /// <summary>Why it is not used, in one sentence; <see langword="null"/> where it is.</summary>
    public string? Problem { get; }

    /// <summary>The path, with the name where it is used and else why it is not.</summary>
    public override string ToString() => DisplayText.Printable(Problem is null ? $"'{Name}' by {Path}" : Problem);
}

/// <summary>Finds files <c>.llmconfig</c>, and keeps in <c>folders.json</c> of the store's folder which of them their user trusted.</summary>
internal sealed class FolderDefaults(string store, StoreFileSystem files)
{
    private const int Version = 1;

    // A name of 100 characters, whatever they are, and a line break.
    private const int MaximumBytes = 1024;

    private const int MaximumListBytes = 4 * 1024 * 1024;

    private readonly string _list = new StorePaths(store).Folders;

    /// <summary>The nearest file from a folder upward; <see langword="null"/> where there is none.</summary>
    public FolderDefault? Find(string from)
    {
        for (string? folder = from; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string path = Path.Combine(folder, FolderDefault.FileName);
            if (Inspect(path) is { } entry)
            {
                return Look(path, entry);
            }
        }

        return null;
    }

    /// <summary>Writes the file of a folder and trusts it; <see langword="null"/> takes both away.</summary>
    /// <exception cref="LlmConfigException">StoreUnsafe: there is no such folder, or what lies there is not to be replaced; StoreAccessDenied, StoreFull.</exception>
    public FolderDefault? Set(string folder, string? name)
    {
        string path = Path.Combine(Path.GetFullPath(folder), FolderDefault.FileName);
        if (!Directory.Exists(folder))
        {
            throw StoreFailure.Unsafe(path, $"There is no folder '{folder}'.", "Name one that is there.");
        }

        if (Inspect(path) is { } entry && Foreign(path, entry) is { } problem)
        {
            throw StoreFailure.Unsafe(path, problem, "Look at it, and remove it if it is not yours.");
        }

        if (name is null)
        {
            Write(path, () => File.Delete(path));
        }
        else if (Read(path) != name)
        {
            // No secret: whoever works in the folder may read it.
            Write(path, () => File.WriteAllText(path, name + "\n"));
        }

        files.EnsureFolder(store);
        files.ReplaceFile(_list, List([.. Trusted().Where(item => item.Path != path), .. name is null ? Array.Empty<(string, string)>() : [(path, name)]]));
        return name is null ? null : new FolderDefault(path, name, problem: null);
    }

    private FolderDefault Look(string path, EntryInfo entry)
    {
        if (Foreign(path, entry) is { } foreign)
        {
            return new FolderDefault(path, null, foreign);
        }

        if (Read(path) is not { } name || !ConfigurationName.IsStored(name))
        {
            return new FolderDefault(path, null, $"'{path}' is not used: it does not hold the name of a configuration and nothing else.");
        }

        string? problem = Trusted().Contains((path, name)) ? null
            : $"'{path}' is not used: nobody has trusted it yet with '{DisplayText.Of(name)}'. Set-LlmConfigFolder does, in that folder.";
        return new FolderDefault(path, name, problem);
    }

    private static string? Foreign(string path, EntryInfo entry) => entry switch
    {
        { Kind: EntryKind.Link } => $"'{path}' is not used: it is a link.",
        { Kind: not EntryKind.File } => $"'{path}' is not used: it is not a file.",
        { OwnedByUser: false } => $"'{path}' is not used: it belongs to another user.",
        { LinkCount: > 1 } => $"'{path}' is not used: it has another name elsewhere (a hard link).",
        _ => null,
    };

    // What cannot be looked at, such as a folder above that lets nobody in, has none.
    private EntryInfo? Inspect(string path)
    {
        try
        {
            return files.Inspect(path);
        }
        catch (LlmConfigException)
        {
            return null;
        }
    }

    private static string? Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] bytes = new byte[MaximumBytes + 1];
            int length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            string text = length > MaximumBytes ? string.Empty : new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length).Trim();
            return text.Length > 0 && !text.Contains('\n', StringComparison.Ordinal) ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            return null;
        }
    }

    private static void Write(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LlmConfigException(LlmConfigErrorCode.StoreAccessDenied, path, $"'{path}' cannot be written: {e.Message}", "See that the folder lets you write.");
        }
    }

    // A damaged list trusts nothing.
    private HashSet<(string Path, string Name)> Trusted()
    {
        try
        {
            if (!files.CheckFolder(store) || files.ReadFile(_list, MaximumListBytes) is not { } bytes)
            {
                return [];
            }

            using JsonDocument json = JsonDocument.Parse(bytes);
            return [.. json.RootElement.GetProperty("folders").EnumerateArray()
                .Select(item => (item.GetProperty("path").GetString() ?? string.Empty, item.GetProperty("name").GetString() ?? string.Empty))];
        }
        catch (Exception e) when (e is LlmConfigException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return [];
        }
    }

    private static byte[] List(IReadOnlyList<(string Path, string Name)> trusted)
    {
        var buffer = new JsonBuffer(1024);
        using (var json = new Utf8JsonWriter(buffer, ConfigDocumentWriter.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteStartArray("folders");
            foreach ((string path, string name) in trusted)
            {
                json.WriteStartObject();
                json.WriteString("path", path);
                json.WriteString("name", name);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToFile();
    }
}
