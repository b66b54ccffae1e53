namespace LlmConfig;

/// <summary>
/// Asks the keychain with its dialogs off. That is a setting of the whole process, so it is off while any call is under way and then as
/// it was: also where a call never returns, which is given up like any other.
/// </summary>
/// <param name="areAllowed">Tells the setting.</param>
/// <param name="allow">Changes it.</param>
internal sealed class KeychainDialogs(Func<bool> areAllowed, Action<bool> allow)
{
    // Held for the moment in which the setting is changed, never while the keychain is asked.
    private readonly object _gate = new();
    private int _calls;
    private bool _before;

    /// <summary>Asks on a thread of its own, and returns what the question returned or throws what it threw.</summary>
    /// <param name="limit">The time within which this method returns.</param>
    /// <param name="question">The question.</param>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public T Ask<T>(TimeSpan limit, Func<T> question)
    {
        var call = new Call(this);
        try
        {
            return TimeLimit.Run(limit, _ =>
            {
                call.Begin();
                try
                {
                    return question();
                }
                finally
                {
                    call.End();
                }
            });
        }
        catch (TimeoutException)
        {
            call.End();
            throw;
        }
    }

    private sealed class Call(KeychainDialogs dialogs)
    {
        private bool _begun;
        private bool _ended;

        public void Begin()
        {
            lock (dialogs._gate)
            {
                if (_ended)
                {
                    // Given up before it came to ask.
                    throw new TimeoutException();
                }

                if (dialogs._calls == 0)
                {
                    dialogs._before = dialogs.AreAllowed();
                    dialogs.Allow(false);
                }

                dialogs._calls++;
                _begun = true;
            }
        }

        public void End()
        {
            lock (dialogs._gate)
            {
                if (_begun && !_ended && --dialogs._calls == 0)
                {
                    dialogs.Allow(dialogs._before);
                }

                _ended = true;
            }
        }
    }

    private bool AreAllowed() => areAllowed();

    private void Allow(bool allowed) => allow(allowed);
}
