using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// The folder <c>written/</c>: one file for each key that this store wrote to a vault that keeps no labels and that it did not yet
/// remove, so that a key is known as this store's although its vault does not say so. A file is written before the intent of the
/// change goes, and goes after the key is proved to be gone.
/// </summary>
internal sealed class WrittenKeys(string storeFolder, StoreFileSystem files, KeySeals seals)
{
    private const int Version = 1;
    private const string Extension = ".json";
    private const int MaximumBytes = 64 * 1024;

    private readonly string _folder = new StorePaths(storeFolder).Written;

    /// <summary>True when any key is noted.</summary>
    public bool Any => files.CheckFolder(_folder) && files.ListSome(_folder, "*" + Extension, 1).Count > 0;

    /// <summary>Notes keys that lie in their vaults. On disk when it returns.</summary>
    public void Add(Guid store, IEnumerable<KeyReference> keys)
    {
        bool added = false;
        foreach (KeyReference key in keys)
        {
            if (!files.CheckFolder(_folder))
            {
                files.EnsureFolder(_folder);
            }

            if (files.FileExists(PathOf(key.KeyId)))
            {
                continue;
            }

            files.ReplaceFile(PathOf(key.KeyId), Write(store, key));
            added = true;
        }

        if (added)
        {
            files.FlushFolder(_folder);
        }
    }

    /// <summary>Seals the notes anew, after the master key was exchanged; what was not sealed stays so.</summary>
    public void Renew(Guid store)
    {
        IReadOnlyList<KeyReference> keys = Of(store);
        foreach (KeyReference key in keys)
        {
            files.ReplaceFile(PathOf(key.KeyId), Write(store, key));
        }

        if (keys.Count > 0)
        {
            files.FlushFolder(_folder);
        }
    }

    /// <summary>Forgets a key that is gone, or that was left to others.</summary>
    public void Remove(string keyId)
    {
        if (files.CheckFolder(_folder) && files.FileExists(PathOf(keyId)))
        {
            files.DeleteFile(PathOf(keyId));
        }
    }

    /// <summary>The keys that are noted as the store's; a note that somebody else may have written is left out.</summary>
    /// <param name="store">The id of the store.</param>
    public IReadOnlyList<KeyReference> Of(Guid store) => files.CheckFolder(_folder)
        ? [.. files.ListFiles(_folder, "*" + Extension).Select(path => Read(path, store)).OfType<KeyReference>()]
        : [];

    /// <summary>Files that never got their final name and that nobody is writing.</summary>
    public IReadOnlyList<string> Leftovers() => files.ListLeftovers(_folder);

    private string PathOf(string keyId) => Path.Combine(_folder, keyId + Extension);

    private KeyReference? Read(string path, Guid store)
    {
        try
        {
            if (files.ReadFile(path, MaximumBytes) is not { } bytes)
            {
                return null;
            }

            using JsonDocument json = JsonDocument.Parse(bytes);
            JsonElement root = json.RootElement;
            var key = new KeyReference(root.GetProperty("vault").GetString() ?? string.Empty, root.GetProperty("id").GetString() ?? string.Empty);
            return root.GetProperty("version").GetInt32() == Version
                && root.GetProperty("store").GetGuid() == store
                && KeyReference.IsKeyId(key.KeyId)
                && root.GetProperty("seal").GetString() is { } seal
                && seals.ConfirmsIntent(store, [key], [], seal)
                    ? key
                    : null;
        }
        catch (Exception e) when (e is LlmConfigException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // It says nothing of any key then; the vault still has it, as one that cannot be told whose it is.
            return null;
        }
    }

    private byte[] Write(Guid store, KeyReference key)
    {
        var buffer = new JsonBuffer(256);
        using (var json = new Utf8JsonWriter(buffer, ConfigDocumentWriter.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("store", store.ToString("D"));
            json.WriteString("vault", key.Vault);
            json.WriteString("id", key.KeyId);
            if (seals.TrySealIntent(store, [key], []) is { } seal)
            {
                json.WriteString("seal", seal);
            }

            json.WriteEndObject();
        }

        return buffer.ToFile();
    }
}
