namespace LlmConfig.Tests;

/// <summary>An entry whose base URL was changed in the file: no command sends its key there until somebody accepted it.</summary>
public sealed class AcceptHostTests : EngineTest
{
    private const string True = "https://api.openai.com:443";
    private const string Forged = "https://forged.example:443";
    private const string Accept = "Set-LlmConfig a -AcceptHost";

    public AcceptHostTests()
    {
        Run("New-LlmConfig a openai -BaseUrl https://api.openai.com/v1 -ApiKey $key; New-LlmConfig b groq -ApiKey $other", ("key", Secure("sk-test-one")), ("other", Secure("sk-test-two")));
        Edit("https://api.openai.com/v1", "https://forged.example/v1");
    }

    [Theory]
    [InlineData("Get-LlmConfigKey a")]
    [InlineData("Get-LlmConfigKey a -AsPlainText")]
    [InlineData("Use-LlmConfig a { throw 'The block ran.' }")]
    [InlineData("Enter-LlmConfig a")]
    [InlineData("Export-LlmConfig a -Path $path -IncludeKey -Password $password")]
    [InlineData("Set-LlmConfig a -ApiKey $key")]
    [InlineData("Set-LlmConfig a -BaseUrl https://third.example/v1 -Force")]
    public void No_command_uses_the_key_and_the_error_says_why(string script)
    {
        CommandResult result = Try(script, ("key", Secure("sk-test-three")), ("password", Secure("eight or more")), ("path", Path.Combine(Store.Home, "export.json")));

        ErrorRecord error = result.RequireError("HostMismatch");
        Assert.Equal((ErrorCategory.SecurityError, "a"), (error.CategoryInfo.Category, error.TargetObject));
        Assert.Contains(True, error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains(Forged, error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("Set-LlmConfig -AcceptHost", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-test", Leaks.Text(result, Shell.Host), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Store.Home, "export.json")));
        Assert.Equal("sk-test-two", KeyOf("b"));
    }

    [Fact]
    public void The_online_check_sends_nothing_and_says_why()
    {
        OnlineCheckResult result = Assert.Single(Run("Test-LlmConfig a -Online").Output.Select(item => item.BaseObject).OfType<OnlineCheckResult>());

        Assert.Equal(("a", OnlineOutcome.NoKey), (result.Target, result.Outcome));
        Assert.Contains(Forged, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_shows_it_and_is_not_quiet_about_it()
    {
        CheckResult found = Run("Test-LlmConfig").Output.Select(item => item.BaseObject).OfType<CheckResult>().Single(result => result is { Check: "Host", Status: CheckStatus.Error });

        Assert.Equal("a", found.Target);
        Assert.Contains("-AcceptHost", found.Remedy, StringComparison.Ordinal);
        Assert.False((bool)Assert.Single(Run("Test-LlmConfig -Quiet").Output).BaseObject);
        Assert.False((bool)Assert.Single(Run("Test-LlmConfig a -Quiet").Output).BaseObject);
        Assert.True((bool)Assert.Single(Run("Test-LlmConfig b -Quiet").Output).BaseObject);
    }

    [Fact]
    public void A_rename_works_and_a_repair_changes_nothing_of_it()
    {
        Run("Set-LlmConfig a -NewName job");
        Run("Repair-LlmConfig -Force");

        Try("Get-LlmConfigKey job").RequireError("HostMismatch");
        Assert.Equal("https://forged.example/v1", Stored("job").BaseUrl);

        // Whoever puts the true URL back needs no question, and has the key.
        Run("Set-LlmConfig job -BaseUrl https://api.openai.com/v1 -Force");
        Assert.Equal("sk-test-one", KeyOf("job"));
    }

    [Fact]
    public void Yes_accepts_the_host_that_the_question_names()
    {
        Shell.Host.Answers.Enqueue("Yes");

        Run(Accept);

        string question = Assert.Single(Shell.Host.Questions);
        Assert.Contains(True, question, StringComparison.Ordinal);
        Assert.Contains(Forged, question, StringComparison.Ordinal);
        Assert.Equal("sk-test-one", KeyOf("a"));
    }

    [Fact]
    public void A_host_that_the_question_did_not_name_is_not_accepted_with_it()
    {
        Shell.Host.Answers.Enqueue("Yes");
        Shell.Host.WhileAsked = () => Edit("https://forged.example/v1", "https://third.example/v1");

        ErrorRecord error = Try(Accept).RequireError("HostMismatch");

        Assert.Contains(Forged, Assert.Single(Shell.Host.Questions), StringComparison.Ordinal);
        Assert.Contains(Forged, error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("https://third.example:443", error.Exception.Message, StringComparison.Ordinal);
        Try("Get-LlmConfigKey a").RequireError("HostMismatch");
    }

    [Fact]
    public void No_leaves_every_byte()
    {
        var before = Store.Contents();
        Shell.Host.Answers.Enqueue("No");

        Run(Accept);

        Assert.Equal(before, Store.Contents());
    }

    [Fact]
    public void Force_accepts_without_a_question()
    {
        Run(Accept + " -Force");

        Assert.Empty(Shell.Host.Questions);
        Assert.Equal("sk-test-one", KeyOf("a"));
        Assert.True((bool)Assert.Single(Run("Test-LlmConfig -Quiet").Output).BaseObject);
    }

    [Fact]
    public void Where_nobody_can_be_asked_it_is_refused()
    {
        var before = Store.Contents();

        ErrorRecord error = Try(Accept).RequireError("HostMismatch");

        Assert.Contains("-Force", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("a", error.TargetObject);
        Assert.Equal(before, Store.Contents());
    }

    [Fact]
    public void WhatIf_asks_nothing_and_accepts_nothing()
    {
        var before = Store.Contents();

        Run(Accept + " -WhatIf");

        Assert.Empty(Shell.Host.Questions);
        Assert.Equal(before, Store.Contents());
    }

    [Fact]
    public void Nothing_is_asked_where_there_is_nothing_to_accept()
    {
        var before = Store.Contents();

        Run("Set-LlmConfig b -AcceptHost");

        Assert.Empty(Shell.Host.Questions);
        Assert.Equal(before, Store.Contents());
    }

    private void Edit(string part, string other)
    {
        foreach (string path in new[] { Store.ConfigFile, Store.Backup })
        {
            File.WriteAllText(path, File.ReadAllText(path).Replace(part, other, StringComparison.Ordinal));
        }
    }
}
