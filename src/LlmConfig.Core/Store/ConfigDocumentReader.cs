using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace LlmConfig;

/// <summary>Reads <c>llm_config.json</c> and checks all of it: from bytes, since decoding would hide bad UTF-8.</summary>
internal static class ConfigDocumentReader
{
    // With a key, as this program writes it: lists that grow cost more than the reading, once they are large.
    private const int UsualEntrySize = 550;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <param name="file">The file's bytes.</param>
    /// <param name="now">Read in the place of times that are later by more than a day; <see langword="null"/> to take them as they are.</param>
    /// <param name="written">What the bytes were written from, where they are read back: an entry that stands there as it stood is not read again.</param>
    /// <exception cref="StoreFormatException">It does not parse, does not validate, or is of a newer version.</exception>
    public static ConfigDocument Read(byte[] file, DateTime? now = null, ConfigDocument? written = null)
    {
        // Some editors put one in front; JSON parsers may ignore it (RFC 8259, 8.1).
        ReadOnlyMemory<byte> content = file.AsMemory(file.AsSpan().StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0);
        if (!Utf8.IsValid(content.Span))
        {
            throw new StoreFormatException("it is not valid UTF-8");
        }

        try
        {
            return ReadDocument(content, now ?? DateTime.MaxValue, written);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or StoreFormatException)
        {
            throw (FindVersion(content.Span), e) switch
            {
                ( > ConfigDocument.CurrentVersion and var version, _) => StoreFormatException.Newer(version),
                (_, StoreFormatException) => e,
                (_, JsonException syntax) => new StoreFormatException($"it is no valid JSON (line {syntax.LineNumber + 1}, byte {syntax.BytePositionInLine + 1})"),

                // Half a surrogate pair in an escape.
                _ => new StoreFormatException("it holds text that is no text", e),
            };
        }
    }

    // Also of a file that does not parse: a newer version may have a form of its own.
    private static int FindVersion(ReadOnlySpan<byte> content)
    {
        try
        {
            var json = new Utf8JsonReader(content);
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                bool isVersion = json.ValueTextEquals("version"u8);
                json.Read();
                if (isVersion)
                {
                    return json.TokenType == JsonTokenType.Number && json.TryGetInt32(out int version) ? version : 0;
                }

                json.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No version can be told from it.
        }

        return 0;
    }

    private static ConfigDocument ReadDocument(ReadOnlyMemory<byte> content, DateTime now, ConfigDocument? written)
    {
        long? version = null, revision = null;
        Guid? store = null, chosen = null;
        string? defaultVault = null;
        SealCode? seal = null;
        IReadOnlyDictionary<string, VaultProfile> vaults = ConfigDocument.NoVaults;
        List<LlmConfiguration>? items = null;
        var texts = new List<ReadOnlyMemory<byte>>(content.Length / UsualEntrySize);
        var fields = new JsonFields(content.Span);
        while (fields.Next())
        {
            if (fields.Array("configs"u8))
            {
                items = ReadConfigurations(ref fields, content, now, written, texts);
            }
            else if (fields.Is("vaults"u8))
            {
                vaults = fields.IsNull ? vaults : ReadProfiles(ref fields);
            }
            else if (!(fields.Integer("version"u8, ref version) || fields.Uuid("store"u8, ref store) || fields.Integer("revision"u8, ref revision)
                || fields.Uuid("default"u8, ref chosen) || fields.Text("defaultVault"u8, ref defaultVault) || fields.Code("seal"u8, ref seal)))
            {
                fields.KeepOther();
            }
        }

        fields.Finish();
        if (version != ConfigDocument.CurrentVersion)
        {
            throw version is null ? fields.Missing("version") : new StoreFormatException("its version is not supported");
        }

        items = items ?? throw fields.Missing("configs");
        if (chosen is { } id)
        {
            int place = items.FindIndex(item => item.Id == id);
            items[place >= 0 ? place : throw new StoreFormatException("its default is none of its configurations")] = items[place].AsDefault(true);
        }

        var document = new ConfigDocument(store ?? throw fields.Missing("store"), revision ?? throw fields.Missing("revision"), defaultVault, items, fields.Others)
        {
            Seal = seal,
            Vaults = vaults,
            Texts = texts,
        };
        return document.ById.HasTwins ? throw new StoreFormatException("two configurations have the same id")
            : document.ByName.HasTwins ? throw new StoreFormatException("two configurations have the same name")
            : document;
    }

