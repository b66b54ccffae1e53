using System.Text.Json;

namespace LlmConfig;

/// <summary>Properties of a JSON object that this version does not know, kept byte for byte so that they survive a rewrite.</summary>
internal sealed class JsonExtras
{
    public static readonly JsonExtras None = new([]);

    private readonly IReadOnlyList<KeyValuePair<string, byte[]>> _properties;

    public JsonExtras(IReadOnlyList<KeyValuePair<string, byte[]>> properties)
    {
        _properties = properties;
    }

    public void WriteTo(Utf8JsonWriter writer)
    {
        foreach ((string name, byte[] value) in _properties)
        {
            writer.WritePropertyName(name);

            // They come from a document that was parsed whole.
            writer.WriteRawValue(value, skipInputValidation: true);
        }
    }
}
