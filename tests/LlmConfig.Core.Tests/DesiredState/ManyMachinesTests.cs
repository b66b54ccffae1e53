using System.Collections.Concurrent;
using System.Diagnostics;
using LlmConfig.Worker;
using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>200 homes, as of 200 machines, that follow one desired state and one vault which they share: at once, and again after a rotation.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ManyMachinesTests(ITestOutputHelper output) : IDisposable
{
    private const int Machines = 200;

    private readonly string _root = Directory.CreateTempSubdirectory("llmconfig-machines-").FullName;

    private string Vault => Path.Combine(_root, "vault");

    private string StateFile => Path.Combine(_root, "desired.json");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Two_hundred_machines_come_to_the_same_state_and_a_rotation_reaches_all()
    {
        Directory.CreateDirectory(Vault);
        File.WriteAllText(StateFile, """
            {"desiredState": "team", "configurations": [
              {"name": "work", "provider": "openai", "model": "gpt-5", "keyName": "team-key", "vault": "Folder", "isDefault": true},
              {"name": "own", "provider": "anthropic", "apiKeyFromFile": "own.txt"},
              {"name": "local", "provider": "ollama"}]}
            """);
        Rotate("sk-test-shared-1", "sk-test-own-1");
        var watch = Stopwatch.StartNew();
        int failures = Provision(ImportAction.Create);
        TimeSpan first = watch.Elapsed;
        AssertAll("sk-test-shared-1", "sk-test-own-1");

        Rotate("sk-test-shared-2", "sk-test-own-2");
        watch.Restart();
        failures += Provision(ImportAction.None, "own");
        Figures.Print(
            output,
            $"machines provisioned in parallel: {Machines} in {first.TotalSeconds:0.0} s, after a rotation in {watch.Elapsed.TotalSeconds:0.0} s, failures: {failures}");
        AssertAll("sk-test-shared-2", "sk-test-own-2");
        Assert.Equal(0, failures);
    }

    private void Rotate(string shared, string own)
    {
        File.WriteAllText(Path.Combine(Vault, "team-key"), shared);
        File.WriteAllText(Path.Combine(_root, "own.txt"), own);
    }

    private int Provision(ImportAction expected, string? updated = null)
    {
        var failed = new ConcurrentBag<string>();
        Parallel.For(0, Machines, machine =>
        {
            using LlmConfigRepository repository = Open(machine);
            using DesiredState wanted = DesiredState.FromFile(StateFile);
            foreach (DesiredStep step in repository.Apply(repository.PlanDesiredState(wanted, isExact: true)))
            {
                if (step.Error is not null || step.Action != (step.Name == updated ? ImportAction.Update : expected))
                {
                    failed.Add($"{machine}: {step} {step.Error?.Message}");
                }
            }
        });
        output.WriteLine(string.Join('\n', failed));
        return failed.Count;
    }

    private void AssertAll(string shared, string own)
    {
        foreach (int machine in Enumerable.Range(0, Machines))
        {
            using LlmConfigRepository repository = Open(machine);
            Assert.Equal(["work", "own", "local"], repository.GetAll().Select(item => item.Name));
            foreach ((string name, string expected) in new[] { ("work", shared), ("own", own) })
            {
                using ApiKey key = repository.GetKey(repository.Get(name));
                Assert.Equal(expected, key.ToPlainText());
            }
        }
    }

    private LlmConfigRepository Open(int machine) => new(StoreFolder.At(Path.Combine(_root, $"m{machine}")), new LlmConfigOptions
    {
        Vaults = new FolderVault(Vault),
        Protectors = TestProtectors.KeyFile(),
        LockPatience = TimeSpan.FromSeconds(30),
    });
}
