namespace LlmConfig.Tests;

/// <summary>Counts the calls into file system and vaults, and makes one of them fail or end the process.</summary>
internal sealed class FaultPlan(int at, FaultKind kind)
{
    private bool _dead;

    /// <summary>How many calls were made.</summary>
    public int Calls { get; private set; }

    /// <summary>The name of the call that failed.</summary>
    public string Hit { get; private set; } = "none";

    public T Run<T>(string name, Func<T> call)
    {
        if (_dead)
        {
            throw new CrashException();
        }

        if (++Calls != at)
        {
            return call();
        }

        Hit = name;
        switch (kind)
        {
            case FaultKind.CrashBefore:
                _dead = true;
                throw new CrashException();
            case FaultKind.CrashAfter:
                // What the call opened is let go of, as the operating system would.
                (call() as IDisposable)?.Dispose();
                _dead = true;
                throw new CrashException();
            case FaultKind.InputOutputError:
                throw new IOException("Input/output error", 5);
            case FaultKind.DiskFull:
                throw new IOException("No space left on device", 28);
            default:
                throw new ArgumentOutOfRangeException(nameof(name));
        }
    }

    public void Run(string name, Action call) => Run(name, () =>
    {
        call();
        return true;
    });
}
