using System.Diagnostics;
using System.Text.Json;

namespace LlmConfig.Shell.Tests;

public class ProgramTests
{
    [Fact]
    public void A_script_puts_its_output_alone_on_standard_output()
    {
        var (exitCode, output, error) = LlmConfigProgram.Run(
            "'out'; Write-Warning w; Write-Verbose v -Verbose; /bin/echo native");
        Assert.Equal((0, "out\nnative\n"), (exitCode, output));
        Assert.Equal("WARNING: w\nVERBOSE: v\n", error);
    }

    [Theory]
    [InlineData("Write-Error bad", 1)]
    [InlineData("throw 'bad'", 1)]
    [InlineData("if (", 1)]
    [InlineData("exit 7", 7)]
    [InlineData("Write-Error bad; exit 0", 0)]
    [InlineData("try { throw 'x' } catch { }; Write-Error y -ErrorAction SilentlyContinue; Write-Error z -ErrorAction Ignore; /bin/false", 0)]
    [InlineData("/bin/sh -c 'echo text >&2'", 0)]
    public void The_exit_code_says_whether_an_error_was_written(string script, int expected)
    {
        var (exitCode, _, _) = LlmConfigProgram.Run(script);
        Assert.Equal(expected, exitCode);
    }

    [Fact]
    public void Errors_are_concise_and_say_the_recommended_action_once()
    {
        var (_, output, error) = LlmConfigProgram.Run(
            "Write-Error bad -RecommendedAction 'Do it.'; Write-Error 'bad. Do it.' -RecommendedAction 'Do it.'; $Error.Count; throw 'end'");
        Assert.Equal("2\n", output);
        Assert.Equal("Write-Error: bad\n  Recommendation: Do it.\nWrite-Error: bad. Do it.\nException: end\n", error);
    }

