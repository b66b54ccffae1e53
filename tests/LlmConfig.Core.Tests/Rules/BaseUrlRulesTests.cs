namespace LlmConfig.Tests;

public sealed class BaseUrlRulesTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public static TheoryData<string> BadUrls =>
    [
        "/v1", "v1/chat", "//host/v1", "api.example.com", "ftp://api.example.com", "file:///etc/passwd", "javascript:alert(1)", "http:", "https://",
        "https:///v1", "https://?q", "https://:443/", "http:/host", "https://user:hunter2@api.example.com/v1", "https://user@api.example.com",
        "https://@api.example.com", "https://:hunter2@api.example.com", "https://user%3Ahunter2@host", "https://a@b@c/",
        "https://api.example.com/v1#fragment", "https://api.example.com/#", "https:\\\\api.example.com", "https://api.example.com\\@evil.example",
        "https://api.example.com/a b", "https://api.example.com/\nx", "https://api.example.com/\u001B[0m", "https://api.example.com/a\0",
        "https://host:99999/", "https://ho st/", "https://[::1/", "https://\uFF20evil.example/x", "https://user\uFF20evil.example/x", "https://api.example.com\uFF0F.evil.example/",
        "https://\u0430pi.openai.com/v1", "https://api.op\u0435nai.com/v1", "https://api.openai.com\u2044.evil.example/", "https://api.openai.com\u2215v1.evil.example/",
        "https://api.openai.com\u29F8evil.example/", "https://api\u00B7openai.com/", "https://\u03BFpenai.com", "https://api.example.com/half\uD800", "https://api.example.com/a\u202Eb", "https://api.example.com/\u200B",
    ];

    public static TheoryData<string> InsecureUrls =>
    [
        "http://api.example.com/v1", "HTTP://api.example.com", "http://localhost.evil.example/", "http://127.0.0.1.evil.example",
        "http://evil.example/localhost", "http://10.0.0.1:8080", "http://0.0.0.0:8000", "http://[fe80::1]/", "http://xlocalhost/",
        "http://notlocalhost:1234", "http://128.0.0.1/", "http://x.localhost/", "http://api.localhost:3000/", "http://0177.0.0.1/", "http://127.1/v1",
        "http://2130706433/", "http://0x7f.0.0.1/", "http://127.0.0.01:8000/", "http://[::ffff:127.0.0.1]/", "http://[0:0:0:0:0:0:0:1]/", "http://localhost./",
    ];

    public static TheoryData<string> GoodUrls =>
    [
        "https://api.example.com", "https://api.example.com/v1?api-version=2024-10-21", "HTTPS://API.EXAMPLE.COM/", "http://localhost:8000/v1",
        "http://LOCALHOST", "http://127.0.0.1:11434/v1", "http://127.8.9.1/", "http://[::1]:8080/v1", "http://127.255.255.254",
        "https://bücher.example/v1", "https://例え.example/v1", "https://почта.example", "https://тест-1.пример/", "https://shop日本.example", "https://api.example.com/a@b", "https://api.example.com?x=a@b",
    ];

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("https://llm.example/v1/chat/completions", "ends in /chat/completions")]
    [InlineData("https://llm.example/v1/messages/", "ends in /v1/messages")]
    [InlineData("https://llm.example/openai?api-version=2024-10-21", "holds a query")]
    public void An_address_of_one_request_or_with_a_query_is_taken_with_a_warning(string url, string said)
    {
        _store.Open().Create(new NewConfiguration { Name = "work", Provider = "openai-compatible", BaseUrl = url });

        Assert.Contains(_store.Warnings, warning => warning.Message.Contains(said, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(BadUrls), DisableDiscoveryEnumeration = true)]
    public void A_bad_URL_is_refused_on_creation_and_on_change_and_never_repeated(string url)
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());

        LlmConfigException[] errors =
        [
            Refusal.Of(_store, LlmConfigErrorCode.InvalidBaseUrl, "new", () => Create("new", url)),
            Refusal.Of(_store, LlmConfigErrorCode.InvalidBaseUrl, "new", () => Create("new", url, allowInsecure: true)),
            Refusal.Of(_store, LlmConfigErrorCode.InvalidBaseUrl, "work", () => _store.Open().Update(item.Id, new ConfigurationUpdate { BaseUrl = url })),
        ];

        Assert.All(errors, error => Refusal.AssertNowhere("hunter2", error));
        Assert.All(errors, error => Refusal.AssertNowhere("evil.example", error));
    }

    [Theory]
    [InlineData("https://\u0430\u0440\u0440\u04CF\u0435.com/v1", "https://xn--80ak6aa92e.com/v1")]
    [InlineData("https://bücher.example:8443/ü?x=1", "https://xn--bcher-kva.example:8443/ü?x=1")]
    [InlineData("https://api.openai.com/v1", "https://api.openai.com/v1")]
    [InlineData("https://api.openai.com/\u202E", "https://api.openai.com/\\u{202E}")]
    public void A_URL_is_shown_with_its_host_in_ASCII(string url, string shown) => Assert.Equal(shown, DisplayText.WithAsciiHost(url));

    [Fact]
    public void A_URL_of_more_than_2048_characters_is_refused_and_one_of_2048_is_not()
    {
        string longest = "https://api.example.com/".PadRight(2048, 'a');

        Refusal.Of(_store, LlmConfigErrorCode.InvalidBaseUrl, "new", () => Create("new", longest + "a"));
        Assert.Equal(longest, Create("new", longest).BaseUrl);
    }

    [Theory]
    [MemberData(nameof(InsecureUrls))]
    public void Plain_http_to_another_machine_is_refused_unless_it_is_allowed(string url)
    {
        LlmConfigException error = Refusal.Of(_store, LlmConfigErrorCode.InsecureBaseUrl, "new", () => Create("new", url));

        Assert.DoesNotContain(url, error.ToString(), StringComparison.OrdinalIgnoreCase);
        LlmConfiguration item = Create("new", url, allowInsecure: true);
        Assert.Equal(url, item.BaseUrl);
        Refusal.Of(
            _store,
            LlmConfigErrorCode.InsecureBaseUrl,
            "new",
            () => _store.Open().Update(item.Id, new ConfigurationUpdate { BaseUrl = "http://other.example/" }));
    }

    [Theory]
    [MemberData(nameof(GoodUrls))]
    public void A_good_URL_is_kept_as_it_was_written_without_spaces_around_it(string url)
    {
        LlmConfiguration item = Create("new", $"  {url} ");

        Assert.Equal(url, item.BaseUrl);
        Assert.Equal(url, StoreDocument.Read(File.ReadAllBytes(_store.Paths.ConfigFile)).Configurations[0].BaseUrl);
    }

    [Theory]
    [InlineData("azure-openai")]
    [InlineData("bedrock")]
    [InlineData("openai-compatible")]
    public void A_provider_without_a_default_URL_asks_for_one(string provider)
    {
        LlmConfigException error = Refusal.Of(
            _store,
            LlmConfigErrorCode.InvalidBaseUrl,
            "new",
            () => _store.Open().Create(new NewConfiguration { Name = "new", Provider = provider, BaseUrl = "  " }));

        Assert.Contains("-BaseUrl", error.RecommendedAction, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_store.Path));
    }

    [Fact]
    public void A_change_to_a_provider_without_a_default_URL_asks_for_one_too()
    {
        LlmConfiguration item = _store.Create("work");

        Refusal.Of(
            _store,
            LlmConfigErrorCode.InvalidBaseUrl,
            "work",
            () => _store.Open().Update(item.Id, new ConfigurationUpdate { Provider = "azure-openai" }));
        item = _store.Open().Update(item.Id, new ConfigurationUpdate { Provider = "azure-openai", BaseUrl = "https://x.openai.azure.com/openai/v1" });
        Refusal.Of(
            _store,
            LlmConfigErrorCode.InvalidBaseUrl,
            "work",
            () => _store.Open().Update(item.Id, new ConfigurationUpdate { BaseUrl = string.Empty }));
    }

    [Fact]
    public void Without_a_URL_of_its_own_a_configuration_follows_its_providers_default()
    {
        LlmConfiguration item = _store.Create("work");

        Assert.Equal("https://api.openai.com/v1", item.BaseUrl);
        item = _store.Open().Update(item.Id, new ConfigurationUpdate { Provider = "groq" });
        Assert.Equal("https://api.groq.com/openai/v1", item.BaseUrl);
        item = _store.Open().Update(item.Id, new ConfigurationUpdate { BaseUrl = "https://llm.example.com/v1" });
        item = _store.Open().Update(item.Id, new ConfigurationUpdate { Provider = "openai" });
        Assert.Equal("https://llm.example.com/v1", item.BaseUrl);
        item = _store.Open().Update(item.Id, new ConfigurationUpdate { BaseUrl = " " });
        Assert.Equal("https://api.openai.com/v1", item.BaseUrl);
    }

    [Fact]
    public void A_URL_that_is_given_together_with_another_provider_is_the_one_in_force_even_if_it_was_the_old_default()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());

        var update = new ConfigurationUpdate { Provider = "openrouter", BaseUrl = "https://api.openai.com/v1" };
        Assert.False(update.SendsKeptKeyElsewhere(item));
        Assert.Equal("https://api.openai.com/v1", _store.Open().Update(item.Id, update).BaseUrl);
    }

    [Fact]
    public void Whether_a_kept_key_would_go_to_another_place_is_told_by_scheme_host_and_port()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        using ApiKey key = ApiKey.From(TestKey.New(), "work");

        Assert.True(new ConfigurationUpdate { BaseUrl = "https://evil.example/v1" }.SendsKeptKeyElsewhere(item));
        Assert.True(new ConfigurationUpdate { BaseUrl = "https://api.openai.com:8443/v1" }.SendsKeptKeyElsewhere(item));
        Assert.True(new ConfigurationUpdate { BaseUrl = "http://api.openai.com/v1", AllowInsecureBaseUrl = true }.SendsKeptKeyElsewhere(item));
        Assert.True(new ConfigurationUpdate { Provider = "groq" }.SendsKeptKeyElsewhere(item));
        Assert.False(new ConfigurationUpdate { BaseUrl = "https://API.openai.com:443/v2" }.SendsKeptKeyElsewhere(item));
        Assert.False(new ConfigurationUpdate { BaseUrl = "http://api.openai.com/v1" }.SendsKeptKeyElsewhere(item), "It is refused anyway.");
        Assert.False(new ConfigurationUpdate { Model = "m" }.SendsKeptKeyElsewhere(item));
        Assert.False(new ConfigurationUpdate { BaseUrl = "https://evil.example", Key = key }.SendsKeptKeyElsewhere(item));
        Assert.False(new ConfigurationUpdate { BaseUrl = "https://evil.example", RemoveKey = true }.SendsKeptKeyElsewhere(item));
        Assert.False(new ConfigurationUpdate { BaseUrl = "https://evil.example" }.SendsKeptKeyElsewhere(_store.Create("keyless")));
    }

    private LlmConfiguration Create(string name, string url, bool allowInsecure = false) =>
        _store.Open().Create(new NewConfiguration { Name = name, Provider = "openai", BaseUrl = url, AllowInsecureBaseUrl = allowInsecure });
}
