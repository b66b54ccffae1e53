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
    private bool _final;

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

    /// <summary>
    /// Text that the engine wants on the output stream. The view of what ended a script is asked for from outside, where
    /// nothing marks the record as one that was written as an error: so its text comes this way.
    /// </summary>
    /// <returns><see langword="false"/> when it is output indeed.</returns>
    public bool Takes(string text)
    {
        if (_final)
        {
            _pending?.Append(text);
        }

        return _final;
    }

    /// <summary>As <see cref="Write"/>, for the error that ended a script.</summary>
    public void WriteFinal(ErrorRecord record, Action render)
    {
        _final = true;
        try
        {
            Write(record, render);
        }
        finally
        {
            _final = false;
        }
    }

    /// <summary>Runs <paramref name="render"/>, which hands the record to the engine's view, and writes what came of it.</summary>
    public void Write(ErrorRecord record, Action render)
    {
        if (_pending is not null)
        {
            // Already within this record: Out-Default calls here too when it renders what ended a script.
            render();
            return;
        }

        ErrorHints.Apply(record);
        _pending = new StringBuilder();
        try
        {
            render();
        }
        finally
        {
            string text = _pending.ToString().TrimEnd('\r', '\n');
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
