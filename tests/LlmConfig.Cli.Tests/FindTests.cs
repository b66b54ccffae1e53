using System.Text.Json;

namespace LlmConfig.Cli.Tests;

/// <summary>llmconfig find: what hooks and people get. What is found is the core's, and tested there.</summary>
public sealed class FindTests : IDisposable
{
    private readonly CliStore _store = new CliStore().WithSamples();
    private readonly string _project;
    private readonly string _file;

    public FindTests()
    {
        _project = Directory.CreateDirectory(Path.Combine(_store.Home, "project")).FullName;
        _file = Path.Combine(_project, ".env");
        File.WriteAllText(Path.Combine(_project, "clean.txt"), "nothing here");
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Nothing_found_is_0_and_silence()
    {
        Assert.Equal(new CliRun(0, string.Empty, string.Empty), _store.Run("find", _project));
        Assert.Equal("{\"success\":true,\"data\":[]}\n", _store.Run("find", _project, "--json").Out);
    }

    [Fact]
    public void A_key_found_is_1_and_a_line_that_an_editor_opens()
    {
        File.WriteAllText(_file, $"# mine\nOPENAI_API_KEY={CliStore.Key}\n");
        CliRun run = _store.Run("find", _project, "--name", "work");
        Assert.Equal(new CliRun(1, $"{_file}:2:16: the key of 'work'\n", string.Empty), run);
        Assert.Equal(2, _store.Run("find", _file).Out.Count(c => c == '\n'));
        Assert.Equal(new CliRun(1, string.Empty, string.Empty), _store.Run("find", "--quiet", _project, _file));
        Assert.Equal(new CliRun(0, string.Empty, string.Empty), _store.Run("find", _project, "--name", "local*", "--name", "keyless", "-q") with { Err = string.Empty });
    }

    [Fact]
    public void A_narrow_terminal_cuts_no_path()
    {
        File.WriteAllText(_file, CliStore.Key);
        var console = new FakeConsole(_store.Folder) { IsTerminal = true, Columns = 20 };
        Assert.Contains(_file + ":1:1: ", _store.Run(console, "find", _project).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_has_the_properties_of_the_cmdlets_objects_and_no_key()
    {
        File.WriteAllText(_file, CliStore.Key);
        File.WriteAllText(Path.Combine(_project, CliStore.Key + ".txt"), string.Empty);
        CliRun run = _store.Run("find", _project, "--name", "work", "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.True(run.Json.GetProperty("success").GetBoolean());
        Assert.Equal(
            typeof(FoundKey).GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)).Order(),
            run.Data[0].EnumerateObject().Select(property => property.Name).Order());
        Assert.Equal([$"work {_file} 1 1", $"work {Path.Combine(_project, "(key).txt")} 0 0"], run.Data.Select(item => string.Join(' ', item.EnumerateObject().Select(property => property.Value))));
        Assert.DoesNotContain(CliStore.Key, run.Out + run.Err, StringComparison.Ordinal);
        Assert.Contains("(key).txt: in its name, the key of 'work'\n", _store.Run("find", _project).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_there_is_1_and_says_so_and_no_path_is_bad_usage()
    {
        Assert.Equal("NotFound", _store.Run("find", Path.Combine(_project, "nowhere"), "--json").Code);
        Assert.Equal(1, _store.Run("find", _project, "--name", "nobody").ExitCode);
        Assert.Equal(2, _store.Run("find").ExitCode);
        CliRun pasted = _store.Run("find", CliStore.Key);
        Assert.Equal(1, pasted.ExitCode);
        Assert.DoesNotContain(CliStore.Key, pasted.Err, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_key_can_be_read_that_is_an_error_and_not_nothing_found()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(_store.Folder, "vault"), "*.sealed"))
        {
            File.WriteAllText(file, "damaged");
        }

        CliRun run = _store.Run("find", _project);
        Assert.Equal(1, run.ExitCode);
        Assert.NotEmpty(run.Err);
    }

    [Fact]
    public void As_a_program_it_hands_a_hook_its_exit_code_and_takes_paths_relative_to_the_current_folder()
    {
        using var program = new LlmConfigProgram();
        Assert.Equal(0, program.RunWith(string.Empty, "store", "--protector", "KeyFile").ExitCode);
        Assert.Equal(0, program.RunWith(CliStore.Key, "new", "work", "openai", "--key-stdin").ExitCode);
        (int exitCode, string output, string error) = LlmConfigProgram.Finish(System.Diagnostics.Process.Start(program.Shell(
            "mkdir -p there && llmconfig find . && printf 'a=%s' \"$KEY\" > there/.env && ! llmconfig find there .".Replace("llmconfig", LlmConfigProgram.Launcher, StringComparison.Ordinal).Replace("$KEY", CliStore.Key, StringComparison.Ordinal)))!);
        Assert.Equal((0, string.Empty), (exitCode, error));
        Assert.EndsWith("/there/.env:1:3: the key of 'work'\n", output, StringComparison.Ordinal);
        Assert.Single(output.TrimEnd('\n').Split('\n'));
    }
}