    private static List<LlmConfiguration> ReadConfigurations(
        ref JsonFields array, ReadOnlyMemory<byte> content, DateTime now, ConfigDocument? written, List<ReadOnlyMemory<byte>> texts)
    {
        var items = new List<LlmConfiguration>(texts.Capacity);
        while (array.NextItem())
        {
            int start = array.Start, place = items.Count;
            ReadOnlySpan<byte> known = place < written?.Texts.Count ? written.Texts[place].Span : default;
            if (known.Length > 0 && content.Span[start..].StartsWith(known))
            {
                array.Skip();
                items.Add(written!.Configurations[place].AsDefault(false));
            }
            else
            {
                JsonFields entry = array.Enter("a configuration");
                items.Add(ReadConfiguration(ref entry, now));
                array.Leave(entry);
            }

            texts.Add(content[start..array.End]);
        }

        return items;
    }

    private static LlmConfiguration ReadConfiguration(ref JsonFields fields, DateTime now)
    {
        Guid? id = null;
        string? name = null, provider = null, baseUrl = null, model = null, managedBy = null;
        bool? useAuthHeader = null;
        DateTime? created = null, updated = null;
        StoredKey key = default;
        ConfigurationDetails details = ConfigurationDetails.None;
        while (fields.Next())
        {
            if (fields.Is("key"u8))
            {
                key = fields.IsNull ? default : ReadKey(ref fields);
            }
            else if (fields.Is("details"u8))
            {
                details = fields.IsNull ? details : ReadDetails(ref fields);
            }
            else if (!(fields.Uuid("id"u8, ref id) || fields.Text("name"u8, ref name, ConfigurationName.IsStored, "a name breaks the rules")
                || fields.SharedText("provider"u8, ref provider) || fields.Text("baseUrl"u8, ref baseUrl, IsBaseUrl, "a baseUrl breaks the rules")
                || fields.Boolean("useAuthHeader"u8, ref useAuthHeader) || fields.SharedText("model"u8, ref model)
                || fields.Time("createdAt"u8, ref created) || fields.Time("updatedAt"u8, ref updated)
                || fields.SharedText("managedBy"u8, ref managedBy)))
            {
                fields.KeepOther();
            }
        }

        DateTime createdAt = created ?? throw fields.Missing("createdAt"), updatedAt = updated ?? throw fields.Missing("updatedAt");
        provider = provider ?? throw fields.Missing("provider");
        return new LlmConfiguration
        {
            Id = id ?? throw fields.Missing("id"),
            Name = name ?? throw fields.Missing("name"),
            Provider = LlmProviderCatalog.Find(provider)?.Id ?? provider,
            ExplicitBaseUrl = baseUrl,
            UseAuthHeader = useAuthHeader ?? throw fields.Missing("useAuthHeader"),
            Model = model,
            Details = details,
            ManagedBy = managedBy,
            KeyId = key.Id,
            Vault = key.Vault,
            KeyUpdatedAt = key.Id is null ? null : ChangeTime.Limited(key.UpdatedAt, now),
            KeyFingerprint = key.Fingerprint,
            KeyStoreId = key.Owner,
            Seal = key.Seal,
            KeyExtras = key.Extras ?? JsonExtras.None,
            CreatedAt = ChangeTime.Limited(createdAt, now),
            UpdatedAt = ChangeTime.Limited(updatedAt, now),
            HasLateTime = ChangeTime.IsTooLate(createdAt, now) || ChangeTime.IsTooLate(updatedAt, now) || (key.Id is not null && ChangeTime.IsTooLate(key.UpdatedAt, now)),
            Extras = fields.Others,
        };
    }

    /// <summary>Details as the label of a key holds them; <see langword="null"/> where they break a rule.</summary>
    public static ConfigurationDetails? TryReadDetails(string json)
    {
        try
        {
            var fields = new JsonFields(Encoding.UTF8.GetBytes(json));
            ConfigurationDetails details = ReadDetailsOf(ref fields);
            fields.Finish();
            return details.Problem() is null ? details : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or StoreFormatException)
        {
            return null;
        }
    }

    private static ConfigurationDetails ReadDetails(ref JsonFields entry)
    {
        JsonFields fields = entry.Enter("details", "details.");
        ConfigurationDetails details = ReadDetailsOf(ref fields);
        entry.Leave(fields);
        return details;
    }

