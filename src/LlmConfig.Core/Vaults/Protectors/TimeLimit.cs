using System.Runtime.ExceptionServices;

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
        var call = new Call<T>(work);
        // A background thread: one that hangs for good must not keep the process from ending.
        var thread = new Thread(call.Run) { IsBackground = true, Name = "LlmConfig protector" };
        thread.Start();
        if (!thread.Join(limit * AskToStopAt))
        {
            call.AskToStop();
            if (!thread.Join(limit * (GiveUpAt - AskToStopAt)) && call.GiveUp())
            {
                throw new TimeoutException();
            }
        }

        return call.Result();
    }

#pragma warning disable CA1001 // The source has no timer and so nothing to dispose of, and work that was given up may still ask it.
    private sealed class Call<T>(Func<CancellationToken, T> work)
#pragma warning restore CA1001
    {
        private const int Running = 0;
        private const int Ended = 1;
        private const int GivenUp = 2;

        private readonly CancellationTokenSource _stop = new();
        private T? _result;
        private ExceptionDispatchInfo? _error;
        private int _state = Running;

        public void Run()
        {
            T? result = default;
            try
            {
                result = work(_stop.Token);
            }
#pragma warning disable CA1031 // Whatever it is, it belongs to the caller's thread; here it would end the process.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _error = ExceptionDispatchInfo.Capture(e);
            }

            _result = result;
            if (Interlocked.CompareExchange(ref _state, Ended, Running) == GivenUp)
            {
                (result as IDisposable)?.Dispose();
            }
        }

        public void AskToStop() => _stop.Cancel();

        /// <summary>True when nobody will wait for the result; false when it arrived just now.</summary>
        public bool GiveUp() => Interlocked.CompareExchange(ref _state, GivenUp, Running) == Running;

        public T Result()
        {
            _error?.Throw();
            return _result!;
        }
    }
}
