using System.Runtime.ExceptionServices;

namespace LlmConfig;

/// <summary>Work on the disk that a thread of the pool does meanwhile; or, where none is free, whoever waits for it.</summary>
internal sealed class BackgroundWork
{
    // Small files on the ext4 of a virtual disk: 0.12 ms each one after the other, 0.07 ms with 4 threads, 0.05 ms with 8.
    private const int MostAtOnce = 8;

    // Evaluated once, by the first of the two; the other waits.
    private readonly Lazy<LlmConfigException?> _failure;

    /// <param name="work">The work; it returns what failed.</param>
    /// <param name="meanwhile">False to do it when it is waited for.</param>
    public BackgroundWork(Func<LlmConfigException?> work, bool meanwhile)
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

    /// <summary>
    /// Writes and flushes at once, since a disk takes little longer for several files than for one. For what may become durable in
    /// any order only.
    /// </summary>
    /// <param name="work">What is to be done, each to something else.</param>
    /// <param name="overlaps">False to do one after the other.</param>
    /// <returns>What failed of each; <see langword="null"/> for what did not.</returns>
    public static LlmConfigException?[] AtOnce(IReadOnlyList<Action> work, bool overlaps)
    {
        var failures = new LlmConfigException?[work.Count];
        if (!overlaps || work.Count == 1)
        {
            for (int i = 0; i < work.Count; i++)
            {
                Run(i);
            }

            return failures;
        }

        // Whoever comes first takes the next, the caller's thread too, and only what was taken is waited for: a busy thread pool
        // delays nothing. (Parallel.For waits for its helpers to start.)
        int taken = -1;
        ExceptionDispatchInfo? unexpected = null;
        var open = new CountdownEvent(work.Count);
        for (int helper = 1; helper < Math.Min(work.Count, MostAtOnce); helper++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => TakeAll(), null);
        }

        TakeAll();
        open.Wait();
        unexpected?.Throw();
        return failures;

        void TakeAll()
        {
            for (int i = Interlocked.Increment(ref taken); i < work.Count; i = Interlocked.Increment(ref taken))
            {
                try
                {
                    Run(i);
                }
#pragma warning disable CA1031 // Thrown again by the caller's thread; on one of the pool it would end the process.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    Interlocked.CompareExchange(ref unexpected, ExceptionDispatchInfo.Capture(e), null);
                }
                finally
                {
                    open.Signal();
                }
            }
        }

        void Run(int i)
        {
            try
            {
                work[i]();
            }
            catch (LlmConfigException e)
            {
                failures[i] = e;
            }
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
