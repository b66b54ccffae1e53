namespace LlmConfig.Tests;

public sealed class KeyGoesToAnotherHostTests : EngineTest
{
    private const string ToOther = "Set-LlmConfig a -BaseUrl https://other.example.com/v1";

    public KeyGoesToAnotherHostTests()
    {
        Run("New-LlmConfig a openai -ApiKey $key; New-LlmConfig b openai -ApiKey $key; New-LlmConfig keyless openai", ("key", Secure("sk-one")));
        Shell.Host.Clear();
    }

    [Fact]
    public void Yes_changes_the_host()
    {
        Shell.Host.Answers.Enqueue("Yes");

        Run(ToOther);

        Assert.Equal("https://other.example.com/v1", Stored("a").BaseUrl);
        string question = Assert.Single(Shell.Host.Questions);
        Assert.Contains("'a'", question, StringComparison.Ordinal);
        Assert.Contains("https://api.openai.com/v1", question, StringComparison.Ordinal);
        Assert.Contains("https://other.example.com/v1", question, StringComparison.Ordinal);
    }

    [Fact]
    public void No_leaves_every_byte()
    {
        var before = Store.Contents();
        Shell.Host.Answers.Enqueue("No");

        Run(ToOther);

        Assert.Equal(before, Store.Contents());
    }

    [Theory]
    [InlineData("Yes to All", "https://other.example.com/v1")]
    [InlineData("No to All", "https://api.openai.com/v1")]
    public void One_answer_can_hold_for_all(string answer, string url)
    {
        Shell.Host.Answers.Enqueue(answer);

        Run("Get-LlmConfig | Set-LlmConfig -BaseUrl https://other.example.com/v1");

        Assert.Single(Shell.Host.Questions);
        Assert.Equal([url, url, "https://other.example.com/v1"], Run("Get-LlmConfig").Configurations.Select(item => item.BaseUrl));
    }

    [Theory]
    [InlineData(ToOther + " -Force")]
    [InlineData(ToOther + " -ApiKey $key")]
    [InlineData(ToOther + " -RemoveApiKey")]
    [InlineData("Set-LlmConfig keyless -BaseUrl https://other.example.com/v1")]
    [InlineData("Set-LlmConfig a -BaseUrl https://api.openai.com/v2")]
    [InlineData("Set-LlmConfig a -BaseUrl https://API.openai.com:443/v1")]
    public void Nothing_is_asked_when_no_kept_key_goes_elsewhere_or_it_is_forced(string script)
    {
        Run(script, ("key", Secure("sk-two")));

        Assert.Empty(Shell.Host.Questions);
    }

    [Theory]
    [InlineData(ToOther)]
    [InlineData("Set-LlmConfig a -BaseUrl https://api.openai.com:8443/v1")]
    [InlineData("Set-LlmConfig a -BaseUrl http://api.openai.com/v1 -AllowInsecureBaseUrl")]
    [InlineData("Set-LlmConfig a -Provider anthropic")]
    public void Where_nobody_can_be_asked_it_is_refused(string script)
    {
        var before = Store.Contents();

        ErrorRecord error = Try(script).RequireError("InsecureBaseUrl");

        Assert.Equal("a", error.TargetObject);
        Assert.Contains("-Force", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(before, Store.Contents());
    }

    [Fact]
    public void A_refusal_does_not_stop_the_other_records()
    {
        CommandResult result = Try("Get-LlmConfig | Set-LlmConfig -BaseUrl https://other.example.com/v1 -PassThru");

        Assert.Equal(["keyless"], result.Names);
        Assert.Equal(2, result.Errors.Count);
    }

    [Fact]
    public void A_bad_url_is_an_error_before_anything_is_asked()
    {
        Try("Set-LlmConfig a -BaseUrl http://10.0.0.1").RequireError("InsecureBaseUrl");
        Assert.Contains("-AllowInsecureBaseUrl", Try("Set-LlmConfig a -BaseUrl http://10.0.0.1").Error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Try("Set-LlmConfig a -BaseUrl 'https://user:pass@other.example.com'").RequireError("InvalidBaseUrl");
        Assert.Empty(Shell.Host.Questions);
    }

    [Fact]
    public void WhatIf_asks_nothing()
    {
        Run(ToOther + " -WhatIf");

        Assert.Empty(Shell.Host.Questions);
    }
}
