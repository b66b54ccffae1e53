using System.Text.Json;

namespace LlmConfig;

/// <summary>Properties of a JSON object that this version does not know, as they stand in the file, so that they survive a rewrite.</summary>
internal sealed class JsonExtras(IReadOnlyList<KeyValuePair<string, byte[]>> properties)
{
    public static readonly JsonExtras None = new([]);

    public void WriteTo(Utf8JsonWriter writer)
    {
        foreach ((string name, byte[] value) in properties)
        {
            writer.WritePropertyName(name);

            // They come from a document that was parsed whole.
            writer.WriteRawValue(value, skipInputValidation: true);
        }
    }
}
