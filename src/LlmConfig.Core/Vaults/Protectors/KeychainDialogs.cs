namespace LlmConfig;

/// <summary>
/// Asks the keychain with its dialogs off. That is a setting of the whole process, so it is off while any call is under way and then as
/// it was: also where a call never returns, which is given up like any other.
/// </summary>
internal sealed class KeychainDialogs(Func<bool> areAllowed, Action<bool> allow)
{
    // Held for the moment in which the setting is changed, never while the keychain is asked.
    private readonly object _gate = new();
    private int _calls;
    private bool _before;

    /// <summary>Asks on a thread of its own, and returns what the question returned or throws what it threw.</summary>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public T Ask<T>(TimeSpan limit, Func<T> question)
    {
        (bool isBegun, bool isOver) = (false, false);
        try
        {
            return TimeLimit.Run(limit, _ =>
            {
                Begin();
                try
                {
                    return question();
                }
                finally
                {
                    End();
                }
            });
        }
        catch (TimeoutException)
        {
            End();
            throw;
        }

        void Begin()
        {
            lock (_gate)
            {
                if (isOver)
                {
                    // Given up before it came to ask.
                    throw new TimeoutException();
                }

                if (_calls == 0)
                {
                    _before = areAllowed();
                    allow(false);
                }

                _calls++;
                isBegun = true;
            }
        }

        void End()
        {
            lock (_gate)
            {
                if (isBegun && !isOver && --_calls == 0)
                {
                    allow(_before);
                }

                isOver = true;
            }
        }
    }
}
