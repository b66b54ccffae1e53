namespace LlmConfig.Tests;

/// <summary>What each configuration puts into the environment of a program, and what it takes away there.</summary>
public sealed class EnvironmentRulesTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly string _key = TestKey.New();

    public static IEnumerable<object[]> Providers => LlmProviderCatalog.All.Select(provider => new object[] { provider.Id });

    public void Dispose() => _store.Dispose();

    // By hand, from the vendors' documentation, not from the catalogue: what a program finds.
    [Theory]
    [InlineData("openai", "OPENAI_API_KEY=KEY OPENAI_BASE_URL=https://api.openai.com/v1 OPENAI_API_BASE=https://api.openai.com/v1 OPENAI_HOST=https://api.openai.com OPENAI_BASE_PATH=v1/chat/completions OPENAI_MODEL=m OPENAI_DEFAULT_MODEL=m", "OPENAI_API_TYPE OPENAI_ORG_ID OPENAI_ORGANIZATION OPENAI_PROJECT_ID OPENAI_PROJECT OPENAI_CUSTOM_HEADERS CODEX_API_KEY")]
    [InlineData("anthropic", "ANTHROPIC_API_KEY=KEY ANTHROPIC_BASE_URL=https://api.anthropic.com ANTHROPIC_MODEL=m", "ANTHROPIC_AUTH_TOKEN ANTHROPIC_API_URL ANTHROPIC_API_BASE ANTHROPIC_CUSTOM_HEADERS ANTHROPIC_UNIX_SOCKET CLAUDE_CODE_USE_BEDROCK CLAUDE_CODE_USE_VERTEX CLAUDE_CODE_USE_FOUNDRY")]
    [InlineData("google", "GOOGLE_API_KEY=KEY GEMINI_API_KEY=KEY GOOGLE_GEMINI_BASE_URL=https://generativelanguage.googleapis.com GEMINI_MODEL=m", "GOOGLE_GENAI_USE_VERTEXAI")]
    [InlineData("mistral", "MISTRAL_API_KEY=KEY", "")]
    [InlineData("groq", "GROQ_API_KEY=KEY GROQ_BASE_URL=https://api.groq.com", "")]
    [InlineData("openrouter", "OPENROUTER_API_KEY=KEY", "")]
    [InlineData("deepseek", "DEEPSEEK_API_KEY=KEY", "")]
    [InlineData("xai", "XAI_API_KEY=KEY", "")]
    [InlineData("cohere", "CO_API_KEY=KEY COHERE_API_KEY=KEY CO_API_URL=https://api.cohere.com", "")]
    [InlineData("together", "TOGETHER_API_KEY=KEY TOGETHER_BASE_URL=https://api.together.xyz/v1", "")]
    [InlineData("fireworks", "FIREWORKS_API_KEY=KEY", "")]
    [InlineData("perplexity", "PERPLEXITY_API_KEY=KEY PERPLEXITY_BASE_URL=https://api.perplexity.ai", "")]
    [InlineData("huggingface", "HF_TOKEN=KEY", "HUGGING_FACE_HUB_TOKEN HUGGINGFACEHUB_API_TOKEN")]
    [InlineData("ollama", "OLLAMA_API_KEY=KEY OLLAMA_HOST=http://127.0.0.1:11434 OLLAMA_API_BASE=http://127.0.0.1:11434", "")]
    [InlineData("lmstudio", "LM_API_TOKEN=KEY", "")]
    [InlineData("llamacpp", "LLAMA_API_KEY=KEY", "")]
    [InlineData("vllm", "VLLM_API_KEY=KEY", "")]
    public void A_provider_with_a_base_URL_of_its_own(string provider, string set, string cleared) =>
        AssertEnvironment(Create(provider, model: "m"), null, set, cleared);

    [Theory]
    [InlineData("azure-openai", "https://res.openai.azure.com/openai/v1", "AZURE_OPENAI_API_KEY=KEY AZURE_OPENAI_ENDPOINT=https://res.openai.azure.com AZURE_API_KEY=KEY AZURE_API_BASE=https://res.openai.azure.com AZURE_OPENAI_BASE_URL=https://res.openai.azure.com/openai/v1", "AZURE_OPENAI_AD_TOKEN")]
    [InlineData("azure-openai", "https://res.openai.azure.com/", "AZURE_OPENAI_API_KEY=KEY AZURE_OPENAI_ENDPOINT=https://res.openai.azure.com AZURE_API_KEY=KEY AZURE_API_BASE=https://res.openai.azure.com AZURE_OPENAI_BASE_URL=https://res.openai.azure.com/openai/v1", "AZURE_OPENAI_AD_TOKEN")]
    [InlineData("azure-openai", "https://gateway.example/azure/openai/", "AZURE_OPENAI_API_KEY=KEY AZURE_OPENAI_ENDPOINT=https://gateway.example/azure AZURE_API_KEY=KEY AZURE_API_BASE=https://gateway.example/azure AZURE_OPENAI_BASE_URL=https://gateway.example/azure/openai/v1", "AZURE_OPENAI_AD_TOKEN")]
    [InlineData("bedrock", "https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1", "AWS_BEARER_TOKEN_BEDROCK=KEY AWS_BEDROCK_BASE_URL=https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1", "")]
    [InlineData("openai-compatible", "https://llm.example/v1/", "OPENAI_API_KEY=KEY OPENAI_BASE_URL=https://llm.example/v1/ OPENAI_API_BASE=https://llm.example/v1/ OPENAI_HOST=https://llm.example OPENAI_BASE_PATH=v1/chat/completions", "OPENAI_MODEL OPENAI_DEFAULT_MODEL OPENAI_API_TYPE OPENAI_ORG_ID OPENAI_ORGANIZATION OPENAI_PROJECT_ID OPENAI_PROJECT OPENAI_CUSTOM_HEADERS CODEX_API_KEY")]
    [InlineData("groq", "https://gateway.example/groq/openai/v1", "GROQ_API_KEY=KEY GROQ_BASE_URL=https://gateway.example/groq", "")]
    [InlineData("ollama", "http://localhost:9999/v1", "OLLAMA_API_KEY=KEY OLLAMA_HOST=http://localhost:9999 OLLAMA_API_BASE=http://localhost:9999", "")]
    [InlineData("google", "https://gateway.example/v1beta/", "GOOGLE_API_KEY=KEY GEMINI_API_KEY=KEY GOOGLE_GEMINI_BASE_URL=https://gateway.example", "GEMINI_MODEL GOOGLE_GENAI_USE_VERTEXAI")]
    [InlineData("openai", "https://llm.example/openai/v1", "OPENAI_API_KEY=KEY OPENAI_BASE_URL=https://llm.example/openai/v1 OPENAI_API_BASE=https://llm.example/openai/v1 OPENAI_HOST=https://llm.example OPENAI_BASE_PATH=openai/v1/chat/completions", "OPENAI_MODEL OPENAI_DEFAULT_MODEL OPENAI_API_TYPE OPENAI_ORG_ID OPENAI_ORGANIZATION OPENAI_PROJECT_ID OPENAI_PROJECT OPENAI_CUSTOM_HEADERS CODEX_API_KEY")]
    public void A_base_URL_of_ones_own_is_written_as_the_tools_of_the_provider_want_it(string provider, string baseUrl, string set, string cleared) =>
        AssertEnvironment(Create(provider, baseUrl), null, set, cleared);

    [Fact]
    public void A_key_that_goes_out_as_Bearer_has_a_variable_of_its_own_where_the_tools_tell_them_apart()
    {
        AssertEnvironment(
            Create("anthropic", useAuthHeader: true),
            null,
            "ANTHROPIC_AUTH_TOKEN=KEY ANTHROPIC_BASE_URL=https://api.anthropic.com",
            "ANTHROPIC_API_KEY ANTHROPIC_MODEL ANTHROPIC_API_URL ANTHROPIC_API_BASE ANTHROPIC_CUSTOM_HEADERS ANTHROPIC_UNIX_SOCKET CLAUDE_CODE_USE_BEDROCK CLAUDE_CODE_USE_VERTEX CLAUDE_CODE_USE_FOUNDRY");
        AssertEnvironment(
            Create("google", useAuthHeader: true, name: "g"),
            null,
            "GOOGLE_API_KEY=KEY GEMINI_API_KEY=KEY GOOGLE_GEMINI_BASE_URL=https://generativelanguage.googleapis.com",
            "GEMINI_MODEL GOOGLE_GENAI_USE_VERTEXAI");
    }

    [Theory]
    [InlineData("google", "GEMINI_API_KEY", "GEMINI_API_KEY=KEY GOOGLE_GEMINI_BASE_URL=https://generativelanguage.googleapis.com", "GOOGLE_API_KEY GEMINI_MODEL GOOGLE_GENAI_USE_VERTEXAI")]
    [InlineData("cohere", "COHERE_API_KEY", "COHERE_API_KEY=KEY CO_API_URL=https://api.cohere.com", "CO_API_KEY")]
    [InlineData("groq", "MY_GROQ", "MY_GROQ=KEY GROQ_BASE_URL=https://api.groq.com", "GROQ_API_KEY")]
    public void Another_variable_gets_the_key_in_the_place_of_the_providers_own(string provider, string variable, string set, string cleared) =>
        AssertEnvironment(Create(provider), variable, set, cleared);

    [Theory]
    [InlineData("deepseek", null, "OPENAI_API_KEY", "OPENAI_API_KEY=KEY OPENAI_BASE_URL=https://api.deepseek.com OPENAI_API_BASE=https://api.deepseek.com OPENAI_HOST=https://api.deepseek.com OPENAI_BASE_PATH=chat/completions OPENAI_MODEL=m OPENAI_DEFAULT_MODEL=m", "DEEPSEEK_API_KEY OPENAI_API_TYPE OPENAI_ORG_ID OPENAI_ORGANIZATION OPENAI_PROJECT_ID OPENAI_PROJECT OPENAI_CUSTOM_HEADERS CODEX_API_KEY")]
    [InlineData("groq", null, "OPENAI_API_KEY", "OPENAI_API_KEY=KEY OPENAI_BASE_URL=https://api.groq.com/openai/v1 OPENAI_API_BASE=https://api.groq.com/openai/v1 OPENAI_HOST=https://api.groq.com OPENAI_BASE_PATH=openai/v1/chat/completions OPENAI_MODEL=m OPENAI_DEFAULT_MODEL=m", "GROQ_API_KEY GROQ_BASE_URL OPENAI_API_TYPE OPENAI_ORG_ID OPENAI_ORGANIZATION OPENAI_PROJECT_ID OPENAI_PROJECT OPENAI_CUSTOM_HEADERS CODEX_API_KEY")]
    [InlineData("deepseek", "https://api.deepseek.com/anthropic", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_AUTH_TOKEN=KEY ANTHROPIC_BASE_URL=https://api.deepseek.com/anthropic ANTHROPIC_MODEL=m", "DEEPSEEK_API_KEY ANTHROPIC_API_KEY ANTHROPIC_API_URL ANTHROPIC_API_BASE ANTHROPIC_CUSTOM_HEADERS ANTHROPIC_UNIX_SOCKET CLAUDE_CODE_USE_BEDROCK CLAUDE_CODE_USE_VERTEX CLAUDE_CODE_USE_FOUNDRY")]
    public void Tools_of_another_provider_get_the_base_URL_too_and_so_never_send_the_key_there(string provider, string? baseUrl, string variable, string set, string cleared) =>
        AssertEnvironment(Create(provider, baseUrl, model: "m"), variable, set, cleared);

    [Theory]
    [InlineData("lmstudio", "OPENAI_API_KEY", "OPENAI_BASE_URL=http://127.0.0.1:1234/v1 OPENAI_API_BASE=http://127.0.0.1:1234/v1 OPENAI_HOST=http://127.0.0.1:1234 OPENAI_BASE_PATH=v1/chat/completions", "OPENAI_API_KEY LM_API_TOKEN OPENAI_MODEL OPENAI_DEFAULT_MODEL OPENAI_API_TYPE OPENAI_ORG_ID OPENAI_ORGANIZATION OPENAI_PROJECT_ID OPENAI_PROJECT OPENAI_CUSTOM_HEADERS CODEX_API_KEY")]
    [InlineData("ollama", null, "OLLAMA_HOST=http://127.0.0.1:11434 OLLAMA_API_BASE=http://127.0.0.1:11434", "OLLAMA_API_KEY")]
    public void Without_a_key_nobody_elses_key_goes_to_a_local_server(string provider, string? variable, string set, string cleared) =>
        AssertEnvironment(Create(provider, key: false), variable, set, cleared);

    // PSOpenAI, aichat, aider and LiteLLM read the first, goose the second; without them they ask api.openai.com.
    [Theory]
    [InlineData("openai")]
    [InlineData("openai-compatible")]
    public void A_gateways_key_never_comes_without_the_gateways_address_in_any_variable_that_a_tool_reads(string provider)
    {
        using LlmEnvironment environment = _store.Open().GetEnvironment(Create(provider, "https://gateway.example:8443/llm/v1").Id);
        var found = new Dictionary<string, string?>();
        environment.CopyTo(found);

        Assert.Equal("https://gateway.example:8443/llm/v1", found["OPENAI_BASE_URL"]);
        Assert.Equal("https://gateway.example:8443/llm/v1", found["OPENAI_API_BASE"]);
        Assert.Equal("https://gateway.example:8443", found["OPENAI_HOST"]);
        Assert.Equal("llm/v1/chat/completions", found["OPENAI_BASE_PATH"]);
    }

    [Theory]
    [InlineData("openai", null, null, "KEY|https://api.openai.com/v1|openai|m")]
    [InlineData("openai-compatible", "https://llm.example/v1", null, "KEY|https://llm.example/v1|openai|m")]
    [InlineData("azure-openai", "https://res.openai.azure.com/openai/v1", null, "KEY|https://res.openai.azure.com|azure|m")]
    [InlineData("anthropic", null, null, "KEY|https://api.anthropic.com|anthropic|m")]
    [InlineData("groq", null, null, "|||")]
    [InlineData("openai", null, "MY_KEY", "|https://api.openai.com/v1|openai|m")]
    [InlineData("groq", null, "COPILOT_PROVIDER_API_KEY", "KEY|https://api.groq.com/openai/v1|openai|m")]
    public void Copilot_CLI_gets_the_key_together_with_its_host_or_nothing(string provider, string? baseUrl, string? variable, string expected)
    {
        using LlmEnvironment environment = _store.Open().GetEnvironment(Create(provider, baseUrl, "m").Id, variable);
        string[] names = ["COPILOT_PROVIDER_API_KEY", "COPILOT_PROVIDER_BASE_URL", "COPILOT_PROVIDER_TYPE", "COPILOT_MODEL"];
        var found = names.Append("COPILOT_PROVIDER_BEARER_TOKEN").ToDictionary(name => name, string? (_) => "stale");
        environment.CopyTo(found);

        Assert.False(found.ContainsKey("COPILOT_PROVIDER_BEARER_TOKEN"));
        Assert.Equal(expected.Replace("KEY", _key, StringComparison.Ordinal), string.Join('|', names.Select(found.GetValueOrDefault)));
    }

    [Fact]
    public void A_provider_that_needs_a_key_is_not_used_without_one()
    {
        Guid id = Create("openai", key: false).Id;
        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.KeyMissing, "openai", () => _store.Open().GetEnvironment(id));
        Assert.Contains("openai-compatible", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("A=B")]
    [InlineData("A B")]
    [InlineData("1A")]
    [InlineData("A\n")]
    [InlineData("sk-test-0123456789abcdef")]
    [InlineData("OPENAI_BASE_URL")]
    [InlineData("OPENAI_MODEL")]
    public void A_variable_that_cannot_hold_the_key_is_refused_and_a_key_in_its_place_is_not_repeated(string variable)
    {
        Guid id = Create("openai", model: "m").Id;
        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.InvalidName, "openai", () => _store.Open().GetEnvironment(id, variable));
        Refusal.AssertNowhere("sk-test", error);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void What_a_program_finds_depends_on_the_configuration_alone(string provider)
    {
        LlmConfiguration item = Create(provider, LlmProviderCatalog.Find(provider)!.DefaultBaseUrl is null ? "https://llm.example/v1" : null);
        using LlmEnvironment environment = _store.Open().GetEnvironment(item.Id);
        Assert.Equal(environment.Variables.Count(), environment.Variables.Distinct().Count());
        var clean = new Dictionary<string, string?> { ["OTHER"] = "stays" };
        var stale = environment.Variables.ToDictionary(name => name, string? (_) => "stale");
        stale["OTHER"] = "stays";

        environment.CopyTo(clean);
        environment.CopyTo(stale);

        Assert.Equal(clean, stale);
        Assert.Contains(_key, clean.Values);
        Assert.Equal("stays", clean["OTHER"]);
    }

    [Fact]
    public void A_key_never_meets_the_base_URL_of_another_moment()
    {
        string[] keys = [TestKey.New(), TestKey.New()];
        LlmConfiguration item = Create("openai-compatible", "https://host-0.example/v1");
        using var stop = new CancellationTokenSource();
        var writer = new Thread(() =>
        {
            LlmConfigRepository repository = _store.Open();
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                using ApiKey key = ApiKey.From(keys[i % 2], "x");
                repository.Update(item.Id, new ConfigurationUpdate { Key = key, BaseUrl = $"https://host-{i % 2}.example/v1" });
            }
        });
        writer.Start();
        int read = 0;
        try
        {
            LlmConfigRepository repository = _store.Open();
            for (long end = Environment.TickCount64 + 1500; Environment.TickCount64 < end; read++)
            {
                using LlmEnvironment environment = repository.GetEnvironment(item.Id);
                var found = new Dictionary<string, string?>();
                environment.CopyTo(found);
                Assert.True(found["OPENAI_API_KEY"] == _key || found["OPENAI_BASE_URL"] == $"https://host-{Array.IndexOf(keys, found["OPENAI_API_KEY"])}.example/v1");
            }
        }
        finally
        {
            stop.Cancel();
            writer.Join();
        }

        Console.WriteLine($"Environment: {read} reads while key and base URL were changed, none mixed.");
        Assert.NotEqual(0, read);
    }

    [Fact]
    public void The_key_is_zeroed_with_the_environment()
    {
        LlmEnvironment environment = _store.Open().GetEnvironment(Create("openai").Id);
        Assert.Equal(_key, System.Text.Encoding.UTF8.GetString(environment.KeyUtf8));
        environment.Dispose();
        Assert.Throws<ObjectDisposedException>(() => environment.KeyUtf8.Length);
    }

    // They have a test of their own.
    private static bool IsCopilots(string name) => name.StartsWith("COPILOT_", StringComparison.Ordinal);

    private void AssertEnvironment(LlmConfiguration item, string? variable, string set, string cleared)
    {
        using LlmEnvironment environment = _store.Open().GetEnvironment(item.Id, variable);
        var found = environment.Variables.ToDictionary(name => name, string? (_) => "stale");
        environment.CopyTo(found);
        Assert.True(found.Remove("LLMCONFIG_ACTIVE", out string? active));
        Assert.Equal(item.Name, active);

        string[] expected = [.. set.Split(' ').Select(pair => pair.Replace("=KEY", "=" + _key, StringComparison.Ordinal))];
        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Where(pair => !IsCopilots(pair.Key)).Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(cleared.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), environment.ClearedVariables.Where(name => !IsCopilots(name)).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(_key, string.Join(' ', environment.Settings.Values), StringComparison.Ordinal);
    }

    private LlmConfiguration Create(string provider, string? baseUrl = null, string? model = null, bool? useAuthHeader = null, bool key = true, string? name = null)
    {
        using ApiKey? value = key ? ApiKey.From(_key, provider) : null;
        return _store.Open().Create(new NewConfiguration
        {
            Name = name ?? provider,
            Provider = provider,
            BaseUrl = baseUrl,
            Model = model,
            UseAuthHeader = useAuthHeader,
            Key = value,
        });
    }
}
