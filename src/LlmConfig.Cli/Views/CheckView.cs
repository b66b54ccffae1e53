using System.Globalization;
using System.Text.Json;

namespace LlmConfig.Cli;

/// <summary>What checks and repairs found or did, in the words of this program.</summary>
internal sealed class CheckView : View<CheckResult>
{
    public override void WriteText(TextPage page, IReadOnlyList<CheckResult> items)
    {
        if (items.Count == 0)
        {
            return;
        }

        page.Table(
            ["STATUS", "CHECK", "TARGET", "MESSAGE"],
            [.. items.Select(item => new Cell[] { Status(item.Status), item.Check, item.Target, ProgramWords.Translate(item.Message) })]);

        // A remedy is a sentence of its own: it would be cut in a table.
        List<string> remedies = [.. items.Where(item => item.Remedy is not null)
            .GroupBy(item => item.Remedy!)
            .Select(group => $"{string.Join(", ", group.Select(item => ShownText.Printable(item.Target)).Distinct())}: {ShownText.Printable(ProgramWords.Translate(group.Key))}")];
        if (remedies.Count > 0)
        {
            page.Space();
            remedies.ForEach(page.Say);
        }
    }

    public override void WriteJson(Utf8JsonWriter writer, CheckResult item)
    {
        writer.WriteStartObject();
        writer.WriteString("check", item.Check);
        writer.WriteString("status", item.Status.ToString());
        writer.WriteString("target", item.Target);
        writer.WriteString("message", ProgramWords.Translate(item.Message));
        writer.WriteString("remedy", item.Remedy is null ? null : ProgramWords.Translate(item.Remedy));
        switch (item)
        {
            case OnlineCheckResult online:
                writer.WriteId("id", online.Id);
                writer.WriteString("outcome", online.Outcome.ToString());
                writer.WriteNumberIfAny("httpStatus", online.HttpStatus);
                writer.WriteString("duration", online.Duration?.ToString("c", CultureInfo.InvariantCulture));
                break;
            case RepairResult repair:
                writer.WriteBoolean("changed", repair.Changed);
                writer.WriteNull("error");
                break;
            default:
                break;
        }

        writer.WriteEndObject();
    }

    private static Cell Status(CheckStatus status) => new(
        status.ToString(),
        status switch { CheckStatus.Ok => Tone.Good, CheckStatus.Warning or CheckStatus.Unknown => Tone.Doubtful, _ => Tone.Bad });
}
