using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace LlmConfig;

/// <summary>What is kept beside a secret, as the JSON object of its sealed file: texts, whole numbers, truth values and times.</summary>
internal static class SecretMetadata
{
    /// <summary>The most that is kept beside one secret: 64 KiB of JSON.</summary>
    public const int MaximumBytes = 64 * 1024;

    private const string TimeProperty = "time";

    /// <exception cref="LlmConfigException">InvalidName: a value of another type, or too much of it.</exception>
    public static byte[] Encode(string secret, IReadOnlyDictionary<string, object?> metadata)
    {
        if (metadata.Count == 0)
        {
            return [];
        }

        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach ((string name, object? value) in metadata)
            {
                Write(json, secret, name, value);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenCount <= MaximumBytes ? buffer.WrittenSpan.ToArray() : throw Unfit(
            secret, $"The metadata of '{DisplayText.Of(secret)}' are {buffer.WrittenCount / 1024} KiB long.", $"At most {MaximumBytes / 1024} KiB are kept.");
    }

    /// <summary>Reads what <see cref="Encode"/> wrote; what it does not know is skipped.</summary>
    public static IReadOnlyDictionary<string, object> Decode(byte[] bytes)
    {
        var metadata = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        if (bytes.Length == 0)
        {
            return metadata;
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(bytes);
            foreach (JsonProperty property in json.RootElement.EnumerateObject())
            {
                if (Read(property.Value) is { } value)
                {
                    metadata[property.Name] = value;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The seal held, so this is what another program wrote; the secret itself is worth more than this.
            metadata.Clear();
        }

        return metadata;
    }

    private static void Write(Utf8JsonWriter json, string secret, string name, object? value)
    {
        switch (value)
        {
            case string text:
                json.WriteString(name, text);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case bool truth:
                json.WriteBoolean(name, truth);
                break;
            case DateTime time:
                json.WriteStartObject(name);
                json.WriteString(TimeProperty, time.ToString("O", CultureInfo.InvariantCulture));
                json.WriteEndObject();
                break;
            default:
                throw Unfit(
                    secret,
                    $"The metadata '{DisplayText.Of(name)}' of '{DisplayText.Of(secret)}' are of the type {value?.GetType().Name ?? "null"}.",
                    "Metadata are texts, whole numbers (int), truth values (bool) or times (DateTime).");
        }
    }

    private static object? Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when value.TryGetInt32(out int number) => number,
        JsonValueKind.Object when value.TryGetProperty(TimeProperty, out JsonElement time)
            && DateTime.TryParse(time.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime parsed) => parsed,
        _ => null,
    };

    private static LlmConfigException Unfit(string secret, string problem, string remedy) =>
        new(LlmConfigErrorCode.InvalidName, DisplayText.Of(secret), problem, remedy);
}
