namespace LlmConfig.Tests;

/// <summary>Reads a store again and again, as many programs do while others change it, and keeps what went wrong.</summary>
internal sealed class BusyReader : IDisposable
{
    private readonly CancellationTokenSource _done = new();
    private readonly List<string> _errors = [];
    private readonly Task _reading;

    public BusyReader(string folder)
    {
        _reading = Task.Factory.StartNew(
            () =>
            {
                while (!_done.IsCancellationRequested)
                {
                    Read(folder);
                }
            },
            _done.Token,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    /// <summary>How often it read.</summary>
    public int Reads { get; private set; }

    /// <summary>Ends, and tells what went wrong.</summary>
    public IReadOnlyList<string> Stop()
    {
        _done.Cancel();
        _reading.GetAwaiter().GetResult();
        return _errors;
    }

    public void Dispose()
    {
        _ = Stop();
        _done.Dispose();
    }

    private void Read(string folder)
    {
        try
        {
            using LlmConfigRepository repository = KillTests.Open(folder);
            _ = repository.GetAll();
            Reads++;
        }
        catch (LlmConfigException e)
        {
            _errors.Add($"reader: {e.Code} {e.Message}");
        }
    }
}
