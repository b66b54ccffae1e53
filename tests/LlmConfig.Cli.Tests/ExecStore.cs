namespace LlmConfig.Cli.Tests;

/// <summary>A home with a few configurations, for all the tests of <c>exec</c>.</summary>
public sealed class ExecStore : IDisposable
{
    public ExecStore()
    {
        Program = Create();
        string shown = Program.RunWith(string.Empty, "get", "work", "--json").Output;
        Id = System.Text.Json.JsonDocument.Parse(shown).RootElement.GetProperty("data")[0].GetProperty("id").GetString()!;
    }

    public static string Key { get; } = "sk-test-" + Guid.NewGuid().ToString("N");

    public string Id { get; }

    internal LlmConfigProgram Program { get; }

    public void Dispose() => Program.Dispose();

    internal static LlmConfigProgram Create()
    {
        var program = new LlmConfigProgram();
        foreach ((string input, string[] arguments) in new (string, string[])[]
        {
            (string.Empty, ["store", "--protector", "KeyFile"]),
            (Key + "\n", ["new", "work", "openai", "--key-stdin", "--model", "gpt-5", "--default"]),
            (Key + "\n", ["new", "my claude", "anthropic", "--key-stdin"]),
            (string.Empty, ["new", "local", "ollama"]),
            (string.Empty, ["new", "keyless", "openai"]),
        })
        {
            (int exitCode, _, string error) = program.RunWith(input, arguments);
            Assert.True(exitCode == 0, error);
        }

        return program;
    }
}
