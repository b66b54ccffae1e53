using System.Security.Cryptography;
using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// Puts settings into the tools' own files and takes them out again. The file as it was lies beside it meanwhile, and <c>tools.json</c> of the store's folder
/// says what was put in: a file that nobody changed since comes back byte by byte, and out of one that somebody did only these settings go.
/// </summary>
internal sealed class ToolRegistrations(string store, StoreFileSystem files, Func<string, string?> variable, string home)
{
    /// <summary>What a file as it was is called beside it.</summary>
    public const string BackupExtension = ".llmconfig-backup";

    private const int Version = 1;

    private const int MaximumBytes = 4 * 1024 * 1024;

    private readonly string _list = new StorePaths(store).Tools;

    /// <summary>Puts settings into the file of a tool, in the place of those that were put there before; <see langword="null"/> takes them out.</summary>
    /// <param name="tool">The tool, which has such a file.</param>
    /// <param name="name">The configuration that they are for.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="preview">True to change nothing.</param>
    /// <exception cref="LlmConfigException">StoreCorrupt: the file, or the list, cannot be read; StoreUnsafe: it is not to be changed; StoreAccessDenied, StoreFull.</exception>
    public LlmToolRegistration Set(LlmTool tool, string? name, IReadOnlyList<ToolSetting>? settings, bool preview)
    {
        string path = Target(tool.Place(tool.SettingsFile!, variable, home));
        string backup = path + BackupExtension;
        ISettingsFormat format = Path.GetExtension(path) == ".toml" ? new TomlSettings() : new JsonSettings();
        List<Entry> entries = Entries();
        Entry? entry = entries.Find(item => item.Path == path);
        byte[]? now = files.ReadUsersFile(path, MaximumBytes);
        byte[]? before = entry is null ? now : Parsed(path, () => WithoutOurs(format, entry, now, backup));
        byte[]? after = settings is null ? before : Parsed(path, () => format.Add(before ?? [], settings));
        bool isChanged = !Same(now, after);

        // Of a file that was changed since, what it was before stays for whoever misses something.
        bool needsBackup = settings is null ? entry?.Before is not null && Hash(after) != entry.Before : before is not null;
        if (!preview && (isChanged || settings is null))
        {
            List<Entry> kept = entries.FindAll(item => item.Path != path);
            if (settings is not null)
            {
                if (before is not null)
                {
                    files.WriteOthersFile(backup, before, overwrite: true);
                }

                Write([.. kept, new Entry(tool.Id, name!, path, Hash(before), Hash(after)!, settings)]);
                Replace(path, now, after);
            }
            else if (entry is not null)
            {
                Replace(path, now, after);
                Write(kept);
                if (!needsBackup)
                {
                    files.DeleteFile(backup);
                }
            }
        }

        return new LlmToolRegistration(tool.Id, name ?? entry?.Name, path, isChanged, needsBackup ? backup : null, LineDifference.Of(now, after));
    }

    private static string Target(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.From(e, path);
        }
    }

    private static T Parsed<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (StoreFormatException e)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.StoreCorrupt, path, $"'{path}' was left as it is. Its {e.Message}.", "Change that line, or take what llmconfig wrote out of it yourself, and run the command again.", e);
        }
    }

    private byte[]? WithoutOurs(ISettingsFormat format, Entry entry, byte[]? now, string backup)
    {
        byte[]? before = files.ReadUsersFile(backup, MaximumBytes);
        bool isKnown = Hash(entry.Before is null ? null : before) == entry.Before;
        if (now is null)
        {
            return null;
        }

        if (isKnown && Hash(now) == entry.After)
        {
            return entry.Before is null ? null : before;
        }

        byte[] rest = format.Remove(now, isKnown && before is not null ? before : [], entry.Settings);
        return isKnown || format is TomlSettings || Same(now, rest) ? rest : throw StoreFailure.Unsafe(
            entry.Path,
            $"'{backup}' is gone or was changed, which says what stood in '{entry.Path}' before.",
            $"Take {string.Join(", ", entry.Settings.Select(setting => setting.Key))} out of it yourself, and run the command again.");
    }

    private void Replace(string path, byte[]? now, byte[]? after)
    {
        if (Same(now, after))
        {
            return;
        }

        // The tool may have it open, and write what somebody chose there.
        if (!Same(now, files.ReadUsersFile(path, MaximumBytes)))
        {
            throw new LlmConfigException(LlmConfigErrorCode.StoreBusy, path, $"'{path}' was changed meanwhile, and was left as it is.", "Run the command again.");
        }

        if (after is null)
        {
            files.DeleteFile(path);
        }
        else
        {
            files.ReplaceUsersFile(path, after);
        }
    }

    private List<Entry> Entries()
    {
        if (!files.CheckFolder(store) || files.ReadFile(_list, MaximumBytes) is not { } bytes)
        {
            return [];
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(bytes);
            return [.. json.RootElement.GetProperty("tools").EnumerateArray().Select(item => new Entry(
                item.GetProperty("tool").GetString()!,
                item.GetProperty("name").GetString()!,
                item.GetProperty("path").GetString()!,
                item.GetProperty("before").GetString(),
                item.GetProperty("after").GetString()!,
                [.. item.GetProperty("settings").EnumerateObject().Select(setting => new ToolSetting(setting.Name, setting.Value.GetString()!))]))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.StoreCorrupt, _list, $"'{_list}' is damaged, which says what was written into the files of tools.", "Take that out of them yourself, remove this file, and run the command again.", e);
        }
    }

    private void Write(List<Entry> entries)
    {
        var buffer = new JsonBuffer(1024);
        using (var json = new Utf8JsonWriter(buffer, ConfigDocumentWriter.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteStartArray("tools");
            foreach (Entry entry in entries)
            {
                json.WriteStartObject();
                json.WriteString("tool", entry.Tool);
                json.WriteString("name", entry.Name);
                json.WriteString("path", entry.Path);
                json.WriteString("before", entry.Before);
                json.WriteString("after", entry.After);
                json.WriteStartObject("settings");
                foreach (ToolSetting setting in entry.Settings)
                {
                    json.WriteString(setting.Key, setting.Value);
                }

                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        files.EnsureFolder(store);
        files.ReplaceFile(_list, buffer.ToFile());
    }

    private static bool Same(byte[]? one, byte[]? other) => one is null || other is null ? one == other : one.AsSpan().SequenceEqual(other);

    private static string? Hash(byte[]? content) => content is null ? null : Convert.ToHexString(SHA256.HashData(content));

    // Hashes are of the file as it was and as it was written; null for none.
    private sealed record Entry(string Tool, string Name, string Path, string? Before, string After, IReadOnlyList<ToolSetting> Settings);
}
