namespace LlmConfig.Shell.Tests;

/// <summary>New-LlmConfig at llmconfig's own prompt, on a real terminal.</summary>
public class GuidedCreationTests
{
    private const string Prompt = "llmconfig> ";

    [SkippableFact]
    public void The_prompt_asks_for_what_is_missing_masks_the_key_and_makes_the_configuration()
    {
        using var terminal = new PseudoTerminal(string.Empty);
        terminal.Expect(Prompt);
        terminal.Send("New-LlmConfig\r");
        terminal.Expect("Ctrl+C leaves.");
        terminal.Expect("Name: ");
        terminal.Send("work\r");
        terminal.Expect("20  openai-compatible");
        terminal.Expect("Provider (number or id): ");
        terminal.Send("opnai\r");
        terminal.Expect("Did you mean 'openai'?");
        terminal.Expect("Provider (number or id): ");
        terminal.Send("1\r");
        terminal.Expect("Base URL [https://api.openai.com/v1]: ");
        terminal.Send("\r");
        terminal.Expect("Model (Enter for none): ");
        terminal.Send("gpt-5\r");
        terminal.Expect("API key of OpenAI (not shown): ");
        terminal.Send("sk-test-typed\r");
        terminal.Expect("gpt-5");
        terminal.Expect(Prompt);
        terminal.Send("(Get-LlmConfigKey work).Length\r");
        terminal.Expect("13\r\n");
        terminal.Expect(Prompt);
        terminal.Send("exit\r");

        Assert.Equal(0, terminal.WaitForExit());
        Assert.DoesNotContain("sk-test-typed", terminal.Screen, StringComparison.Ordinal);
        Assert.Contains("*************", terminal.Screen, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void Control_C_at_a_question_goes_back_to_the_prompt_and_leaves_no_store(int question)
    {
        using var terminal = new PseudoTerminal(string.Empty);
        terminal.Expect(Prompt);
        terminal.Send("New-LlmConfig\r");
        (string Question, string Answer)[] answers =
            [("Name: ", "work\r"), ("Provider (number or id): ", "2\r"), ("Base URL ", "\r"), ("Model ", "\r"), ("API key ", "sk-ant-test\r")];
        foreach ((string asked, string answer) in answers[..(question - 1)])
        {
            terminal.Expect(asked);
            terminal.Send(answer);
        }

        terminal.Expect(answers[question - 1].Question);
        terminal.Send("abc\u0003");
        terminal.Expect("^C");
        terminal.Expect(Prompt);
        terminal.Send("[IO.Directory]::Exists($env:LLMCONFIG_HOME); @(Get-LlmConfig).Count; 'still ' + 'here'\r");
        terminal.Expect("False\r\n0\r\nstill here\r\n");
        terminal.Expect(Prompt);
        terminal.Send("exit\r");
        Assert.Equal(0, terminal.WaitForExit());
    }

    [Theory]
    [InlineData("New-LlmConfig", "InvalidName", "The name and the provider are missing, and nobody answers here.")]
    [InlineData("New-LlmConfig work", "UnknownProvider", "The provider is missing, and nobody answers here.")]
    public void Without_a_terminal_the_error_names_what_was_missing(string script, string code, string message)
    {
        (int exitCode, string output, _) = LlmConfigProgram.Run("--json", script);

        Assert.Equal(1, exitCode);
        Assert.Contains($"\"code\":\"{code}\"", output, StringComparison.Ordinal);
        Assert.Contains($"\"message\":\"{message}\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_is_never_read_from_a_pipe()
    {
        using var program = new LlmConfigProgram();

        (int exitCode, string output, string error) = program.RunWith("work\nopenai\n\n\nsk-test-piped\n", "-Command", "New-LlmConfig; Get-LlmConfig");

        Assert.Equal(1, exitCode);
        Assert.Empty(output.Trim());
        Assert.Contains("nobody answers here", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Name:", output + error, StringComparison.Ordinal);
    }
}
