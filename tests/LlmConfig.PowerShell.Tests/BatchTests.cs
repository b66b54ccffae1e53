using System.Diagnostics;

namespace LlmConfig.Tests;

public sealed class BatchTests : EngineTest
{
    [Fact]
    public void A_thousand_configurations_are_one_commit_and_a_bad_one_among_them_is_one_error()
    {
        Run("New-LlmConfig first openai -ApiKey $key", ("key", Secure("sk-first")));
        long before = Store.Revision;
        object[] rows =
        [
            .. Enumerable.Range(0, 1000).Select(number =>
                Row(("Name", $"c{number}"), ("Provider", number == 500 ? "nobody" : "openai"), ("ApiKey", Secure($"sk-{number}")))),
        ];

        CommandResult result = Try("$rows | New-LlmConfig", ("rows", rows));

        Assert.Equal("c500", result.RequireError("UnknownProvider").TargetObject);
        Assert.Equal(999, result.Output.Count);
        Assert.Equal(before + 1, Store.Revision);
        Assert.Equal(1000, Store.SealedFiles.Count);
        Assert.Empty(Store.Intents);
        Assert.Equal("sk-999", KeyOf("c999"));

        Assert.NotEmpty(result.Progress);
        Assert.Equal(ProgressRecordType.Completed, result.Progress[^1].RecordType);
        Assert.All(result.Progress.SkipLast(1), record => Assert.InRange(record.PercentComplete, 0, 100));
    }

    [Fact]
    public void A_short_batch_shows_no_progress()
    {
        Assert.Empty(Run("New-LlmConfig a openai -ApiKey $key", ("key", Secure("sk-one"))).Progress);
    }

    [Theory]
    [InlineData("New-LlmConfig b openai -ApiKey $key")]
    [InlineData("Set-LlmConfig a -ApiKey $key")]
    [InlineData("Remove-LlmConfig a")]
    [InlineData("Set-LlmConfigStore -DefaultVault LlmConfig")]
    public void Stop_ends_a_command_that_waits_for_the_lock_within_a_second_and_leaves_the_store_as_it_was(string script)
    {
        Run("New-LlmConfig a openai -ApiKey $key", ("key", Secure("sk-one")));
        Dictionary<string, string> before = WithoutFolderOfIntents();
        using System.Management.Automation.PowerShell pipeline = Shell.Start(script, ("key", Secure("sk-two")));
        TimeSpan needed;
        using (new FileStream(Store.Lock, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            IAsyncResult running = pipeline.BeginInvoke();
            Thread.Sleep(500);
            Assert.False(running.IsCompleted, "It should wait for the lock.");

            long start = Stopwatch.GetTimestamp();
            pipeline.Stop();
            needed = Stopwatch.GetElapsedTime(start);
            Assert.Throws<PipelineStoppedException>(() => pipeline.EndInvoke(running));
        }

        Assert.True(needed < TimeSpan.FromSeconds(1), $"It took {needed.TotalSeconds:0.00} s.");
        Assert.Empty(Store.Intents);
        Assert.Equal(before, WithoutFolderOfIntents());
        Assert.Equal("sk-one", KeyOf("a"));
        Run("New-LlmConfig c openai -ApiKey $key", ("key", Secure("sk-three")));
    }

    [Fact]
    public void An_error_that_stops_the_script_leaves_no_progress_behind()
    {
        object[] rows =
        [
            Row(("Name", "bad"), ("Provider", "nobody")),
            .. Enumerable.Range(0, 1000).Select(number => Row(("Name", $"c{number}"), ("Provider", "openai"), ("ApiKey", Secure("sk-one")))),
        ];

        CommandResult result = Try("$rows | New-LlmConfig -ErrorAction Stop", ("rows", rows));

        Assert.NotNull(result.Thrown);
        Assert.NotEmpty(result.Progress);
        Assert.Equal(ProgressRecordType.Completed, result.Progress[^1].RecordType);
    }

    // The note of the last holder may change in the lock file, and the folder of intents may have been made.
    private Dictionary<string, string> WithoutFolderOfIntents() => Store.Contents()
        .Where(entry => entry.Key != Store.Lock && !entry.Key.EndsWith("pending", StringComparison.Ordinal) && !entry.Key.EndsWith("vault.lock", StringComparison.Ordinal))
        .ToDictionary(entry => entry.Key, entry => entry.Value);
}
