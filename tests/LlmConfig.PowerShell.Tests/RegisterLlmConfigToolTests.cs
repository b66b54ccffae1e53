namespace LlmConfig.Tests;

/// <summary>Register-LlmConfigTool and Unregister-LlmConfigTool: a tool's settings file, which comes back as it was.</summary>
public sealed class RegisterLlmConfigToolTests : EnvironmentTest
{
    private const string Before = "{\n  // mine\n  \"theme\": \"dark\"\n}\n";

    private readonly string _folder = Path.GetFullPath(Directory.CreateTempSubdirectory("llmconfig-tools-").FullName);

    public RegisterLlmConfigToolTests()
    {
        string program = Path.Combine(_folder, "llmconfig");
        File.WriteAllText(program, "#!/bin/sh\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(Settings, Before);
        Store.SetVariable("PATH", _folder + ":/usr/bin:/bin");
        Store.SetVariable("CLAUDE_CONFIG_DIR", _folder);
        Store.SetVariable("CODEX_HOME", _folder);
    }

    private string Settings => Path.Combine(_folder, "settings.json");

    [Fact]
    public void A_tool_asks_llmconfig_until_its_file_is_as_before()
    {
        var made = Assert.IsType<LlmToolRegistration>(Assert.Single(Run("Get-LlmConfig claude | Register-LlmConfigTool claude").Output).BaseObject);
        Assert.Equal(("claude", "claude", Settings, true, Settings + ".llmconfig-backup"), (made.Tool, made.Name, made.Path, made.Changed, made.Backup));
        string written = File.ReadAllText(Settings);
        Assert.Contains($"\"apiKeyHelper\": \"{_folder}/llmconfig key --home {Store.Folder} ", written, StringComparison.Ordinal);
        Assert.DoesNotContain(One, written, StringComparison.Ordinal);
        Assert.Equal("False", Output(Run("(Register-LlmConfigTool CLAUDE claude).Changed")));
        Assert.Contains($"takes the key of 'claude' from apiKeyHelper in {Settings}", Output(Run("(Test-LlmConfig claude -Tool claude).Message")), StringComparison.Ordinal);

        Assert.Equal("True", Output(Run("(Unregister-LlmConfigTool claude).Changed")));
        Assert.Equal(Before, File.ReadAllText(Settings));
        Assert.Equal("False", Output(Run("(Unregister-LlmConfigTool claude).Changed")));
    }

    [Fact]
    public void WhatIf_shows_the_difference_and_changes_nothing()
    {
        CommandResult result = Run("Register-LlmConfigTool claude claude -WhatIf");
        Assert.Empty(result.Output);
        Assert.Contains($"What if: Register-LlmConfigTool changes '{Settings}':\n+   \"apiKeyHelper\":", Shell.Host.Text, StringComparison.Ordinal);
        Assert.Equal(Before, File.ReadAllText(Settings));
        Assert.False(File.Exists(Path.Combine(Store.Folder, "tools.json")));

        Run("Register-LlmConfigTool claude claude");
        string written = File.ReadAllText(Settings);
        Run("Unregister-LlmConfigTool claude -WhatIf");
        Assert.Contains("\n-   \"apiKeyHelper\":", Shell.Host.Text, StringComparison.Ordinal);
        Assert.Equal(written, File.ReadAllText(Settings));
    }

    [Fact]
    public void The_default_configuration_is_taken_without_a_name_and_what_does_not_fit_is_an_error()
    {
        Assert.Equal("work", Output(Run("(Register-LlmConfigTool codex).Name")));
        Assert.Contains("Claude Code cannot use 'work'", Assert.Single(Try("Register-LlmConfigTool claude").Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Contains("Start it in the block of Use-LlmConfig work -Tool aider.", Assert.Single(Try("Register-LlmConfigTool aider work").Errors).ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Store.SetVariable("PATH", "/usr/bin:/bin");
        Assert.Contains("there is none in the folders of PATH", Assert.Single(Try("Register-LlmConfigTool codex work").Errors).Exception.Message, StringComparison.Ordinal);
    }
}