    private static ConfigurationDetails ReadDetailsOf(ref JsonFields fields)
    {
        string? organization = null, project = null, apiVersion = null, description = null, owner = null;
        List<KeyValuePair<string, string>>? headers = null;
        List<string>? tags = null;
        DateTime? expires = null;
        while (fields.Next())
        {
            if (!(fields.SharedText("organization"u8, ref organization) || fields.SharedText("project"u8, ref project)
                || fields.SharedText("apiVersion"u8, ref apiVersion) || fields.TextMap("headers"u8, ref headers)
                || fields.Text("description"u8, ref description) || fields.Texts("tags"u8, ref tags)
                || fields.SharedText("owner"u8, ref owner) || fields.Time("expiresAt"u8, ref expires)))
            {
                fields.KeepOther();
            }
        }

        return new ConfigurationDetails
        {
            Organization = organization,
            Project = project,
            ApiVersion = apiVersion,
            Headers = headers is { Count: > 0 } ? ConfigurationDetails.ByName(headers) : null,
            Description = description,
            Tags = tags is { Count: > 0 } ? tags : null,
            Owner = owner,
            ExpiresAt = expires,
            Extras = fields.Others,
        };
    }

    private static bool IsBaseUrl(string url) => BaseUrl.Problem(url) is null;

    private static StoredKey ReadKey(ref JsonFields entry)
    {
        string? id = null, named = null, vault = null, host = null;
        SealCode? code = null;
        Guid? owner = null;
        ulong? fingerprint = null;
        DateTime? updated = null;
        JsonFields fields = entry.Enter("key", "key.");
        while (fields.Next())
        {
            if (!(fields.Text("id"u8, ref id, KeyReference.IsKeyId, "a key id is not of the form llm-api-key-<32 hex>")
                || fields.SharedText("vault"u8, ref vault) || fields.Time("updatedAt"u8, ref updated) || fields.Fingerprint("mark"u8, ref fingerprint)
                || fields.SharedText("host"u8, ref host) || fields.Code("seal"u8, ref code) || fields.Uuid("store"u8, ref owner)
                || fields.Text("name"u8, ref named, NamedSecret.IsName, "a key name breaks the rules")))
            {
                fields.KeepOther();
            }
        }

        entry.Leave(fields);
        if (named is not null && (id is not null || owner is not null))
        {
            throw new StoreFormatException("a key has a name together with an id or a store");
        }

        return new StoredKey(
            named ?? id ?? throw fields.Missing("id"),
            vault ?? throw fields.Missing("vault"),
            updated ?? throw fields.Missing("updatedAt"),
            named is null ? fingerprint : null,
            owner,

            // Half a seal is none: the key is refused, and the rest of the file is not.
            host is null || code is null ? null : new KeySeal(host, code.Value),
            fields.Others);
    }

    private static Dictionary<string, VaultProfile> ReadProfiles(ref JsonFields document)
    {
        var profiles = new Dictionary<string, VaultProfile>(StringComparer.OrdinalIgnoreCase);
        JsonFields vaults = document.Enter("vaults");
        while (vaults.Next())
        {
            string name = vaults.TakeName();
            JsonFields vault = vaults.Enter("a vault");
            if (!profiles.TryAdd(name, ReadProfile(ref vault)))
            {
                throw new StoreFormatException("two vaults have the same name");
            }

            vaults.Leave(vault);
        }

        document.Leave(vaults);
        return profiles;
    }

    private static VaultProfile ReadProfile(ref JsonFields fields)
    {
        string? module = null, form = null, prefix = null;
        bool? labels = null, names = null;
        DateTime? probed = null;
        long? milliseconds = null;
        while (fields.Next())
        {
            if (!(fields.Text("module"u8, ref module) || fields.Text("form"u8, ref form) || fields.Text("prefix"u8, ref prefix)
                || fields.Boolean("labels"u8, ref labels) || fields.Boolean("names"u8, ref names)
                || fields.Time("probedAt"u8, ref probed) || fields.Integer("milliseconds"u8, ref milliseconds)))
            {
                fields.KeepOther();
            }
        }

        return module is not null && Enum.TryParse(form, out SecretForm taken) && Enum.IsDefined(taken) && (prefix is null or "/") && labels is not null && names is not null
            && probed is not null && milliseconds <= int.MaxValue
                ? new VaultProfile
                {
                    Module = module,
                    Form = taken,
                    Prefix = prefix ?? string.Empty,
                    TakesLabels = labels.Value,
                    ListsNames = names.Value,
                    ProbedAt = probed.Value,
                    ProbeTime = TimeSpan.FromMilliseconds(milliseconds.Value),
                    Extras = fields.Others,
                }
                : throw new StoreFormatException("what a vault was found to do breaks the rules");
    }

    private readonly record struct StoredKey(string? Id, string? Vault, DateTime UpdatedAt, ulong? Fingerprint, Guid? Owner, KeySeal? Seal, JsonExtras? Extras);
}
