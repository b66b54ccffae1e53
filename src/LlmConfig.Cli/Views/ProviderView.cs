using System.Text.Json;

namespace LlmConfig.Cli;

/// <summary>Entries of the catalogue.</summary>
internal sealed class ProviderView : View<LlmProvider>
{
    public override void WriteText(TextPage page, IReadOnlyList<LlmProvider> items) => page.Table(
        ["ID", "PROVIDER", "KEY VARIABLE", "HEADER", "BASE URL"],
        [.. items.Select(item => new Cell[]
        {
            item.Id,
            item.DisplayName,
            item.KeyVariables.Count > 0 ? item.KeyVariables[0] : null,
            item.KeyHeader ?? "Authorization",
            item.DefaultBaseUrl ?? new Cell("must be given", Tone.Quiet),
        })]);

    public override void WriteJson(Utf8JsonWriter writer, LlmProvider item)
    {
        writer.WriteStartObject();
        writer.WriteString("id", item.Id);
        writer.WriteString("displayName", item.DisplayName);
        writer.WriteString("defaultBaseUrl", item.DefaultBaseUrl);
        writer.WriteString("baseUrlExample", item.BaseUrlExample);
        writer.WriteTexts("keyVariables", item.KeyVariables);
        writer.WriteTexts("bearerKeyVariables", item.BearerKeyVariables);
        writer.WriteString("baseUrlVariable", item.BaseUrlVariable);
        writer.WriteTexts("baseUrlTails", item.BaseUrlTails);
        writer.WriteTexts("modelVariables", item.ModelVariables);
        writer.WriteTexts("toolVariables", item.ToolVariables);
        writer.WriteTexts("overridingVariables", item.OverridingVariables);
        writer.WriteString("keyHeader", item.KeyHeader);
        writer.WriteBoolean("useAuthHeader", item.UseAuthHeader);
        writer.WriteBoolean("keyRequired", item.KeyRequired);
        writer.WriteTexts("keyPrefixes", item.KeyPrefixes);
        writer.WriteString("keyCheck", item.KeyCheck);
        writer.WriteStartArray("keyRefusedStatusCodes");
        foreach (int code in item.KeyRefusedStatusCodes)
        {
            writer.WriteNumberValue(code);
        }

        writer.WriteEndArray();
        writer.WriteTexts("extraHeaders", item.ExtraHeaders);
        writer.WriteEndObject();
    }
}
