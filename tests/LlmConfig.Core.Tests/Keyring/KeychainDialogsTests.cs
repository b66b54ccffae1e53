namespace LlmConfig.Tests;

/// <summary>Dialogs of the keychain are off while it is asked, and as they were after that, whatever becomes of a call.</summary>
public sealed class KeychainDialogsTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private volatile bool _allowed = true;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void They_are_off_during_a_call_and_as_they_were_after_it_also_where_it_fails(bool before)
    {
        _allowed = before;
        KeychainDialogs dialogs = Create();

        Assert.False(dialogs.Ask(Long, () => _allowed));
        Assert.Equal(before, _allowed);
        Assert.Throws<InvalidOperationException>(() => dialogs.Ask<bool>(Long, () => throw new InvalidOperationException()));
        Assert.Equal(before, _allowed);
    }

    [Fact]
    public void A_call_that_never_returns_is_given_up_and_neither_leaves_them_off_nor_stands_in_the_way_of_the_next()
    {
        KeychainDialogs dialogs = Create();
        using var hang = new ManualResetEventSlim();
        using var ended = new ManualResetEventSlim();

        Assert.Throws<TimeoutException>(() => dialogs.Ask(Short, () =>
        {
            hang.Wait();
            ended.Set();
            return true;
        }));
        Assert.True(_allowed);
        Assert.False(dialogs.Ask(Long, () => _allowed));

        // When it comes back after all, it changes nothing, also while another call is under way.
        Assert.False(dialogs.Ask(Long, () =>
        {
            hang.Set();
            ended.Wait();
            return _allowed;
        }));
        Assert.True(_allowed);
    }

    [Fact]
    public void They_stay_off_until_the_last_of_several_calls_has_ended()
    {
        KeychainDialogs dialogs = Create();
        using var second = new ManualResetEventSlim();
        using var first = new ManualResetEventSlim();
        var other = new Thread(() => dialogs.Ask(Long, () =>
        {
            second.Set();
            return first.Wait(Long);
        }));

        bool during = dialogs.Ask(Long, () =>
        {
            other.Start();
            second.Wait();
            return _allowed;
        });

        Assert.False(during);
        Assert.False(_allowed);
        first.Set();
        other.Join();
        Assert.True(_allowed);
    }

    private KeychainDialogs Create() => new(() => _allowed, allowed => _allowed = allowed);
}
