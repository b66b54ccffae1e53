using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// Objects as JSON, given as names and values. The kind of a value decides how it stands there; nothing is found by reflection. Compiled
/// into both programs.
/// </summary>
internal static class JsonObjects
{
    /// <summary>An object as a document of its own.</summary>
    public static byte[] ToUtf8(params IEnumerable<(string Name, object? Value)> fields)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteFields(fields);
        }

        return json.WrittenSpan.ToArray();
    }

    /// <summary>Writes an object.</summary>
    public static void WriteFields(this Utf8JsonWriter writer, IEnumerable<(string Name, object? Value)> fields)
    {
        writer.WriteStartObject();
        foreach ((string name, object? value) in fields)
        {
            writer.WriteField(name, value);
        }

        writer.WriteEndObject();
    }

    /// <summary>Writes a property of an object.</summary>
    public static void WriteField(this Utf8JsonWriter writer, string name, object? value)
    {
        writer.WritePropertyName(name);
        writer.WriteAny(value);
    }

    private static void WriteAny(this Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case int or long:
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double number:
                writer.WriteNumberValue(number);
                break;
            case DateTime time:
                writer.WriteStringValue(time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
                break;
            case IEnumerable<KeyValuePair<string, string>> properties:
                writer.WriteFields(properties.Select(property => (property.Key, (object?)property.Value)));
                break;
            case IEnumerable<(string, object?)> fields:
                writer.WriteFields(fields);
                break;
            case IEnumerable values and not string:
                writer.WriteStartArray();
                foreach (object? one in values)
                {
                    writer.WriteAny(one);
                }

                writer.WriteEndArray();
                break;
            default:
                // A text, an id, a word of an enumeration, a duration.
                writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    /// <summary>The names and texts of an object that is a property; <see langword="null"/> where there is no such property.</summary>
    public static Dictionary<string, string>? Texts(this JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.GetString()!, StringComparer.OrdinalIgnoreCase)
            : null;

    /// <summary>A text that is a property; <see langword="null"/> where there is none.</summary>
    public static string? Text(this JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
