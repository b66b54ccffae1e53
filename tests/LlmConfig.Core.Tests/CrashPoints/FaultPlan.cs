namespace LlmConfig.Tests;

/// <summary>Counts the calls into file system and vaults, and makes one of them fail or end the process.</summary>
internal sealed class FaultPlan(int at, FaultKind kind) : IDisposable
{
    private readonly CancellationTokenSource _patience = new();
    private readonly List<string> _calls = [];
    private bool _dead;

    /// <summary>The names of the calls that were made.</summary>
    public IReadOnlyList<string> Calls => _calls;

    /// <summary>The name of the call that failed.</summary>
    public string Hit { get; private set; } = "none";

    /// <summary>Cancelled when the user has enough of a vault that hangs.</summary>
    public CancellationToken Patience => _patience.Token;

    /// <summary>A plan in which nothing fails.</summary>
    public static FaultPlan None => new(0, FaultKind.CrashBefore);

    /// <summary>Whether a kind of fault can happen in a call at all.</summary>
    public static bool Applies(FaultKind kind, string call) => kind switch
    {
        FaultKind.ShortWrite or FaultKind.CrashInWrite => call == "write",
        FaultKind.VaultThrows => IsVault(call) || call.StartsWith("keyring ", StringComparison.Ordinal),
        FaultKind.VaultHangs => IsVault(call),
        _ => true,
    };

    /// <param name="name">The call's name.</param>
    /// <param name="call">The call.</param>
    /// <param name="half">Half of it, where there is such a thing.</param>
    /// <param name="cancellation">What the core gave the call to be stopped with.</param>
    public T Run<T>(string name, Func<T> call, Action? half = null, CancellationToken cancellation = default)
    {
        if (_dead)
        {
            throw new CrashException();
        }

        _calls.Add(name);
        if (_calls.Count != at)
        {
            return call();
        }

        Hit = name;
        switch (kind)
        {
            case FaultKind.CrashBefore:
                throw Death();
            case FaultKind.CrashAfter:
                // What the call opened is released, as the operating system would.
                (call() as IDisposable)?.Dispose();
                throw Death();
            case FaultKind.InputOutputError:
                throw new IOException("Input/output error", 5);
            case FaultKind.DiskFull:
                throw new IOException("No space left on device", 28);
            case FaultKind.ShortWrite:
                half!();
                throw new IOException("No space left on device", 28);
            case FaultKind.CrashInWrite:
                half!();
                throw Death();
            case FaultKind.VaultThrows:
                throw new LlmConfigException(LlmConfigErrorCode.VaultLocked, MemoryVault.VaultName, "The vault is locked.", "Unlock it.");
            case FaultKind.VaultHangs:
                _patience.Cancel();
                cancellation.ThrowIfCancellationRequested();
                throw Death();
            default:
                throw new ArgumentOutOfRangeException(nameof(name));
        }
    }

    public void Run(string name, Action call, Action? half = null, CancellationToken cancellation = default) => Run(
        name,
        () =>
        {
            call();
            return true;
        },
        half,
        cancellation);

    public void Dispose() => _patience.Dispose();

    private static bool IsVault(string call) => call.StartsWith("vault ", StringComparison.Ordinal);

    private CrashException Death()
    {
        _dead = true;
        return new CrashException();
    }
}
