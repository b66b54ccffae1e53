using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>
/// Every call of every changing operation is made to fail, to hang, or to be the last of its process. After that the store is in
/// the state before or after, never between, and nothing is lost or left behind.
/// </summary>
[Collection(nameof(AloneCollection))]
public sealed class CrashPointTests(ITestOutputHelper output)
{
    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();

    private readonly List<string> _violations = [];
    private int _points;
    private bool _takesLabels = true;

    [Fact]
    public void Whatever_call_fails_the_store_is_old_or_new()
    {
        foreach (CrashScenario scenario in CrashScenario.All)
        {
            int before = _points;
            CheckAll(scenario);
            output.WriteLine($"{scenario.Name}: {_points - before}");
            Assert.InRange(_points - before, 10, int.MaxValue);
        }

        int operations = _points;
        CheckRecovery("rotate");
        Figures.Print(output, $"crash points checked: {_points} ({_points - operations} of recovery after a crash), violations: {_violations.Count}");
        Assert.True(_violations.Count == 0, string.Join(Environment.NewLine, _violations.Take(20)));
    }

    [Fact]
    public void Whatever_call_fails_a_vault_without_labels_keeps_no_key_that_the_store_does_not_know()
    {
        _takesLabels = false;
        CrashScenario[] scenarios = [.. CrashScenario.All.Where(UsesMemory)];
        Assert.InRange(scenarios.Length, 8, int.MaxValue);
        Array.ForEach(scenarios, CheckAll);
        CheckRecovery("rotate elsewhere");
        Figures.Print(output, $"crash points of a vault without labels: {_points}, violations: {_violations.Count}");
        Assert.True(_violations.Count == 0, string.Join(Environment.NewLine, _violations.Take(20)));

        bool UsesMemory(CrashScenario scenario) => Measure(scenario).Calls.Any(call => call.StartsWith("vault ", StringComparison.Ordinal));
    }

    private (string Before, string After, IReadOnlyList<string> Calls) Measure(CrashScenario scenario)
    {
        using var store = new CrashStore(takesLabels: _takesLabels);
        Assert.True(store.Run(scenario.Prepare));
        string before = store.Describe();
        using FaultPlan plan = FaultPlan.None;
        Assert.True(store.Run(scenario.Act, plan), scenario.Name);
        return (before, store.Describe(), plan.Calls);
    }

    private void CheckAll(CrashScenario scenario)
    {
        (string before, string after, IReadOnlyList<string> calls) = Measure(scenario);
        foreach (FaultKind kind in Kinds)
        {
            for (int at = 1; at <= calls.Count; at++)
            {
                if (FaultPlan.Applies(kind, calls[at - 1]))
                {
                    Check(scenario, kind, at, before, after);
                }
            }
        }
    }

    private void Check(CrashScenario scenario, FaultKind kind, int at, string before, string after)
    {
        using var store = new CrashStore(takesLabels: _takesLabels);
        Assert.True(store.Run(scenario.Prepare));
        using var plan = new FaultPlan(at, kind);
        bool acknowledged = store.Run(scenario.Act, plan);
        bool lives = kind is FaultKind.InputOutputError or FaultKind.DiskFull or FaultKind.ShortWrite or FaultKind.VaultThrows;
        _points++;
        _violations.AddRange(CrashVerdict.Of(
            store,
            scenario,
            $"{kind} at {at} ({plan.Hit}){(acknowledged ? ", acknowledged" : string.Empty)}",
            acknowledged || scenario.IsRepair ? [after] : [before, after],
            state => scenario.IsBatch && lives && CrashVerdict.IsBetween(state, before, after)));
    }

    // The process that recovers may die at every call too.
    private void CheckRecovery(string name)
    {
        CrashScenario rotate = CrashScenario.All.Single(scenario => scenario.Name == name);
        (string before, string after, IReadOnlyList<string> calls) = Measure(rotate);
        for (int first = 1; first <= calls.Count; first += 3)
        {
            for (int second = 1; ; second++)
            {
                using var store = new CrashStore(takesLabels: _takesLabels);
                Assert.True(store.Run(rotate.Prepare));
                using var kill = new FaultPlan(first, FaultKind.CrashAfter);
                _ = store.Run(rotate.Act, kill);
                using var plan = new FaultPlan(second, FaultKind.CrashBefore);
                _ = store.Run((repository, stop) => repository.Recover(stop), plan);
                _points++;
                _violations.AddRange(CrashVerdict.Of(store, rotate, $"killed at {first}, recovery at {second} ({plan.Hit})", [before, after]));
                if (plan.Hit == "none")
                {
                    break;
                }
            }
        }
    }
}
