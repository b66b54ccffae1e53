using System.Diagnostics;

namespace LlmConfig.Tests;

public sealed class TimeLimitTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(400);

    [Fact]
    public void The_result_comes_back() => Assert.Equal(7, TimeLimit.Run(TimeLimit.Default, _ => 7));

    [Fact]
    public void An_error_comes_back_as_it_was_thrown() => Assert.Throws<InvalidDataException>(
        () => TimeLimit.Run<int>(TimeLimit.Default, _ => throw new InvalidDataException()));

    [Fact]
    public void Work_is_asked_to_stop_in_time_to_say_so_itself() => Assert.Equal(
        "stopped", TimeLimit.Run(Short, stop => stop.WaitHandle.WaitOne(TimeSpan.FromSeconds(30)) ? "stopped" : "not asked"));

    [Fact]
    public void Work_that_does_not_stop_is_given_up_within_the_limit_and_its_late_result_is_disposed_of()
    {
        using var release = new ManualResetEventSlim();
        using var late = new LateResult();
        var clock = Stopwatch.StartNew();

        Assert.Throws<TimeoutException>(() => TimeLimit.Run(TimeSpan.FromSeconds(2), _ =>
        {
            release.Wait(CancellationToken.None);
            return late;
        }));

        Assert.InRange(clock.ElapsedMilliseconds, 1400, 2000);
        Assert.False(late.Disposed.IsSet);
        release.Set();
        Assert.True(late.Disposed.Wait(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Work_that_hangs_does_not_keep_the_process_alive()
    {
        bool background = TimeLimit.Run(TimeLimit.Default, _ => Thread.CurrentThread.IsBackground);

        Assert.True(background);
    }

    private sealed class LateResult : IDisposable
    {
        public ManualResetEventSlim Disposed { get; } = new();

        public void Dispose() => Disposed.Set();
    }
}
