using System.Management.Automation;
using System.Text;

namespace LlmConfig.Shell;

/// <summary>
/// Writes errors as the engine's view renders them. The view prints one line at a time and appends the recommended
/// action; the module's messages already end with theirs, so the lines are held until the record is complete and a
/// repetition is dropped.
/// </summary>
internal sealed class ErrorReport(ConsoleStreams streams, ErrorTally tally)
{
    private const string RecommendationLabel = "  Recommendation: ";

    private StringBuilder? _pending;

    /// <summary>A line that the engine wants on the error stream.</summary>
    public void Line(string text)
    {
        if (_pending is null)
        {
            streams.ErrorLine(text);
        }
        else
        {
            _pending.Append(_pending.Length > 0 ? Environment.NewLine : string.Empty).Append(text);
        }
    }

    /// <summary>Runs <paramref name="render"/>, which hands the record to the engine's view, and writes what came of it.</summary>
    public void Write(ErrorRecord record, Action render)
    {
        ErrorHints.Apply(record);
        _pending = new StringBuilder();
        try
        {
            render();
        }
        finally
        {
            string text = _pending.ToString();
            _pending = null;
            // Nothing pending: the record was output (`$Error[0]`), not written as an error.
            if (text.Length > 0)
            {
                if (!ErrorTally.IsNativeText(record))
                {
                    tally.Add();
                }

                streams.ErrorLine(WithoutRepetition(text, record));
            }
        }
    }

    internal static string WithoutRepetition(string text, ErrorRecord record)
    {
        string? action = record.ErrorDetails?.RecommendedAction;
        string message = record.ErrorDetails?.Message is { Length: > 0 } details ? details : record.Exception.Message;
        int label = text.LastIndexOf(RecommendationLabel, StringComparison.Ordinal);
        if (string.IsNullOrWhiteSpace(action) || label < 0 || !message.Contains(action, StringComparison.Ordinal))
        {
            return text;
        }

        int lineStart = text.LastIndexOf('\n', label) is >= 0 and int newline ? newline : label;
        string reset = text.EndsWith(PSStyle.Instance.Reset, StringComparison.Ordinal) ? PSStyle.Instance.Reset : string.Empty;
        return text[..lineStart].TrimEnd('\r', '\n') + reset;
    }
}