    [Fact]
    public void A_command_that_is_not_there_is_explained()
    {
        var (exitCode, _, error) = LlmConfigProgram.Run("Get-Process");
        Assert.Equal(1, exitCode);
        Assert.Contains("run this in pwsh", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_module_is_there_with_its_views_and_nothing_is_coloured_in_a_pipe()
    {
        var (exitCode, output, error) = LlmConfigProgram.Run("Get-LlmProvider | Select-Object -First 2 | Format-Table Id; $Host.Name; Get-LlmConfig nope");
        Assert.Equal(1, exitCode);
        Assert.Contains("openai", output, StringComparison.Ordinal);
        Assert.Contains("llmconfig\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output + error);
    }

    [Fact]
    public void A_file_gets_its_arguments_and_its_exit_code_counts()
    {
        using var program = new LlmConfigProgram();
        File.WriteAllText(
            Path.Combine(program.Home, "a.ps1"), "param([string]$Name, [switch]$Flag) \"$Name|$Flag|$PSScriptRoot\"; if ($Flag) { exit 5 }");
        Assert.Equal((5, $"a b|True|{program.Home}\n"), Short(program.RunWith(string.Empty, "-File", "a.ps1", "-Name", "a b", "-Flag")));
        Assert.Equal((0, $"$x|False|{program.Home}\n"), Short(program.RunWith(string.Empty, "-File", "a.ps1", "$x", "-Flag:$false")));
    }

    [Fact]
    public void Standard_input_is_the_script_or_the_input_of_one()
    {
        using var program = new LlmConfigProgram();
        Assert.Equal((0, "1\n2\n"), Short(program.RunWith("if ($true) {\n 1 }\n2\n")));
        Assert.Equal((0, "[x]\n[y]\n"), Short(program.RunWith("x\ny\n", "$input | ForEach-Object { \"[$_]\" }")));
    }

    [Fact]
    public void A_silent_pipe_on_standard_input_holds_nothing_up()
    {
        using var program = new LlmConfigProgram();
        using Process process = program.Start("'done'");
        Assert.Equal((0, "done\n"), Short(LlmConfigProgram.Finish(process)));
    }

    [Theory]
    [InlineData("Read-Host question", "not interactive")]
    [InlineData("Read-Host key -AsSecureString", "-ApiKeyFromEnvironment")]
    [InlineData("Remove-Module LlmConfig.PowerShell; function f { [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param() $PSCmdlet.ShouldProcess('x') }; f", "not interactive")]
    public void A_question_fails_where_nobody_can_answer(string script, string expected)
    {
        var (exitCode, _, error) = LlmConfigProgram.Run(script);
        Assert.Equal(1, exitCode);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_one_document_whatever_the_script_prints()
    {
        var (exitCode, output, error) = LlmConfigProgram.Run(
            "--json", "1; Write-Host said; Write-Warning w; /bin/echo native; [pscustomobject]@{ A = 1 } | Format-Table; [pscustomobject]@{ SomeName = 'x' }");
        Assert.Equal((0, "{\"success\":true,\"data\":[1,\"native\",{\"someName\":\"x\"}]}\n"), (exitCode, output));
        Assert.Equal("said\nWARNING: w\n", error);
    }

    [Fact]
    public void A_json_failure_names_the_first_error_and_keeps_the_rest()
    {
        var (exitCode, output, _) = LlmConfigProgram.Run(
            "--json", "1; Write-Error one -ErrorId E1 -TargetObject t -RecommendedAction do; Write-Error two -ErrorId E2");
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(output);
        JsonElement root = document.RootElement;
        Assert.Equal(1, exitCode);
        Assert.False(root.GetProperty("success").GetBoolean());
        Assert.Equal("""{"code":"E1","message":"one","target":"t","recommendedAction":"do"}""", root.GetProperty("error").GetRawText());
        Assert.Equal(2, root.GetProperty("errors").GetArrayLength());
        Assert.Equal("[1]", root.GetProperty("data").GetRawText());
    }

    [Theory]
    [InlineData(2, "BadUsage", "--json", "--nope")]
    [InlineData(1, "ParseError", "--json", "if (")]
    [InlineData(1, "NotFound", "--json", "Get-LlmConfig nope")]
    public void Every_json_failure_has_a_code(int expected, string code, params string[] arguments)
    {
        var (exitCode, output, _) = LlmConfigProgram.Run(arguments);
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(output);
        Assert.Equal(expected, exitCode);
        Assert.Equal(code, document.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public void Bad_usage_is_told_on_standard_error()
    {
        var (exitCode, output, error) = LlmConfigProgram.Run("--nope");
        Assert.Equal((2, string.Empty), (exitCode, output));
        Assert.Contains("--help", error, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void A_signal_stops_the_script_and_its_finally_blocks_run(string signal, int expected)
    {
        Skip.If(OperatingSystem.IsWindows(), "signals are sent with kill, which Windows does not have");
        using var program = new LlmConfigProgram();
        using Process process = program.Start("'started'; try { while ($true) { } } finally { [Console]::Out.WriteLine('cleaned') }");
        LlmConfigProgram.WaitForLine(process, "started");
        using (Process kill = Process.Start("kill", ["-" + signal, process.Id.ToString()]))
        {
            kill.WaitForExit();
        }

        Assert.Equal((expected, "cleaned\n"), Short(LlmConfigProgram.Finish(process)));
    }

    [Fact]
    public void No_file_is_left_in_the_home_folder()
    {
        using var program = new LlmConfigProgram();
        program.RunWith(string.Empty, "Get-NoSuchCommand; Get-LlmProvider openai");
        Assert.Empty(Directory.EnumerateFiles(program.Home, "*", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(Path.Combine(program.Home, ".local")));
    }

    [Fact]
    public void The_small_cmdlets_do_as_their_originals()
    {
        var (exitCode, output, error) = LlmConfigProgram.Run("""
            (3,1,2 | Sort-Object -Descending) -join ','
            (1..5 | Select-Object -Skip 1 -First 2) -join ','
            (1..5 | Select-Object -Last 2) -join ','
            [pscustomobject]@{ A = 1; B = @(2, 3) } | Select-Object -ExpandProperty B | Write-Output
            [pscustomobject]@{ Name = 'x'; Day = [DayOfWeek]::Monday } | ConvertTo-Json -Compress
            ([pscustomobject]@{ n = 'b' }, [pscustomobject]@{ n = 'a' } | Sort-Object n | Select-Object @{ Name = 'm'; Expression = { $_.n } } | ConvertTo-Json -Compress)
            (ConvertTo-SecureString abc -AsPlainText -Force).Length
            """);
        Assert.Equal(
            (0, "3,2,1\n2,3\n4,5\n2\n3\n{\"Name\":\"x\",\"Day\":1}\n[{\"m\":\"a\"},{\"m\":\"b\"}]\n3\n", string.Empty),
            (exitCode, output, error));
    }

    private static (int, string) Short((int ExitCode, string Output, string Error) result) => (result.ExitCode, result.Output);
}
