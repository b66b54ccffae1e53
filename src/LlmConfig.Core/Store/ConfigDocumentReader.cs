using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace LlmConfig;

/// <summary>Reads <c>llm_config.json</c> and checks all of it: from bytes, since decoding would hide bad UTF-8.</summary>
internal static class ConfigDocumentReader
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    private static readonly Func<JsonElement, string, string> Name = JsonFields.Text(ConfigurationName.IsStored, "a name breaks the rules");
    private static readonly Func<JsonElement, string, string> Url = JsonFields.Text(url => BaseUrl.Problem(url) is null, "a baseUrl breaks the rules");
    private static readonly Func<JsonElement, string, string> KeyId = JsonFields.Text(KeyReference.IsKeyId, "a key id is not of the form llm-api-key-<32 hex>");
    private static readonly Func<JsonElement, string, string> KeyName = JsonFields.Text(NamedSecret.IsName, "a key name breaks the rules");

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <param name="file">The file's bytes.</param>
    /// <param name="now">Read in the place of times that are later by more than a day; <see langword="null"/> to take them as they are.</param>
    /// <exception cref="StoreFormatException">It does not parse, does not validate, or is of a newer version.</exception>
    public static ConfigDocument Read(byte[] file, DateTime? now = null)
    {
        // Some editors put one in front; JSON parsers may ignore it (RFC 8259, 8.1).
        ReadOnlyMemory<byte> content = file.AsMemory(file.AsSpan().StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0);
        if (!Utf8.IsValid(content.Span))
        {
            throw new StoreFormatException("it is not valid UTF-8");
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(content, Options);
            return ReadDocument(json.RootElement, now ?? DateTime.MaxValue);
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

    private static ConfigDocument ReadDocument(JsonElement root, DateTime now)
    {
        var fields = new JsonFields(root, "the file");
        if (fields.Required("version", JsonFields.Integer) != ConfigDocument.CurrentVersion)
        {
            throw new StoreFormatException("its version is not supported");
        }

        Guid? chosen = fields.OptionalValue("default", JsonFields.Uuid);
        JsonElement entries = fields.Required("configs", (value, name) =>
            value.ValueKind == JsonValueKind.Array ? value : throw new StoreFormatException($"{name} is not an array"));
        int count = entries.GetArrayLength();
        var items = new List<LlmConfiguration>(count);
        var byId = new Dictionary<Guid, LlmConfiguration>(count);
        var texts = new Dictionary<LlmConfiguration, byte[]>(count, ReferenceEqualityComparer.Instance);
        var byName = new Dictionary<string, LlmConfiguration>(count, ConfigurationName.Comparer);
        foreach (JsonElement entry in entries.EnumerateArray())
        {
            LlmConfiguration item = ReadConfiguration(entry, chosen, now);
            items.Add(item);
            texts.Add(item, Encoding.UTF8.GetBytes(entry.GetRawText()));
            if (!byId.TryAdd(item.Id, item))
            {
                throw new StoreFormatException("two configurations have the same id");
            }

            if (!byName.TryAdd(item.Name, item))
            {
                throw new StoreFormatException("two configurations have the same name");
            }
        }

        if (chosen is { } id && !byId.ContainsKey(id))
        {
            throw new StoreFormatException("its default is none of its configurations");
        }

        return new ConfigDocument(
            fields.Required("store", JsonFields.Uuid),
            fields.Required("revision", JsonFields.Integer),
            fields.Optional("defaultVault", JsonFields.Text),
            items,
            JsonExtras.None)
        {
            Seal = fields.Optional("seal", JsonFields.Code),
            Vaults = fields.Optional("vaults", ReadProfiles) ?? ConfigDocument.NoVaults,
            Extras = fields.Extras(),
            Texts = texts,
            ById = byId,
            ByName = byName,
        };
    }

    private static LlmConfiguration ReadConfiguration(JsonElement entry, Guid? chosen, DateTime now)
    {
        bool hasLateTime = false;
        DateTime Time(JsonElement value, string name)
        {
            DateTime time = JsonFields.Time(value, name);
            hasLateTime |= ChangeTime.IsTooLate(time, now);
            return ChangeTime.Limited(time, now);
        }

        var fields = new JsonFields(entry, "a configuration");
        Guid id = fields.Required("id", JsonFields.Uuid);
        string provider = fields.Required("provider", JsonFields.Text);
        var item = new LlmConfiguration
        {
            Id = id,
            IsDefault = id == chosen,
            Name = fields.Required("name", Name),
            Provider = LlmProviderCatalog.Find(provider)?.Id ?? provider,
            OwnBaseUrl = fields.Optional("baseUrl", Url),
            UseAuthHeader = fields.Required("useAuthHeader", JsonFields.Boolean),
            Model = fields.Optional("model", JsonFields.Text),
            CreatedAt = fields.Required("createdAt", Time),
            UpdatedAt = fields.Required("updatedAt", Time),
        };
        JsonFields? key = fields.Optional("key", (value, name) => new JsonFields(value, name, "key."));
        if (key is not null)
        {
            string? named = key.Optional("name", KeyName);
            string? keyId = named is null ? key.Required("id", KeyId) : key.Optional("id", KeyId);
            Guid? owner = key.OptionalValue("store", JsonFields.Uuid);
            if (named is not null && (keyId is not null || owner is not null))
            {
                throw new StoreFormatException("a key has a name together with an id or a store");
            }

            ulong? mark = key.OptionalValue("mark", JsonFields.Mark);
            string? host = key.Optional("host", JsonFields.Text), code = key.Optional("seal", JsonFields.Code);
            item = item with
            {
                KeyId = named ?? keyId,
                Vault = key.Required("vault", JsonFields.Text),
                KeyUpdatedAt = key.Required("updatedAt", Time),
                KeyMark = named is null ? mark : null,
                KeyStoreId = owner,

                // Half a seal is none: the key is refused, and the rest of the file is not.
                Seal = host is null || code is null ? null : new KeySeal(host, code),
                KeyExtras = key.Extras(),
            };
        }

        return item with { HasLateTime = hasLateTime, Extras = fields.Extras() };
    }

    private static Dictionary<string, VaultProfile> ReadProfiles(JsonElement value, string name)
    {
        _ = new JsonFields(value, name);
        var profiles = new Dictionary<string, VaultProfile>(StringComparer.OrdinalIgnoreCase);
        foreach (JsonProperty vault in value.EnumerateObject())
        {
            if (!profiles.TryAdd(vault.Name, ReadProfile(vault.Value)))
            {
                throw new StoreFormatException("two vaults have the same name");
            }
        }

        return profiles;
    }

    private static VaultProfile ReadProfile(JsonElement value)
    {
        var fields = new JsonFields(value, "a vault");
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string property in VaultProfile.PropertyNames)
        {
            string? text = fields.Optional(property, (element, name) => element.ValueKind switch
            {
                JsonValueKind.True => VaultProfile.True,
                JsonValueKind.False => VaultProfile.False,
                JsonValueKind.Number => JsonFields.Integer(element, name).ToString(CultureInfo.InvariantCulture),
                _ => JsonFields.Text(element, name),
            });
            if (text is not null)
            {
                properties.Add(property, text);
            }
        }

        return VaultProfile.TryFrom(properties) is { } profile
            ? profile with { Extras = fields.Extras() }
            : throw new StoreFormatException("what a vault was found to do breaks the rules");
    }
}
