namespace LlmConfig.Tests;

public sealed class ProviderRulesTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("opanai", "openai")]
    [InlineData("Anthropik", "anthropic")]
    [InlineData("azure", "azure-openai")]
    [InlineData("gemini-google", "google")]
    [InlineData("hugging", "huggingface")]
    public void An_unknown_provider_is_refused_with_the_nearest_one(string provider, string nearest)
    {
        LlmConfigException error = Refusal.Of(_store, LlmConfigErrorCode.UnknownProvider, "work", () => Create(provider));

        Assert.Contains($"'{nearest}'", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains(provider, error.Problem, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_store.Path));
    }

    [Theory]
    [InlineData("sk-test-abcdefgh")]
    [InlineData("sk-abcdef")]
    [InlineData("gsk_abcdef")]
    [InlineData("AIzaSyAbcdef")]
    [InlineData("pplx-abcdef")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz")]
    [InlineData("a\nb")]
    [InlineData("")]
    public void What_could_be_a_key_or_does_not_print_is_not_repeated(string provider)
    {
        LlmConfiguration item = _store.Create("other");
        LlmConfigException[] errors =
        [
            Refusal.Of(_store, LlmConfigErrorCode.UnknownProvider, "work", () => Create(provider)),
            Refusal.Of(
                _store,
                LlmConfigErrorCode.UnknownProvider,
                "other",
                () => _store.Open().Update(item.Id, new ConfigurationUpdate { Provider = provider })),
        ];

        Assert.All(errors, error => Assert.Equal(provider.Length > 0 ? "There is no such provider." : "No provider was given.", error.Problem));
        if (provider.Length > 0)
        {
            Assert.All(errors, error => Refusal.AssertNowhere(provider, error));
        }
    }

    [Fact]
    public void A_null_provider_or_one_unlike_any_other_is_refused_with_the_way_to_list_them()
    {
        foreach (string? provider in new[] { null, "zzzzzzzzz", new string('z', 200) })
        {
            LlmConfigException error = Refusal.Of(_store, LlmConfigErrorCode.UnknownProvider, "work", () => Create(provider!));
            Assert.StartsWith("Get-LlmProvider", error.RecommendedAction, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_provider_is_found_without_regard_to_case_and_kept_in_the_catalogues()
    {
        Assert.Equal("openai", Create("OpenAI").Provider);
    }

    [Fact]
    public void The_header_follows_what_the_providers_SDK_does_unless_it_was_chosen()
    {
        LlmConfiguration item = Create("anthropic");
        Assert.False(item.UseAuthHeader);

        item = _store.Open().Update(item.Id, new ConfigurationUpdate { Provider = "openai" });
        Assert.True(item.UseAuthHeader);

        item = _store.Open().Update(item.Id, new ConfigurationUpdate { UseAuthHeader = false });
        item = _store.Open().Update(item.Id, new ConfigurationUpdate { Provider = "mistral" });
        Assert.False(item.UseAuthHeader);
        Assert.True(_store.Open().Create(new NewConfiguration { Name = "b", Provider = "anthropic", UseAuthHeader = true }).UseAuthHeader);
    }

    [Fact]
    public void Every_provider_of_the_catalogue_can_be_configured_and_breaks_no_rule_itself()
    {
        Assert.NotEmpty(LlmProviderCatalog.All);
        Assert.All(LlmProviderCatalog.All, provider =>
        {
            Assert.Matches("^[a-z]+(-[a-z]+)*$", provider.Id);
            Assert.NotEmpty(provider.DisplayName);
            Assert.NotEmpty(provider.KeyVariables);
            Assert.All(provider.KeyVariables, name => Assert.Matches("^[A-Z][A-Z0-9_]+$", name));
            Assert.Equal(provider.KeyHeader is null, provider.UseAuthHeader);
            Assert.True(provider.DefaultBaseUrl is not null || provider.BaseUrlExample is not null);
            if (provider.DefaultBaseUrl is { } url)
            {
                Assert.Equal(url, BaseUrl.Validate(url, provider, "x", allowInsecure: false));
            }

            Assert.Equal(provider.Id, provider.ToString());
            _store.Open().Create(new NewConfiguration { Name = provider.Id, Provider = provider.Id, BaseUrl = provider.DefaultBaseUrl ?? "https://llm.example.com" });
        });
        Assert.Equal(LlmProviderCatalog.All.Count, LlmProviderCatalog.All.Select(provider => provider.Id).Distinct().Count());
        Assert.Contains(LlmProviderCatalog.All, provider => !provider.KeyRequired);
        Assert.Contains(LlmProviderCatalog.All, provider => provider.ExtraHeaders.Count > 0 && provider.BaseUrlVariable is not null && provider.KeyCheck is not null);
    }

    [Fact]
    public void A_configuration_of_a_provider_that_a_newer_version_knows_can_still_be_read_and_changed()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        string text = File.ReadAllText(_store.Paths.ConfigFile).Replace("\"openai\"", "\"tomorrow\"", StringComparison.Ordinal);
        File.WriteAllText(_store.Paths.ConfigFile, text);

        Assert.Null(_store.Open().Get(item.Id).BaseUrl);
        var elsewhere = new ConfigurationUpdate { Model = "m", BaseUrl = "https://llm.example.com" };
        Assert.Equal("m", _store.Open().Update(item.Id, new ConfigurationUpdate { Model = "m" }).Model);
        Refusal.Of(_store, LlmConfigErrorCode.HostMismatch, "work", () => _store.Open().Update(item.Id, elsewhere));
        item = _store.Open().Update(item.Id, elsewhere with { AcceptHostOf = _store.Open().Get(item.Id) });
        Assert.Equal(("tomorrow", "m", "https://llm.example.com"), (item.Provider, item.Model, item.BaseUrl));
    }

    private LlmConfiguration Create(string provider) => _store.Open().Create(new NewConfiguration { Name = "work", Provider = provider });
}
