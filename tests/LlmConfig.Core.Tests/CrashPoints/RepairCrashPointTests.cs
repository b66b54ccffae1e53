using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>
/// Every call of a repair is made to fail, or to be the last of its process. Meanwhile nobody reads anything but the state
/// before or after; the next repair finishes, and the one after that finds nothing to do.
/// </summary>
[Collection(nameof(AloneCollection))]
public sealed class RepairCrashPointTests(ITestOutputHelper output)
{
    private const string Damage = "{ damaged";

    // What each starts from, after two configurations were made: 'a' with its key in the built-in vault, 'b' elsewhere.
    private static readonly Dictionary<string, Action<CrashStore>> All = new()
    {
        ["restore a damaged file"] = store => File.WriteAllText(FileOf(store), Damage),
        ["restore a file that is gone"] = store => File.Delete(FileOf(store)),
        ["rebuild over two damaged files"] = store =>
        {
            File.WriteAllText(FileOf(store), Damage);
            File.WriteAllText(FileOf(store) + ".bak", Damage);
        },
        ["rebuild without a backup"] = store =>
        {
            File.WriteAllText(FileOf(store), Damage);
            File.Delete(FileOf(store) + ".bak");
        },
        ["rebuild from nothing but a damaged backup"] = store =>
        {
            File.Delete(FileOf(store));
            File.WriteAllText(FileOf(store) + ".bak", Damage);
        },
        ["rebuild from nothing"] = store =>
        {
            File.Delete(FileOf(store));
            File.Delete(FileOf(store) + ".bak");
        },
        ["backup"] = store => File.WriteAllText(FileOf(store) + ".bak", Damage),
        ["lost key"] = store => Edit(store, item => item.Name == "a" ? item with { KeyId = TestKey.NewId() } : item),
        ["orphan"] = store => Edit(store, item => item.Name == "a" ? null : item),
        ["label"] = store => Edit(store, item => item with { Model = "m" }),
        ["leftovers"] = store =>
        {
            File.WriteAllText(FileOf(store) + ".0123.tmp", Damage);
            File.WriteAllText(Path.Combine(store.Folder, "vault", "x.tmp"), Damage);
            File.WriteAllText(Path.Combine(store.Folder, "pending", "x.tmp"), Damage);
            Access.LetOthersRead(store.Folder);
        },
    };

    public static TheoryData<string> Scenarios => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Whatever_call_of_a_repair_fails_the_next_repair_ends_in_the_same_state(string name)
    {
        (string before, string after, IReadOnlyList<string> calls) = Measure(name);
        var violations = new List<string>();
        int points = 0;
        foreach (FaultKind kind in Enum.GetValues<FaultKind>())
        {
            foreach (int at in Enumerable.Range(1, calls.Count).Where(at => FaultPlan.Applies(kind, calls[at - 1])))
            {
                points++;
                violations.AddRange(Check(name, kind, at, before, after));
            }
        }

        string figures = $"crash points of repair, '{name}': {points}, violations: {violations.Count}";
        output.WriteLine(figures);
        Console.WriteLine(figures);
        Assert.True(violations.Count == 0, string.Join(Environment.NewLine, violations));
    }

    private static (string Before, string After, IReadOnlyList<string> Calls) Measure(string name)
    {
        using CrashStore store = Prepare(name);
        string before = Describe(store);
        var plan = new FaultPlan(0, FaultKind.CrashBefore);
        Assert.NotEmpty(Repair(store, plan));
        string after = Describe(store);
        Assert.DoesNotContain("Exception", after, StringComparison.Ordinal);
        return (before, after, plan.Calls);
    }

    private static IEnumerable<string> Check(string name, FaultKind kind, int at, string before, string after)
    {
        using CrashStore store = Prepare(name);
        bool hadDamage = Directory.EnumerateFiles(store.Folder).Where(path => !path.EndsWith(".tmp", StringComparison.Ordinal)).Any(IsDamage);
        var plan = new FaultPlan(at, kind);
        Repair(store, plan);
        string what = $"{kind} at {at} ({plan.Hit})";
        string meanwhile = Describe(store);
        if (meanwhile != before && meanwhile != after)
        {
            yield return $"{what}: meanwhile '{meanwhile}' is neither '{before}' nor '{after}'";
        }

        Repair(store, new FaultPlan(0, FaultKind.CrashBefore));
        if (Describe(store) is var end && end != after)
        {
            yield return $"{what}: '{end}' in the end, not '{after}'";
        }

        if (Repair(store, new FaultPlan(0, FaultKind.CrashBefore)) is { Count: > 0 } more)
        {
            yield return $"{what}: the third repair still did {string.Join(", ", more.Select(result => result.Message))}";
        }

        if (store.Leftovers() is { Length: > 0 } leftovers)
        {
            yield return $"{what}: left over: {leftovers}";
        }

        if (hadDamage && !Directory.EnumerateFiles(store.Folder).Any(IsDamage))
        {
            yield return $"{what}: the damaged file is gone";
        }
    }

    private static CrashStore Prepare(string name)
    {
        var store = new CrashStore();
        using (LlmConfigRepository repository = store.Open(new FaultPlan(0, FaultKind.CrashBefore)))
        {
            using ApiKey one = ApiKey.From("sk-test-a1".AsSpan(), null);
            using ApiKey two = ApiKey.From("sk-test-b1".AsSpan(), null);
            repository.Create(new NewConfiguration { Name = "a", Provider = "openai", Key = one });
            repository.Create(new NewConfiguration { Name = "b", Provider = "openai", Key = two, Vault = MemoryVault.VaultName });
        }

        All[name](store);
        return store;
    }

    /// <summary>Repairs as a process would that may die in it; gives what was changed.</summary>
    private static List<RepairResult> Repair(CrashStore store, FaultPlan plan)
    {
        var done = new List<RepairResult>();
        try
        {
            using LlmConfigRepository repository = store.Open(plan);
            done.AddRange(repository.Repair(repository.PlanRepair([MemoryVault.VaultName]), _ => true).Where(result => result.Changed));
        }
        catch (Exception e) when (e is CrashException or LlmConfigException)
        {
            // What is left to do is looked at from outside.
        }

        return done;
    }

    private static string Describe(CrashStore store)
    {
        try
        {
            return store.Describe();
        }
        catch (LlmConfigException e)
        {
            return $"LlmConfigException {e.Code}";
        }
    }

    private static string FileOf(CrashStore store) => Path.Combine(store.Folder, StorePaths.ConfigFileName);

    private static bool IsDamage(string path) => File.ReadAllText(path) == Damage;

    // By hand, as a person would who edits the file and copies it over the backup.
    private static void Edit(CrashStore store, Func<LlmConfiguration, LlmConfiguration?> edit)
    {
        ConfigDocument before = StoreDocument.Read(File.ReadAllBytes(FileOf(store)));
        byte[] bytes = StoreDocument.Write(new ConfigDocument(
            before.StoreId, before.Revision + 1, before.DefaultVault, [.. before.Configurations.Select(edit).OfType<LlmConfiguration>()], before.Extras)
        {
            Seal = before.Seal,
        });
        File.WriteAllBytes(FileOf(store), bytes);
        File.WriteAllBytes(FileOf(store) + ".bak", bytes);
    }
}
