using System.Globalization;
using System.Text.Json;

namespace LlmConfig.Cli;

/// <summary>Values of the core's objects as they stand in JSON.</summary>
internal static class JsonValues
{
    public static void WriteId(this Utf8JsonWriter writer, string name, Guid? id) => writer.WriteString(name, id?.ToString("D"));

    public static void WriteTime(this Utf8JsonWriter writer, string name, DateTime? time) =>
        writer.WriteString(name, time?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));

    public static void WriteTexts(this Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    public static void WriteNumberIfAny(this Utf8JsonWriter writer, string name, int? number)
    {
        if (number is { } value)
        {
            writer.WriteNumber(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
