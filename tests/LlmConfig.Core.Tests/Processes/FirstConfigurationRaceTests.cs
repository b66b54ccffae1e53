using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace LlmConfig.Tests;

[Collection(nameof(AloneCollection))]
public sealed class FirstConfigurationRaceTests(ITestOutputHelper output)
{
    private const int Rounds = 50;

    [Fact]
    public void Two_processes_that_create_the_first_configuration_at_the_same_moment_end_with_one_master_key_and_both_keys()
    {
        string[] values = [TestKey.New(), TestKey.New()];
        Process[] workers = [.. values.Select(value => ChildProcess.StartWorker("create", new Dictionary<string, string?> { ["LLMCONFIG_TEST_KEY"] = value }))];
        int good = 0;
        try
        {
            for (int round = 0; round < Rounds; round++)
            {
                using var store = new TemporaryStore();
                for (int i = 0; i < workers.Length; i++)
                {
                    workers[i].StandardInput.WriteLine($"{store.Path}\tn{i}\topenai");
                    workers[i].StandardInput.Flush();
                }

                Assert.All(workers, worker => Assert.Equal("ready", worker.StandardOutput.ReadLine()));
                File.WriteAllBytes(store.Path + ".go", []);
                string[] answers = [.. workers.Select(worker => worker.StandardOutput.ReadLine()!)];

                Assert.All(answers, answer => Assert.StartsWith("created ", answer, StringComparison.Ordinal));
                for (int i = 0; i < workers.Length; i++)
                {
                    Assert.Equal(
                        string.Create(CultureInfo.InvariantCulture, $"{values[i]}-{round}"),
                        store.ReadKey(Guid.Parse(answers[i].AsSpan("created ".Length))));
                }

                Assert.Equal(2, store.Open().GetAll().Count);
                Assert.Equal(2, store.Revision);
                Assert.Equal(2, store.Sealed.Length);
                Assert.Empty(store.Intents);
                Assert.DoesNotContain(Directory.GetFiles(store.Path, "*", SearchOption.AllDirectories), path => path.EndsWith(".tmp", StringComparison.Ordinal));
                good++;
            }
        }
        finally
        {
            foreach (Process worker in workers)
            {
                worker.StandardInput.Close();
                if (!worker.WaitForExit(10_000))
                {
                    worker.Kill();
                }

                worker.Dispose();
            }

            string figure = $"First configuration by two processes at once: {good} of {Rounds} rounds with one master key and both keys.";
            output.WriteLine(figure);
            Console.WriteLine(figure);
        }
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("true", 1)]
    [InlineData("0", 0)]
    public void A_process_in_which_file_locks_do_not_hold_writes_nothing(string value, int expected)
    {
        using var store = new TemporaryStore();

        (int code, string text) = ChildProcess.Run(
            "dotnet",
            [ChildProcess.Worker, "create", store.Path, "work", "openai"],
            new Dictionary<string, string?> { ["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = value, ["LLMCONFIG_TEST_KEY"] = TestKey.New() });

        Assert.True(code == expected, text);
        if (expected == 1)
        {
            Assert.StartsWith("StoreUnsafe", text, StringComparison.Ordinal);
            Assert.Contains("Unset DOTNET_SYSTEM_IO_DISABLEFILELOCKING", text, StringComparison.Ordinal);
        }

        Assert.Equal(expected == 0, Directory.Exists(store.Path));
    }

    [Fact]
    public void The_locks_of_two_processes_exclude_each_other()
    {
        using var store = new TemporaryStore();
        store.Create("work");
        using FileLock held = new WaitingLock(new StoreFileSystem(), store.Paths.Lock, TimeSpan.FromSeconds(1)).Acquire(CancellationToken.None);

        (int code, string text) = ChildProcess.Run(
            "dotnet", [ChildProcess.Worker, "create", store.Path, "other", "openai"], new Dictionary<string, string?> { ["LLMCONFIG_TEST_KEY"] = TestKey.New() });

        Assert.Equal(1, code);
        Assert.StartsWith("StoreBusy", text, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId} ", text, StringComparison.Ordinal);
        Assert.Contains("10 seconds", text, StringComparison.Ordinal);
    }
}
