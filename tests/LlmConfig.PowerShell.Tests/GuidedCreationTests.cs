using System.Management.Automation.Runspaces;

namespace LlmConfig.Tests;

public sealed class GuidedCreationTests : EngineTest
{
    [Fact]
    public void Without_parameters_the_person_at_the_host_is_asked_and_the_configuration_is_made()
    {
        Answer("work", "1", "", "gpt-5", "sk-test-typed");

        LlmConfiguration made = Run("New-LlmConfig").Configuration;

        Assert.Equal(("work", "openai", "gpt-5", "https://api.openai.com/v1", "LlmConfig"), (made.Name, made.Provider, made.Model, made.BaseUrl, made.Vault));
        Assert.Equal("sk-test-typed", KeyOf("work"));
        Assert.Equal(5, Shell.Host.Questions.Count);
        Assert.DoesNotContain(Shell.Host.Questions, question => question.Contains("sk-test-typed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("New-LlmConfig work", "ollama|||", "Provider (number or id; ? lists them)|Base URL [http://127.0.0.1:11434/v1]|Model (Enter for none)|API key (not shown; Enter for none)")]
    [InlineData("New-LlmConfig -Provider ollama", "work|||", "Name|Base URL [http://127.0.0.1:11434/v1]|Model (Enter for none)|API key (not shown; Enter for none)")]
    [InlineData("New-LlmConfig work -BaseUrl https://x.example -Model m -ApiKey $key", "openai", "Provider (number or id; ? lists them)")]
    [InlineData("New-LlmConfig -ApiKeyFromEnvironment LLMCONFIG_TEST_KEY", "work|openai||", "Name|Provider (number or id; ? lists them)|Base URL [https://api.openai.com/v1]|Model (Enter for none)")]
    [InlineData("$settings = @{ Name = 'work' }; New-LlmConfig @settings", "ollama|||", "Provider (number or id; ? lists them)|Base URL [http://127.0.0.1:11434/v1]|Model (Enter for none)|API key (not shown; Enter for none)")]
    public void What_was_given_is_not_asked_for(string script, string answers, string questions)
    {
        Store.SetVariable("LLMCONFIG_TEST_KEY", "sk-test-variable");
        Answer(answers.Split('|'));

        Assert.Equal("work", Run(script, ("key", Secure("sk-test-given"))).Configuration.Name);

        Assert.Equal(questions.Split('|'), Shell.Host.Questions.Select(question => question.Split('\n')[^1]));
        Assert.Empty(Shell.Host.Lines);
    }

    [Theory]
    [InlineData("New-LlmConfig work openai")]
    [InlineData("New-LlmConfig -Name work -Provider openai -Model m -Confirm")]
    public void With_a_name_and_a_provider_the_key_alone_is_asked_for_and_what_is_next_is_said(string script)
    {
        Answer("sk-test-typed");
        Shell.Host.Answers.Enqueue("Yes");

        CommandResult result = Run(script);

        Assert.True(result.Configuration.IsDefault);
        Assert.Equal("sk-test-typed", KeyOf("work"));
        Assert.Equal("API key of OpenAI (not shown; Enter to set it later)", Shell.Host.Questions[^1]);
        Assert.Contains("'work' is the default, as the first one. Next: Use-LlmConfig work { … }", Shell.Host.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(result.Warnings, warning => warning.Contains("no key", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("New-LlmConfig work ollama")]
    [InlineData("New-LlmConfig work openai -ApiKeyFromEnvironment LLMCONFIG_TEST_KEY")]
    [InlineData("New-LlmConfig work openai -KeyName nobody -ErrorAction SilentlyContinue")]
    [InlineData("New-LlmConfig work openai -BaseUrl ftp://x -ErrorAction SilentlyContinue")]
    [InlineData("New-LlmConfig work openai -WhatIf")]
    [InlineData("[pscustomobject]@{ Name = 'work'; Provider = 'openai' } | New-LlmConfig")]
    public void A_key_that_is_not_needed_was_given_or_would_be_of_no_use_is_not_asked_for(string script)
    {
        Store.SetVariable("LLMCONFIG_TEST_KEY", "sk-test-variable");
        Answer("unused");

        Try(script);

        Assert.Empty(Shell.Host.Questions);
    }

    [Fact]
    public void An_empty_answer_means_no_key_and_the_warning_says_how_to_give_one()
    {
        Answer(string.Empty);

        CommandResult result = Run("New-LlmConfig work openai");

        Assert.Null(result.Configuration.Vault);
        Assert.Equal("'work' has no key yet, though OpenAI needs one. Give it one with Set-LlmConfig 'work' -AskApiKey.", Assert.Single(result.Warnings));
        Assert.DoesNotContain("Next:", Shell.Host.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_next_is_said_of_the_first_alone_and_to_nobody_in_a_pipeline()
    {
        Run("[pscustomobject]@{ Name = 'piped'; Provider = 'ollama' } | New-LlmConfig; New-LlmConfig second ollama");
        Assert.DoesNotContain("Next:", Shell.Host.Text, StringComparison.Ordinal);

        Run("Remove-LlmConfig * -Force; New-LlmConfig \"it's first\" ollama");
        Assert.Contains("Next: Use-LlmConfig 'it''s first' {", Shell.Host.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_somebody_insisted_on_is_not_warned_of_again()
    {
        Answer("sk-ant-4711", string.Empty);

        Assert.DoesNotContain(Run("New-LlmConfig work openai").Warnings, warning => warning.Contains("Anthropic", StringComparison.Ordinal));
        Assert.Equal("sk-ant-4711", KeyOf("work"));
    }

    [Theory]
    [InlineData("$row | New-LlmConfig", "Provider", "openai", "InvalidName", "The name is empty.")]
    [InlineData("$row | New-LlmConfig", "Name", "work", "UnknownProvider", "No provider was given.")]
    [InlineData("$row | New-LlmConfig -Name work", "Model", "m", "UnknownProvider", "No provider was given.")]
    public void Pipeline_input_is_never_asked_about(string script, string column, string value, string code, string problem)
    {
        Answer("unused", "unused");

        ErrorRecord error = Try(script, ("row", Row((column, value)))).RequireError(code);

        Assert.Equal(problem, error.ErrorDetails.Message);
        Assert.Empty(Shell.Host.Questions);
        Assert.False(Directory.Exists(Store.Folder));
    }

    [Theory]
    [InlineData("New-LlmConfig", "InvalidName", "The name and the provider are missing, and nobody answers here.")]
    [InlineData("New-LlmConfig -Provider openai", "InvalidName", "The name is missing, and nobody answers here.")]
    [InlineData("New-LlmConfig work", "UnknownProvider", "The provider is missing, and nobody answers here.")]
    [InlineData("New-LlmConfig -WhatIf", "InvalidName", "The name and the provider are missing, and nobody answers here.")]
    public void Where_nobody_answers_the_error_names_what_was_missing(string script, string code, string problem)
    {
        ErrorRecord error = Try(script).RequireError(code);

        Assert.Equal(problem, error.ErrorDetails.Message);
        Assert.Contains("such as New-LlmConfig work openai", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Store.Folder));
    }

    [Fact]
    public void A_runspace_without_a_host_of_its_own_fails_at_once()
    {
        using var pipeline = System.Management.Automation.PowerShell.Create(InitialSessionState.CreateDefault2());
        pipeline.AddScript("Import-Module $args[0]; New-LlmConfig").AddArgument(Shell.Manifest);

        Task<PSDataCollection<PSObject>> running = pipeline.InvokeAsync();

        Assert.True(running.Wait(TimeSpan.FromSeconds(60)), "It waits for an answer.");
        Assert.StartsWith("InvalidName,", Assert.Single(pipeline.Streams.Error).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIf_asks_says_what_would_be_done_and_makes_nothing()
    {
        Answer("work", "openai", "", "", "unused");

        Assert.Empty(Run("New-LlmConfig -WhatIf").Output);

        Assert.Single(Shell.Host.Lines);
        Assert.Contains("\"Create LLM configuration of OpenAI\" on target \"work\"", Shell.Host.Text, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Store.Folder));
    }

    [Fact]
    public void A_no_to_the_confirmation_makes_nothing()
    {
        Answer("work", "openai", "", "", "sk-test-typed");
        Shell.Host.Answers.Enqueue("No");

        Assert.Empty(Run("New-LlmConfig -Confirm").Output);

        Assert.False(Directory.Exists(Store.Folder));
    }

    [Fact]
    public void A_damaged_store_is_said_before_all_is_typed()
    {
        Run("New-LlmConfig a ollama");
        Store.Damage();
        Answer("work", "openai");

        Try("New-LlmConfig").RequireError("StoreCorrupt");

        Assert.Single(Shell.Host.Questions);
    }

    [Fact]
    public void A_typed_key_shows_nowhere()
    {
        string key = "sk-test-typed-" + Guid.NewGuid().ToString("N");
        foreach (string script in new[] { "New-LlmConfig", "New-LlmConfig -WhatIf", "New-LlmConfig -Verbose -Debug" })
        {
            Answer("work" + script.Length, "anthropic", "", "", "bad\nkey" + key, key);
            CommandResult result = Try(script);

            string text = Leaks.Text(result, Shell.Host);
            Assert.All(Leaks.Forms(key), form => Assert.DoesNotContain(form, text, StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public void A_prompt_of_the_engine_itself_never_comes()
    {
        foreach (ParameterAttribute parameter in typeof(Commands.NewLlmConfigCommand).GetProperties().SelectMany(property => property.GetCustomAttributes(typeof(ParameterAttribute), false)).Cast<ParameterAttribute>())
        {
            Assert.False(parameter.Mandatory);
        }
    }

    private void Answer(params string[] lines)
    {
        Shell.Host.Lines.Clear();
        foreach (string line in lines)
        {
            Shell.Host.Lines.Enqueue(line);
        }
    }
}
