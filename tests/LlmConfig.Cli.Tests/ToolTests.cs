using System.Diagnostics;
using System.Text.Json;

namespace LlmConfig.Cli.Tests;

/// <summary>Tools of the catalogue, started by <c>llmconfig exec</c> and looked at by <c>llmconfig test</c>: scripts of their names stand in for them.</summary>
public class ToolTests(ExecStore store) : IClassFixture<ExecStore>
{
    private const string Show = "#!/bin/sh\n[ \"$1\" = --version ] && { echo 'tool 1.2.3'; exit; }\nprintf '<%s>' \"$@\"; echo; env | grep -E '^(CODEX|OPENAI|ANTHROPIC)' | sort\n";

    [Fact]
    public void A_tool_is_known_by_its_program_and_asks_llmconfig_for_the_key()
    {
        (int exitCode, string output, string error) = Run("OPENAI_API_KEY=stale CODEX_API_KEY=stale", "exec work -- codex exec 'say hello'");
        Assert.Equal((0, string.Empty), (exitCode, error));
        Assert.Equal(
            "<-c><model_provider=\"llmconfig-exec\"><-c><model_providers.llmconfig-exec={name=\"llmconfig\",base_url=\"https://api.openai.com/v1\",wire_api=\"responses\","
                + $"auth={{command=\"{LlmConfigProgram.Launcher}\",args=[\"key\",\"{store.Id}\"]}}}}><-c><model=\"gpt-5\"><exec><say hello>\n",
            output);
    }

    [Fact]
    public void The_command_that_it_asks_names_the_store_where_the_command_line_did()
    {
        string home = Path.Combine(store.Program.Home, "store");
        string output = Run("LLMCONFIG_HOME=/nowhere", $"exec --home '{home}' work -- codex").Output;
        Assert.Contains($"args=[\"key\",\"--home\",\"{home}\",\"{store.Id}\"]", output, StringComparison.Ordinal);
        Assert.Equal(ExecStore.Key, store.Program.RunWith(string.Empty, "key", "--home", home, store.Id).Output.TrimEnd());
    }

    [Fact]
    public void A_tool_can_be_named_or_none()
    {
        Assert.Equal(
            $"<x>\nOPENAI_API_KEY={ExecStore.Key}\nOPENAI_BASE_URL=https://api.openai.com/v1\nOPENAI_MODEL=gpt-5\n",
            Run("OPENAI_API_BASE=stale OPENAI_HOST=stale", "exec work --tool openai-sdk -- other x").Output);
        string whole = Run(string.Empty, "exec work --tool none -- codex x").Output;
        Assert.StartsWith("<x>\n", whole, StringComparison.Ordinal);
        Assert.Contains("OPENAI_API_BASE=https://api.openai.com/v1", whole, StringComparison.Ordinal);
        Assert.StartsWith("<x>\n", Run(string.Empty, "exec work --variable CODEX_API_KEY -- codex x").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tool_that_cannot_use_the_configuration_says_so_and_one_that_was_named_is_an_error()
    {
        (int exitCode, string output, string error) = Run(string.Empty, "exec 'my claude' -- codex x");
        Assert.Equal((0, "<x>"), (exitCode, output.Split('\n')[0]));
        Assert.StartsWith("llmconfig: warning: Codex CLI cannot use 'my claude', whose provider is anthropic.", error, StringComparison.Ordinal);
        Assert.Contains("ANTHROPIC_API_KEY=" + ExecStore.Key, output, StringComparison.Ordinal);

        (exitCode, output, error) = Run(string.Empty, "exec 'my claude' --tool codex -- codex x");
        Assert.Equal((125, string.Empty), (exitCode, output));
        Assert.Contains("It uses openai", error, StringComparison.Ordinal);
        (exitCode, _, error) = Run(string.Empty, "exec work --tool codx -- codex");
        Assert.Equal(125, exitCode);
        Assert.Contains("Did you mean 'codex'? llmconfig tools lists them.", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_says_what_the_tool_would_use_here_and_shows_no_key()
    {
        (int exitCode, string output, _) = Run($"OPENAI_API_KEY={ExecStore.Key} OPENAI_BASE_URL=http://stale.example/v1", "test work --tool openai-sdk --json");
        Assert.Equal(0, exitCode);
        Assert.DoesNotContain(ExecStore.Key, output, StringComparison.Ordinal);
        JsonElement[] results = [.. JsonDocument.Parse(output).RootElement.GetProperty("data").EnumerateArray()];
        Assert.Equal(["Ok", "Ok", "Ok", "Warning", "Ok"], results.Select(result => result.GetProperty("status").GetString()));
        Assert.Equal("Start the program that uses it with llmconfig exec work --tool openai-sdk.", results[3].GetProperty("remedy").GetString());
        Assert.Contains("codex, tool 1.2.3 (measured with ", Run(string.Empty, "test work --tool codex").Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void In_a_block_of_Use_LlmConfig_what_is_piped_to_the_tool_reaches_it()
    {
        string folder = Directory.CreateDirectory(Path.Combine(store.Program.Home, "piped")).FullName;
        Executable.Write(Path.Combine(folder, "codex"), "#!/bin/sh\nprintf '<%s>' \"$@\"; echo; cat\n");
        string output = RealPwsh.Run(RealPwsh.WrapperFor(store.Program.Home), $$"""
            $env:LLMCONFIG_HOME = '{{Path.Combine(store.Program.Home, "store")}}'
            $env:PATH = '{{folder}}:' + $env:PATH
            Import-Module '{{Path.Combine(SourceTree.Root, "out", "LlmConfig.PowerShell", "LlmConfig.PowerShell.psd1")}}'
            Use-LlmConfig work { 'one', 'two' | codex exec 'a b' }
            """);
        Assert.EndsWith("<exec><a b>\none\ntwo\n", output, StringComparison.Ordinal);
        Assert.StartsWith("<-c><model_provider=\"llmconfig-exec\">", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_catalogue_is_shown()
    {
        Assert.Contains("Claude Code", store.Program.RunWith(string.Empty, "tools").Output, StringComparison.Ordinal);
        JsonElement tool = JsonDocument.Parse(store.Program.RunWith(string.Empty, "tools", "CODEX", "--json").Output).RootElement.GetProperty("data")[0];
        Assert.Equal(("codex", "-c"), (tool.GetProperty("id").GetString(), tool.GetProperty("keySources")[0].GetString()));
    }

    private (int ExitCode, string Output, string Error) Run(string variables, string arguments)
    {
        string folder = Directory.CreateDirectory(Path.Combine(store.Program.Home, "bin")).FullName;
        Executable.Write(Path.Combine(folder, "codex"), Show);
        Executable.Write(Path.Combine(folder, "other"), Show);
        using Process process = Process.Start(store.Program.Shell(
            $"unset OPENAI_API_KEY OPENAI_BASE_URL ANTHROPIC_API_KEY; PATH='{folder}':$PATH; export PATH; {(variables.Length == 0 ? string.Empty : "export " + variables + ";")} exec '{LlmConfigProgram.Launcher}' {arguments}"))!;
        return LlmConfigProgram.Finish(process);
    }
}
