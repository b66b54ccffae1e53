using System.Management.Automation;
using System.Text;

namespace LlmConfig.Shell;

/// <summary>
/// Progress as one line at the bottom, erased before anything else is written and when the work is done. Shown on a
/// terminal only: in a log it would be noise.
/// </summary>
internal sealed class ProgressLine(TextWriter writer, Func<int> width, bool enabled, TimeProvider clock)
{
    private const int BarColumns = 20;

    /// <summary>Redrawing more often than this costs more than it shows.</summary>
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(50);

    private bool _shown;
    private long _drawnAt;

    public void Show(ProgressRecord record)
    {
        if (!enabled)
        {
            return;
        }

        if (record.RecordType == ProgressRecordType.Completed)
        {
            Erase();
            return;
        }

        if (_shown && clock.GetElapsedTime(_drawnAt) < RedrawInterval)
        {
            return;
        }

        _drawnAt = clock.GetTimestamp();
        // The last column stays free: filling it would wrap the line on some terminals.
        writer.Write('\r' + DisplayWidth.Cut(Compose(record), width() - 1) + "\u001b[K");
        _shown = true;
    }

    public void Erase()
    {
        if (_shown)
        {
            writer.Write("\r\u001b[K");
            _shown = false;
        }
    }

    internal static string Compose(ProgressRecord record)
    {
        var line = new StringBuilder(record.Activity);
        if (record.PercentComplete >= 0)
        {
            int filled = record.PercentComplete * BarColumns / 100;
            line.Append(" [").Append('#', filled).Append('.', BarColumns - filled).Append("] ")
                .Append(record.PercentComplete).Append('%');
        }

        if (!string.IsNullOrWhiteSpace(record.StatusDescription))
        {
            line.Append(' ').Append(record.StatusDescription);
        }

        if (!string.IsNullOrWhiteSpace(record.CurrentOperation))
        {
            line.Append(": ").Append(record.CurrentOperation);
        }

        // Activities are free text; a line break would leave debris that cannot be erased.
        return line.Replace('\r', ' ').Replace('\n', ' ').ToString();
    }
}
