using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>
/// Eight processes change one store. Each acknowledged change says which revision it made, so that the order of all is known:
/// the changes, done in that order by a model, must give what the store holds, and nobody may be told of a change before one that was
/// done when it began.
/// </summary>
[Collection(nameof(AloneCollection))]
public sealed class ConcurrentHistoryTests(ITestOutputHelper output)
{
    private const int Processes = 8;
    private const int SharedConfigurations = 5;

    [Fact]
    public void Eight_processes_leave_what_their_acknowledged_changes_give_in_the_order_of_the_revisions()
    {
        int changes = TestScale.Of(250);
        using var store = new TemporaryStore();
        Access.MakeFolder(store.Path + ".vault");
        var model = new Dictionary<Guid, (string Name, WorkItem Item)>();
        for (int i = 0; i < SharedConfigurations; i++)
        {
            string key = TestKey.New();
            LlmConfiguration made = store.Create($"shared-{i}", key);
            model.Add(made.Id, (made.Name, new WorkItem(key, null, LlmConfigRepository.BuiltInVault)));
        }

        long first = store.Revision;
        using var reader = new BusyReader(store.Path);
        (List<Commit> commits, List<string> errors) = RunAll(store.Path, changes);
        errors.AddRange(reader.Stop());
        commits.Sort((a, b) => a.Revision.CompareTo(b.Revision));

        List<string> violations = [.. errors, .. OutOfOrder(commits)];
        for (int i = 0; i < commits.Count; i++)
        {
            if (commits[i].Revision != first + 1 + i)
            {
                violations.Add($"revision {first + 1 + i} was acknowledged by nobody, or {commits[i].Revision} by two");
                break;
            }
        }

        Guid? chosen = null;
        foreach (Commit commit in commits)
        {
            Apply(model, commit);
            chosen = commit.Kind == "default" ? commit.Id : commit.Kind == "remove" && chosen == commit.Id ? null : chosen;
        }

        using LlmConfigRepository repository = KillTests.Open(store.Path);
        string found = Describe(repository.GetAll().ToDictionary(item => item.Id, item => (item.Name, ReadItem(repository, item))));
        if (found != Describe(model))
        {
            violations.Add($"the store holds\n{found}\nbut should hold\n{Describe(model)}");
        }

        if (repository.GetDefault()?.Id != chosen)
        {
            violations.Add($"the default is {repository.GetDefault()?.Name}, and should be {chosen}");
        }

        int leftovers = store.Sealed.Length + Directory.GetFiles(store.Path + ".vault").Length + store.Intents.Length - model.Count;
        double[] times = [.. commits.Select(commit => Stopwatch.GetElapsedTime(commit.Start, commit.End).TotalMilliseconds).Order()];
        Figures.Print(
            output,
            string.Create(
                CultureInfo.InvariantCulture,
                $"concurrency: {commits.Count} of {Processes * changes} acknowledged changes present, errors: {violations.Count}, left over: {leftovers}, p50: {Percentile(times, 0.5):0} ms, p99: {Percentile(times, 0.99):0} ms, reads meanwhile: {reader.Reads}"));
        Assert.True(violations.Count == 0, string.Join('\n', violations.Take(20)));
        Assert.Equal((Processes * changes, 0), (commits.Count, leftovers));
    }

    private static (List<Commit> Commits, List<string> Errors) RunAll(string folder, int changes)
    {
        Process[] processes =
        [
            .. Enumerable.Range(0, Processes).Select(number => Process.Start(new ProcessStartInfo(
                "dotnet",
                [ChildProcess.Worker, "work", folder, $"p{number}-", changes.ToString(CultureInfo.InvariantCulture), number.ToString(CultureInfo.InvariantCulture)])
            {
                RedirectStandardOutput = true,
            })!),
        ];
        Task<string>[] outputs = [.. processes.Select(process => process.StandardOutput.ReadToEndAsync())];
        Task.WaitAll(outputs);
        var commits = new List<Commit>();
        var errors = new List<string>();
        for (int i = 0; i < Processes; i++)
        {
            processes[i].WaitForExit();
            if (processes[i].ExitCode != 0)
            {
                errors.Add($"process {i} ended with {processes[i].ExitCode}");
            }

            processes[i].Dispose();
            Read(outputs[i].Result, commits, errors);
        }

        return (commits, errors);
    }

    private static void Read(string text, List<Commit> commits, List<string> errors)
    {
        string[] tried = [];
        foreach (string[] words in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')))
        {
            switch (words[0])
            {
                case "try":
                    tried = words;
                    break;
                case "ack":
                    long[] numbers = [.. words[2..5].Select(word => long.Parse(word, CultureInfo.InvariantCulture))];
                    commits.Add(new Commit(tried[1], Guid.Parse(words[1]), tried[3], numbers[0], numbers[1], numbers[2]));
                    break;
                default:
                    errors.Add(string.Join(' ', words));
                    break;
            }
        }
    }

    // A change that was acknowledged before another began must have the lower revision.
    private static IEnumerable<string> OutOfOrder(List<Commit> byRevision)
    {
        long latestStart = long.MinValue;
        foreach (Commit commit in byRevision)
        {
            if (commit.End < latestStart)
            {
                yield return $"revision {commit.Revision} was acknowledged before one with a lower revision had begun";
            }

            latestStart = Math.Max(latestStart, commit.Start);
        }
    }

    private static void Apply(Dictionary<Guid, (string Name, WorkItem Item)> model, Commit commit)
    {
        if (commit.Kind == "create")
        {
            model.Add(commit.Id, (commit.Value, new WorkItem($"sk-test-{commit.Value}", null, LlmConfigRepository.BuiltInVault)));
            return;
        }

        (string name, WorkItem item) = model[commit.Id];
        switch (commit.Kind)
        {
            case "remove":
                model.Remove(commit.Id);
                break;
            case "rename":
                model[commit.Id] = (commit.Value, item);
                break;
            default:
                model[commit.Id] = (name, commit.Kind switch
                {
                    "rotate" => item with { Key = commit.Value },
                    "model" => item with { Model = commit.Value },
                    "move" => item with { Vault = commit.Value },
                    _ => item,
                });
                break;
        }
    }

    private static WorkItem ReadItem(LlmConfigRepository repository, LlmConfiguration item)
    {
        using ApiKey key = repository.GetKey(item.Id);
        return new WorkItem(key.ToPlainText(), item.Model, item.Vault!);
    }

    private static string Describe(Dictionary<Guid, (string Name, WorkItem Item)> items) =>
        string.Join('\n', items.OrderBy(item => item.Key).Select(item => $"{item.Key} {item.Value.Name} {item.Value.Item}"));

    private static double Percentile(double[] sorted, double part) => sorted.Length == 0 ? 0 : sorted[(int)((sorted.Length - 1) * part)];
}
