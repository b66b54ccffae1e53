namespace LlmConfig.Tests;

public sealed class EnterExitLlmConfigTests : EnvironmentTest
{
    [Theory]
    [InlineData("Enter-LlmConfig work")]
    [InlineData("Enter-LlmConfig")]
    [InlineData("Enter-LlmConfig -Id (Get-LlmConfig work).Id")]
    [InlineData("Get-LlmConfig work | Enter-LlmConfig")]
    [InlineData("'work' | Enter-LlmConfig")]
    [InlineData("$old | Enter-LlmConfig")]
    public void A_configuration_is_in_the_environment_from_Enter_to_Exit(string script)
    {
        Store.SetVariable("OPENAI_ORG_ID", "before");
        var before = Environment();

        Assert.Empty(Run(script, ("old", Deserialized(Stored("work")))).Output);
        Assert.Equal(One, Output(Run("$env:OPENAI_API_KEY")));
        Assert.DoesNotContain("OPENAI_ORG_ID", Environment().Keys);

        CommandResult left = Run("Exit-LlmConfig");
        Assert.Empty(left.Output);
        Assert.Empty(left.Warnings);
        Assert.Equal(before, Environment());
    }

    [Fact]
    public void What_was_entered_last_is_left_first()
    {
        Run("Enter-LlmConfig work");
        var outer = Environment();
        Run("Enter-LlmConfig claude -Variable MY_KEY");
        Assert.Equal(Two, Output(Run("$env:MY_KEY")));

        Run("Exit-LlmConfig");
        Assert.Equal(outer, Environment());
        Run("Exit-LlmConfig");
        Assert.Empty(Environment());
    }

    [Fact]
    public void Leaving_what_was_not_entered_changes_nothing_and_is_said()
    {
        Store.SetVariable("OPENAI_API_KEY", "mine");
        CommandResult result = Run("Exit-LlmConfig");
        Assert.Contains("nothing was changed", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal("mine", System.Environment.GetEnvironmentVariable("OPENAI_API_KEY"));
    }

    [Fact]
    public void A_variable_that_was_changed_meanwhile_is_put_back_and_named()
    {
        Store.SetVariable("OPENAI_BASE_URL", "before");
        Run("Enter-LlmConfig work; $env:OPENAI_BASE_URL = 'meanwhile'; $env:OPENAI_ORG_ID = 'meanwhile'");

        string warning = Assert.Single(Run("Exit-LlmConfig").Warnings);
        Assert.EndsWith("OPENAI_BASE_URL, OPENAI_ORG_ID.", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("meanwhile", warning, StringComparison.Ordinal);
        Assert.Equal("OPENAI_BASE_URL", Assert.Single(Environment()).Key);
        Assert.Equal("before", System.Environment.GetEnvironmentVariable("OPENAI_BASE_URL"));
    }

    [Fact]
    public void A_block_leaves_what_was_entered_in_it_and_nothing_that_was_entered_around_it()
    {
        Run("Enter-LlmConfig work");
        var entered = Environment();

        Assert.Equal(Two, Output(Run("Use-LlmConfig claude { Enter-LlmConfig gemini; Enter-LlmConfig local; $env:GEMINI_API_KEY }")));
        Assert.Equal(entered, Environment());
        Assert.Single(Run("Use-LlmConfig claude { Exit-LlmConfig }").Warnings);
        Assert.Equal(entered, Environment());
        Assert.Empty(Run("Use-LlmConfig claude { Enter-LlmConfig gemini; Exit-LlmConfig }; Exit-LlmConfig").Warnings);
        Assert.Empty(Environment());
    }

    [Fact]
    public void A_failed_Enter_enters_nothing()
    {
        Try("Enter-LlmConfig nope").RequireError("NotFound");
        Try("Enter-LlmConfig keyless").RequireError("KeyMissing");
        Try("Enter-LlmConfig $null").RequireError("NotFound");
        Assert.Empty(Environment());
        Assert.Single(Run("Exit-LlmConfig").Warnings);
    }

    [Fact]
    public void Each_runspace_has_a_stack_of_its_own_and_a_closed_one_leaves_nothing_behind()
    {
        Store.SetVariable("OPENAI_API_KEY", "before");
        using (var second = new Shell(Store))
        {
            Run("Enter-LlmConfig work");
            second.Invoke("Enter-LlmConfig work -Variable MY_KEY; Enter-LlmConfig claude").RequireNoError();
            Assert.Equal(Two, System.Environment.GetEnvironmentVariable("ANTHROPIC_API_KEY"));

            Assert.Empty(Run("Exit-LlmConfig").Warnings);
            Assert.Single(Run("Exit-LlmConfig").Warnings);
            Assert.Equal(One, System.Environment.GetEnvironmentVariable("MY_KEY"));
        }

        Assert.Equal("before", Assert.Single(Environment()).Value);
    }

    [Fact]
    public void Removing_the_module_leaves_what_was_entered()
    {
        Run("Enter-LlmConfig work; Enter-LlmConfig claude; Remove-Module LlmConfig.PowerShell");
        Assert.Empty(Environment());
    }

    [Fact]
    public void No_stream_shows_the_key()
    {
        CommandResult result = Run("Enter-LlmConfig work -Verbose -Debug; Exit-LlmConfig -Verbose -Debug");
        Assert.DoesNotContain(One, Leaks.Text(result, Shell.Host), StringComparison.Ordinal);
        Assert.Contains(result.Talk, text => text == "'work' was left.");
    }

    [Fact]
    public void One_line_says_what_is_active_and_so_do_a_variable_and_Get_LlmConfig()
    {
        CommandResult entered = Run("Enter-LlmConfig work");
        Assert.Empty(entered.Output);
        Assert.Equal("'work' is active (openai, api.openai.com, gpt-5) until Exit-LlmConfig.", Assert.Single(entered.Talk));
        Assert.Equal("work work", Output(Run("$env:LLMCONFIG_ACTIVE; (Get-LlmConfig -Active).Name")));
        Run("Enter-LlmConfig claude");
        Assert.Equal("claude claude", Output(Run("$env:LLMCONFIG_ACTIVE; (Get-LlmConfig -Active).Name")));

        Assert.Equal("'claude' was left; 'work' is active.", Assert.Single(Run("Exit-LlmConfig").Talk));
        Assert.Equal("work", Output(Run("(Get-LlmConfig -Active).Name")));
        Assert.Equal("'work' was left.", Assert.Single(Run("Exit-LlmConfig").Talk));
        Assert.Empty(Run("Get-LlmConfig -Active; Get-LlmConfig -Active:$false").Output);
        Assert.Null(System.Environment.GetEnvironmentVariable("LLMCONFIG_ACTIVE"));
    }

    [Fact]
    public void What_is_active_and_gone_is_an_error()
    {
        Run("Enter-LlmConfig claude; Set-LlmConfig claude -NewName claude2");

        Assert.Contains("'claude'", Try("Get-LlmConfig -Active").RequireError("NotFound").ToString(), StringComparison.Ordinal);
        Run("Exit-LlmConfig");
    }
}
