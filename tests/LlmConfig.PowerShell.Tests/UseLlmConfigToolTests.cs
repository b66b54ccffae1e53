namespace LlmConfig.Tests;

/// <summary>Tools in the block of Use-LlmConfig: scripts of their names stand in for them.</summary>
public sealed class UseLlmConfigToolTests : EnvironmentTest
{
    public UseLlmConfigToolTests()
    {
        string folder = Directory.CreateTempSubdirectory("llmconfig-tools-").FullName;
        foreach (string program in new[] { "codex", "claude" })
        {
            string path = Path.Combine(folder, program);
            File.WriteAllText(path, "#!/bin/sh\nprintf '<%s>' \"$@\"; echo; env | grep -E '^(CODEX|OPENAI|ANTHROPIC)' | sort\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        // No llmconfig is there: the key goes by a variable.
        Store.SetVariable("PATH", folder + ":/usr/bin:/bin");
    }

    private static string Arguments =>
        "<-c><model_provider=\"llmconfig-exec\"><-c><model_providers.llmconfig-exec={name=\"llmconfig\",base_url=\"https://api.openai.com/v1\",wire_api=\"responses\",env_key=\"CODEX_API_KEY\"}><-c><model=\"gpt-5\">";

    [Theory]
    [InlineData("Use-LlmConfig work { codex exec 'a b' }")]
    [InlineData("Use-LlmConfig { codex exec 'a b' }")]
    [InlineData("Use-LlmConfig work -Tool CODEX { $x = 1; codex exec 'a b' }")]
    [InlineData("Get-LlmConfig work | Use-LlmConfig { codex exec 'a b' }")]
    public void A_tool_gets_its_arguments_and_only_its_own_variables(string script)
    {
        Assert.Equal($"{Arguments}<exec><a b> CODEX_API_KEY={One}", Output(Run(script)));
        Assert.Empty(Environment());
        Assert.Equal("Application", Output(Run("(Get-Command codex).CommandType")));
    }

    [Fact]
    public void A_function_of_the_callers_own_comes_back_also_after_an_error()
    {
        Assert.Equal($"{Arguments}<x> CODEX_API_KEY={One} mine", Output(Run("function codex { 'mine' }; Use-LlmConfig work -Tool codex { codex x }; codex")));
        Run("function codex { 'mine' }; try { Use-LlmConfig work -Tool codex { throw 'stop' } } catch { }");
        Assert.Equal("mine", Output(Run("function codex { 'mine' }; try { Use-LlmConfig work -Tool codex { throw 'stop' } } catch { }; codex")));
    }

    [Theory]
    [InlineData("Use-LlmConfig work { codex; 'and more' }")]
    [InlineData("Use-LlmConfig work -Tool none { codex }")]
    [InlineData("Use-LlmConfig work -Variable OPENAI_API_KEY { codex }")]
    [InlineData("Use-LlmConfig work { if ($true) { codex } }")]
    public void A_block_that_does_more_or_says_otherwise_is_for_all_tools_of_the_provider(string script)
    {
        string output = Output(Run(script));
        Assert.StartsWith("<>", output, StringComparison.Ordinal);
        Assert.Contains("OPENAI_API_BASE=https://api.openai.com/v1", output, StringComparison.Ordinal);
        Assert.DoesNotContain("CODEX_API_KEY", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tool_that_cannot_use_the_configuration_is_a_warning_and_one_that_was_named_an_error()
    {
        CommandResult result = Run("Use-LlmConfig claude { codex }");
        Assert.Contains("Codex CLI cannot use 'claude', whose provider is anthropic.", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Try("Use-LlmConfig claude -Tool codex { 'ran' }").RequireError("InvalidArgument");
        Try("Use-LlmConfig work -Tool nope { 'ran' }").RequireError("InvalidArgument");
        Try("Use-LlmConfig work -Tool codex -Variable X { 'ran' }").RequireError("InvalidArgument");
    }

    [Fact]
    public void The_catalogue_is_an_object_each_and_a_check_of_a_tool_is_one_too()
    {
        Assert.Equal("claude codecompanion codex copilot crush", Output(Run("Get-LlmTool c* | ForEach-Object Id")));
        Assert.Equal("-c", Output(Run("(Get-LlmTool CODEX).KeySources[0]")));
        Try("Get-LlmTool nope").RequireError("InvalidArgument");
        Assert.Equal("Ok Warning Ok Ok Ok", Output(Run("Test-LlmConfig work -Tool codex | ForEach-Object { \"$($_.Status)\" }")));
        Assert.Equal("True", Output(Run("Test-LlmConfig work -Tool codex -Quiet")));
        Try("Test-LlmConfig claude -Tool codex").RequireError("InvalidArgument");
    }
}
