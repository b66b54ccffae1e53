namespace LlmConfig.Tests;

/// <summary>
/// Whether a store got over what happened to it: reopened and recovered twice it is in a state that is allowed, all its keys
/// can be read, and no key, intent or temporary file is left behind.
/// </summary>
internal static class CrashVerdict
{
    /// <param name="store">The store, as its dead process left it.</param>
    /// <param name="what">What was done to it, for the message.</param>
    /// <param name="before">How it looked before the operation.</param>
    /// <param name="after">How it looks after the whole operation.</param>
    /// <param name="acknowledged">True when the operation was reported as done: it has to be there.</param>
    /// <param name="partial">True when parts of a batch may have been refused, each as a whole.</param>
    public static IEnumerable<string> Of(CrashStore store, string what, string before, string after, bool acknowledged, bool partial = false) =>
        Of(store, what, acknowledged ? [after] : [before, after], state => partial && IsBetween(state, before, after));

    /// <param name="store">The store, as its dead processes left it.</param>
    /// <param name="what">What was done to it, for the message.</param>
    /// <param name="allowed">How it may look.</param>
    /// <param name="otherwise">Says of any other look whether it is allowed.</param>
    public static IEnumerable<string> Of(CrashStore store, string what, IReadOnlyCollection<string> allowed, Func<string, bool>? otherwise = null)
    {
        string? failure = null;
        string state = string.Empty;
        string leftovers = string.Empty;
        try
        {
            Recover(store);
            state = store.Describe();
            Recover(store);
            leftovers = store.Leftovers();
            if (store.Describe() != state)
            {
                failure = "the second recovery changed something";
            }
        }
        catch (LlmConfigException e)
        {
            failure = $"{e.Code}: {e.Message}";
        }

        if (failure is not null)
        {
            yield return $"{what}: {failure}";
        }
        else if (!allowed.Contains(state) && otherwise?.Invoke(state) != true)
        {
            yield return $"{what}: '{state}' is not '{string.Join("' nor '", allowed)}'";
        }

        if (leftovers.Length > 0)
        {
            yield return $"{what}: left over: {leftovers}";
        }
    }

    private static void Recover(CrashStore store)
    {
        using LlmConfigRepository repository = store.Open(new FaultPlan(0, FaultKind.CrashBefore));
        _ = repository.Recover();
    }

    // All that was there is there, and nothing is there that was not to be created: each part of the batch is all or nothing.
    private static bool IsBetween(string state, string before, string after)
    {
        string[] items = Items(state);
        return Items(before).All(items.Contains) && items.All(Items(after).Contains);

        static string[] Items(string description) => description.Split('|')[0].Trim().Split("; ");
    }
}
