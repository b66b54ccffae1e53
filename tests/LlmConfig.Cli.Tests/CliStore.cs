namespace LlmConfig.Cli.Tests;

/// <summary>A store of its own, and the program run on it inside this process.</summary>
internal sealed class CliStore : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("llmconfig-cli-");

    public CliStore()
    {
        // Whatever this machine has: no test writes into somebody's keyring.
        Assert.Equal(0, Run("store", "--protector", "KeyFile").ExitCode);
    }

    public static string Key { get; } = "sk-test-" + Guid.NewGuid().ToString("N");

    /// <summary>The folder that holds the store, and whatever else a test makes.</summary>
    public string Home => _home.FullName;

    public string Folder => Path.Combine(Home, "store");

    public FakeStarter Starter { get; init; } = new();

    /// <summary>With the usual configurations: work (the default one), local, keyless, and one with an odd name.</summary>
    public CliStore WithSamples()
    {
        Assert.Equal(0, RunWith(Key + "\n", "new", "work", "openai", "--key-stdin", "--model", "gpt-5", "--default").ExitCode);
        Assert.Equal(0, Run("new", "local", "ollama").ExitCode);
        Assert.Equal(0, Run("new", "keyless", "openai").ExitCode);
        Assert.Equal(0, RunWith(Key, "new", "it's \"odd\" $(x) é", "anthropic", "--key-stdin").ExitCode);
        return this;
    }

    public CliRun Run(params string[] arguments) => RunWith(string.Empty, arguments);

    public CliRun RunWith(string input, params string[] arguments) => Run(new FakeConsole(Folder, input), arguments);

    public CliRun Run(FakeConsole console, params string[] arguments)
    {
        int code = new CliProgram(console, Starter, null).Run(arguments);
        return new CliRun(code, console.Out, console.Err);
    }

    /// <summary>A person at a terminal, who types this.</summary>
    public CliRun Typing(string keys, params string[] arguments)
    {
        var console = new FakeConsole(Folder) { IsTerminal = true, Columns = 80 };
        console.Type(keys);
        return Run(console, arguments);
    }

    public string Write(string name, string content)
    {
        string path = Path.Combine(Home, name);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => _home.Delete(recursive: true);
}
