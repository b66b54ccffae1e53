using LlmConfig.Worker;
using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary><c>kill -9</c> at random moments on four writers of one store at once: two run llmconfig, two the core alone, which makes many changes in a process.</summary>
[Collection(nameof(AloneCollection))]
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _home = Directory.CreateDirectory(Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"llmconfig-kills-{Guid.NewGuid():N}")).FullName;

    private string Folder => Path.Combine(_home, "store");

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void Nothing_that_was_acknowledged_is_lost_when_four_writers_are_killed_again_and_again()
    {
        int kills = TestScale.Of(200);
        Access.MakeFolder(Folder + ".vault");
        using (LlmConfigRepository first = Open(Folder))
        {
            first.SetProtector(ProtectorKind.KeyFile);
        }

        using var reader = new BusyReader(Folder);
        int seed = Environment.TickCount;
        KilledWriter[] writers =
        [
            .. Enumerable.Range(0, 4).Select(number => new KilledWriter(Folder, $"w{number}-", isProgram: number < 2, new Random(seed + number))),
        ];
        int ofProgram = kills / 4;
        int ofCore = kills - ofProgram;
        Task[] tasks =
        [
            .. writers.Select(writer => Task.Factory.StartNew(
                () => writer.Run(() => (writer.IsProgram ? Interlocked.Decrement(ref ofProgram) : Interlocked.Decrement(ref ofCore)) >= 0), default, TaskCreationOptions.LongRunning, TaskScheduler.Default)),
        ];
        Task.WaitAll(tasks);

        using LlmConfigRepository repository = Open(Folder);
        _ = repository.Recover();
        _ = repository.Recover();
        foreach (KilledWriter writer in writers)
        {
            writer.JudgeAtTheEnd(repository);
        }

        // What a killed rotation left is finished, and what nobody accepted yet is accepted.
        repository.RotateMasterKey();
        foreach (LlmConfiguration item in repository.GetAll().Where(item => repository.GetHostProblem(item) is not null))
        {
            repository.Update(item.Id, new ConfigurationUpdate { AcceptHostOf = item });
        }

        Assert.All(repository.Repair(repository.PlanRepair(), step => step.Check == "Leftover"), result => Assert.True(result.Changed, result.Message));
        Assert.Single(Directory.GetFiles(Path.Combine(Folder, "vault"), "master-*.key"));
        string[] violations = [.. writers.SelectMany(writer => writer.Violations), .. reader.Stop()];
        int dangling = repository.GetAll().Count(item => !CanBeRead(repository, item));
        int orphans = Directory.GetFiles(Path.Combine(Folder, "vault"), "*.sealed").Length + Directory.GetFiles(Folder + ".vault").Length
            + Directory.GetFiles(Path.Combine(Folder, "pending")).Length - repository.GetAll().Count;
        Figures.Print(
            output,
            $"kills: {writers.Sum(writer => writer.Kills)} ({writers.Where(writer => writer.IsProgram).Sum(writer => writer.Kills)} of llmconfig), {Of("masterkey")} in a rotation of the master key, {Of("edit")} in an edit by hand, {Of("accept")} in accepting it, {Of("lock")} in a lock, "
            + $"{writers.Sum(writer => writer.Acknowledged)} acknowledged changes, lost: {violations.Length}, dangling: {dangling}, orphans: {orphans}");
        Assert.True(violations.Length == 0, $"seed {seed}\n{string.Join('\n', violations)}");
        Assert.Equal((0, 0), (dangling, orphans));

        int Of(string kind) => writers.Sum(writer => writer.KilledIn.Count(killed => killed == kind));
    }

    internal static LlmConfigRepository Open(string folder) => new(StoreFolder.At(folder), new LlmConfigOptions
    {
        Vaults = new FolderVault(folder + ".vault"),
        Protectors = TestProtectors.KeyFile(),
    });

    private static bool CanBeRead(LlmConfigRepository repository, LlmConfiguration item)
    {
        try
        {
            repository.GetKey(item.Id).Dispose();
            return true;
        }
        catch (LlmConfigException)
        {
            return false;
        }
    }
}
