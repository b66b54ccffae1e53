using System.Globalization;
using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// Reads desired states: a file that describes a machine, or the one configuration that DSC gives. Strict, since a property that is misspelt
/// would be a setting that nobody makes.
/// </summary>
internal static class DesiredStateReader
{
    /// <summary>The property by which the file is known, and which gives it its name.</summary>
    public const string NameProperty = "desiredState";

    private const string KeyProperty = "apiKey";

    private static readonly JsonReaderOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 8 };

    // What is given out, and may come back; and what the file may say of itself.
    private static readonly string[] ReadOnlyProperties = ["id", "keyPresent", "managedBy", "_inDesiredState"];

    private static readonly string[] ConfigurationProperties =
    [
        "name", "_exist", "allowInsecureBaseUrl", "acceptHost", KeyProperty, "apiKeyFromEnvironment", "apiKeyFromFile", "apiKeyFromCommand",
        .. DesiredProperty.All.Select(property => property.Name),
    ];

    public static DesiredState ReadFile(string path)
    {
        using SecretBytes file = new StoreFileSystem().ReadOthersFile(path, ImportFile.MaximumBytes) ?? throw new LlmConfigException(
            LlmConfigErrorCode.NotFound, path, $"There is no file '{path}'.", "Check the path.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return Read(file.Span, $"'{path}'", (ref Utf8JsonReader json) => ReadState(ref json, folder));
    }

    public static DesiredConfiguration ReadConfiguration(ReadOnlySpan<byte> utf8) =>
        Read(utf8, "The input", (ref Utf8JsonReader json) => ReadConfiguration(ref json, mayHoldKey: true));

    public static DesiredStore ReadStore(ReadOnlySpan<byte> utf8) =>
        utf8.Trim(" \t\r\n"u8).IsEmpty ? new DesiredStore() : Read(utf8, "The input", (ref Utf8JsonReader json) => ReadStore(ref json));

    private delegate T ReadValue<T>(ref Utf8JsonReader json);

    // A parser's own message may repeat a part of a key: only the place is told.
    private static T Read<T>(ReadOnlySpan<byte> content, string what, ReadValue<T> read)
    {
        try
        {
            var json = new Utf8JsonReader(content.StartsWith(ImportFile.ByteOrderMark) ? content[ImportFile.ByteOrderMark.Length..] : content, Options);
            json.Read();
            T value = read(ref json);
            json.Read();
            return value;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or StoreFormatException)
        {
            string problem = e switch
            {
                StoreFormatException => e.Message,
                JsonException syntax => $"it is no valid JSON (line {syntax.LineNumber + 1}, byte {syntax.BytePositionInLine + 1})",
                _ => "it holds text that is no text",
            };
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidArgument, null, $"{what} is no desired state: {problem}.", "Nothing was changed. docs/provisioning.md shows what such a file looks like.");
        }
    }

    private static DesiredState ReadState(ref Utf8JsonReader json, string folder)
    {
        string? name = null, defaultVault = null;
        List<DesiredConfiguration> configurations = [];
        bool hasConfigurations = false;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        RequireObject(ref json, "the file");
        while (Next(ref json, seen) is { } property)
        {
            switch (property)
            {
                case NameProperty:
                    name = Text(ref json, property).Trim();
                    break;
                case "defaultVault":
                    defaultVault = Text(ref json, property).Trim();
                    break;
                case "configurations":
                    hasConfigurations = true;
                    for (RequireStart(ref json, JsonTokenType.StartArray, property); json.Read() && json.TokenType != JsonTokenType.EndArray;)
                    {
                        configurations.Add(ReadConfiguration(ref json, mayHoldKey: false));
                    }

                    break;
                case "$schema":
                    _ = Text(ref json, property);
                    break;
                default:
                    throw Unknown(property, "the file", [NameProperty, "defaultVault", "configurations"]);
            }
        }

        return name is not { Length: > 0 and <= DesiredState.MaximumNameLength } || !DisplayText.Prints(name)
                ? throw new StoreFormatException($"'{NameProperty}' has to name it, in 1 to {DesiredState.MaximumNameLength} characters that print: by this name a later run knows what it made")
            : !hasConfigurations ? throw new StoreFormatException("the property 'configurations' is missing")
            : configurations.GroupBy(item => item.Name, ConfigurationName.Comparer).FirstOrDefault(group => group.Count() > 1) is { } twice
                ? throw new StoreFormatException($"it describes '{DisplayText.Of(twice.Key)}' twice")
            : configurations.Count(item => item.IsDefault == true) > 1 ? throw new StoreFormatException("it has two default configurations")
            : new DesiredState(name, configurations) { DefaultVault = defaultVault, Folder = folder };
    }

    private static DesiredStore ReadStore(ref Utf8JsonReader json)
    {
        var store = new DesiredStore();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        RequireObject(ref json, "a store");
        while (Next(ref json, seen) is { } property)
        {
            switch (property)
            {
                case "defaultVault":
                    store = store with { DefaultVault = Text(ref json, property).Trim() };
                    break;
                case "protector":
                    string kind = Text(ref json, property);
                    store = store with
                    {
                        Protector = Enum.GetNames<ProtectorKind>().Contains(kind) ? Enum.Parse<ProtectorKind>(kind)
                            : throw new StoreFormatException($"'protector' is none of {string.Join(", ", Enum.GetNames<ProtectorKind>())}"),
                    };
                    break;
                case "path" or "storeId" or "revision" or "configurationCount" or "protectorState" or "_inDesiredState":
                    json.Skip();
                    break;
                default:
                    throw Unknown(property, "a store", ["defaultVault", "protector"]);
            }
        }

        return store;
    }

    private static DesiredConfiguration ReadConfiguration(ref Utf8JsonReader json, bool mayHoldKey)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        var flags = new Dictionary<string, bool>(StringComparer.Ordinal);
        List<KeyValuePair<string, string>>? headers = null;
        List<string>? tags = null;
        ApiKey? key = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            RequireObject(ref json, "a configuration");
            while (Next(ref json, seen) is { } property)
            {
                switch (property)
                {
                    case "_exist" or "allowInsecureBaseUrl" or "acceptHost" or "useAuthHeader" or "isDefault":
                        flags[property] = Flag(ref json, property);
                        break;
                    case KeyProperty:
                        key = mayHoldKey ? ReadKey(ref json) : throw new StoreFormatException(
                            "it holds a key in plain text ('apiKey'); name the place where the key is in its stead: apiKeyFromEnvironment, apiKeyFromFile, apiKeyFromCommand, or keyName with vault");
                        break;
                    case "headers":
                        headers = [];
                        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
                        for (RequireObject(ref json, "'headers'"); Next(ref json, names) is { } header;)
                        {
                            headers.Add(KeyValuePair.Create(header, Text(ref json, property)));
                        }

                        break;
                    case "tags":
                        tags = [];
                        for (RequireStart(ref json, JsonTokenType.StartArray, property); json.Read() && json.TokenType != JsonTokenType.EndArray;)
                        {
                            tags.Add(Text(ref json, property));
                        }

                        break;
                    case var known when ReadOnlyProperties.Contains(known):
                        json.Skip();
                        break;
                    case var known when ConfigurationProperties.Contains(known):
                        texts[property] = Text(ref json, property);
                        break;
                    default:
                        throw Unknown(property, "a configuration", ConfigurationProperties);
                }
            }

            return Make(texts, flags, headers, tags, key);
        }
        catch
        {
            key?.Dispose();
            throw;
        }
    }

    private static DesiredConfiguration Make(
        Dictionary<string, string> texts, Dictionary<string, bool> flags, List<KeyValuePair<string, string>>? headers, List<string>? tags, ApiKey? key)
    {
        string? Of(string name) => texts.GetValueOrDefault(name);
        bool? Is(string name) => flags.TryGetValue(name, out bool value) ? value : null;

        string name = Of("name") ?? throw new StoreFormatException("a configuration has no 'name'");
        List<DesiredKey> keys =
        [
            .. key is null ? Array.Empty<DesiredKey>() : [new DesiredKey(DesiredKeyKind.Value) { Value = key }],
            .. Of("apiKeyFromEnvironment") is { } variable ? [new DesiredKey(DesiredKeyKind.Environment, variable)] : Array.Empty<DesiredKey>(),
            .. Of("apiKeyFromFile") is { } file ? [new DesiredKey(DesiredKeyKind.File, file)] : Array.Empty<DesiredKey>(),
            .. Of("apiKeyFromCommand") is { } command ? [new DesiredKey(DesiredKeyKind.Command, command)] : Array.Empty<DesiredKey>(),
        ];
        if (keys.Count + (string.IsNullOrWhiteSpace(Of("keyName")) ? 0 : 1) > 1)
        {
            throw new StoreFormatException($"it gives the key of '{DisplayText.Of(name)}' in two ways");
        }

        var details = new ConfigurationDetails
        {
            Organization = Of("organization"),
            Project = Of("project"),
            ApiVersion = Of("apiVersion"),
            Description = Of("description"),
            Owner = Of("owner"),
            Headers = headers is null ? null : ConfigurationDetails.ByName(headers),
            Tags = tags,
            ExpiresAt = Of("keyExpires") is not { } date ? null : date.Length == 0 ? DateTime.MaxValue : Time(date),
        };
        return new DesiredConfiguration
        {
            Name = name.Trim(),
            Exists = Is("_exist") ?? true,
            Provider = Of("provider"),
            BaseUrl = Of("baseUrl"),
            AllowInsecureBaseUrl = Is("allowInsecureBaseUrl") ?? false,
            AcceptHost = Is("acceptHost") ?? false,
            UseAuthHeader = Is("useAuthHeader"),
            Model = Of("model"),
            Details = details,
            Vault = Of("vault"),
            KeyName = Of("keyName"),
            IsDefault = Is("isDefault"),
            Key = keys.Count == 0 ? null : keys[0],
        };
    }

    // The same on all machines, whatever their clock's zone is: a date alone is one of UTC.
    private static DateTime Time(string text) =>
        DateTimeOffset.TryParseExact(
            text.Trim(), ["yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time.UtcDateTime
            : throw new StoreFormatException("'keyExpires' is no date or time of ISO 8601, such as 2031-02-03 or 2031-02-03T04:05:06Z");

    // As a text, or as DSC hands secrets on: {"secureString": "…"}.
    private static ApiKey ReadKey(ref Utf8JsonReader json)
    {
        ApiKey? key = null;
        if (json.TokenType != JsonTokenType.StartObject)
        {
            return KeyOf(ref json);
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (Next(ref json, seen) is { } property)
        {
            key = property == "secureString" ? KeyOf(ref json) : throw new StoreFormatException($"'{KeyProperty}' is neither a text nor an object with 'secureString'");
        }

        return key ?? throw new StoreFormatException($"'{KeyProperty}' has no 'secureString'");
    }

    private static ApiKey KeyOf(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.String)
        {
            throw new StoreFormatException($"'{KeyProperty}' is not a text");
        }

        using var plain = new SecretBytes(json.ValueSpan.Length);
        return ApiKey.FromUtf8(plain.Span[..json.CopyString(plain.Span)], target: null);
    }

    // The next property that has a value; null is no value. Its value is read then.
    private static string? Next(ref Utf8JsonReader json, HashSet<string> seen)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            if (!seen.Add(name))
            {
                throw new StoreFormatException("a property stands twice in one object");
            }

            if (json.TokenType != JsonTokenType.Null)
            {
                return name;
            }
        }

        return null;
    }

    private static string Text(ref Utf8JsonReader json, string property) =>
        json.TokenType == JsonTokenType.String ? json.GetString()! : throw new StoreFormatException($"'{property}' is not a text");

    private static bool Flag(ref Utf8JsonReader json, string property) =>
        json.TokenType is JsonTokenType.True or JsonTokenType.False ? json.GetBoolean() : throw new StoreFormatException($"'{property}' is neither true nor false");

    private static void RequireObject(ref Utf8JsonReader json, string what)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            throw new StoreFormatException($"{what} is not an object");
        }
    }

    private static void RequireStart(ref Utf8JsonReader json, JsonTokenType start, string property)
    {
        if (json.TokenType != start)
        {
            throw new StoreFormatException($"'{property}' is not an array");
        }
    }

    // A name is repeated only where it reads like one: it may be a key that was put there.
    private static StoreFormatException Unknown(string property, string what, IEnumerable<string> known)
    {
        string shown = property.Length <= 40 && property.All(c => char.IsAsciiLetter(c) || c is '_' or '$') ? $"'{property}'" : "one of its properties";
        return new StoreFormatException(
            $"{shown} is no property of {what}" + (NearText.Find(property, known) is { } near ? $"; did you mean '{near}'?" : string.Empty));
    }
}
