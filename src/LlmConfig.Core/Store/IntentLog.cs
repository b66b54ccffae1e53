using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// The folder <c>pending/</c>: one file for each change under way, written and flushed before the first key is touched,
/// held open with a lock by its owner. One that can be locked has lost its owner.
/// </summary>
internal sealed class IntentLog(string storeFolder, StoreFileSystem files, KeySeals seals, TimeProvider clock, Action<LlmConfigWarning> warn)
{
    private const int Version = 1;
    private const string Extension = ".json";

    // What is read back; what is written stays below half of it.
    private const int MaximumBytes = 16 * 1024 * 1024;

    // What surrounds the name of the vault in one entry, and the longest escape of a UTF-16 unit of that name.
    private const int EntryBytes = 128;
    private const int EscapedBytes = 6;

    private readonly string _folder = new StorePaths(storeFolder).Pending;

    /// <summary>How many intents there are, of live and of dead processes.</summary>
    public int Count => files.CheckFolder(_folder) ? files.ListFiles(_folder, "*" + Extension).Count : 0;

    /// <summary>Names the keys that are about to be written or dropped, and those whose labels will be. On disk when it returns.</summary>
    /// <param name="store">The id of this store.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="labels">The keys whose labels will be written anew.</param>
    /// <returns>As a rule one intent; several where the keys are too many for one file.</returns>
    public IReadOnlyList<Intent> Begin(Guid store, IReadOnlyList<KeyReference> keys, IReadOnlyList<KeyReference> labels)
    {
        if (!files.CheckFolder(_folder))
        {
            files.EnsureFolder(_folder);
        }

        var begun = new List<Intent>();
        try
        {
            foreach ((KeyReference Key, bool IsLabel)[] part in Split([.. keys.Select(key => (key, false)), .. labels.Select(key => (key, true))]))
            {
                begun.Add(BeginOne(
                    store,
                    [.. part.Where(item => !item.IsLabel).Select(item => item.Key)], [.. part.Where(item => item.IsLabel).Select(item => item.Key)]));
            }

            files.FlushFolder(_folder);
            return begun;
        }
        catch
        {
            foreach (Intent intent in begun)
            {
                using (intent)
                {
                    intent.Complete();
                }
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

        IReadOnlyList<string> paths = files.ListFiles(_folder, "*");
        foreach (string path in paths.Where(path => path.EndsWith(StorePaths.TemporaryExtension, StringComparison.Ordinal)))
        {
            RemoveLeftover(path);
        }

        foreach (string path in paths.Where(path => path.EndsWith(Extension, StringComparison.Ordinal)))
        {
            if (TakeOver(path) is { } intent)
            {
                yield return intent;
            }
        }
    }

    /// <summary>Takes over one intent; <see langword="null"/> when it is held, gone, or cannot be read.</summary>
    public Intent? TakeOver(string path)
    {
        FileLock? held = files.TryLockExistingFile(path);
        if (held is null)
        {
            return null;
        }

        IntentSnapshot look;
        bool isProven;
        try
        {
            look = Parse(path, ReadQuietly(held));
            isProven = look.Seal is { } seal && seals.ConfirmsIntent(look.Store, look.Keys, look.Labels, seal);
        }
        catch
        {
            // Else nobody could take it over while this process lives.
            held.Dispose();
            throw;
        }

        if (look.State == IntentState.Dead)
        {
            return new Intent(held, files, look.Store, look.Keys, look.Labels) { IsOwn = false, IsProven = isProven };
        }

        held.Dispose();
        warn(new LlmConfigWarning(
            path,
            look.State == IntentState.Newer
                ? $"'{path}' was written by a newer version of this module; what it names is left alone. Update LlmConfig.PowerShell."
                : $"'{path}' is damaged: which keys it names cannot be told, so none is removed. Run Repair-LlmConfig, or delete it once Get-LlmConfigKey works for all configurations."));
        return null;
    }

    /// <summary>Removes a file that never got its final name, unless somebody is writing it.</summary>
    /// <returns>True when it was removed.</returns>
    public bool RemoveLeftover(string path)
    {
        using FileLock? held = files.TryLockExistingFile(path);
        if (held is not null)
        {
            files.DeleteFile(path);
        }

        return held is not null;
    }

    /// <summary>Gives a damaged intent that nobody holds another name.</summary>
    /// <returns>The new path, or <see langword="null"/> when it is held, gone, or not damaged.</returns>
    public string? MoveAside(string path, string suffix)
    {
        using FileLock? held = files.TryLockExistingFile(path);
        if (held is null || Parse(path, ReadQuietly(held)).State != IntentState.Damaged)
        {
            return null;
        }

        string aside = files.MoveAside(path, suffix);
        files.FlushFolder(_folder);
        return aside;
    }

    /// <summary>All intents as they are, for a look at them. Changes nothing.</summary>
    /// <exception cref="LlmConfigException">One of them, or the folder, is not ours.</exception>
    public IReadOnlyList<IntentSnapshot> Look()
    {
        if (!files.CheckFolder(_folder))
        {
            return [];
        }

        var looks = new List<IntentSnapshot>();
        foreach (string path in files.ListFiles(_folder, "*" + Extension))
        {
            // Held first: one that is released after that may well be looked at as if it were not.
            bool held = files.IsHeld(path, exclusive: false);
            byte[]? bytes = null;
            try
            {
                bytes = files.ReadFile(path, MaximumBytes);
                if (bytes is null)
                {
                    // Its owner ended meanwhile.
                    continue;
                }
            }
            catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.StoreCorrupt)
            {
                // Too large for an intent: nothing can be told from it.
            }

            IntentSnapshot look = Parse(path, bytes);
            looks.Add(held ? look with { State = IntentState.Live } : look);
        }

        return looks;
    }

    /// <summary>The ids of all keys that intents name as in doubt, of live and of dead processes; one that is damaged names none.</summary>
    /// <exception cref="LlmConfigException">One of them, or the folder, is not ours.</exception>
    public HashSet<string> NamedKeys() => [.. Look().SelectMany(look => look.Keys).Select(key => key.KeyId)];

    /// <summary>Files that never got their final name and that nobody is writing.</summary>
    public IReadOnlyList<string> Leftovers() => files.ListLeftovers(_folder);

    private static byte[]? ReadQuietly(FileLock held)
    {
        try
        {
            return StoreFileSystem.ReadLocked(held, MaximumBytes);
        }
        catch (LlmConfigException)
        {
            return null;
        }
    }

    private static IntentSnapshot Parse(string path, byte[]? bytes)
    {
        try
        {
            if (bytes is not null)
            {
                using JsonDocument json = JsonDocument.Parse(bytes);
                JsonElement root = json.RootElement;
                int version = root.GetProperty("version").GetInt32();
                if (version == Version)
                {
                    return new IntentSnapshot(
                        path,
                        IntentState.Dead,
                        root.GetProperty("store").GetGuid(),
                        Read(root.GetProperty("keys")),
                        root.TryGetProperty("labels", out JsonElement labels) ? Read(labels) : [],
                        root.TryGetProperty("seal", out JsonElement seal) ? seal.GetString() : null);
                }

                if (version > Version)
                {
                    return new IntentSnapshot(path, IntentState.Newer, Guid.Empty, [], []);
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // Damaged: what follows.
        }

        return new IntentSnapshot(path, IntentState.Damaged, Guid.Empty, [], []);
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

    // Parts whose files stay well below what is read back.
    private static IEnumerable<(KeyReference Key, bool IsLabel)[]> Split(IReadOnlyList<(KeyReference Key, bool IsLabel)> all)
    {
        int start = 0;
        long size = 0;
        for (int i = 0; i < all.Count; i++)
        {
            long next = EntryBytes + ((long)EscapedBytes * all[i].Key.Vault.Length);
            if (size + next > MaximumBytes / 2 && i > start)
            {
                yield return [.. all.Skip(start).Take(i - start)];
                (start, size) = (i, 0);
            }

            size += next;
        }

        yield return [.. all.Skip(start)];
    }

    private Intent BeginOne(Guid store, IReadOnlyList<KeyReference> keys, IReadOnlyList<KeyReference> labels) => new(
        files.CreateLockedFile(Path.Combine(_folder, Guid.NewGuid().ToString("D") + Extension), Write(store, keys, labels)), files, store, keys, labels)
    {
        IsOwn = true,
        IsProven = true,
    };

    private byte[] Write(Guid store, IReadOnlyList<KeyReference> keys, IReadOnlyList<KeyReference> labels)
    {
        var buffer = new JsonBuffer(256 + (96 * (keys.Count + labels.Count)));
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("store", store.ToString("D"));
            json.WriteNumber("process", Environment.ProcessId);
            json.WriteString("createdAt", ConfigDocumentWriter.Time(clock.GetUtcNow().UtcDateTime));
            Write(json, "keys", keys);
            if (labels.Count > 0)
            {
                Write(json, "labels", labels);
            }

            // The built-in vault lies in the same folder, and its keys say whose they are.
            if (keys.Any(key => !KeyVaults.IsBuiltIn(key.Vault)) && seals.TrySealIntent(store, keys, labels) is { } seal)
            {
                json.WriteString("seal", seal);
            }

            json.WriteEndObject();
        }

        return buffer.ToFile();
    }
}
