using System.Buffers;
using System.Globalization;
using System.Text;
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

    private static ReadOnlySpan<byte> EntryIndent => "\n    "u8;

    public static byte[] Write(ConfigDocument document)
    {
        var buffer = new JsonBuffer(512 + (512 * document.Configurations.Count));
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", ConfigDocument.CurrentVersion);
            json.WriteString("store", document.StoreId);
            json.WriteNumber("revision", document.Revision);
            if (document.Default is { } chosen)
            {
                json.WriteString("default", chosen.Id);
            }

            WriteOptional(json, "defaultVault", document.DefaultVault);
            WriteOptional(json, "seal", document.Seal?.ToString());
            WriteProfiles(json, document.Vaults);
            document.Extras.WriteTo(json);
            json.WriteStartArray("configs");
            for (int i = 0; i < document.Configurations.Count; i++)
            {
                if (i < document.Texts.Count && document.Texts[i].Length > 0)
                {
                    // The writer indents what it writes, and not what it is given.
                    json.WriteRawValue([.. EntryIndent, .. document.Texts[i].Span], skipInputValidation: true);
                }
                else
                {
                    Write(json, document.Configurations[i]);
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToFile();
    }

    /// <summary>A time as every file of the store holds it: UTC, to the millisecond.</summary>
    public static string Time(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static void Write(Utf8JsonWriter json, LlmConfiguration item)
    {
        json.WriteStartObject();
        json.WriteString("id", item.Id);
        json.WriteString("name", item.Name);
        json.WriteString("provider", item.Provider);
        WriteOptional(json, "baseUrl", item.ExplicitBaseUrl);
        json.WriteBoolean("useAuthHeader", item.UseAuthHeader);
        WriteOptional(json, "model", item.Model);
        if (item.Key is { } key)
        {
            json.WriteStartObject("key");
            json.WriteString(item.KeyName is null ? "id" : "name", key.KeyId);
            json.WriteString("vault", key.Vault);
            json.WriteString("updatedAt", Time(item.KeyUpdatedAt ?? item.UpdatedAt));
            if (item.KeyFingerprint is { } fingerprint)
            {
                json.WriteString("mark", fingerprint.ToString("x16", CultureInfo.InvariantCulture));
            }

            if (item.KeyStoreId is { } owner)
            {
                json.WriteString("store", owner);
            }

            if (item.Seal is { } seal)
            {
                json.WriteString("host", seal.Host);
                json.WriteBase64String("seal", seal.Code.ToArray());
            }

            item.KeyExtras.WriteTo(json);
            json.WriteEndObject();
        }

        json.WriteString("createdAt", Time(item.CreatedAt));
        json.WriteString("updatedAt", Time(item.UpdatedAt));
        if (!item.Details.IsEmpty)
        {
            json.WritePropertyName("details");
            Write(json, item.Details);
        }

        WriteOptional(json, "managedBy", item.ManagedBy);
        item.Extras.WriteTo(json);
        json.WriteEndObject();
    }

    /// <summary>The details as one line of JSON, as the label of a key holds them.</summary>
    public static string Write(ConfigurationDetails details)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options with { Indented = false }))
        {
            Write(json, details);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, ConfigurationDetails details)
    {
        json.WriteStartObject();
        WriteOptional(json, "organization", details.Organization);
        WriteOptional(json, "project", details.Project);
        WriteOptional(json, "apiVersion", details.ApiVersion);
        if (details.Headers is { } headers)
        {
            json.WriteStartObject("headers");
            foreach ((string name, string value) in headers)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        WriteOptional(json, "description", details.Description);
        if (details.Tags is { } tags)
        {
            json.WriteStartArray("tags");
            foreach (string tag in tags)
            {
                json.WriteStringValue(tag);
            }

            json.WriteEndArray();
        }

        WriteOptional(json, "owner", details.Owner);
        WriteOptional(json, "expiresAt", details.ExpiresAt is { } date ? Time(date) : null);
        details.Extras.WriteTo(json);
        json.WriteEndObject();
    }

    private static void WriteProfiles(Utf8JsonWriter json, IReadOnlyDictionary<string, VaultProfile> vaults)
    {
        if (vaults.Count == 0)
        {
            return;
        }

        json.WriteStartObject("vaults");
        foreach ((string name, VaultProfile profile) in vaults)
        {
            json.WriteStartObject(name);
            foreach ((string property, string value) in profile.ToProperties())
            {
                if (value is VaultProfile.True or VaultProfile.False)
                {
                    json.WriteBoolean(property, value == VaultProfile.True);
                }
                else if (long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
                {
                    json.WriteNumber(property, number);
                }
                else
                {
                    json.WriteString(property, value);
                }
            }

            profile.Extras.WriteTo(json);
            json.WriteEndObject();
        }

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
