using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LlmConfig;

/// <summary>Writes <c>llm_config.json</c>.</summary>
internal static class ConfigDocumentWriter
{
    /// <summary>How every JSON file of ours is written. Names stay readable in it; it is never embedded in HTML.</summary>
    public static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static byte[] Write(ConfigDocument document)
    {
        var buffer = new ArrayBufferWriter<byte>(512 + (512 * document.Configurations.Count));
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", ConfigDocument.CurrentVersion);
            json.WriteString("store", document.StoreId);
            json.WriteNumber("revision", document.Revision);
            if (document.Configurations.FirstOrDefault(item => item.IsDefault) is { } chosen)
            {
                json.WriteString("default", chosen.Id);
            }

            WriteOptional(json, "defaultVault", document.DefaultVault);
            document.Extras.WriteTo(json);
            json.WriteStartArray("configs");
            foreach (LlmConfiguration item in document.Configurations)
            {
                Write(json, item);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A time as every file of the store holds it: UTC, to the millisecond.</summary>
    public static string Time(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static void Write(Utf8JsonWriter json, LlmConfiguration item)
    {
        json.WriteStartObject();
        json.WriteString("id", item.Id);
        json.WriteString("name", item.Name);
        json.WriteString("provider", item.Provider);
        WriteOptional(json, "baseUrl", item.OwnBaseUrl);
        json.WriteBoolean("useAuthHeader", item.UseAuthHeader);
        WriteOptional(json, "model", item.Model);
        if (item.Key is { } key)
        {
            json.WriteStartObject("key");
            json.WriteString("id", key.KeyId);
            json.WriteString("vault", key.Vault);
            json.WriteString("updatedAt", Time(item.KeyUpdatedAt ?? item.UpdatedAt));
            if (item.KeyMark is { } mark)
            {
                json.WriteString("mark", mark.ToString("x16", CultureInfo.InvariantCulture));
            }

            if (item.KeyStoreId is { } owner)
            {
                json.WriteString("store", owner);
            }

            item.KeyExtras.WriteTo(json);
            json.WriteEndObject();
        }

        json.WriteString("createdAt", Time(item.CreatedAt));
        json.WriteString("updatedAt", Time(item.UpdatedAt));
        item.Extras.WriteTo(json);
        json.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
