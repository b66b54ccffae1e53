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

    /// <summary>Names the keys that are about to be written or dropped. On disk when it returns.</summary>
    public Intent Begin(IReadOnlyList<KeyReference> keys)
    {
        if (!files.CheckFolder(_folder))
        {
            files.EnsureFolder(_folder);
        }

        FileLock held = files.CreateLockedFile(Path.Combine(_folder, Guid.NewGuid().ToString("D") + Extension), Write(keys));
        try
        {
            files.FlushFolder(_folder);
            return new Intent(held, files, keys);
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

            if (TryRead(held) is { } keys)
            {
                yield return new Intent(held, files, keys);
            }
            else
            {
                held.Dispose();
                warn(new LlmConfigWarning(
                    path, $"'{path}' is damaged: which keys it names cannot be told, so none is removed. Delete it once Get-LlmConfigKey works for all configurations."));
            }
        }
    }

    private static List<KeyReference>? TryRead(FileLock held)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(StoreFileSystem.ReadLocked(held, MaximumBytes));
            JsonElement root = json.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
            {
                return null;
            }

            var keys = new List<KeyReference>();
            foreach (JsonElement item in root.GetProperty("keys").EnumerateArray())
            {
                string id = item.GetProperty("id").GetString() ?? string.Empty;
                if (!KeyReference.IsKeyId(id))
                {
                    return null;
                }

                keys.Add(new KeyReference(item.GetProperty("vault").GetString() ?? string.Empty, id));
            }

            return keys;
        }
        catch (Exception e) when (e is LlmConfigException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    private byte[] Write(IReadOnlyList<KeyReference> keys)
    {
        var buffer = new ArrayBufferWriter<byte>(256 + (96 * keys.Count));
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteNumber("process", Environment.ProcessId);
            json.WriteString("createdAt", ConfigDocumentWriter.Time(clock.GetUtcNow().UtcDateTime));
            json.WriteStartArray("keys");
            foreach (KeyReference key in keys)
            {
                json.WriteStartObject();
                json.WriteString("vault", key.Vault);
                json.WriteString("id", key.KeyId);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
