namespace LlmConfig.Tests;

/// <summary>The core's doubts reach the warning stream and are never errors.</summary>
public sealed class DoubtTests : EngineTest
{
    public DoubtTests()
    {
        Run("Set-LlmConfigStore -Protector KeyFile");
    }

    [Theory]
    [InlineData("New-LlmConfig work anthropic -ApiKey $key", "sk-test-one", "looks like one of OpenAI or DeepSeek, not of Anthropic")]
    [InlineData("New-LlmConfig work openai -ApiKey $key", "sk-ant-one", "looks like one of Anthropic, not of OpenAI")]
    [InlineData("New-LlmConfig work openai -ApiKey $key", "<key>", "looks like a placeholder in brackets")]
    [InlineData("New-LlmConfig work openai -ApiKey $key -WhatIf", "your-api-key", "looks like a placeholder")]
    [InlineData("New-LlmConfig work openai -ApiKeyFromEnvironment LLMCONFIG_TEST_KEY", "$env:OPENAI_API_KEY", "the name of a variable")]
    [InlineData("$null = New-LlmConfig work openai -WarningAction SilentlyContinue; Set-LlmConfig work -ApiKey $key", "changeme", "looks like a placeholder")]
    [InlineData("$null = New-LlmConfig work openai -WarningAction SilentlyContinue; Set-LlmConfig work -ApiKey $key -WhatIf", "changeme", "looks like a placeholder")]
    [InlineData("New-LlmConfig work openai -BaseUrl https://openrouter.ai/api/v1 -ApiKey $key", "sk-or-one", "is that of OpenRouter")]
    public void A_doubt_is_one_warning(string script, string key, string doubt)
    {
        Store.SetVariable("LLMCONFIG_TEST_KEY", key);

        string warning = Assert.Single(Run(script, ("key", Secure(key))).Warnings);

        Assert.Contains(doubt, warning, StringComparison.Ordinal);
        Assert.DoesNotContain(key, warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_another_configuration_has_is_one_warning_for_the_pipeline()
    {
        Run("New-LlmConfig a openai -ApiKey $key", ("key", Secure("sk-one")));
        object[] rows = [.. new[] { "b", "c" }.Select(name => Row(("Name", name), ("Provider", "openai"), ("ApiKey", Secure("sk-one"))))];

        Assert.StartsWith("'a', 'b' and 'c' have the same key.", Assert.Single(Run("$rows | New-LlmConfig", ("rows", rows)).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_warning_that_is_to_stop_stops_after_the_change_was_made()
    {
        Assert.NotNull(Try("New-LlmConfig work openai -ApiKey $key -WarningAction Stop", ("key", Secure("changeme"))).Thrown);

        Assert.Equal("changeme", KeyOf("work"));
    }
}
