using System.Text.Json;

namespace LlmConfig.Cli;

/// <summary>What an import would do.</summary>
internal sealed class ImportStepView : View<ImportStep>
{
    public override void WriteText(TextPage page, IReadOnlyList<ImportStep> items)
    {
        if (items.Count > 0)
        {
            page.Table(["ACTION", "NAME", "DETAIL"], [.. items.Select(item => new Cell[]
            {
                item.Error is null ? item.Action.ToString() : new Cell(item.Error.Code.ToString(), Tone.Bad),
                item.Name,
                item.Error is null ? item.Detail : ProgramWords.Translate(item.Error.Message),
            })]);
        }
    }

    public override void WriteJson(Utf8JsonWriter writer, ImportStep item)
    {
        writer.WriteStartObject();
        writer.WriteString("name", item.Name);
        writer.WriteString("action", item.Error is null ? item.Action.ToString() : null);
        writer.WriteString("detail", item.Error is null ? item.Detail : ProgramWords.Translate(item.Error.Message));
        writer.WriteString("error", item.Error?.Code.ToString());
        writer.WriteEndObject();
    }
}
