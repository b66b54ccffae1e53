using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace LlmConfig;

/// <summary>
/// Reads <c>llm_config.json</c> and checks all of it. From bytes, not from a string, since decoding would hide bad
/// UTF-8; one pass over the bytes, since it stands in the way of every first command.
/// </summary>
internal ref struct ConfigDocumentReader
{
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private readonly ReadOnlySpan<byte> _bytes;
    private Utf8JsonReader _json;
    private readonly int _start;
    private readonly DateTime _now;
    private bool _hasLateTime;
    private readonly byte[]? _file;
    private readonly RecentTexts _vaults = new();
    private readonly RecentTexts _providers = new();
    private readonly RecentTexts _models = new();
    private readonly RecentTexts _hosts = new();

    private ConfigDocumentReader(ReadOnlySpan<byte> bytes, byte[]? file, int start, DateTime now)
    {
        _now = now;
        _bytes = bytes;
        _file = file;
        _start = start;
        _json = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 32 });
    }

    [Flags]
    private enum Seen
    {
        None = 0,
        Version = 1,
        Store = 1 << 1,
        Revision = 1 << 2,
        Default = 1 << 3,
        DefaultVault = 1 << 4,
        Configs = 1 << 5,
        Id = 1 << 6,
        Name = 1 << 7,
        Provider = 1 << 8,
        BaseUrl = 1 << 9,
        UseAuthHeader = 1 << 10,
        Model = 1 << 11,
        Key = 1 << 12,
        Vault = 1 << 13,
        CreatedAt = 1 << 14,
        UpdatedAt = 1 << 15,
        Mark = 1 << 16,
        Host = 1 << 17,
        Seal = 1 << 18,
        Vaults = 1 << 19,
    }

    /// <exception cref="StoreFormatException">It does not parse, does not validate, or is of a newer version.</exception>
    public static ConfigDocument Read(ReadOnlySpan<byte> bytes) => Read(bytes, file: null, now: null);

    /// <summary>Reads a document that knows where its configurations lie in <paramref name="file"/>, which it keeps.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="now">Read in the place of times that are later by more than a day; <see langword="null"/> to take them as they are.</param>
    /// <exception cref="StoreFormatException">It does not parse, does not validate, or is of a newer version.</exception>
    public static ConfigDocument Read(byte[] file, DateTime? now = null) => Read(file, file, now);

    private static ConfigDocument Read(ReadOnlySpan<byte> bytes, byte[]? file, DateTime? now)
    {
        // Some editors put one in front; JSON parsers may pass over it (RFC 8259, 8.1).
        int start = bytes.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        ReadOnlySpan<byte> content = bytes[start..];
        if (!Utf8.IsValid(content))
        {
            throw new StoreFormatException("it is not valid UTF-8");
        }

        try
        {
            return new ConfigDocumentReader(content, file, start, now ?? DateTime.MaxValue).ReadDocument();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or StoreFormatException)
        {
            if (FindVersion(content) is { } version && version > ConfigDocument.CurrentVersion)
            {
                throw StoreFormatException.Newer(version);
            }

            // The text of an InvalidOperationException (half a surrogate pair in an escape) says nothing to a reader.
            throw e switch
            {
                StoreFormatException => e,
                JsonException json => new StoreFormatException(
                    $"it is no valid JSON (line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1})"),
                _ => new StoreFormatException("it holds text that is no text", e),
            };
        }
    }

    private static int? FindVersion(ReadOnlySpan<byte> content)
    {
        try
        {
            var json = new Utf8JsonReader(content);
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                bool version = json.ValueTextEquals("version"u8);
                json.Read();
                if (version)
                {
                    return json.TokenType == JsonTokenType.Number && json.TryGetInt32(out int value) ? value : null;
                }

                json.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No version can be told from it.
        }

        return null;
    }

    private static StoreFormatException Invalid(string problem) => new(problem);

    private static DateTime ToMilliseconds(DateTimeOffset time)
    {
        long ticks = time.UtcTicks;
        return new DateTime(ticks - (ticks % TimeSpan.TicksPerMillisecond), DateTimeKind.Utc);
    }

    private ConfigDocument ReadDocument()
    {
        Seen seen = Seen.None;
        Guid store = default;
        long revision = 0;
        Guid? chosen = null;
        string? defaultVault = null;
        string? seal = null;
        Dictionary<string, VaultProfile>? vaults = null;
        List<LlmConfiguration>? items = null;
        List<Range> ranges = [];
        JsonExtrasBuilder? extras = null;

        Advance();
        Expect(JsonTokenType.StartObject, "the file");
        while (NextProperty())
        {
            if (Is("version"u8, Seen.Version, ref seen))
            {
                if (ReadInteger("version") is not ConfigDocument.CurrentVersion)
                {
                    throw Invalid("its version is not supported");
                }
            }
            else if (Is("store"u8, Seen.Store, ref seen))
            {
                store = ReadGuid("store");
            }
            else if (Is("revision"u8, Seen.Revision, ref seen))
            {
                revision = ReadInteger("revision");
            }
            else if (Is("default"u8, Seen.Default, ref seen))
            {
                chosen = IsNull() ? null : ReadGuid("default");
            }
            else if (Is("defaultVault"u8, Seen.DefaultVault, ref seen))
            {
                defaultVault = IsNull() ? null : ReadText("defaultVault");
            }
            else if (Is("seal"u8, Seen.Seal, ref seen))
            {
                seal = IsNull() ? null : ReadSeal("seal");
            }
            else if (Is("vaults"u8, Seen.Vaults, ref seen))
            {
                vaults = IsNull() ? null : ReadProfiles();
            }
            else if (Is("configs"u8, Seen.Configs, ref seen))
            {
                items = ReadConfigurations(ranges);
            }
            else
            {
                ReadExtra(ref extras);
            }
        }

        // Throws when something follows the end of the document.
        _json.Read();

        Require(seen, Seen.Version, "version");
        Require(seen, Seen.Store, "store");
        Require(seen, Seen.Revision, "revision");
        Require(seen, Seen.Configs, "configs");
        (Dictionary<Guid, LlmConfiguration> byId, Dictionary<string, LlmConfiguration> byName) = Check(items!, chosen);
        return new ConfigDocument(store, revision, defaultVault, items!, extras?.ToExtras() ?? JsonExtras.None)
        {
            Seal = seal,
            Vaults = vaults ?? ConfigDocument.NoVaults,
            Entries = _file is null ? null : new StoredEntries(_file, ranges),
            ById = byId,
            ByName = byName,
        };
    }

    private Dictionary<string, VaultProfile> ReadProfiles()
    {
        Expect(JsonTokenType.StartObject, "vaults");
        var profiles = new Dictionary<string, VaultProfile>(StringComparer.OrdinalIgnoreCase);
        while (Advance() == JsonTokenType.PropertyName)
        {
            string name = _json.GetString()!;
            Advance();
            if (!profiles.TryAdd(name, ReadProfile()))
            {
                throw Invalid("two vaults have the same name");
            }
        }

        return profiles;
    }

    private VaultProfile ReadProfile()
    {
        Expect(JsonTokenType.StartObject, "a vault");
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        JsonExtrasBuilder? extras = null;
        while (NextProperty())
        {
            if (!VaultProfile.IsProperty(_json.GetString()!))
            {
                ReadExtra(ref extras);
                continue;
            }

            string name = _json.GetString()!;
            string value = Advance() switch
            {
                JsonTokenType.True => VaultProfile.True,
                JsonTokenType.False => VaultProfile.False,
                JsonTokenType.Number => ReadInteger(name).ToString(CultureInfo.InvariantCulture),
                _ => ReadText(name),
            };
            if (!properties.TryAdd(name, value))
            {
                throw Invalid("a property stands twice in one object");
            }
        }

        return VaultProfile.TryFrom(properties) is { } profile
            ? profile with { Extras = extras?.ToExtras() ?? JsonExtras.None }
            : throw Invalid("what a vault was found to do breaks the rules");
    }

    private static (Dictionary<Guid, LlmConfiguration> ById, Dictionary<string, LlmConfiguration> ByName) Check(
        List<LlmConfiguration> items, Guid? chosen)
    {
        var byId = new Dictionary<Guid, LlmConfiguration>(items.Count);
        var byName = new Dictionary<string, LlmConfiguration>(items.Count, ConfigurationName.Comparer);
        foreach (LlmConfiguration item in items)
        {
            if (!byId.TryAdd(item.Id, item))
            {
                throw Invalid("two configurations have the same id");
            }

            if (!byName.TryAdd(item.Name, item))
            {
                throw Invalid("two configurations have the same name");
            }
        }

        if (chosen is { } id)
        {
            int index = items.FindIndex(item => item.Id == id);
            if (index < 0)
            {
                throw Invalid("its default is none of its configurations");
            }

            LlmConfiguration item = items[index] with { IsDefault = true };
            items[index] = item;
            byId[item.Id] = item;
            byName[item.Name] = item;
        }

        return (byId, byName);
    }

    private List<LlmConfiguration> ReadConfigurations(List<Range> ranges)
    {
        Expect(JsonTokenType.StartArray, "configs");
        var items = new List<LlmConfiguration>();
        while (Advance() != JsonTokenType.EndArray)
        {
            int start = _start + (int)_json.TokenStartIndex;
            items.Add(ReadConfiguration());
            ranges.Add(new Range(start, _start + (int)_json.BytesConsumed));
        }

        return items;
    }

    private LlmConfiguration ReadConfiguration()
    {
        Seen seen = Seen.None;
        Guid id = default;
        string? name = null, provider = null, baseUrl = null, model = null, keyId = null, vault = null;
        bool useAuthHeader = false;
        DateTime created = default, updated = default;
        DateTime? keyUpdated = null;
        ulong? keyMark = null;
        Guid? keyStore = null;
        KeySeal? seal = null;
        JsonExtras keyExtras = JsonExtras.None;
        JsonExtrasBuilder? extras = null;

        _hasLateTime = false;
        Expect(JsonTokenType.StartObject, "a configuration");
        while (NextProperty())
        {
            if (Is("id"u8, Seen.Id, ref seen))
            {
                id = ReadGuid("id");
            }
            else if (Is("name"u8, Seen.Name, ref seen))
            {
                name = ReadText("name");
                if (!ConfigurationName.IsStored(name))
                {
                    throw Invalid("a name breaks the rules");
                }
            }
            else if (Is("provider"u8, Seen.Provider, ref seen))
            {
                provider = ReadShared(_providers, "provider");
                provider = LlmProviderCatalog.Find(provider)?.Id ?? provider;
            }
            else if (Is("baseUrl"u8, Seen.BaseUrl, ref seen))
            {
                baseUrl = IsNull() ? null : ReadText("baseUrl");
                if (baseUrl is not null && BaseUrl.Problem(baseUrl) is not null)
                {
                    throw Invalid("a baseUrl breaks the rules");
                }
            }
            else if (Is("useAuthHeader"u8, Seen.UseAuthHeader, ref seen))
            {
                useAuthHeader = ReadBoolean("useAuthHeader");
            }
            else if (Is("model"u8, Seen.Model, ref seen))
            {
                model = IsNull() ? null : ReadShared(_models, "model");
            }
            else if (Is("key"u8, Seen.Key, ref seen))
            {
                if (!IsNull())
                {
                    (keyId, vault, keyUpdated, keyMark, keyStore, seal, keyExtras) = ReadKey();
                }
            }
            else if (Is("createdAt"u8, Seen.CreatedAt, ref seen))
            {
                created = ReadTime("createdAt");
            }
            else if (Is("updatedAt"u8, Seen.UpdatedAt, ref seen))
            {
                updated = ReadTime("updatedAt");
            }
            else
            {
                ReadExtra(ref extras);
            }
        }

        Require(seen, Seen.Id, "id");
        Require(seen, Seen.Name, "name");
        Require(seen, Seen.Provider, "provider");
        Require(seen, Seen.UseAuthHeader, "useAuthHeader");
        Require(seen, Seen.CreatedAt, "createdAt");
        Require(seen, Seen.UpdatedAt, "updatedAt");
        return new LlmConfiguration
        {
            Id = id,
            Name = name!,
            Provider = provider!,
            OwnBaseUrl = baseUrl,
            UseAuthHeader = useAuthHeader,
            Model = model,
            Vault = vault,
            KeyId = keyId,
            KeyUpdatedAt = keyUpdated,
            KeyMark = keyMark,
            KeyStoreId = keyStore,
            Seal = seal,
            CreatedAt = created,
            UpdatedAt = updated,
            HasLateTime = _hasLateTime,
            Extras = extras?.ToExtras() ?? JsonExtras.None,
            KeyExtras = keyExtras,
        };
    }

    private (string Id, string Vault, DateTime UpdatedAt, ulong? Mark, Guid? Store, KeySeal? Seal, JsonExtras Extras) ReadKey()
    {
        Seen seen = Seen.None;
        string? id = null, name = null, vault = null;
        DateTime updated = default;
        ulong? mark = null;
        Guid? store = null;
        string? host = null, code = null;
        JsonExtrasBuilder? extras = null;

        Expect(JsonTokenType.StartObject, "key");
        while (NextProperty())
        {
            if (Is("id"u8, Seen.Id, ref seen))
            {
                id = ReadText("key.id");
                if (!KeyReference.IsKeyId(id))
                {
                    throw Invalid("a key id is not of the form llm-api-key-<32 hex>");
                }
            }
            else if (Is("name"u8, Seen.Name, ref seen))
            {
                name = IsNull() ? null : ReadText("key.name");
                if (name is not null && !NamedSecret.IsName(name))
                {
                    throw Invalid("a key name breaks the rules");
                }
            }
            else if (Is("vault"u8, Seen.Vault, ref seen))
            {
                vault = ReadShared(_vaults, "key.vault");
            }
            else if (Is("updatedAt"u8, Seen.UpdatedAt, ref seen))
            {
                updated = ReadTime("key.updatedAt");
            }
            else if (Is("mark"u8, Seen.Mark, ref seen))
            {
                mark = IsNull() ? null : ReadMark("key.mark");
            }
            else if (Is("store"u8, Seen.Store, ref seen))
            {
                store = IsNull() ? null : ReadGuid("key.store");
            }
            else if (Is("host"u8, Seen.Host, ref seen))
            {
                host = IsNull() ? null : ReadShared(_hosts, "key.host");
            }
            else if (Is("seal"u8, Seen.Seal, ref seen))
            {
                code = IsNull() ? null : ReadSeal("key.seal");
            }
            else
            {
                ReadExtra(ref extras);
            }
        }

        if (name is null)
        {
            Require(seen, Seen.Id, "key.id");
        }
        else if (id is not null || store is not null)
        {
            throw Invalid("a key has a name together with an id or a store");
        }

        Require(seen, Seen.Vault, "key.vault");
        Require(seen, Seen.UpdatedAt, "key.updatedAt");

        // Half a seal is none: the key is refused, and the rest of the file is not.
        KeySeal? seal = host is null || code is null ? null : new KeySeal(host, code);
        return (name ?? id!, vault!, updated, name is null ? mark : null, store, seal, extras?.ToExtras() ?? JsonExtras.None);
    }

    private string ReadShared(RecentTexts recent, string name)
    {
        if (_json.TokenType == JsonTokenType.String && recent.Find(_json.ValueSpan) is { } known)
        {
            return known;
        }

        string text = ReadText(name);
        recent.Add(_json.ValueSpan, text);
        return text;
    }

    private JsonTokenType Advance() => _json.Read() ? _json.TokenType : throw Invalid("it ends too early");

    private bool NextProperty() => Advance() == JsonTokenType.PropertyName;

    // Reads the value's first token when it is the property wanted.
    private bool Is(ReadOnlySpan<byte> name, Seen property, ref Seen seen)
    {
        if (!_json.ValueTextEquals(name))
        {
            return false;
        }

        if ((seen & property) != 0)
        {
            throw Invalid($"a property '{_json.GetString()}' stands twice in one object");
        }

        seen |= property;
        Advance();
        return true;
    }

    private readonly bool IsNull() => _json.TokenType == JsonTokenType.Null;

    private readonly void Expect(JsonTokenType type, string what)
    {
        if (_json.TokenType != type)
        {
            throw Invalid($"{what} is not {(type == JsonTokenType.StartArray ? "an array" : "an object")}");
        }
    }

    private static void Require(Seen seen, Seen property, string name)
    {
        if ((seen & property) == 0)
        {
            throw Invalid($"the property '{name}' is missing");
        }
    }

    // 2^53: above that, JSON numbers are not whole numbers to every program, and the next revision could overflow.
    private readonly long ReadInteger(string name) =>
        _json.TokenType == JsonTokenType.Number && _json.TryGetInt64(out long value) && value is >= 0 and < 1L << 53
            ? value
            : throw Invalid($"'{name}' is not a whole number from 0 to 2^53");

    private readonly Guid ReadGuid(string name) =>
        _json.TokenType == JsonTokenType.String && _json.TryGetGuid(out Guid value)
            ? value
            : throw Invalid($"'{name}' is not a UUID");

    private readonly ulong ReadMark(string name) =>
        _json.TokenType == JsonTokenType.String
        && _json.ValueSpan.Length == 2 * sizeof(ulong)
        && ulong.TryParse(_json.ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : throw Invalid($"'{name}' is not 16 hex digits");

    private readonly string ReadSeal(string name)
    {
        Span<byte> code = stackalloc byte[KeySeals.CodeSize];
        return ReadText(name) is { } text && Convert.TryFromBase64String(text, code, out int size) && size == code.Length
            ? text
            : throw Invalid($"'{name}' is not base64 of {KeySeals.CodeSize} bytes");
    }

    private readonly bool ReadBoolean(string name) => _json.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Invalid($"'{name}' is neither true nor false"),
    };

    private readonly string ReadText(string name)
    {
        if (_json.TokenType != JsonTokenType.String || _json.GetString() is not { Length: > 0 } value)
        {
            throw Invalid($"'{name}' is not a text");
        }

        return ShownText.Prints(value) ? value : throw Invalid($"'{name}' holds a character that does not print");
    }

    // Without one, a time would be read as that of whatever machine reads it.
    private static bool HasZone(ReadOnlySpan<byte> text) => text.Length > 10 && text[10..].IndexOfAny("Zz+-"u8) >= 0;

    // 2026-11-24T08:15:00.000Z, as this product writes it; whatever else it may be is for the general parser.
    private static DateTime? ReadOwnTime(ReadOnlySpan<byte> text)
    {
        const string form = "0000-00-00T00:00:00.000Z";
        if (text.Length != form.Length)
        {
            return null;
        }

        for (int i = 0; i < form.Length; i++)
        {
            if (form[i] == '0' ? !char.IsAsciiDigit((char)text[i]) : text[i] != form[i])
            {
                return null;
            }
        }

        int year = Number(text[..4]), month = Number(text[5..7]), day = Number(text[8..10]);
        int hour = Number(text[11..13]), minute = Number(text[14..16]), second = Number(text[17..19]);
        return year > 0 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) && hour < 24 && minute < 60 && second < 60
            ? new DateTime(year, month, day, hour, minute, second, Number(text[20..23]), DateTimeKind.Utc)
            : null;
    }

    private static int Number(ReadOnlySpan<byte> digits)
    {
        int value = 0;
        foreach (byte digit in digits)
        {
            value = (10 * value) + (digit - '0');
        }

        return value;
    }

    private DateTime ReadTime(string name)
    {
        DateTime time = ReadAnyTime(name);
        if (!ChangeTime.IsTooLate(time, _now))
        {
            return time;
        }

        _hasLateTime = true;
        return _now;
    }

    private readonly DateTime ReadAnyTime(string name) => _json.TokenType == JsonTokenType.String && ReadOwnTime(_json.ValueSpan) is { } own
        ? own
        : _json.TokenType == JsonTokenType.String && HasZone(_json.ValueSpan) && _json.TryGetDateTimeOffset(out DateTimeOffset value)
            ? ToMilliseconds(value)
            : throw Invalid($"'{name}' is not a time of ISO 8601");

    private void ReadExtra(ref JsonExtrasBuilder? extras)
    {
        string name = _json.GetString()!;
        Advance();
        int start = (int)_json.TokenStartIndex;
        _json.Skip();
        if (!(extras ??= new JsonExtrasBuilder()).TryAdd(name, _bytes[start..(int)_json.BytesConsumed]))
        {
            throw Invalid("a property stands twice in one object");
        }
    }
}
