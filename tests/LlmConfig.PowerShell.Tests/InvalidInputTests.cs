namespace LlmConfig.Tests;

public sealed class InvalidInputTests : EngineTest
{
    private readonly SortedDictionary<string, string> _before;

    public InvalidInputTests()
    {
        Run("New-LlmConfig taken openai -ApiKey $key; New-LlmConfig other openai", ("key", Secure("sk-one")));
        _before = Store.Contents();
    }

    public static TheoryData<string> BadNames =>
    [
        "",
        " ",
        "\u00a0",
        new string('x', 101),
        "two\nlines",
        "carriage\rreturn",
        "tab\tbed",
        "esc\u001b[31m",
        "nul\0",
        "c1\u009b31m",
        "bidi\u202eoverride",
        "bidi\u2066isolate\u2069",
        "zero\u200bwidth",
        "bom\ufeff",
        "line\u2028separator",
        "half\ud83d",
        "0b8e9f3c-1d2e-4f5a-8b6c-7d8e9f0a1b2c",
        "{0b8e9f3c-1d2e-4f5a-8b6c-7d8e9f0a1b2c}",
        "0b8e9f3c1d2e4f5a8b6c7d8e9f0a1b2c",
    ];

    public static TheoryData<string> BadUrls =>
    [
        "relative/path",
        "/absolute/path",
        "api.example.com/v1",
        "//api.example.com",
        "ftp://api.example.com",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///v1",
        "https://user:hunter2pass@api.example.com/v1",
        "https://hunter2pass@api.example.com/v1",
        "https://api.example.com/v1#hunter2pass",
        "https://api.example.com/a b",
        "https://api.example.com/\u001b[31m",
        "https://api.example.com\\@evil.example.com",
        "https://api.example.com:99999/v1",
        "https://[::1/v1",
    ];

    public static TheoryData<string> InsecureUrls =>
    [
        "http://api.example.com/v1",
        "http://10.0.0.1/v1",
        "HTTP://192.168.1.1",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://0.0.0.0:8080",
    ];

    public static TheoryData<string> BadKeys =>
    [
        "",
        " ",
        "\t ",
        "hunter2\npass",
        "hunter2\rpass",
        "hunter2\0pass",
        "hunter2\u001bpass",
        "hunter2pass" + new string('x', 16 * 1024),
        new string('ü', (8 * 1024) + 1),
    ];

    [Theory]
    [MemberData(nameof(BadNames))]
    public void A_bad_name_is_refused_and_shown_without_what_does_not_print(string name)
    {
        foreach (string script in new[] { "New-LlmConfig $name openai -ApiKey $key", "Set-LlmConfig other -NewName $name", "$row | New-LlmConfig" })
        {
            ErrorRecord error = Try(
                script,
                ("name", name),
                ("key", Secure("sk-two")),
                ("row", Row(("Name", name), ("Provider", "openai")))).RequireError("InvalidName");

            AssertPrintable(error);
            Assert.Equal(_before, Store.Contents());
        }
    }

    [Theory]
    [InlineData("taken")]
    [InlineData("TAKEN")]
    [InlineData("  taken  ")]
    public void A_name_that_is_taken_is_refused(string name)
    {
        Try("New-LlmConfig $name openai -ApiKey $key", ("name", name), ("key", Secure("sk-two"))).RequireError("DuplicateName");
        Try("Set-LlmConfig other -NewName $name", ("name", name)).RequireError("DuplicateName");

        Assert.Equal(_before, Store.Contents());
    }

    [Fact]
    public void A_name_may_change_its_own_case()
    {
        Run("Set-LlmConfig taken -NewName TAKEN");

        Assert.Equal("TAKEN", Stored("taken").Name);
    }

    [Theory]
    [MemberData(nameof(BadUrls))]
    public void A_bad_url_is_refused_and_never_repeated(string url)
    {
        foreach (string script in new[] { "New-LlmConfig new openai -BaseUrl $url -ApiKey $key", "Set-LlmConfig taken -BaseUrl $url -Force", "Set-LlmConfig taken -BaseUrl $url" })
        {
            ErrorRecord error = Try(script, ("url", url), ("key", Secure("sk-two"))).RequireError("InvalidBaseUrl");

            AssertPrintable(error);
            Assert.DoesNotContain("hunter2pass", Leaks.Text(error), StringComparison.Ordinal);
            Assert.Equal(_before, Store.Contents());
        }
    }

    [Theory]
    [MemberData(nameof(InsecureUrls))]
    public void Plain_http_to_another_machine_is_refused_unless_it_is_allowed(string url)
    {
        Try("New-LlmConfig new openai -BaseUrl $url", ("url", url)).RequireError("InsecureBaseUrl");
        Try("Set-LlmConfig other -BaseUrl $url", ("url", url)).RequireError("InsecureBaseUrl");
        Assert.Equal(_before, Store.Contents());

        Run("New-LlmConfig new openai -BaseUrl $url -AllowInsecureBaseUrl; Set-LlmConfig other -BaseUrl $url -AllowInsecureBaseUrl", ("url", url));
    }

