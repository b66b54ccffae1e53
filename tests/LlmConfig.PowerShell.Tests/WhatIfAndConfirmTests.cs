namespace LlmConfig.Tests;

public sealed class WhatIfAndConfirmTests : EngineTest
{
    public static TheoryData<string> Changes =>
    [
        "New-LlmConfig new openai -ApiKey $key",
        "New-LlmConfig new ollama -AsDefault",
        "Set-LlmConfig a -Model x -PassThru",
        "Set-LlmConfig a -ApiKey $key",
        "Set-LlmConfig a -RemoveApiKey",
        "Invoke-LlmConfigRotation a { 'sk-test-9b1c5e7a2d' } -SkipOnlineCheck",
        "Remove-LlmConfig a",
        "Remove-LlmConfig * -KeepKey",
        "Set-LlmConfigStore -DefaultVault LlmConfig",
        "Set-LlmConfigStore -Protector KeyFile",
    ];

    [Theory]
    [MemberData(nameof(Changes))]
    public void WhatIf_leaves_every_byte_and_says_what_would_be_done(string change)
    {
        Run("New-LlmConfig a openai -ApiKey $key", ("key", Secure("sk-one")));
        var before = Store.Contents();

        CommandResult result = Run(change + " -WhatIf", ("key", Secure("sk-two")));

        Assert.Equal(before, Store.Contents());
        Assert.Empty(result.Output);
        Assert.Contains("What if:", Shell.Host.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("New-LlmConfig new openai -ApiKey $key -WhatIf")]
    [InlineData("Set-LlmConfigStore -DefaultVault LlmConfig -WhatIf")]
    [InlineData("Set-LlmConfigStore -Protector KeyFile -WhatIf")]
    [InlineData("Set-LlmConfig * -Model x -WhatIf")]
    [InlineData("Remove-LlmConfig * -WhatIf")]
    public void WhatIf_makes_no_store(string change)
    {
        Run(change, ("key", Secure("sk-two")));

        Assert.False(Directory.Exists(Store.Folder));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void No_leaves_every_byte(string change)
    {
        Run("New-LlmConfig a openai -ApiKey $key", ("key", Secure("sk-one")));
        var before = Store.Contents();
        Shell.Host.Answers.Enqueue("No");

        CommandResult result = Run(change + " -Confirm", ("key", Secure("sk-two")));

        Assert.Equal(before, Store.Contents());
        Assert.Empty(result.Output);
        Assert.Single(Shell.Host.Questions);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Yes_does_the_change(string change)
    {
        Run("New-LlmConfig a openai -ApiKey $key", ("key", Secure("sk-one")));
        var before = Store.Contents();
        Shell.Host.Answers.Enqueue("Yes");

        Run(change + " -Confirm", ("key", Secure("sk-two")));

        Assert.Single(Shell.Host.Questions);
        if (!change.Contains("Protector", StringComparison.Ordinal))
        {
            Assert.NotEqual(before, Store.Contents());
        }
    }

    [Fact]
    public void Yes_to_one_and_no_to_another_changes_the_one()
    {
        Run("New-LlmConfig a ollama; New-LlmConfig b ollama; New-LlmConfig c ollama");
        Shell.Host.Answers.Enqueue("No");
        Shell.Host.Answers.Enqueue("Yes to All");

        Run("Remove-LlmConfig * -Confirm");

        Assert.Equal(["a"], Run("Get-LlmConfig").Names);
        Assert.Equal(2, Shell.Host.Questions.Count);
    }

    [Fact]
    public void Removing_says_what_becomes_of_the_key()
    {
        Run("New-LlmConfig a openai -ApiKey $key; New-LlmConfig b openai", ("key", Secure("sk-one")));

        Run("Remove-LlmConfig a -WhatIf; Remove-LlmConfig a -KeepKey -WhatIf; Remove-LlmConfig b -WhatIf");

        Assert.Contains("\"Remove LLM configuration and its key from the vault 'LlmConfig'\" on target \"a\"", Shell.Host.Text, StringComparison.Ordinal);
        Assert.Contains("\"Remove LLM configuration and leave its key in the vault 'LlmConfig'\" on target \"a\"", Shell.Host.Text, StringComparison.Ordinal);
        Assert.Contains("\"Remove LLM configuration\" on target \"b\"", Shell.Host.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("New-LlmConfig A openai", "DuplicateName")]
    [InlineData("New-LlmConfig ' ' openai", "InvalidName")]
    [InlineData("New-LlmConfig x nobody", "UnknownProvider")]
    [InlineData("New-LlmConfig x openai -BaseUrl ftp://x", "InvalidBaseUrl")]
    [InlineData("New-LlmConfig x openai -BaseUrl http://10.0.0.1", "InsecureBaseUrl")]
    [InlineData("New-LlmConfig x azure-openai", "InvalidBaseUrl")]
    [InlineData("New-LlmConfig x openai -ApiKeyFromEnvironment LLMCONFIG_NOT_SET", "InvalidKey")]
    [InlineData("New-LlmConfig x openai -ApiKey plain", "InvalidKey")]
    [InlineData("Set-LlmConfig a -NewName b", "DuplicateName")]
    [InlineData("Set-LlmConfig a -Provider nobody", "UnknownProvider")]
    [InlineData("Set-LlmConfig a -BaseUrl ftp://x", "InvalidBaseUrl")]
    [InlineData("Set-LlmConfig a, b -NewName c", "DuplicateName")]
    [InlineData("Set-LlmConfig nobody -Model m", "NotFound")]
    public void WhatIf_reports_the_rule_that_the_change_would_break_as_the_change_does(string change, string code)
    {
        Run("New-LlmConfig a openai -ApiKey $key; New-LlmConfig b openai", ("key", Secure("sk-one")));
        var before = Store.Contents();

        ErrorRecord tried = Try(change + " -WhatIf").RequireError(code);
        Assert.Equal(before, Store.Contents());
        ErrorRecord done = Try(change.StartsWith("Set", StringComparison.Ordinal) ? change + " -Force" : change).RequireError(code);

        Assert.Equal(done.ToString(), tried.ToString());
        Assert.Equal(done.TargetObject, tried.TargetObject);
    }

    [Fact]
    public void WhatIf_reports_two_records_of_a_pipeline_that_would_take_the_same_name()
    {
        object[] rows = [Row(("Name", "x"), ("Provider", "openai")), Row(("Name", "X"), ("Provider", "openai")), Row(("Name", "y"), ("Provider", "openai"))];

        Assert.Equal("X", Try("$rows | New-LlmConfig -WhatIf", ("rows", rows)).RequireError("DuplicateName").TargetObject);
        Assert.False(Directory.Exists(Store.Folder));
    }

    [Theory]
    [InlineData("New-LlmConfig $bad openai")]
    [InlineData("Set-LlmConfigStore -DefaultVault $bad")]
    public void A_question_never_shows_characters_that_steer_a_terminal(string change)
    {
        Try(change + " -WhatIf", ("bad", "red\u001b[31m\u202e"));

        Assert.Contains("What if:", Shell.Host.Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', Shell.Host.Text);
        Assert.DoesNotContain('\u202e', Shell.Host.Text);
    }

    [Theory]
    [InlineData("Set-LlmConfig a -Model gpt-6 -NewName c", "Change LLM configuration: name 'a' → 'c'; model 'gpt-5' → 'gpt-6'")]
    [InlineData("Set-LlmConfig b -AsDefault", "Change LLM configuration: default no → yes")]
    [InlineData("Set-LlmConfig a -Model gpt-5", "Change LLM configuration, of which nothing differs")]
    [InlineData("Set-LlmConfig a -Model '' -ApiKey $key", "Change LLM configuration: model 'gpt-5' → (none); a new key")]
    [InlineData("Set-LlmConfig a -RemoveApiKey", "Change LLM configuration: no key in place of its key, which is removed from the vault 'LlmConfig'")]
    [InlineData("Set-LlmConfig b -Provider groq -UseAuthHeader $false", "Change LLM configuration: provider 'openai' → 'groq'; base URL 'https://api.openai.com/v1' → 'https://api.groq.com/openai/v1'; header 'Authorization: Bearer' → 'the provider's own'")]
    [InlineData("Set-LlmConfig a -BaseUrl https://me:hunter2pass@x.example", "Change LLM configuration: base URL 'https://api.openai.com/v1' → '(not a URL)'")]
    [InlineData("New-LlmConfig n openai -Model m -AsDefault -ApiKey $key", "Create LLM configuration of OpenAI, model 'm', with a new key, as the default")]
    [InlineData("Set-LlmConfigStore -DefaultVault LlmConfig", "Send new keys to the vault 'LlmConfig' (now: 'LlmConfig')")]
    public void WhatIf_and_Verbose_say_what_changes(string change, string said)
    {
        Run("New-LlmConfig a openai -Model gpt-5 -ApiKey $key; New-LlmConfig b openai", ("key", Secure("sk-one")));

        Try(change + " -WhatIf", ("key", Secure("sk-two")));
        Assert.Contains($"Performing the operation \"{said}\" on target", Shell.Host.Text, StringComparison.Ordinal);

        Assert.Contains(Try(change + " -Verbose", ("key", Secure("sk-two"))).Talk, line => line.Contains($"\"{said}\"", StringComparison.Ordinal));
    }
}
