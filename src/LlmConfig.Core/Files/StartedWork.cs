namespace LlmConfig;

/// <summary>Work on the disk that a thread of the pool does meanwhile; or, where none is free, whoever waits for it.</summary>
internal sealed class StartedWork
{
    // Evaluated once, by the first of the two; the other waits.
    private readonly Lazy<LlmConfigException?> _failure;

    /// <param name="work">The work; it returns what failed.</param>
    /// <param name="meanwhile">False to do it when it is waited for.</param>
    public StartedWork(Func<LlmConfigException?> work, bool meanwhile)
    {
        _failure = new Lazy<LlmConfigException?>(work);
        if (meanwhile)
        {
            ThreadPool.UnsafeQueueUserWorkItem(started => started.Run(), this, preferLocal: false);
        }
    }

    /// <summary>Returns when the work is done.</summary>
    /// <exception cref="LlmConfigException">It failed.</exception>
    public void Wait()
    {
        if (_failure.Value is { } failure)
        {
            throw failure;
        }
    }

    private void Run()
    {
        try
        {
            _ = _failure.Value;
        }
#pragma warning disable CA1031 // Kept for whoever waits; thrown here, it would end the process.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