    [Theory]
    [InlineData("http://localhost:8080")]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://[::1]:1234/v1")]
    public void Plain_http_to_this_machine_is_allowed(string url)
    {
        Assert.Equal(url, Run("New-LlmConfig new openai -BaseUrl $url", ("url", url)).Configuration.BaseUrl);
    }

    [Theory]
    [MemberData(nameof(BadKeys))]
    public void A_bad_key_is_refused_and_never_repeated(string key)
    {
        Store.SetVariable("LLMCONFIG_TEST_KEY", key.Replace("\0", "\n", StringComparison.Ordinal));
        foreach (string script in new[]
        {
            "New-LlmConfig new openai -ApiKey $key",
            "Set-LlmConfig taken -ApiKey $key",
            "$row | New-LlmConfig",
            "New-LlmConfig new openai -ApiKeyFromEnvironment LLMCONFIG_TEST_KEY",
            "Set-LlmConfig taken -ApiKeyFromEnvironment LLMCONFIG_TEST_KEY",
        })
        {
            ErrorRecord error = Try(
                script,
                ("key", Secure(key)),
                ("row", Row(("Name", "new"), ("Provider", "openai"), ("ApiKey", Secure(key))))).RequireError("InvalidKey");

            AssertPrintable(error);
            Assert.DoesNotContain("hunter2", Leaks.Text(error), StringComparison.Ordinal);
            Assert.Equal(_before, Store.Contents());
        }
    }

    [Fact]
    public void A_key_with_half_a_character_is_refused()
    {
        ErrorRecord error = Try("New-LlmConfig new openai -ApiKey $key", ("key", Secure("hunter2\ud800pass"))).RequireError("InvalidKey");

        Assert.DoesNotContain("hunter2", Leaks.Text(error), StringComparison.Ordinal);
        Assert.Equal(_before, Store.Contents());
    }

    [Theory]
    [InlineData("New-LlmConfig new openai -ApiKey $null")]
    [InlineData("New-LlmConfig new openai -ApiKey ''")]
    [InlineData("New-LlmConfig new openai -ApiKey plain")]
    [InlineData("New-LlmConfig new openai -ApiKey 42")]
    [InlineData("Set-LlmConfig taken -ApiKey $null")]
    [InlineData("Set-LlmConfig taken -ApiKey plain")]
    [InlineData("$row | New-LlmConfig")]
    [InlineData("$row | Set-LlmConfig")]
    public void A_key_that_is_no_SecureString_is_refused(string script)
    {
        ErrorRecord error = Try(script, ("row", Row(("Name", "taken"), ("Provider", "openai"), ("ApiKey", "hunter2")))).RequireError("InvalidKey");

        Assert.Contains("SecureString", error.ToString() + error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(_before, Store.Contents());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("nobody")]
    [InlineData("esc\u001b[31m")]
    [InlineData("sk-proj-hunter2hunter2")]
    public void An_unknown_provider_is_refused(string provider)
    {
        foreach (string script in new[] { "New-LlmConfig new $provider -ApiKey $key", "Set-LlmConfig taken -Provider $provider -Force" })
        {
            ErrorRecord error = Try(script, ("provider", provider), ("key", Secure("sk-two"))).RequireError("UnknownProvider");

            AssertPrintable(error);
            Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
            Assert.Equal(_before, Store.Contents());
        }
    }

    [Theory]
    [InlineData("azure-openai")]
    [InlineData("bedrock")]
    [InlineData("openai-compatible")]
    public void A_missing_base_url_is_refused_with_an_example(string provider)
    {
        ErrorRecord error = Try("New-LlmConfig new $provider -ApiKey $key", ("provider", provider), ("key", Secure("sk-two"))).RequireError("InvalidBaseUrl");

        Assert.Contains("-BaseUrl", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("http", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(_before, Store.Contents());
    }

    [Theory]
    [InlineData("New-LlmConfig new openai -ApiKey $key -Vault $text")]
    [InlineData("Set-LlmConfig taken -Vault $text")]
    [InlineData("Set-LlmConfigStore -DefaultVault $text")]
    [InlineData("New-LlmConfig $text openai -ApiKey $bad")]
    [InlineData("Get-LlmConfig $text")]
    [InlineData("Get-LlmProvider $text")]
    public void No_error_repeats_characters_that_steer_a_terminal(string script)
    {
        AssertPrintable(Try(script, ("text", "red\u001bm\u202e"), ("key", Secure("sk-two")), ("bad", Secure(" "))).Error);
        Assert.Equal(_before, Store.Contents());
    }

    private static void AssertPrintable(ErrorRecord error)
    {
        string shown = $"{error}{error.ErrorDetails.RecommendedAction}{error.Exception.Message}{error.TargetObject}{error.CategoryInfo}";
        Assert.DoesNotContain(shown, c => char.IsControl(c) || c is '\u202e' or '\u2066' or '\u200b' or '\ufeff' or '\u2028');
    }
}
