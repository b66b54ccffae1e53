namespace LlmConfig.Shell.Tests;

/// <summary>The table of configurations at the widths that consoles have.</summary>
public class ViewTests
{
    private const string Store =
        "Set-LlmConfigStore -Protector KeyFile; $null = New-LlmConfig \"production (EU)\" azure-openai -BaseUrl https://team-eu.openai.azure.com/openai/v1 -Model claude-sonnet-4-5 -AsDefault; "
        + "$null = New-LlmConfig local ollama -Model llama3.2; Get-LlmConfig";

    [SkippableTheory]
    [InlineData(80, "Name Provider Model Vault KeyAge BaseUrl", "production (EU) (de…", "claude-sonnet…", "https://team…")]
    [InlineData(100, "Name Provider Model Vault KeyAge BaseUrl", "production (EU) (de…", "claude-sonnet-4-5", "https://team-eu.openai…")]
    [InlineData(120, "Name Provider Model Vault KeyAge BaseUrl", "production (EU) (de…", "claude-sonnet-4-5", "https://team-eu.openai.azure.com…")]
    [InlineData(160, "Name Provider Model Vault KeyAge BaseUrl", "production (EU) (de…", "claude-sonnet-4-5", "https://team-eu.openai.azure.com/openai/v1")]
    public void Every_column_has_its_place_and_no_line_is_broken(int columns, string header, string name, string model, string url)
    {
        using var terminal = new PseudoTerminal($"'{Store}'", columns: columns);
        Assert.Equal(0, terminal.WaitForExit());

        string[] lines = [.. Plain(terminal.Screen).Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
        Assert.Equal(header.Split(' '), lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(4, lines.Length);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, columns));
        Assert.StartsWith(name + " azure-openai " + model, lines[2], StringComparison.Ordinal);
        Assert.EndsWith("no key " + url, lines[2], StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_check_is_coloured_on_a_terminal_and_plain_in_a_pipe_and_where_colours_are_not_wanted()
    {
        const string script = "Set-LlmConfigStore -Protector KeyFile; Test-LlmConfig";
        using (var terminal = new PseudoTerminal($"'{script}'"))
        {
            Assert.Equal(0, terminal.WaitForExit());
            Assert.Contains("\u001b[32mOk\u001b[0m", terminal.Screen, StringComparison.Ordinal);
        }

        using (var terminal = new PseudoTerminal($"'{script}'", environment: "NO_COLOR=1"))
        {
            Assert.Equal(0, terminal.WaitForExit());
            Assert.Contains("Ok ", terminal.Screen, StringComparison.Ordinal);
            Assert.DoesNotContain("\u001b[32m", terminal.Screen, StringComparison.Ordinal);
        }

        (int exitCode, string output, _) = LlmConfigProgram.Run(script);
        Assert.Equal(0, exitCode);
        Assert.Contains("Ok ", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
    }

    private static string Plain(string text) => System.Text.RegularExpressions.Regex.Replace(text, "\u001b(\\[[0-9;?]*[a-zA-Z]|=)|\r", string.Empty);
}
