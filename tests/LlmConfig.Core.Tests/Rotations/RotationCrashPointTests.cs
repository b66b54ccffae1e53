using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>
/// Every call of a rotation, to the disk, to a vault and to the provider, is made to fail, to hang, or to be the last of its process. The
/// same command then ends with one key that works, and with one more at the provider at most, of which a warning says when it was made.
/// </summary>
[Collection(nameof(AloneCollection))]
public sealed class RotationCrashPointTests(ITestOutputHelper output)
{
    private const string Unknown = "may have a key from then that is not known here";

    private readonly List<string> _violations = [];
    private int _points;

    [Theory]
    [InlineData(null, true)]
    [InlineData(MemoryVault.VaultName, true)]
    [InlineData(MemoryVault.VaultName, false)]
    public void Whatever_call_fails_the_next_run_ends_with_one_working_key(string? vault, bool takesLabels)
    {
        using FaultPlan none = FaultPlan.None;
        Start(vault, takesLabels, none).Store.Dispose();
        IReadOnlyList<string> calls = none.Calls;
        Assert.Equal(3, calls.Count(call => call.StartsWith("provider ", StringComparison.Ordinal)));
        foreach (FaultKind kind in Enum.GetValues<FaultKind>())
        {
            foreach (int at in Enumerable.Range(1, calls.Count).Where(at => FaultPlan.Applies(kind, calls[at - 1])))
            {
                using var plan = new FaultPlan(at, kind);
                Check(vault, takesLabels, plan, $"{kind} at {at} ({calls[at - 1]})");
            }
        }

        Figures.Print(output, $"crash points of a rotation, key in {vault ?? "the built-in vault"}{(takesLabels ? string.Empty : " without labels")}: {_points}, violations: {_violations.Count}");
        Assert.True(_violations.Count == 0, string.Join(Environment.NewLine, _violations.Take(20)));
        Assert.InRange(_points, 150, int.MaxValue);
    }

    private void Check(string? vault, bool takesLabels, FaultPlan plan, string what)
    {
        _points++;
        (CrashStore store, PlayedProvider provider, bool isDone) = Start(vault, takesLabels, plan);
        using (store)
        {
            Expect(provider.Live.Contains(KeyOf(store)), "the key in use does not work before the next run");
            provider.Plan = FaultPlan.None;
            var warnings = new List<string>();
            if (!isDone)
            {
                using LlmConfigRepository next = store.Open(FaultPlan.None, provider.Online, warning => warnings.Add(warning.Message));
                DateTime? begun = Started(next);
                _ = next.RotateKey(next.Get("a").Id, provider.Steps);
                bool isNamed = warnings.Exists(text => text.Contains(Unknown, StringComparison.Ordinal) && text.Contains(DisplayText.LocalTime(begun)!, StringComparison.Ordinal));
                Expect(provider.Live.Count == 1 || isNamed, "a key at the provider is not named");
            }

            Assert.True(store.Run((repository, stop) => repository.Recover(stop)));
            string key = KeyOf(store);
            Expect(provider.Live.Contains(key), "the key in use does not work");
            Expect(key != "sk-test-first-0123", "the old key is in use");
            Expect(!provider.Live.Contains("sk-test-first-0123"), "the old key is not revoked");
            Expect(provider.Live.Count <= 2, $"{provider.Live.Count} keys at the provider");
            Expect(store.Leftovers().Length == 0, $"left over: {store.Leftovers()}");
        }

        void Expect(bool holds, string otherwise) => _violations.AddRange(holds ? [] : [$"{what}: {otherwise}"]);
    }

    private static (CrashStore Store, PlayedProvider Provider, bool IsDone) Start(string? vault, bool takesLabels, FaultPlan plan)
    {
        var store = new CrashStore(takesLabels: takesLabels);
        var provider = new PlayedProvider();
        provider.Live.Add("sk-test-first-0123");
        Assert.True(store.Run(CrashScenario.Creates("a", "sk-test-first-0123", vault)));
        provider.Plan = plan;
        try
        {
            using LlmConfigRepository repository = store.Open(plan, provider.Online);
            _ = repository.RotateKey(repository.Get("a").Id, provider.Steps, plan.Patience);
            return (store, provider, true);
        }
        catch (Exception e) when (e is CrashException or LlmConfigException or OperationCanceledException)
        {
            return (store, provider, false);
        }
    }

    private static string KeyOf(CrashStore store)
    {
        using LlmConfigRepository repository = store.Open(FaultPlan.None);
        using ApiKey key = repository.GetKey(repository.Get("a").Id);
        return key.ToPlainText();
    }

    private static DateTime? Started(LlmConfigRepository repository)
    {
        using RotationRecord? record = new RotationRecords((LocalVault)repository.BuiltIn).Read(repository.Get("a").Id);
        return record?.StartedAt;
    }
}
