namespace LlmConfig.Tests;

public sealed class NewLlmConfigTests : EngineTest
{
    [Fact]
    public void All_settings_are_kept()
    {
        LlmConfiguration made = Run(
            "New-LlmConfig -Name ' work ' -Provider OpenAI -ApiKey $key -BaseUrl https://llm.example.com/v1 -UseAuthHeader $false -Model gpt-5 -Vault llmconfig -AsDefault",
            ("key", Secure("sk-one"))).Configuration;

        Assert.Equal("work", made.Name);
        Assert.Equal("openai", made.Provider);
        Assert.Equal("https://llm.example.com/v1", made.BaseUrl);
        Assert.False(made.UseAuthHeader);
        Assert.Equal("gpt-5", made.Model);
        Assert.Equal("LlmConfig", made.Vault);
        Assert.True(made.IsDefault);
        Assert.Equal(made, Stored("work"));
        Assert.Equal("sk-one", KeyOf("work"));
    }

    [Fact]
    public void Name_and_provider_are_positional_and_the_rest_has_the_providers_defaults()
    {
        LlmConfiguration made = Run("New-LlmConfig local ollama").Configuration;

        Assert.Equal("http://127.0.0.1:11434/v1", made.BaseUrl);
        Assert.Null(made.Vault);
        Assert.Null(made.KeyUpdatedAt);
    }

    [Fact]
    public void A_key_is_not_positional()
    {
        Try("New-LlmConfig a openai $key", ("key", Secure("sk-one"))).RequireError("InvalidArgument");

        Assert.False(Directory.Exists(Store.Folder));
    }

    [Fact]
    public void A_key_comes_from_an_environment_variable()
    {
        Store.SetVariable("LLMCONFIG_TEST_KEY", "sk-from-variable");

        Run("New-LlmConfig a openai -ApiKeyFromEnvironment LLMCONFIG_TEST_KEY");

        Assert.Equal("sk-from-variable", KeyOf("a"));
    }

    [Fact]
    public void Rows_of_a_csv_file_bind_by_property_name_with_texts_for_truth()
    {
        object[] rows =
        [
            Row(("Name", "a"), ("Provider", "anthropic"), ("UseAuthHeader", "true"), ("Model", "m1"), ("BaseUrl", ""), ("AsDefault", "false"), ("AllowInsecureBaseUrl", "")),
            Row(("Name", "b"), ("Provider", "openai"), ("UseAuthHeader", "False"), ("Model", ""), ("BaseUrl", "http://10.0.0.1/v1"), ("AsDefault", "true"), ("AllowInsecureBaseUrl", "True")),
            Row(("Name", "c"), ("Provider", "anthropic"), ("UseAuthHeader", ""), ("Model", " "), ("BaseUrl", "https://c.example.com"), ("AsDefault", ""), ("AllowInsecureBaseUrl", "FALSE")),
        ];

        IReadOnlyList<LlmConfiguration> made = Run("$rows | New-LlmConfig", ("rows", rows)).Configurations;

        Assert.Equal(["a", "b", "c"], made.Select(item => item.Name));
        Assert.Equal([true, false, false], made.Select(item => item.UseAuthHeader));
        Assert.Equal(["m1", null, null], made.Select(item => item.Model));
        Assert.Equal([false, true, false], made.Select(item => item.IsDefault));
        Assert.Equal("http://10.0.0.1/v1", made[1].BaseUrl);
    }

    [Fact]
    public void A_false_in_a_csv_file_does_not_allow_an_insecure_url()
    {
        PSObject row = Row(("Name", "a"), ("Provider", "openai"), ("BaseUrl", "http://10.0.0.1/v1"), ("AllowInsecureBaseUrl", "false"));

        Try("$row | New-LlmConfig", ("row", row)).RequireError("InsecureBaseUrl");
    }

    [Fact]
    public void A_text_that_is_no_truth_is_refused()
    {
        CommandResult result = Try("$row | New-LlmConfig", ("row", Row(("Name", "a"), ("Provider", "openai"), ("UseAuthHeader", "maybe"))));

        Assert.Single(result.Errors);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void A_setting_of_one_record_does_not_stick_to_the_next()
    {
        object[] rows =
        [
            Row(("Name", "a"), ("Provider", "openai"), ("Model", "m"), ("ApiKey", Secure("sk-a")), ("AsDefault", "true"), ("BaseUrl", "https://a.example.com"), ("UseAuthHeader", false)),
            Row(("Name", "b"), ("Provider", "openai")),
        ];

        LlmConfiguration second = Run("$rows | New-LlmConfig", ("rows", rows)).Configurations[1];

        Assert.Null(second.Model);
        Assert.Null(second.Vault);
        Assert.False(second.IsDefault);
        Assert.True(second.UseAuthHeader);
        Assert.Equal("https://api.openai.com/v1", second.BaseUrl);
        Assert.True(Stored("a").IsDefault);
    }

    [Theory]
    [InlineData("New-LlmConfig a ollama; New-LlmConfig b ollama", "a")]
    [InlineData("New-LlmConfig a ollama -AsDefault:$false; New-LlmConfig b ollama", "")]
    [InlineData("[pscustomobject]@{ Name = 'a'; Provider = 'ollama' }, [pscustomobject]@{ Name = 'b'; Provider = 'ollama' } | New-LlmConfig", "a")]
    [InlineData("[pscustomobject]@{ Name = 'a'; Provider = 'ollama'; AsDefault = 'false' } | New-LlmConfig", "")]
    [InlineData("New-LlmConfig a ollama; Remove-LlmConfig a; New-LlmConfig b ollama", "b")]
    public void The_first_of_a_store_is_the_default_unless_it_is_said_otherwise(string script, string name)
    {
        Run(script);

        Assert.Equal(name, string.Concat(Run("Get-LlmConfig | Where-Object IsDefault").Names));
    }

    [Fact]
    public void A_later_default_takes_the_place_of_the_earlier_one()
    {
        Run("New-LlmConfig a openai -AsDefault; New-LlmConfig b openai -AsDefault");

        Assert.Equal(["b"], Run("Get-LlmConfig -Default").Names);
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("it's \"quoted\"")]
    [InlineData("[ab]*?")]
    [InlineData("$(exit) `n")]
    [InlineData("Ünïcode 模型 👩‍💻")]
    public void Any_printable_name_is_found_again(string name)
    {
        Run("New-LlmConfig $name openai; New-LlmConfig a openai; New-LlmConfig b openai", ("name", name));

        Assert.Equal(name, Run("Get-LlmConfig $name", ("name", name)).Configuration.Name);
    }

    [Fact]
    public void Verbose_says_where_the_key_lies()
    {
        CommandResult result = Run("New-LlmConfig a openai -ApiKey $key -Verbose", ("key", Secure("sk-a")));

        Assert.Contains(result.Talk, line => line.Contains("the vault 'LlmConfig'", StringComparison.Ordinal));
    }
}
