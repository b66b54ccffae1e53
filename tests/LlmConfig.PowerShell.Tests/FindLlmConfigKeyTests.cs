using System.Security.Cryptography;

namespace LlmConfig.Tests;

/// <summary>Find-LlmConfigKey with the engine hosted: binding, streaming, errors, views. What is found is the core's, and tested there.</summary>
public sealed class FindLlmConfigKeyTests : EngineTest
{
    private readonly string _key = "sk-test-" + RandomNumberGenerator.GetHexString(32, lowercase: true);
    private readonly string _folder = Directory.CreateTempSubdirectory("llmconfig-find-").FullName;

    public FindLlmConfigKeyTests()
    {
        Run("New-LlmConfig work openai -ApiKey $key; New-LlmConfig team-1 openai -ApiKey $other", ("key", Secure(_key)), ("other", Secure("sk-test-other-0000")));
    }

    [Fact]
    public void Places_are_objects_with_four_properties_and_survive_serialisation()
    {
        string file = Write(".env", $"x\nA={_key}");

        PSObject found = Assert.Single(Run("Find-LlmConfigKey $folder", ("folder", _folder)).Output);

        Assert.Equal(new FoundKey("work", file, 2, 3), found.BaseObject);
        Assert.Equal(["Column", "Line", "Name", "Path"], Deserialized(found.BaseObject).Properties.Select(property => property.Name).Order());
    }

    [Fact]
    public void Nothing_found_is_no_output()
    {
        Write("clean", "nothing");
        CommandResult result = Run("Find-LlmConfigKey $folder", ("folder", _folder));
        Assert.Empty(result.Output);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public void Names_and_patterns_choose_keys_and_one_that_is_not_there_is_an_error_of_its_own()
    {
        Write("x", _key + "sk-test-other-0000");
        Assert.Equal(["team-1"], Names(Run("Find-LlmConfigKey $folder -Name team-*", ("folder", _folder))));
        CommandResult result = Try("Find-LlmConfigKey $folder -Name nobody, work", ("folder", _folder));
        Assert.Equal("nobody", result.RequireError("NotFound").TargetObject);
        Assert.Equal(["work"], Names(result));
        Assert.Empty(Try("Find-LlmConfigKey $folder -Name nobody", ("folder", _folder)).Output);
    }

    [Fact]
    public void Paths_come_from_the_pipeline_with_wildcards_or_literally()
    {
        string odd = Write("[a].txt", _key);
        Write("b.txt", _key);
        Assert.Equal(2, Run("$folder | Find-LlmConfigKey", ("folder", _folder)).Output.Count);
        Assert.Single(Run("Find-LlmConfigKey $folder/b*.txt", ("folder", _folder)).Output);
        Assert.Equal(odd, Assert.IsType<FoundKey>(Assert.Single(Run("Find-LlmConfigKey -LiteralPath $odd", ("odd", odd)).Output).BaseObject).Path);
        Assert.Single(Run("$row | Find-LlmConfigKey", ("row", Row(("PSPath", odd)))).Output);
    }

    [Fact]
    public void A_path_that_is_not_there_is_an_error_of_its_own_and_shows_no_key()
    {
        Write("x", _key);
        CommandResult result = Try("Find-LlmConfigKey $nowhere, $folder", ("nowhere", Path.Combine(_folder, "nowhere")), ("folder", _folder));
        result.RequireError("NotFound");
        Assert.Equal(["work"], Names(result));
        string text = Leaks.Text(Try("Find-LlmConfigKey $plain; Find-LlmConfigKey -LiteralPath $plain", ("plain", _key)), Shell.Host);
        Assert.All(Leaks.Forms(_key), form => Assert.DoesNotContain(form, text, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Output_and_every_stream_are_without_the_key_that_was_found()
    {
        Write($"{_key}.txt", $"{_key}\n{_key}");
        CommandResult result = Run("Find-LlmConfigKey $folder -Verbose -Debug; Find-LlmConfigKey $folder | Out-Default", ("folder", _folder));
        Assert.Equal(3, result.Output.Count);
        string text = Leaks.Text(result, Shell.Host);
        Assert.All(Leaks.Forms(_key), form => Assert.DoesNotContain(form, text, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("(key).txt", Shell.Host.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_wants_one_gets_one_and_the_search_ends()
    {
        for (int i = 0; i < 2000; i++)
        {
            Write($"{i:D4}", _key);
        }

        // Select-Object is not part of the bare engine.
        CommandResult result = Run("foreach ($one in 1) { Find-LlmConfigKey $folder | ForEach-Object { $_; break } }", ("folder", _folder));
        Assert.EndsWith("0000", Assert.IsType<FoundKey>(Assert.Single(result.Output).BaseObject).Path, StringComparison.Ordinal);
    }

    [Fact]
    public void Stop_ends_a_search_and_progress_shows_until_then()
    {
        if (OperatingSystem.IsWindows())
        {
            // A file of holes needs more than its length there.
            return;
        }

        using (FileStream endless = File.Create(Path.Combine(_folder, "endless")))
        {
            endless.SetLength(1L << 36);
        }

        using System.Management.Automation.PowerShell pipeline = Shell.Start("Find-LlmConfigKey $folder", ("folder", _folder));
        using var shown = new ManualResetEventSlim();
        pipeline.Streams.Progress.DataAdded += (_, _) => shown.Set();
        IAsyncResult running = pipeline.BeginInvoke();
        Assert.True(shown.Wait(TimeSpan.FromMinutes(1)), "It should show progress.");
        pipeline.Stop();
        Assert.Throws<PipelineStoppedException>(() => pipeline.EndInvoke(running));
        Assert.EndsWith(" MB", pipeline.Streams.Progress[0].StatusDescription, StringComparison.Ordinal);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Directory.Delete(_folder, recursive: true);
    }

    private static IEnumerable<string> Names(CommandResult result) => result.Output.Select(item => Assert.IsType<FoundKey>(item.BaseObject).Name);

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
