using System.Globalization;
using System.Text.Json;

namespace LlmConfig;

/// <summary>The properties of one JSON object of <c>llm_config.json</c>, each checked as it is read; what nobody reads is kept for the next writer.</summary>
internal sealed class JsonFields
{
    private readonly string _prefix;
    private readonly Dictionary<string, JsonElement> _unread = new(StringComparer.Ordinal);

    /// <param name="element">The object.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <param name="prefix">What stands before the names of its properties in messages.</param>
    /// <exception cref="StoreFormatException">It is no object, or a property stands twice in it.</exception>
    public JsonFields(JsonElement element, string what, string prefix = "")
    {
        _prefix = prefix;
        foreach (JsonProperty property in element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : throw new StoreFormatException($"{what} is not an object"))
        {
            if (!_unread.TryAdd(property.Name, property.Value))
            {
                throw new StoreFormatException("a property stands twice in one object");
            }
        }
    }

    public T Required<T>(string name, Func<JsonElement, string, T> read) =>
        _unread.Remove(name, out JsonElement value) ? read(value, _prefix + name) : throw new StoreFormatException($"the property '{_prefix + name}' is missing");

    /// <summary>The value, or <see langword="null"/> where the property is absent or null.</summary>
    public T? Optional<T>(string name, Func<JsonElement, string, T> read)
        where T : class => Has(name, out JsonElement value) ? read(value, _prefix + name) : null;

    /// <inheritdoc cref="Optional{T}"/>
    public T? OptionalValue<T>(string name, Func<JsonElement, string, T> read)
        where T : struct => Has(name, out JsonElement value) ? read(value, _prefix + name) : null;

    /// <summary>The properties that were not read, as they stand in the file.</summary>
    public JsonExtras Extras() => _unread.Count == 0 ? JsonExtras.None : new JsonExtras([.. _unread.Select(item => KeyValuePair.Create(item.Key, item.Value.GetRawText()))]);

    public static Guid Uuid(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String && value.TryGetGuid(out Guid id) ? id : throw new StoreFormatException($"'{name}' is not a UUID");

    // Above 2^53, JSON numbers are not whole numbers to every program, and the next revision could overflow.
    public static long Integer(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number is >= 0 and < ConfigDocument.HighestRevision
            ? number
            : throw new StoreFormatException($"'{name}' is not a whole number from 0 to 2^53");

    public static bool Boolean(JsonElement value, string name) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw new StoreFormatException($"'{name}' is neither true nor false");

    public static string Text(JsonElement value, string name) =>
        value.ValueKind != JsonValueKind.String || value.GetString() is not { Length: > 0 } text ? throw new StoreFormatException($"'{name}' is not a text")
        : ShownText.Prints(text) ? text
        : throw new StoreFormatException($"'{name}' holds a character that does not print");

    // Without a zone, a time would be read as that of whatever machine reads it.
    public static DateTime Time(JsonElement value, string name)
    {
        const int dateLength = 10;
        return Text(value, name) is { Length: > dateLength } text && text.AsSpan(dateLength).IndexOfAny("Zz+-") >= 0 && value.TryGetDateTimeOffset(out DateTimeOffset time)
            ? time.UtcDateTime.AddTicks(-(time.UtcTicks % TimeSpan.TicksPerMillisecond))
            : throw new StoreFormatException($"'{name}' is not a time of ISO 8601");
    }

    public static ulong Mark(JsonElement value, string name) =>
        Text(value, name) is { Length: 2 * sizeof(ulong) } text && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong mark)
            ? mark
            : throw new StoreFormatException($"'{name}' is not 16 hex digits");

    public static string Code(JsonElement value, string name)
    {
        Span<byte> code = stackalloc byte[KeySeals.CodeSize];
        string text = Text(value, name);
        return Convert.TryFromBase64String(text, code, out int size) && size == code.Length
            ? text
            : throw new StoreFormatException($"'{name}' is not base64 of {KeySeals.CodeSize} bytes");
    }

    /// <summary>A text that keeps a rule.</summary>
    public static Func<JsonElement, string, string> Text(Func<string, bool> rule, string problem) =>
        (value, name) => Text(value, name) is var text && rule(text) ? text : throw new StoreFormatException(problem);

    private bool Has(string name, out JsonElement value) => _unread.Remove(name, out value) && value.ValueKind != JsonValueKind.Null;
}
