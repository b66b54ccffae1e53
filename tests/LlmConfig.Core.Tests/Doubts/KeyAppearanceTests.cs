using System.Security.Cryptography;

namespace LlmConfig.Tests;

/// <summary>Keys that look wrong lead to a warning, never to an error, and the warning holds nothing of them.</summary>
public sealed class KeyAppearanceTests : IDisposable
{
    // Random, so that nothing of it can stand in a warning by chance.
    private static readonly string Random = RandomNumberGenerator.GetHexString(40, lowercase: true);

    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("openai", "sk-")]
    [InlineData("openai", "sk-proj-")]
    [InlineData("openai", "sk-svcacct-")]
    [InlineData("deepseek", "sk-")]
    [InlineData("anthropic", "sk-ant-")]
    [InlineData("openrouter", "sk-or-")]
    [InlineData("google", "AIza")]
    [InlineData("google", "AQ.")]
    [InlineData("groq", "gsk_")]
    [InlineData("bedrock", "ABSK")]
    [InlineData("mistral", "")]
    [InlineData("cohere", "")]
    [InlineData("azure-openai", "")]
    public void A_key_of_its_provider_leads_to_no_warning(string provider, string prefix) =>
        Assert.Empty(Warnings(provider, prefix + Random));

    [Fact]
    public void The_keys_of_every_provider_are_known_as_its_own_by_their_longest_prefix()
    {
        int known = 0;
        foreach (LlmProvider provider in LlmProviderCatalog.All)
        {
            foreach (string prefix in provider.KeyPrefixes)
            {
                Assert.Contains(provider, LlmProviderCatalog.OwnersOf(System.Text.Encoding.UTF8.GetBytes(prefix + Random), out int length));
                Assert.Equal(prefix.Length, length);
                known++;
            }
        }

        Assert.Equal(16, known);
    }

    [Theory]
    [InlineData("openai", "sk-ant-", "Anthropic", "OpenAI")]
    [InlineData("openai", "sk-or-", "OpenRouter", "OpenAI")]
    [InlineData("openai", "AIza", "Google Gemini", "OpenAI")]
    [InlineData("anthropic", "sk-", "OpenAI or DeepSeek", "Anthropic")]
    [InlineData("anthropic", "sk-proj-", "OpenAI", "Anthropic")]
    [InlineData("deepseek", "sk-proj-", "OpenAI", "DeepSeek")]
    [InlineData("azure-openai", "sk-", "OpenAI or DeepSeek", "Azure OpenAI")]
    [InlineData("mistral", "gsk_", "Groq", "Mistral AI")]
    public void A_key_of_another_provider_is_said_to_be_that_ones(string provider, string prefix, string owner, string own)
    {
        string warning = Assert.Single(Warnings(provider, prefix + Random));

        Assert.Equal($"The key of 'work' looks like one of {owner}, not of {own}. Check the provider and the key.", warning);
    }

    [Theory]
    [InlineData("openai", "sk-, sk-proj-, sk-svcacct-")]
    [InlineData("anthropic", "sk-ant-")]
    [InlineData("huggingface", "hf_")]
    public void A_key_of_no_known_form_is_said_to_begin_otherwise_where_its_provider_has_one(string provider, string prefixes)
    {
        string warning = Assert.Single(Warnings(provider, Random));

        Assert.Contains($"does not begin as keys of {LlmProviderCatalog.Find(provider)!.DisplayName} do ({prefixes})", warning, StringComparison.Ordinal);
        Assert.DoesNotContain(Random, warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai-compatible")]
    [InlineData("ollama")]
    [InlineData("vllm")]
    public void A_server_that_needs_no_key_may_have_any(string provider)
    {
        foreach (string key in new[] { "sk-ant-" + Random, Random, "dummy", "EMPTY", "sk-no-key-required", "placeholder", "xxxxxxxxxx" })
        {
            Assert.Empty(Warnings(provider, key));
        }
    }

    [Fact]
    public void Behind_a_base_url_of_its_own_a_key_may_have_any_form()
    {
        Assert.Empty(Warnings("openai", Random, "https://gateway.example/v1"));
        Assert.Empty(Warnings("openai", "sk-ant-" + Random, "https://gateway.example/v1"));
        Assert.Single(Warnings("openai", Random, "https://api.openai.com/v2"));
        Assert.Contains("placeholder", Assert.Single(Warnings("openai", "your-api-key", "https://gateway.example/v1")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("your-api-key")]
    [InlineData("YOUR_API_KEY")]
    [InlineData("yourApiKeyHere")]
    [InlineData("sk-your-key-here")]
    [InlineData("changeme")]
    [InlineData("change_me")]
    [InlineData("sk-replace-me")]
    [InlineData("placeholder")]
    [InlineData("sk-example")]
    [InlineData("insert-your-key")]
    [InlineData("sk-1234567890")]
    [InlineData("sk-proj-abcdefghijkl")]
    [InlineData("x")]
    [InlineData("xxx")]
    [InlineData("XXXXXXXXXXXX")]
    [InlineData("sk-xxxxxxxxxxxxxxxx")]
    [InlineData("sk-xxxx-xxxx-xxxx")]
    [InlineData("sk-0000000000000000")]
    [InlineData("sk-ant-aaaaaaaaaaaa")]
    [InlineData("gsk_________")]
    [InlineData("sk-proj-")]
    [InlineData("-----")]
    public void A_placeholder_is_said_to_be_one(string key) =>
        Assert.Equal("The key of 'work' looks like a placeholder. Set-LlmConfig -AskApiKey replaces it.", Assert.Single(Warnings("openai", key)));

    [Theory]
    [InlineData("<key>", "in brackets")]
    [InlineData("<your key>", "in brackets")]
    [InlineData("[API_KEY]", "in brackets")]
    [InlineData("{{ key }}", "in brackets")]
    [InlineData("$env:OPENAI_API_KEY", "the name of a variable")]
    [InlineData("${OPENAI_API_KEY}", "the name of a variable")]
    [InlineData("$OPENAI_API_KEY", "the name of a variable")]
    [InlineData("$(cat key)", "the name of a variable")]
    [InlineData("%OPENAI_API_KEY%", "the name of a variable")]
    [InlineData("env:OPENAI_API_KEY", "the name of a variable")]
    [InlineData("\"sk-secretsecret\"", "stands in quotes")]
    [InlineData("'sk-secretsecret'", "stands in quotes")]
    [InlineData("`sk-secretsecret`", "stands in quotes")]
    [InlineData(" sk-secretsecret", "begins or ends with a space")]
    [InlineData("sk-secretsecret ", "begins or ends with a space")]
    [InlineData(" ' ", "begins or ends with a space")]
    [InlineData("sk-...cret", "looks abbreviated")]
    [InlineData("sk-\u2026cret", "looks abbreviated")]
    [InlineData("sk-***********cret", "looks abbreviated")]
    [InlineData("sk-secret secret", "a space or a letter that no HTTP header carries")]
    [InlineData("sk\u2011secretsecret", "a space or a letter that no HTTP header carries")]
    [InlineData("\u201csk-secretsecret\u201d", "a space or a letter that no HTTP header carries")]
    public void What_was_pasted_in_the_place_of_a_key_is_named(string key, string problem)
    {
        foreach (string provider in new[] { "openai", "ollama" })
        {
            string warning = Assert.Single(Warnings(provider, key));

            Assert.Contains(problem, warning, StringComparison.Ordinal);
            Assert.DoesNotContain("secretsecret", warning, StringComparison.Ordinal);
            Assert.DoesNotContain("OPENAI_API_KEY", warning, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Of_a_hundred_thousand_random_keys_none_looks_like_a_placeholder_and_no_part_of_one_is_in_a_warning()
    {
        LlmProvider[] providers = [.. LlmProviderCatalog.All];

        // Without a dash: sk- and what is random could be the sk-or- of another provider.
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
        int doubts = 0;
        for (int i = 0; i < 100_000; i++)
        {
            LlmProvider provider = providers[i % providers.Length];
            string prefix = provider.KeyPrefixes.Count > 0 ? provider.KeyPrefixes[i % provider.KeyPrefixes.Count] : string.Empty;
            string random = RandomNumberGenerator.GetString(alphabet, 48);
            using ApiKey own = ApiKey.From(prefix + random, null);
            using ApiKey bare = ApiKey.From(random, null);
            if (KeyWarnings.Of(own, provider, goesToProvider: true) is { } wrong && prefix.Length > 0)
            {
                Assert.Fail($"A key of {provider.Id} looks odd: {wrong}");
            }

            if (KeyWarnings.Of(bare, provider, goesToProvider: true) is { } doubt)
            {
                doubts++;
                Assert.DoesNotContain("placeholder", doubt.What, StringComparison.Ordinal);
                Assert.DoesNotContain(random[..8], doubt.What + doubt.Remedy, StringComparison.Ordinal);
            }
        }

        Assert.InRange(doubts, 1, 100_000);
    }

    [Fact]
    public void A_rotated_key_is_looked_at_and_a_kept_one_is_not()
    {
        LlmConfiguration item = _store.Create("work", "changeme");
        Assert.Single(Doubts());

        _store.Open().Update(item.Id, new ConfigurationUpdate { Model = "gpt-5" });
        Assert.Single(Doubts());

        using ApiKey key = ApiKey.From("sk-ant-" + Random, null);
        _store.Open().Update(item.Id, new ConfigurationUpdate { Key = key });
        Assert.Contains("Anthropic", Doubts()[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_that_fails_leads_to_no_doubt()
    {
        _store.Create("work", "sk-" + Random);
        int before = Doubts().Length;

        Assert.Throws<LlmConfigException>(() => _store.Create("work", "changeme"));

        Assert.Equal(before, Doubts().Length);
    }

    [Theory]
    [InlineData("openai", "https://api.anthropic.com", "Anthropic")]
    [InlineData("anthropic", "https://openrouter.ai/api/v1", "OpenRouter")]
    public void A_base_url_of_another_provider_is_said_to_be_that_ones_while_a_key_goes_there(string provider, string url, string owner)
    {
        LlmConfigRepository repository = _store.Open();
        repository.Create(new NewConfiguration { Name = "keyless", Provider = provider, BaseUrl = url });
        repository.Create(new NewConfiguration { Name = "gateway", Provider = "openai-compatible", BaseUrl = url });
        Assert.Empty(Doubts());

        using ApiKey key = ApiKey.From(Random, null);
        LlmConfiguration work = repository.Create(new NewConfiguration { Name = "work", Provider = provider, BaseUrl = url, Key = key });
        string warning = Assert.Single(Doubts());
        Assert.Contains($"is that of {owner}", warning, StringComparison.Ordinal);
        Assert.Contains($"its key goes to {owner}", warning, StringComparison.Ordinal);

        // Not again at each later change.
        repository.Update(work.Id, new ConfigurationUpdate { Model = "m" });
        Assert.Single(Doubts());
        repository.Update(work.Id, new ConfigurationUpdate { BaseUrl = "https://gateway.example" });
        repository.Update(work.Id, new ConfigurationUpdate { BaseUrl = url });
        Assert.Equal(2, Doubts().Length);
    }

    [Theory]
    [InlineData("https://llm.example/v1/chat/completions", "https://llm.example/v1", "/chat/completions")]
    [InlineData("https://llm.example/v1/Chat/Completions/", "https://llm.example/v1", "/chat/completions")]
    [InlineData("https://llm.example/v1/responses", "https://llm.example/v1", "/responses")]
    [InlineData("https://llm.example/v1/messages", "https://llm.example", "/v1/messages")]
    [InlineData("https://llm.example/v1/embeddings?x=1", "https://llm.example/v1", "/embeddings")]
    [InlineData("https://llm.example/openai/v1?api-version=2024-10-21", "https://llm.example/openai/v1", "query")]
    public void A_base_url_that_is_an_endpoint_or_holds_a_query_is_warned_of_with_the_one_that_is_meant(string url, string better, string named)
    {
        LlmConfigRepository repository = _store.Open();
        LlmConfiguration item = repository.Create(new NewConfiguration { Name = "gateway", Provider = "openai-compatible", BaseUrl = url });

        string warning = Assert.Single(Doubts());
        Assert.EndsWith($"Set-LlmConfig 'gateway' -BaseUrl {better}", warning, StringComparison.Ordinal);
        Assert.Contains(named, warning, StringComparison.Ordinal);
        repository.Update(item.Id, new ConfigurationUpdate { Model = "m" });
        repository.Update(item.Id, new ConfigurationUpdate { BaseUrl = better });
        Assert.Single(Doubts());
    }

    private string[] Doubts() => [.. _store.Warnings.Select(warning => warning.Message).Where(text => !text.StartsWith("Keys are protected", StringComparison.Ordinal) && !text.Contains("has no key yet", StringComparison.Ordinal))];

    private string[] Warnings(string provider, string key, string? url = null)
    {
        int before = Doubts().Length;
        LlmConfigRepository repository = _store.Open();
        using ApiKey value = ApiKey.From(key, null);
        LlmConfiguration made = repository.Create(new NewConfiguration
        {
            Name = "work",
            Provider = provider,
            Key = value,
            BaseUrl = url ?? (LlmProviderCatalog.Find(provider)!.DefaultBaseUrl is null ? "https://mine.example/v1" : null),
        });
        repository.Remove([made.Id]);
        return Doubts()[before..];
    }
}
