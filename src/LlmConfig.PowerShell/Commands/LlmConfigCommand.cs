using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>
/// What all cmdlets share: the repository, opened when it is first needed, the errors and warnings of the core in
/// PowerShell's terms, and Ctrl+C.
/// </summary>
public abstract class LlmConfigCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private LlmConfigRepository? _repository;

    private protected LlmConfigCommand()
    {
    }

    /// <summary>The store that the environment names now.</summary>
    private protected LlmConfigRepository Repository => _repository ??= new LlmConfigRepository(
        StoreFolder.Resolve(),
        new LlmConfigOptions
        {
            Vaults = new RegisteredVaults(),
            Warning = warning => WriteWarning(warning.Message),
        });

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
            _repository?.Dispose();
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

    /// <summary>Runs what may fail for one record; a failure that would meet every record ends the command.</summary>
    private protected void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (LlmConfigException e)
        {
            Report(e);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    private protected void Report(LlmConfigException error)
    {
        ErrorRecord record = LlmConfigErrorRecord.From(error);
        if (LlmConfigErrorRecord.MeetsEveryRecord(error.Code))
        {
            ThrowTerminatingError(record);
        }

        WriteError(record);
    }
}
