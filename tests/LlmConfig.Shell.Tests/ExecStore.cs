namespace LlmConfig.Shell.Tests;

/// <summary>A home with a few configurations, for all the tests of <c>exec</c>: the engine is started once.</summary>
public sealed class ExecStore : IDisposable
{
    public ExecStore()
    {
        Program = Create();
        (_, string id, _) = Program.RunWith(string.Empty, "(Get-LlmConfig work).Id.ToString()");
        Id = id.Trim();
    }

    public static string Key { get; } = "sk-test-" + Guid.NewGuid().ToString("N");

    public string Id { get; }

    internal LlmConfigProgram Program { get; }

    public void Dispose() => Program.Dispose();

    internal static LlmConfigProgram Create()
    {
        var program = new LlmConfigProgram();
        string script = Path.Combine(program.Home, "store.ps1");
        File.WriteAllText(script, $"""
            Set-LlmConfigStore -Protector KeyFile
            $env:EXEC_KEY = '{Key}'
            $null = New-LlmConfig work openai -ApiKeyFromEnvironment EXEC_KEY -Model gpt-5 -AsDefault
            $null = New-LlmConfig 'my claude' anthropic -ApiKeyFromEnvironment EXEC_KEY
            $null = New-LlmConfig local ollama
            $null = New-LlmConfig keyless openai
            """);
        var (exitCode, _, error) = program.RunWith(string.Empty, "-File", script);
        Assert.True(exitCode == 0, error);
        File.Delete(script);
        return program;
    }
}
