using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>
/// Every call of every changing operation is made to fail, or to be the last of its process. After that the store is in
/// the state before or after, never between, and nothing is lost or left behind.
/// </summary>
[Collection(nameof(AloneCollection))]
public sealed class CrashPointTests(ITestOutputHelper output)
{
    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();

    public static TheoryData<string> Scenarios => [.. CrashScenario.All.Select(scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Whatever_call_fails_the_store_is_old_or_new(string name)
    {
        CrashScenario scenario = CrashScenario.All.Single(candidate => candidate.Name == name);
        (string before, string after, int calls) = Measure(scenario);
        Assert.NotEqual(before, after);

        var violations = new List<string>();
        foreach (FaultKind kind in Kinds)
        {
            for (int at = 1; at <= calls; at++)
            {
                violations.AddRange(Check(scenario, kind, at, before, after));
            }
        }

        string figures = $"crash points of '{name}': {calls * Kinds.Length}, violations: {violations.Count}";
        output.WriteLine(figures);
        Console.WriteLine(figures);
        Assert.True(violations.Count == 0, string.Join(Environment.NewLine, violations));
    }

    [Fact]
    public void Recovery_itself_may_die_at_every_call()
    {
        int points = 0;
        var violations = new List<string>();
        CrashScenario rotate = CrashScenario.All.Single(scenario => scenario.Name == "rotate");
        (string before, string after, int calls) = Measure(rotate);
        for (int first = 1; first <= calls; first += 3)
        {
            for (int second = 1; second <= 40; second++)
            {
                using var store = new CrashStore();
                Prepare(store, rotate);
                store.Run(rotate.Act, new FaultPlan(first, FaultKind.CrashAfter));
                var plan = new FaultPlan(second, FaultKind.CrashBefore);
                store.Run(repository => repository.Recover(), plan);
                points++;
                violations.AddRange(CrashVerdict.Of(store, $"{first} then {second} ({plan.Hit})", before, after, acknowledged: false));
                if (plan.Hit == "none")
                {
                    break;
                }
            }
        }

        string figures = $"crash points of recovery: {points}, violations: {violations.Count}";
        output.WriteLine(figures);
        Console.WriteLine(figures);
        Assert.True(violations.Count == 0, string.Join(Environment.NewLine, violations));
    }

    private static (string Before, string After, int Calls) Measure(CrashScenario scenario)
    {
        using var store = new CrashStore();
        Prepare(store, scenario);
        string before = store.Describe();
        var plan = new FaultPlan(0, FaultKind.CrashBefore);
        Assert.True(store.Run(scenario.Act, plan));
        return (before, store.Describe(), plan.Calls);
    }

    private static IEnumerable<string> Check(CrashScenario scenario, FaultKind kind, int at, string before, string after)
    {
        using var store = new CrashStore();
        Prepare(store, scenario);
        var plan = new FaultPlan(at, kind);
        bool acknowledged = store.Run(scenario.Act, plan);
        bool partial = scenario.IsBatch && kind is FaultKind.InputOutputError or FaultKind.DiskFull;
        return [.. CrashVerdict.Of(store, $"{kind} at {at} ({plan.Hit})", before, after, acknowledged, partial)];
    }

    private static void Prepare(CrashStore store, CrashScenario scenario) =>
        Assert.True(store.Run(scenario.Prepare, new FaultPlan(0, FaultKind.CrashBefore)));
}
