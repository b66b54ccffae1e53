namespace LlmConfig;

/// <summary>
/// Runs calls into the operating system that may never return. The work gets a thread of its own: it is first asked to
/// stop, then given up. Work that was given up goes on by itself, so it must own everything that it touches.
/// </summary>
internal static class TimeLimit
{
    /// <summary>What the contract of <see cref="IMasterKeyProtector"/> grants one call.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(5);

    // Asked to stop after 3.5 of 5 seconds, given up after 4.5: the rest is for a busy machine to say so in time.
    private const double AskToStopAt = 0.7;
    private const double GiveUpAt = 0.9;

    /// <summary>Runs <paramref name="work"/> and returns what it returned, or throws what it threw.</summary>
    /// <param name="limit">The time within which this method returns, whatever the work does.</param>
    /// <param name="work">The work. The token is cancelled some time before the limit.</param>
    /// <exception cref="TimeoutException">The work did not end in time. A result that still arrives is disposed of.</exception>
    public static T Run<T>(TimeSpan limit, Func<CancellationToken, T> work)
    {
        // Never disposed of: it has no timer, and work that was given up may still ask it.
        var stop = new CancellationTokenSource();
        var outcome = new TaskCompletionSource<T>();

        // A background thread: one that hangs for good must not keep the process from ending.
        var thread = new Thread(() => Finish(outcome, () => work(stop.Token))) { IsBackground = true, Name = "LlmConfig protector" };
        thread.Start();
        if (!thread.Join(limit * AskToStopAt))
        {
            stop.Cancel();
            if (!thread.Join(limit * (GiveUpAt - AskToStopAt)))
            {
                // Too late where the work has ended just now.
                outcome.TrySetException(new TimeoutException());
            }
        }

        return outcome.Task.GetAwaiter().GetResult();
    }

    private static void Finish<T>(TaskCompletionSource<T> outcome, Func<T> work)
    {
        try
        {
            T result = work();
            if (!outcome.TrySetResult(result))
            {
                (result as IDisposable)?.Dispose();
            }
        }
#pragma warning disable CA1031 // Whatever it is, it belongs to the caller's thread; here it would end the process.
        catch (Exception e)
#pragma warning restore CA1031
        {
            outcome.TrySetException(e);
        }
    }
}
