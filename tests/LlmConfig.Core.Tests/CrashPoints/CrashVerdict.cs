namespace LlmConfig.Tests;

/// <summary>
/// Whether a store got over what happened to it: reopened and recovered twice it is in a state that is allowed, all its keys
/// can be read, and no key, intent or temporary file is left behind.
/// </summary>
internal static class CrashVerdict
{
    /// <param name="store">The store, as its dead processes left it.</param>
    /// <param name="scenario">What was done to it.</param>
    /// <param name="what">What happened meanwhile, for the message.</param>
    /// <param name="allowed">How it may look.</param>
    /// <param name="otherwise">Says of any other look whether it is allowed.</param>
    public static IEnumerable<string> Of(
        CrashStore store, CrashScenario scenario, string what, IReadOnlyCollection<string> allowed, Func<string, bool>? otherwise = null)
    {
        string? failure = null;
        string state = string.Empty;
        string leftovers = string.Empty;
        try
        {
            Recover(store, scenario);
            state = store.Describe();
            Recover(store, scenario);
            if (scenario.ExchangesMasterKey)
            {
                store.FinishExchange();
            }

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
            yield return $"{scenario.Name}, {what}: {failure}";
        }
        else if (!allowed.Contains(state) && otherwise?.Invoke(state) != true)
        {
            yield return $"{scenario.Name}, {what}: '{state}' is not '{string.Join("' nor '", allowed)}'";
        }

        if (leftovers.Length > 0)
        {
            yield return $"{scenario.Name}, {what}: left over: {leftovers}";
        }
    }

    /// <summary>Whether each part of a batch was done as a whole or not at all, and nothing else was.</summary>
    public static bool IsBetween(string state, string before, string after)
    {
        (ILookup<string, string> was, ILookup<string, string> now, ILookup<string, string> will) = (ByName(before), ByName(state), ByName(after));
        return was.Concat(now).Concat(will).Select(group => group.Key).Distinct()
            .All(name => now[name].SequenceEqual(was[name]) || now[name].SequenceEqual(will[name]));

        static ILookup<string, string> ByName(string description) => description.Split('|')[0]
            .Split("; ", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .ToLookup(item => item.Split(' ')[0]);
    }

    private static void Recover(CrashStore store, CrashScenario scenario)
    {
        using LlmConfigRepository repository = store.Open(FaultPlan.None);
        if (scenario.IsRepair)
        {
            scenario.Act(repository, CancellationToken.None);
        }

        _ = repository.Recover();
    }
}
