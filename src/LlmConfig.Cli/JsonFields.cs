using System.Collections;
using System.Globalization;
using System.Text.Json;

namespace LlmConfig.Cli;

/// <summary>Objects as JSON, given as names and values. The kind of a value decides how it stands there; nothing is found by reflection.</summary>
internal static class JsonFields
{
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
            case DateTime time:
                writer.WriteStringValue(time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
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
}
