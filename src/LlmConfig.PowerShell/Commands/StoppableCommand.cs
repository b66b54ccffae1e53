using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>
/// What the cmdlets of this module and of its vault extension share: errors and warnings of the core in PowerShell's terms, and Ctrl+C.
/// A cmdlet binds, asks, makes one call of the core and writes; every decision is the core's.
/// </summary>
public abstract class StoppableCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<IDisposable> _owned = [];
    private HashSet<LlmConfigWarning>? _written;

    private protected StoppableCommand()
    {
    }

    /// <summary>What the core warned of, held back until its call returned: a warning may ask the user, and locks are held inside the call.</summary>
    private protected Queue<LlmConfigWarning> Warnings { get; } = [];

    /// <summary>Cancelled when the pipeline is stopped.</summary>
    private protected CancellationToken Cancellation => _stopping.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Zeroes what was loaded.</summary>
    /// <param name="disposing">False from a finaliser.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _owned.ForEach(item => item.Dispose());
            _stopping.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        try
        {
            _stopping.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The command ended at the same moment.
        }
    }

    /// <summary>Disposes of something when the command ends.</summary>
    [return: NotNullIfNotNull(nameof(item))]
    private protected T? Own<T>(T? item)
        where T : class, IDisposable
    {
        if (item is not null)
        {
            _owned.Add(item);
        }

        return item;
    }

    /// <summary>Runs what may fail for one record.</summary>
    /// <param name="action">What to do.</param>
    /// <param name="mayEnd">True where a failure that would meet every record ends the command.</param>
    /// <returns>False where it failed.</returns>
    private protected bool Guard(Action action, bool mayEnd = true)
    {
        try
        {
            action();
            WriteWarnings();
            return true;
        }
        catch (LlmConfigException e)
        {
            WriteWarnings();
            if (mayEnd && LlmConfigErrorRecord.MeetsEveryRecord(e.Code))
            {
                ThrowTerminatingError(LlmConfigErrorRecord.From(e));
            }

            WriteError(e);
            return false;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Writes what the core warned of, now that its call returned: the same once, however often the command reads.</summary>
    private protected void WriteWarnings()
    {
        while (Warnings.TryDequeue(out LlmConfigWarning? warning))
        {
            if ((_written ??= []).Add(warning))
            {
                WriteWarning(warning.Message);
            }
        }
    }

    /// <summary>Writes an error that does not end the command.</summary>
    private protected void WriteError(LlmConfigException error) => WriteError(LlmConfigErrorRecord.From(error));
}
