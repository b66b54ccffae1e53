using System.Text.Json;

namespace LlmConfig.Cli;

/// <summary>What a repair would do.</summary>
internal sealed class RepairStepView : View<RepairStep>
{
    public override void WriteText(TextPage page, IReadOnlyList<RepairStep> items)
    {
        if (items.Count > 0)
        {
            page.Table(["CHECK", "TARGET", "ACTION"], [.. items.Select(item => new Cell[] { item.Check, item.Target, ProgramWords.Translate(item.Action) })]);
        }
    }

    public override void WriteJson(Utf8JsonWriter writer, RepairStep item)
    {
        writer.WriteStartObject();
        writer.WriteString("check", item.Check);
        writer.WriteString("target", item.Target);
        writer.WriteString("action", ProgramWords.Translate(item.Action));
        writer.WriteBoolean("removesKey", item.RemovesKey);
        writer.WriteBoolean("needsConsent", item.NeedsConsent);
        writer.WriteEndObject();
    }
}
