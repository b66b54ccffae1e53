using System.Buffers;
using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// The folder <c>pending/</c>: one file for each change under way, written and flushed before the first key is touched,
/// held open with a lock by its owner. One that can be locked has lost its owner.
/// </summary>
internal sealed class IntentLog(string storeFolder, StoreFileSystem files, TimeProvider clock, Action<LlmConfigWarning> warn)
{
    private const int Version = 1;
    private const string Extension = ".json";

    // A pipeline of 100,000 keys; more than that is not one of ours.
    private const int MaximumBytes = 16 * 1024 * 1024;

    private readonly string _folder = new StorePaths(storeFolder).Pending;

    /// <summary>How many intents there are, of live and of dead processes.</summary>
    public int Count => files.CheckFolder(_folder) ? files.ListFiles(_folder, "*" + Extension).Count : 0;

    /// <summary>Names the keys that are about to be written or dropped, and those whose labels will be. On disk when it returns.</summary>
    public Intent Begin(IReadOnlyList<KeyReference> keys, IReadOnlyList<KeyReference> labels)
    {
        files.EnsureFolder(_folder);
        FileLock held = files.CreateLockedFile(Path.Combine(_folder, Guid.NewGuid().ToString("D") + Extension), Write(keys, labels));
        try
        {
            files.FlushFolder(_folder);
            return new Intent(held, files, keys, labels);
        }
        catch
        {
            using (held)
            {
                files.DeleteFile(held.Path);
            }

            throw;
        }
    }

    /// <summary>
    /// Takes over what dead processes left. Files that never got their final name held no promise yet and are removed;
    /// files that are damaged stay, since nobody can tell what they named.
    /// </summary>
    public IEnumerable<Intent> TakeOverDead()
    {
        if (!files.CheckFolder(_folder))
        {
            yield break;
        }

        foreach (string path in files.ListFiles(_folder, "*" + StorePaths.TemporaryExtension))
        {
            using FileLock? held = files.TryLockExistingFile(path);
            if (held is not null)
            {
                files.DeleteFile(path);
            }
        }

        foreach (string path in files.ListFiles(_folder, "*" + Extension))
        {
            FileLock? held = files.TryLockExistingFile(path);
            if (held is null)
            {
                continue;
            }

            if (TryRead(held) is { } read)
            {
                yield return new Intent(held, files, read.Keys, read.Labels);
            }
            else
            {
                held.Dispose();
                warn(new LlmConfigWarning(
                    path, $"'{path}' is damaged: which keys it names cannot be told, so none is removed. Delete it once Get-LlmConfigKey works for all configurations."));
            }
        }
    }

    /// <summary>
    /// The ids of all keys that intents name as in doubt, of live and of dead processes. An intent is complete when it gets its
    /// name, so no lock is needed; one that goes meanwhile, or is damaged, names none.
    /// </summary>
    public HashSet<string> NamedKeys()
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        if (!files.CheckFolder(_folder))
        {
            return named;
        }

        foreach (string path in files.ListFiles(_folder, "*" + Extension))
        {
            if (files.ReadNote(path, MaximumBytes) is { } bytes && TryParse(bytes) is { } read)
            {
                named.UnionWith(read.Keys.Select(key => key.KeyId));
            }
        }

        return named;
    }

    private static (List<KeyReference> Keys, List<KeyReference> Labels)? TryRead(FileLock held)
    {
        try
        {
            return TryParse(StoreFileSystem.ReadLocked(held, MaximumBytes));
        }
        catch (LlmConfigException)
        {
            return null;
        }
    }

    private static (List<KeyReference> Keys, List<KeyReference> Labels)? TryParse(byte[] bytes)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(bytes);
            JsonElement root = json.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
            {
                return null;
            }

            return (Read(root.GetProperty("keys")), root.TryGetProperty("labels", out JsonElement labels) ? Read(labels) : []);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    private static List<KeyReference> Read(JsonElement array)
    {
        var keys = new List<KeyReference>();
        foreach (JsonElement item in array.EnumerateArray())
        {
            string id = item.GetProperty("id").GetString() ?? string.Empty;
            keys.Add(KeyReference.IsKeyId(id)
                ? new KeyReference(item.GetProperty("vault").GetString() ?? string.Empty, id)
                : throw new FormatException("A key id is not of this product's form."));
        }

        return keys;
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<KeyReference> keys)
    {
        json.WriteStartArray(name);
        foreach (KeyReference key in keys)
        {
            json.WriteStartObject();
            json.WriteString("vault", key.Vault);
            json.WriteString("id", key.KeyId);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private byte[] Write(IReadOnlyList<KeyReference> keys, IReadOnlyList<KeyReference> labels)
    {
        var buffer = new ArrayBufferWriter<byte>(256 + (96 * (keys.Count + labels.Count)));
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteNumber("process", Environment.ProcessId);
            json.WriteString("createdAt", ConfigDocumentWriter.Time(clock.GetUtcNow().UtcDateTime));
            Write(json, "keys", keys);
            if (labels.Count > 0)
            {
                Write(json, "labels", labels);
            }

            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
