namespace LlmConfig.Cli.Tests;

/// <summary>What a person at a terminal meets.</summary>
public class TerminalTests
{
    [SkippableFact]
    public void A_key_is_asked_for_and_not_shown()
    {
        using var program = new LlmConfigProgram();
        Assert.Equal(0, program.RunWith(string.Empty, "store", "--protector", "KeyFile").ExitCode);
        using var terminal = new PseudoTerminal("new work openai", program);
        terminal.Expect("API key of OpenAI (not shown; Enter to set it later): ");
        terminal.Send("sk-test-typed-000000000000\r");
        terminal.Expect("Created 'work'");
        Assert.Equal(0, terminal.WaitForExit());
        Assert.DoesNotContain("sk-test-typed", terminal.Screen, StringComparison.Ordinal);
        Assert.Equal("sk-test-typed-000000000000\n", program.RunWith(string.Empty, "key", "work").Output);
    }
}
