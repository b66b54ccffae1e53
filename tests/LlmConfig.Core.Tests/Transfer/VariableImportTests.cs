namespace LlmConfig.Tests;

/// <summary>What is found in variables, as the providers' SDKs read them.</summary>
public sealed class VariableImportTests
{
    [Fact]
    public void Every_key_variable_of_the_catalogue_is_found()
    {
        foreach (LlmProvider provider in LlmProviderCatalog.All.Where(provider => provider.Id != "openai-compatible"))
        {
            foreach (string variable in provider.KeyVariables)
            {
                ImportItem item = Assert.Single(Find((variable, "sk-test-1")));
                Assert.Equal((provider.Id, provider.Id, true), (item.Name, item.Provider, item.HasKey));
                Assert.Contains(variable, item.Origin, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Of_several_key_variables_the_one_that_the_SDK_reads_first_counts_and_an_empty_one_does_not()
    {
        Assert.Equal("sk-test-g", Key(("GEMINI_API_KEY", "sk-test-x"), ("GOOGLE_API_KEY", "sk-test-g")));
        Assert.Equal("sk-test-x", Key(("GEMINI_API_KEY", "sk-test-x"), ("GOOGLE_API_KEY", " ")));
        Assert.Equal("sk-test-c", Key(("COHERE_API_KEY", "sk-test-x"), ("CO_API_KEY", "sk-test-c")));
    }

    [Fact]
    public void The_bearer_token_of_Anthropic_goes_out_as_that()
    {
        Assert.True(Assert.Single(Find(("ANTHROPIC_AUTH_TOKEN", "sk-test-1"))).UseAuthHeader);
        Assert.Null(Assert.Single(Find(("ANTHROPIC_AUTH_TOKEN", "sk-test-1"), ("ANTHROPIC_API_KEY", "sk-test-2"))).UseAuthHeader);
    }

    [Theory]
    [InlineData("OPENAI_API_KEY", "OPENAI_BASE_URL", "https://eu.api.openai.com/v1", "openai", "https://eu.api.openai.com/v1")]
    [InlineData("OPENAI_API_KEY", "OPENAI_BASE_URL", "https://api.openai.com/v1/", "openai", null)]
    [InlineData("OPENAI_API_KEY", "OPENAI_BASE_URL", "https://gateway.example/v1", "openai-compatible", "https://gateway.example/v1")]
    [InlineData("OPENAI_API_KEY", "OPENAI_BASE_URL", "https://openai.com.evil.example/v1", "openai-compatible", "https://openai.com.evil.example/v1")]
    [InlineData("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "https://proxy.example", "anthropic", "https://proxy.example")]
    [InlineData("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", "https://x.openai.azure.com/", "azure-openai", "https://x.openai.azure.com/openai/v1")]
    [InlineData("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", "https://x.example/own/path", "azure-openai", "https://x.example/own/path/openai/v1")]
    [InlineData("GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL", "https://proxy.example", "google", "https://proxy.example/v1beta")]
    [InlineData("GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL", "https://generativelanguage.googleapis.com/", "google", null)]
    [InlineData("GROQ_API_KEY", "GROQ_BASE_URL", "https://api.groq.com", "groq", null)]
    [InlineData("GROQ_API_KEY", "GROQ_BASE_URL", "https://api.groq.com/openai/v1", "groq", null)]
    [InlineData("GROQ_API_KEY", "GROQ_BASE_URL", "https://proxy.example/groq/", "groq", "https://proxy.example/groq/openai/v1")]
    [InlineData("CO_API_KEY", "CO_API_URL", "https://proxy.example", "cohere", "https://proxy.example")]
    [InlineData("TOGETHER_API_KEY", "TOGETHER_BASE_URL", "https://proxy.example/v1", "together", "https://proxy.example/v1")]
    [InlineData("PERPLEXITY_API_KEY", "PERPLEXITY_BASE_URL", " https://proxy.example ", "perplexity", "https://proxy.example")]
    [InlineData("AWS_BEARER_TOKEN_BEDROCK", "AWS_BEDROCK_BASE_URL", "https://b.example/openai/v1", "bedrock", "https://b.example/openai/v1")]
    [InlineData("AWS_BEARER_TOKEN_BEDROCK", "AWS_REGION", "eu-central-1", "bedrock", "https://bedrock-runtime.eu-central-1.amazonaws.com/openai/v1")]
    [InlineData("AWS_BEARER_TOKEN_BEDROCK", "AWS_DEFAULT_REGION", "us-east-1", "bedrock", "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1")]
    [InlineData("AWS_BEARER_TOKEN_BEDROCK", "AWS_REGION", "evil.example/", "bedrock", null)]
    public void A_base_url_variable_means_what_the_SDK_makes_of_it(string key, string variable, string value, string provider, string? url)
    {
        ImportItem item = Assert.Single(Find((key, "sk-test-1"), (variable, value)));

        Assert.Equal((provider, url), (item.Provider, item.BaseUrl));
    }

    [Theory]
    [InlineData("127.0.0.1:11434", null)]
    [InlineData("", "none")]
    [InlineData("localhost", "http://localhost:11434/v1")]
    [InlineData(":8080", "http://127.0.0.1:8080/v1")]
    [InlineData("0.0.0.0", null)]
    [InlineData("0.0.0.0:8080", "http://127.0.0.1:8080/v1")]
    [InlineData("http://1.2.3.4", "http://1.2.3.4/v1")]
    [InlineData("https://ollama.example", "https://ollama.example/v1")]
    [InlineData("https://ollama.example:8443/", "https://ollama.example:8443/v1")]
    [InlineData("example.com/path", "http://example.com:11434/path/v1")]
    [InlineData("[::1]", "http://[::1]:11434/v1")]
    [InlineData("[::]:8080", "http://[::1]:8080/v1")]
    [InlineData("::1", "http://[::1]:11434/v1")]
    [InlineData("'myhost:1'", "http://myhost:1/v1")]
    public void The_host_of_ollama_may_lack_scheme_port_and_path(string value, string? url)
    {
        IReadOnlyList<ImportItem> items = Find(("OLLAMA_HOST", value));

        if (url == "none")
        {
            Assert.Empty(items);
            return;
        }

        ImportItem item = Assert.Single(items);
        Assert.Equal(("ollama", url, false), (item.Name, item.BaseUrl, item.HasKey));
    }

    [Fact]
    public void A_model_comes_along_with_its_key()
    {
        Assert.Equal("gpt-5", Assert.Single(Find(("OPENAI_API_KEY", "sk-test-1"), ("OPENAI_MODEL", " gpt-5 "))).Model);
        Assert.Empty(Find(("OPENAI_MODEL", "gpt-5")));
    }

    [Fact]
    public void What_Use_LlmConfig_sets_is_imported_as_what_it_was()
    {
        foreach (LlmProvider provider in LlmProviderCatalog.All.Where(provider => provider.BaseUrlVariable is not null && provider.Id != "openai"))
        {
            string url = "https://llm.example/some" + (provider.BaseUrlTails.Count > 0 ? provider.BaseUrlTails[0] : string.Empty);
            string value = provider.BaseUrlTails.Count > 0 ? provider.WithoutTail(url) : url;
            ImportItem item = Assert.Single(Find((provider.KeyVariables[0], "sk-test-1"), (provider.BaseUrlVariable!, value)));
            Assert.Equal((provider.Id, url), (item.Provider, item.BaseUrl));
        }
    }

    [Fact]
    public void A_base_url_without_its_key_is_left_alone_unless_no_key_is_needed()
    {
        Assert.Empty(Find(
            ("OPENAI_BASE_URL", "https://api.openai.com/v1"),
            ("ANTHROPIC_BASE_URL", "https://proxy.example"),
            ("AZURE_OPENAI_ENDPOINT", "https://x.openai.azure.com"),
            ("GROQ_BASE_URL", "https://proxy.example"),
            ("AWS_REGION", "eu-central-1")));
        Assert.Equal("openai-compatible", Assert.Single(Find(("OPENAI_BASE_URL", "http://127.0.0.1:9/v1"))).Name);
    }

    [Fact]
    public void Providers_can_be_chosen()
    {
        using var source = new ImportSource("variables");
        ProviderVariables.Find(source, name => null, name => ApiKey.From("sk-test-1", null), "the variable", id => id == "groq");
        Assert.Equal(["groq"], source.Items.Select(item => item.Name));
    }

    [Fact]
    public void A_value_that_is_no_key_is_an_error_of_its_provider_and_not_of_the_others()
    {
        using var source = new ImportSource("variables");
        ProviderVariables.Find(
            source,
            _ => null,
            name => name is "OPENAI_API_KEY" or "GROQ_API_KEY" ? ApiKey.From(name == "GROQ_API_KEY" ? "sk-test-1" : "sk\ntest", null) : null,
            "the variable",
            null);

        Assert.Equal(["groq"], source.Items.Select(item => item.Name));
        Assert.Equal((LlmConfigErrorCode.InvalidKey, "openai"), (source.Errors[0].Code, source.Errors[0].Target));
    }

    [Fact]
    public void A_provider_without_a_base_url_says_which_variable_is_missing()
    {
        using var store = new TemporaryStore();
        foreach ((string key, string variable) in new[] { ("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT"), ("AWS_BEARER_TOKEN_BEDROCK", "AWS_REGION") })
        {
            LlmConfigRepository repository = store.Open();
            ImportStep step = Assert.Single(repository.PlanImport(Find((key, "sk-test-1"))).Steps);
            Assert.Equal(LlmConfigErrorCode.InvalidBaseUrl, step.Error!.Code);
            Assert.Contains(variable, step.Error.RecommendedAction, StringComparison.Ordinal);
            Assert.False(step.Changes);
        }
    }

    [Fact]
    public void The_environment_of_the_process_is_read_and_left_as_it_is()
    {
        const string Variable = "PERPLEXITY_API_KEY";
        string? before = Environment.GetEnvironmentVariable(Variable);
        Environment.SetEnvironmentVariable(Variable, "sk-test-environment");
        try
        {
            using ImportSource source = ImportSource.FromEnvironment(id => id == "perplexity");
            Assert.Equal("sk-test-environment", Assert.Single(source.Items).Key!.ToPlainText());
            Assert.Equal("sk-test-environment", Environment.GetEnvironmentVariable(Variable));
            Assert.False(source.HoldsPlainKeys);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, before);
        }
    }

    private static string Key(params (string Name, string Value)[] variables) => Assert.Single(Find(variables)).Key!.ToPlainText();

    private static IReadOnlyList<ImportItem> Find(params (string Name, string Value)[] variables)
    {
        Dictionary<string, string> values = variables.ToDictionary(pair => pair.Name, pair => pair.Value);
        var source = new ImportSource("variables");
        ProviderVariables.Find(
            source,
            values.GetValueOrDefault,
            name => values.TryGetValue(name, out string? value) && !string.IsNullOrWhiteSpace(value) ? ApiKey.From(value, null) : null,
            "the variable",
            null);
        Assert.Empty(source.Errors);
        return source.Items;
    }
}
