using System.Diagnostics;
using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Progress of a batch, shown a few times a second and only when the batch takes that long.</summary>
/// <param name="cmdlet">Writes it.</param>
/// <param name="activity">What is done.</param>
/// <param name="total">How many there are in all; 0 where that is not known.</param>
/// <param name="unit">What is counted.</param>
internal sealed class PipelineProgress(Cmdlet cmdlet, string activity, int total = 0, string unit = "keys") : IProgress<int>
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private long _last = Stopwatch.GetTimestamp();
    private bool _shown;

    public void Report(int value)
    {
        if (Stopwatch.GetElapsedTime(_last) < Interval)
        {
            return;
        }

        _last = Stopwatch.GetTimestamp();
        _shown = true;
        cmdlet.WriteProgress(new ProgressRecord(0, activity, total > 0 ? $"{value} of {total} {unit}" : $"{value} {unit}")
        {
            PercentComplete = total > 0 ? Math.Min(100, 100 * value / total) : -1,
        });
    }

    /// <summary>Does the work and takes the progress away, whatever became of it and before anything else is written.</summary>
    public T Run<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        finally
        {
            if (_shown)
            {
                cmdlet.WriteProgress(new ProgressRecord(0, activity, "Done") { RecordType = ProgressRecordType.Completed });
            }
        }
    }
}
