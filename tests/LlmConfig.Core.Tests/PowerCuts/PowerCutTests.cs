using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>
/// The power goes at every moment of every changing operation, and the disk keeps whatever it likes of what was not flushed:
/// in the order in which it was done, in any other, or nothing of it.
/// </summary>
[Collection(nameof(AloneCollection))]
public sealed class PowerCutTests(ITestOutputHelper output)
{
    // What is damaged past the core is not in the journal.
    private static readonly CrashScenario[] Scenarios =
        [.. CrashScenario.All.Where(scenario => !scenario.IsRepair && scenario.Name != "recovery")];

    private readonly List<string> _violations = [];
    private int _cuts;
    private int _disks;

    [Fact]
    public void A_power_cut_at_any_moment_loses_nothing_that_was_acknowledged_and_leaves_no_dangling_key()
    {
        foreach (CrashScenario scenario in Scenarios)
        {
            var journal = new DiskJournal();
            using var store = new CrashStore(journal);
            Assert.True(store.Run(scenario.Prepare));
            string before = Describe(scenario.Prepare);
            string after = Describe(scenario.Prepare, scenario.Act);
            int start = journal.Calls.Count;
            Assert.True(store.Run(scenario.Act));

            CutEverywhere(store, journal, start, scenario, "running", done => done ? [after] : [before, after]);
        }

        Report("power cuts checked");
    }

    [Fact]
    public void A_power_cut_after_another_process_was_killed_loses_nothing_that_was_acknowledged()
    {
        var choice = new Random(20261124);
        foreach (CrashScenario scenario in Scenarios)
        {
            Action<LlmConfigRepository, CancellationToken> later = CrashScenario.Creates("z", "sk-test-z1");
            string[] unfinished = [Describe(scenario.Prepare), Describe(scenario.Prepare, scenario.Act)];
            string[] finished = [Describe(scenario.Prepare, later), Describe(scenario.Prepare, scenario.Act, later)];
            foreach (int kill in Changes(scenario))
            {
                var journal = new DiskJournal();
                using var store = new CrashStore(journal);
                Assert.True(store.Run(scenario.Prepare));
                using var death = new FaultPlan(kill, FaultKind.CrashBefore);
                Assert.False(store.Run(scenario.Act, death));
                int start = journal.Calls.Count;
                Assert.True(store.Run(later));

                CutEverywhere(
                    store,
                    journal,
                    start,
                    scenario,
                    $"killed at {kill}",
                    done => done ? finished : [.. unfinished, .. finished],
                    position => position == journal.Calls.Count || choice.Next(10) < TestScale.Of(2));
            }
        }

        Report("power cuts after a kill checked");
    }

    // Each call of the operation that changed something, by its number among all calls.
    private static List<int> Changes(CrashScenario scenario)
    {
        var found = new List<int>();
        for (int at = 1; ; at++)
        {
            using var trial = new CrashStore();
            using var plan = new FaultPlan(at, FaultKind.CrashBefore);
            Assert.True(trial.Run(scenario.Prepare));
            if (trial.Run(scenario.Act, plan))
            {
                return found;
            }

            if (plan.Hit is "mkdir" or "create" or "write" or "flush" or "rename" or "delete" or "flush folder"
                || plan.Hit.StartsWith("vault ", StringComparison.Ordinal) || plan.Hit.StartsWith("keyring ", StringComparison.Ordinal))
            {
                found.Add(at);
            }
        }
    }

    private static string Describe(params Action<LlmConfigRepository, CancellationToken>[] acts)
    {
        using var store = new CrashStore();
        Assert.All(acts, act => Assert.True(store.Run(act)));
        return store.Describe();
    }

    private void CutEverywhere(
        CrashStore store,
        DiskJournal journal,
        int start,
        CrashScenario scenario,
        string what,
        Func<bool, IReadOnlyCollection<string>> allowed,
        Func<int, bool>? chosen = null)
    {
        var disk = new SimulatedDisk();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int position = 0; position <= journal.Calls.Count; position++)
        {
            bool done = position == journal.Calls.Count;
            if (position >= start && (chosen is null || chosen(position)))
            {
                foreach (DiskImage image in Images(disk))
                {
                    _cuts++;
                    if (seen.Add($"{done} {image.Fingerprint}"))
                    {
                        _disks++;
                        using var left = new CrashStore(image, store);
                        string moment = done ? "after the last call" : $"before {journal.Calls[position]}";
                        _violations.AddRange(CrashVerdict.Of(left, scenario, $"{what}, cut {moment}", allowed(done)).Select(violation => $"{violation}\n{image.Fingerprint}"));
                    }
                }
            }

            if (!done)
            {
                disk.Apply(journal.Calls[position]);
            }
        }
    }

    private static IEnumerable<DiskImage> Images(SimulatedDisk disk)
    {
        foreach (UnflushedContent content in Enum.GetValues<UnflushedContent>())
        {
            foreach (Func<int, bool> kept in Choices(disk))
            {
                yield return disk.Cut(kept, content);
            }
        }
    }

    // Every subset where they are few. Else what a disk does that keeps an order, one that loses or keeps single changes,
    // one that is late with a whole folder, and some of chance.
    private static IEnumerable<Func<int, bool>> Choices(SimulatedDisk disk)
    {
        const int few = 5;
        int count = disk.Pending;
        if (count <= few)
        {
            for (int mask = 0; mask < 1 << count; mask++)
            {
                int kept = mask;
                yield return i => (kept >> i & 1) != 0;
            }

            yield break;
        }

        for (int n = 0; n <= count; n++)
        {
            int limit = n;
            yield return i => i < limit;
            yield return i => i != limit;
            yield return i => i == limit;
        }

        foreach (string place in disk.PendingPlaces.Distinct())
        {
            yield return i => disk.PendingPlaces[i] == place;
            yield return i => disk.PendingPlaces[i] != place;
        }

        var random = new Random(count);
        for (int n = 0; n < TestScale.Of(16); n++)
        {
            bool[] kept = [.. Enumerable.Range(0, count).Select(_ => random.Next(2) == 0)];
            yield return i => kept[i];
        }
    }

    private void Report(string name)
    {
        Figures.Print(output, $"{name}: {_cuts} ({_disks} different disks), violations: {_violations.Count}");
        Assert.True(_violations.Count == 0, string.Join("\n\n", _violations.Take(10)));
    }
}
