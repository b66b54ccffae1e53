namespace LlmConfig.Shell.Tests;

public class TerminalTests
{
    private const string Prompt = "llmconfig> ";

    [SkippableFact]
    public void The_prompt_runs_statements_completes_and_leaves_with_the_code_asked_for()
    {
        using var terminal = new PseudoTerminal(string.Empty);
        terminal.Expect(Prompt);
        terminal.Send("20+\r");
        terminal.Expect(">> ");
        terminal.Send("3\r");
        terminal.Expect("23\r\n");
        terminal.Expect(Prompt);
        terminal.Send("Get-LlmProv\t");
        terminal.Expect("Get-LlmProvider");
        terminal.Send("\u0015while ($true) { }\r");
        terminal.Expect("{ }\r\n");
        Thread.Sleep(500);
        terminal.Send("\u0003");
        terminal.Expect(Prompt);
        terminal.Send("dropped\u0003");
        terminal.Expect("^C");
        terminal.Expect(Prompt);
        terminal.Send("exit 3\r");
        Assert.Equal(3, terminal.WaitForExit());
    }

    [SkippableFact]
    public void A_key_is_masked_on_the_terminal_and_arrives_whole()
    {
        using var terminal = new PseudoTerminal("'$s = Read-Host key -AsSecureString; $s.Length; Read-Host name'");
        terminal.Expect("key: ");
        terminal.Send("sk-secret!\u007f\r");
        terminal.Expect("9\r\n");
        terminal.Expect("name: ");
        terminal.Send("n\u0061m\r");
        terminal.Expect("nam\r\nnam\r\n");
        Assert.Equal(0, terminal.WaitForExit());
        Assert.DoesNotContain("sk-", terminal.Screen, StringComparison.Ordinal);
        Assert.Contains("**********\b \b", terminal.Screen, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_confirmation_takes_its_letters_and_Control_C_stops_the_script()
    {
        using var terminal = new PseudoTerminal(
            "'function f { [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 1)] param() if ($PSCmdlet.ShouldProcess(1)) { \"did it\" } }; f -Confirm; f -Confirm; \"not reached\"'");
        terminal.Expect("(default is \"Y\"): ");
        terminal.Send("?\r");
        terminal.Expect("Y - ");
        terminal.Expect("(default is \"Y\"): ");
        terminal.Send("y\r");
        terminal.Expect("did it\r\n");
        terminal.Expect("(default is \"Y\"): ");
        terminal.Send("\u0003");
        Assert.Equal(130, terminal.WaitForExit());
        Assert.DoesNotContain("not reached", terminal.Screen, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_missing_value_is_asked_for_and_errors_are_red()
    {
        using var terminal = new PseudoTerminal("'function f { param([Parameter(Mandatory)][int] $Count) $Count + 1 }; f; Write-Error bad'");
        terminal.Expect("Count: ");
        terminal.Send("many\r");
        terminal.Expect("is not a");
        terminal.Expect("Count: ");
        terminal.Send("41\r");
        terminal.Expect("42\r\n");
        Assert.Equal(1, terminal.WaitForExit());
        Assert.Contains("\u001b[31;1mWrite-Error: ", terminal.Screen, StringComparison.Ordinal);
    }
}
