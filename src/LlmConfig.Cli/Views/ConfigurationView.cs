using System.Globalization;
using System.Text.Json;

namespace LlmConfig.Cli;

/// <summary>Configurations, one line for each setting.</summary>
internal class ConfigurationView : View<LlmConfiguration>
{
    public override void WriteText(TextPage page, IReadOnlyList<LlmConfiguration> items)
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                page.Space();
            }

            Write(page, items[i]);
        }
    }

    public override void WriteJson(Utf8JsonWriter writer, LlmConfiguration item)
    {
        writer.WriteStartObject();
        writer.WriteId("id", item.Id);
        writer.WriteString("name", item.Name);
        writer.WriteString("provider", item.Provider);
        writer.WriteString("baseUrl", item.BaseUrl);
        writer.WriteBoolean("useAuthHeader", item.UseAuthHeader);
        writer.WriteString("model", item.Model);
        writer.WriteString("vault", item.Vault);
        writer.WriteString("keyName", item.KeyName);
        writer.WriteId("keyStoreId", item.KeyStoreId);
        writer.WriteBoolean("isDefault", item.IsDefault);
        writer.WriteTime("keyUpdatedAt", item.KeyUpdatedAt);
        writer.WriteTime("createdAt", item.CreatedAt);
        writer.WriteTime("updatedAt", item.UpdatedAt);
        writer.WriteEndObject();
    }

    private static void Write(TextPage page, LlmConfiguration item) => page.List(
    [
        new("Name", new Cell(item.IsDefault ? $"{item.Name} (default)" : item.Name, item.IsDefault ? Tone.Good : Tone.Plain)),
        new("Provider", item.Provider),
        new("Base URL", item.BaseUrl),
        new("Key goes as", item.UseAuthHeader ? "Authorization: Bearer" : LlmProviderCatalog.Find(item.Provider)?.KeyHeader ?? "the provider's own header"),
        new("Model", item.Model),
        new("Vault", item.Vault ?? "none: there is no key"),
        new("Key name", item.KeyName),
        new("Key set", Time(item.KeyUpdatedAt)),
        new("Created", Time(item.CreatedAt)),
        new("Changed", Time(item.UpdatedAt)),
        new("Id", item.Id.ToString("D")),
    ]);

    private static string? Time(DateTime? time) => time?.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
