namespace LlmConfig.Tests;

/// <summary>What each tool of the catalogue is given: variables, arguments, what is cleared, and what is refused.</summary>
public sealed class ToolRulesTests : IDisposable
{
    private const string Gateway = "http://127.0.0.1:8080/v1";

    private static readonly string[] Helper = ["/opt/my tools/llmconfig", "key", "ID"];

    private readonly TemporaryStore _store = new();
    private readonly string _key = TestKey.New();

    public static IEnumerable<object[]> Tools => LlmToolCatalog.All.Select(tool => new object[] { tool.Id });

    public void Dispose() => _store.Dispose();

    // By hand, from the tools' documents and from what they were seen to do: without a command for the key.
    [Theory]
    [InlineData("aichat", "openai-compatible", Gateway, "OPENAI_API_KEY=KEY OPENAI_API_BASE=BASE AICHAT_MODEL=openai:m", "")]
    [InlineData("aichat", "anthropic", "http://127.0.0.1:8080", "CLAUDE_API_KEY=KEY CLAUDE_API_BASE=BASE/v1 AICHAT_MODEL=claude:m", "")]
    [InlineData("aichat", "google", "http://127.0.0.1:8080/v1beta", "GEMINI_API_KEY=KEY GEMINI_API_BASE=http://127.0.0.1:8080/v1beta AICHAT_MODEL=gemini:m", "")]
    [InlineData("aider", "groq", Gateway, "OPENAI_API_KEY=KEY OPENAI_API_BASE=BASE AIDER_MODEL=openai/m", "")]
    [InlineData("aider", "anthropic", "http://127.0.0.1:8080", "ANTHROPIC_API_KEY=KEY ANTHROPIC_API_BASE=BASE AIDER_MODEL=anthropic/m", "")]
    [InlineData("aider", "google", null, "GEMINI_API_KEY=KEY AIDER_MODEL=gemini/m", "")]
    [InlineData("aider", "azure-openai", "https://res.openai.azure.com/openai/v1", "AZURE_API_KEY=KEY AZURE_API_BASE=https://res.openai.azure.com AIDER_MODEL=azure/m", "")]
    [InlineData("anthropic-sdk", "anthropic", "http://127.0.0.1:8080", "ANTHROPIC_API_KEY=KEY ANTHROPIC_BASE_URL=BASE", "")]
    [InlineData("avante", "openai", null, "AVANTE_OPENAI_API_KEY=KEY", "")]
    [InlineData("avante", "anthropic", null, "AVANTE_ANTHROPIC_API_KEY=KEY", "")]
    [InlineData("avante", "google", null, "AVANTE_GEMINI_API_KEY=KEY", "")]
    [InlineData("claude", "anthropic", "http://127.0.0.1:8080", "ANTHROPIC_API_KEY=KEY ANTHROPIC_BASE_URL=BASE ANTHROPIC_MODEL=m", "")]
    [InlineData("codecompanion", "openai", null, "OPENAI_API_KEY=KEY", "")]
    [InlineData("codecompanion", "anthropic", null, "ANTHROPIC_API_KEY=KEY", "")]
    [InlineData("codecompanion", "google", null, "GEMINI_API_KEY=KEY", "")]
    [InlineData("codex", "openai", Gateway, "CODEX_API_KEY=KEY", "-c|model_provider=\"llmconfig-exec\"|-c|model_providers.llmconfig-exec={name=\"llmconfig\",base_url=\"BASE\",wire_api=\"responses\",env_key=\"CODEX_API_KEY\"}|-c|model=\"m\"")]
    [InlineData("copilot", "openai-compatible", Gateway, "COPILOT_PROVIDER_API_KEY=KEY COPILOT_PROVIDER_BASE_URL=BASE COPILOT_PROVIDER_TYPE=openai COPILOT_MODEL=m", "")]
    [InlineData("copilot", "azure-openai", "https://res.openai.azure.com/openai/v1", "COPILOT_PROVIDER_API_KEY=KEY COPILOT_PROVIDER_BASE_URL=https://res.openai.azure.com COPILOT_PROVIDER_TYPE=azure COPILOT_MODEL=m", "")]
    [InlineData("copilot", "anthropic", "http://127.0.0.1:8080", "COPILOT_PROVIDER_API_KEY=KEY COPILOT_PROVIDER_BASE_URL=BASE COPILOT_PROVIDER_TYPE=anthropic COPILOT_MODEL=m", "")]
    [InlineData("crush", "openai", Gateway, "OPENAI_API_KEY=KEY OPENAI_API_ENDPOINT=BASE", "")]
    [InlineData("crush", "anthropic", "http://127.0.0.1:8080", "ANTHROPIC_API_KEY=KEY ANTHROPIC_API_ENDPOINT=BASE", "")]
    [InlineData("crush", "google", null, "GEMINI_API_KEY=KEY", "")]
    [InlineData("gemini", "google", "http://127.0.0.1:8080/v1beta", "GEMINI_API_KEY=KEY GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:8080 GEMINI_MODEL=m", "")]
    [InlineData("gemini", "google", null, "GEMINI_API_KEY=KEY GEMINI_MODEL=m", "")]
    [InlineData("google-sdk", "google", "http://127.0.0.1:8080/v1beta", "GEMINI_API_KEY=KEY GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:8080", "")]
    [InlineData("goose", "deepseek", null, "OPENAI_API_KEY=KEY OPENAI_HOST=https://api.deepseek.com OPENAI_BASE_PATH=chat/completions GOOSE_PROVIDER=openai GOOSE_MODEL=m", "")]
    [InlineData("goose", "openai", Gateway, "OPENAI_API_KEY=KEY OPENAI_HOST=http://127.0.0.1:8080 OPENAI_BASE_PATH=v1/chat/completions GOOSE_PROVIDER=openai GOOSE_MODEL=m", "")]
    [InlineData("goose", "anthropic", "http://127.0.0.1:8080", "ANTHROPIC_API_KEY=KEY ANTHROPIC_HOST=BASE GOOSE_PROVIDER=anthropic GOOSE_MODEL=m", "")]
    [InlineData("goose", "google", "http://127.0.0.1:8080/v1beta", "GOOGLE_API_KEY=KEY GOOGLE_HOST=http://127.0.0.1:8080 GOOSE_PROVIDER=google GOOSE_MODEL=m", "")]
    [InlineData("litellm", "openai", Gateway, "OPENAI_API_KEY=KEY OPENAI_API_BASE=BASE", "")]
    [InlineData("litellm", "anthropic", "http://127.0.0.1:8080", "ANTHROPIC_API_KEY=KEY ANTHROPIC_API_BASE=BASE", "")]
    [InlineData("litellm", "google", null, "GEMINI_API_KEY=KEY", "")]
    [InlineData("litellm", "azure-openai", "https://res.openai.azure.com", "AZURE_API_KEY=KEY AZURE_API_BASE=BASE", "")]
    [InlineData("llm", "openai", Gateway, "OPENAI_API_KEY=KEY OPENAI_BASE_URL=BASE", "")]
    [InlineData("llm", "anthropic", "http://127.0.0.1:8080", "ANTHROPIC_API_KEY=KEY ANTHROPIC_BASE_URL=BASE", "")]
    [InlineData("llm", "google", null, "LLM_GEMINI_KEY=KEY", "")]
    [InlineData("openai-sdk", "openai", Gateway, "OPENAI_API_KEY=KEY OPENAI_BASE_URL=BASE OPENAI_MODEL=m", "")]
    [InlineData("openai-sdk", "azure-openai", "https://res.openai.azure.com/openai/v1", "AZURE_OPENAI_API_KEY=KEY AZURE_OPENAI_ENDPOINT=https://res.openai.azure.com", "")]
    [InlineData("openclaw", "openai", null, "OPENAI_API_KEY=KEY", "")]
    [InlineData("openclaw", "anthropic", null, "ANTHROPIC_API_KEY=KEY", "")]
    [InlineData("openclaw", "google", null, "GEMINI_API_KEY=KEY", "")]
    [InlineData("opencode", "mistral", Gateway, "OPENAI_API_KEY=KEY OPENCODE_CONFIG_CONTENT={\"provider\":{\"llmconfig\":{\"npm\":\"@ai-sdk/openai-compatible\",\"options\":{\"baseURL\":\"BASE\",\"apiKey\":\"{env:OPENAI_API_KEY}\"},\"models\":{\"m\":{}}}},\"model\":\"llmconfig/m\",\"small_model\":\"llmconfig/m\"}", "")]
    [InlineData("opencode", "anthropic", "http://127.0.0.1:8080", "ANTHROPIC_API_KEY=KEY OPENCODE_CONFIG_CONTENT={\"provider\":{\"llmconfig\":{\"npm\":\"@ai-sdk/anthropic\",\"options\":{\"baseURL\":\"BASE/v1\",\"apiKey\":\"{env:ANTHROPIC_API_KEY}\"},\"models\":{\"m\":{}}}},\"model\":\"llmconfig/m\",\"small_model\":\"llmconfig/m\"}", "")]
    [InlineData("opencode", "google", "http://127.0.0.1:8080/v1beta", "GEMINI_API_KEY=KEY OPENCODE_CONFIG_CONTENT={\"provider\":{\"llmconfig\":{\"npm\":\"@ai-sdk/google\",\"options\":{\"baseURL\":\"http://127.0.0.1:8080/v1beta\",\"apiKey\":\"{env:GEMINI_API_KEY}\"},\"models\":{\"m\":{}}}},\"model\":\"llmconfig/m\",\"small_model\":\"llmconfig/m\"}", "")]
    [InlineData("pi", "openai", null, "OPENAI_API_KEY=KEY", "--provider|openai|--model|m")]
    [InlineData("pi", "google", null, "GEMINI_API_KEY=KEY", "--provider|google|--model|m")]
    [InlineData("pi", "anthropic", null, "ANTHROPIC_API_KEY=KEY", "--provider|anthropic|--model|m")]
    [InlineData("pi", "groq", null, "GROQ_API_KEY=KEY", "--provider|groq|--model|m")]
    [InlineData("pi", "xai", null, "XAI_API_KEY=KEY", "--provider|xai|--model|m")]
    [InlineData("pi", "openrouter", null, "OPENROUTER_API_KEY=KEY", "--provider|openrouter|--model|m")]
    [InlineData("pi", "mistral", null, "MISTRAL_API_KEY=KEY", "--provider|mistral|--model|m")]
    [InlineData("pi", "deepseek", null, "DEEPSEEK_API_KEY=KEY", "--provider|deepseek|--model|m")]
    [InlineData("pi", "azure-openai", "https://res.openai.azure.com/openai/v1", "AZURE_OPENAI_API_KEY=KEY AZURE_OPENAI_BASE_URL=BASE", "--provider|azure-openai-responses|--model|m")]
    [InlineData("psopenai", "openai", Gateway, "OPENAI_API_KEY=KEY OPENAI_API_BASE=BASE", "")]
    [InlineData("qwen", "openai", Gateway, "OPENAI_API_KEY=KEY OPENAI_BASE_URL=BASE OPENAI_MODEL=m", "--auth-type|openai")]
    [InlineData("qwen", "anthropic", "http://127.0.0.1:8080", "ANTHROPIC_API_KEY=KEY ANTHROPIC_BASE_URL=BASE ANTHROPIC_MODEL=m", "--auth-type|anthropic")]
    public void A_tool_gets_what_it_needs_and_nothing_else(string tool, string provider, string? baseUrl, string set, string arguments)
    {
        LlmConfiguration item = Create(provider, baseUrl);
        using LlmEnvironment environment = Use(item, tool);
        Assert.Equal(
            set.Split(' ').Select(pair => Filled(pair, item)).Where(pair => pair.Length > 0)
                .Order(StringComparer.Ordinal),
            environment.KeyVariables.Select(name => name + "=KEY").Concat(environment.Settings.Select(pair => $"{pair.Key}={pair.Value}")).Order(StringComparer.Ordinal));
        Assert.Equal(Filled(arguments, item), string.Join('|', environment.Arguments));

        // All else that the tool reads, and the tools of the provider, is cleared: no stale key, no other host.
        Assert.Equal(
            LlmToolCatalog.Get(tool).Variables.Except(environment.KeyVariables).Except(environment.Settings.Keys).Order(StringComparer.Ordinal),
            LlmToolCatalog.Get(tool).Variables.Intersect(environment.ClearedVariables).Order(StringComparer.Ordinal));
        using LlmEnvironment whole = _store.Open().GetEnvironment(item.Id);
        Assert.Empty(whole.Variables.Except(environment.Variables).Except(["AZURE_OPENAI_API_VERSION", "AZURE_API_VERSION", "OPENAI_API_VERSION"]));
    }

    [Fact]
    public void Every_row_for_a_provider_has_a_case_above()
    {
        IEnumerable<(string, string)> cases = typeof(ToolRulesTests).GetMethod(nameof(A_tool_gets_what_it_needs_and_nothing_else))!
            .GetCustomAttributesData().Where(data => data.AttributeType == typeof(InlineDataAttribute))
            .Select(data => (IReadOnlyList<System.Reflection.CustomAttributeTypedArgument>)data.ConstructorArguments[0].Value!)
            .Select(values => ((string)values[0].Value!, (string)values[1].Value!));
        Assert.Empty(LlmToolCatalog.All.SelectMany(tool => tool.Routes.Select(route => (tool.Id, route)))
            .Where(row => !cases.Any(one => one.Item1 == row.Id && row.route.Providers.Contains(one.Item2)))
            .Select(row => $"{row.Id}: {string.Join(" ", row.route.Providers)}"));
    }

    [Fact]
    public void With_a_command_for_the_key_no_variable_and_no_argument_holds_it()
    {
        LlmConfiguration openai = Create("openai", Gateway);
        using LlmEnvironment codex = Use(openai, "codex", Helper);
        Assert.Empty(codex.KeyVariables);
        Assert.Equal(
            $"model_providers.llmconfig-exec={{name=\"llmconfig\",base_url=\"{Gateway}\",wire_api=\"responses\",auth={{command=\"/opt/my tools/llmconfig\",args=[\"key\",\"ID\"]}}}}",
            codex.Arguments[3]);
        Assert.Contains("CODEX_API_KEY", codex.ClearedVariables);

        using LlmEnvironment claude = Use(Create("anthropic", "http://127.0.0.1:8080"), "claude", Helper);
        Assert.Empty(claude.KeyVariables);
        Assert.Equal("--settings", claude.Arguments[0]);
        Assert.Equal(
            "{\"apiKeyHelper\":\"'/opt/my tools/llmconfig' key ID\",\"env\":{\"ANTHROPIC_BASE_URL\":\"http://127.0.0.1:8080\",\"ANTHROPIC_MODEL\":\"m\",\"ANTHROPIC_CUSTOM_HEADERS\":\"\",\"ANTHROPIC_API_KEY\":\"\",\"ANTHROPIC_AUTH_TOKEN\":\"\","
                + "\"CLAUDE_CODE_USE_BEDROCK\":\"\",\"CLAUDE_CODE_USE_VERTEX\":\"\",\"CLAUDE_CODE_USE_FOUNDRY\":\"\"}}",
            claude.Arguments[1]);
        Assert.Equal(["claude", "--settings", claude.Arguments[1], "-p", "hello"], claude.Complete(["claude", "-p", "hello"]));
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public void No_argument_holds_the_key_and_each_fact_names_its_source(string id)
    {
        LlmTool tool = LlmToolCatalog.Get(id);
        Assert.NotEmpty(tool.Source);
        Assert.NotEmpty(tool.KeySources);
        Assert.All(tool.KeySources.Concat(tool.BaseUrlSources), source => Assert.Matches(@"\A(\$[A-Z_0-9]+|(~|\.)/\S+ \S+|--?[a-z-]+|keyring \S+)\z", source));
        foreach (ToolRoute route in tool.Routes)
        {
            Assert.All(route.Providers, provider => Assert.NotNull(LlmProviderCatalog.Find(provider)));
            Assert.Single(route.Variables, variable => variable.EndsWith("={key}", StringComparison.Ordinal));
            Assert.DoesNotContain(route.Arguments.SelectMany(group => group), argument => argument.Contains("{key}", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("claude", "openai", null, "m", "Claude Code cannot use 'openai', whose provider is openai.")]
    [InlineData("qwen", "openai", null, null, "Qwen Code does not start without a model, and 'openai' names none.")]
    [InlineData("pi", "openai", Gateway, "m", "pi takes no base URL from outside: it would send the key of 'openai' to OpenAI's own host.")]
    [InlineData("avante", "anthropic", "http://127.0.0.1:8080", "m", "avante.nvim takes no base URL from outside")]
    public void What_a_tool_cannot_use_is_refused_and_says_why(string tool, string provider, string? baseUrl, string? model, string problem)
    {
        LlmConfiguration item = Create(provider, baseUrl, model);
        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.InvalidArgument, item.Name, () => Use(item, tool));
        Assert.StartsWith(problem, error.Problem, StringComparison.Ordinal);
        Assert.StartsWith(problem, LlmToolCatalog.Get(tool).Refusal(item), StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_without_a_key_gets_none_and_the_tool_something_in_its_place()
    {
        LlmConfiguration item = _store.Open().Create(new NewConfiguration { Name = "local", Provider = "ollama", Model = "m" });
        using LlmEnvironment aider = Use(item, "aider");
        Assert.Equal("no-key", aider.Settings["OPENAI_API_KEY"]);
        Assert.Empty(aider.KeyVariables);
        using LlmEnvironment codex = Use(item, "codex", Helper);
        Assert.Equal("model_providers.llmconfig-exec={name=\"llmconfig\",base_url=\"http://127.0.0.1:11434/v1\",wire_api=\"responses\"}", codex.Arguments[3]);
    }

    [Fact]
    public void A_key_that_goes_out_as_Bearer_gets_the_variable_for_that()
    {
        LlmConfiguration item = Create("anthropic", "http://127.0.0.1:8080", useAuthHeader: true);
        using LlmEnvironment environment = Use(item, "claude");
        Assert.Equal(["ANTHROPIC_AUTH_TOKEN"], environment.KeyVariables);
        Assert.Contains("ANTHROPIC_API_KEY", environment.ClearedVariables);
    }

    [Theory]
    [InlineData("codex", "codex")]
    [InlineData("/usr/bin/claude", "claude")]
    [InlineData("./node_modules/.bin/qwen", "qwen")]
    [InlineData("claude.cmd", "claude")]
    [InlineData("codex-helper", null)]
    [InlineData("python", null)]
    [InlineData("", null)]
    public void A_tool_is_known_by_the_name_of_its_program(string program, string? tool) => Assert.Equal(tool, LlmToolCatalog.FindProgram(program)?.Id);

    [Fact]
    public void A_tool_that_is_not_there_is_refused_with_the_nearest_and_so_is_a_variable_beside_one()
    {
        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.InvalidArgument, null, () => LlmToolCatalog.Get("codx"));
        Assert.Contains("Did you mean 'codex'?", error.Message, StringComparison.Ordinal);
        LlmConfiguration item = Create("openai", null);
        Refusal.Of(LlmConfigErrorCode.InvalidArgument, "codex", () => _store.Open().GetEnvironment(item.Id, "X", new ToolUse(LlmToolCatalog.Get("codex"))));
    }

    [Theory]
    [InlineData("{base}/v1", "http://h/v1")]
    [InlineData("{\"a\":{\"b\":\"{model}\"}}", "{\"a\":{\"b\":\"a\\\"b{base}\"}}")]
    [InlineData("{path}/x", "x")]
    [InlineData("{project}", null)]
    [InlineData("{env:X}", "{env:X}")]
    public void Values_are_put_in_once_and_escaped_where_there_are_quotes(string template, string? expected) => Assert.Equal(
        expected,
        SettingTemplate.Fill(template, new Dictionary<string, string?> { ["base"] = "http://h", ["model"] = "a\"b{base}", ["path"] = string.Empty, ["project"] = null }));

    [Fact]
    public void A_check_says_what_wins_alone_and_with_the_configuration()
    {
        string home = Directory.CreateDirectory(Path.Combine(_store.Path, "user")).FullName;
        string project = Directory.CreateDirectory(Path.Combine(home, "a", "b")).FullName;
        LlmConfiguration item = Create("openai", Gateway);
        var variables = new Dictionary<string, string> { ["PATH"] = "/nowhere" };
        IReadOnlyList<CheckResult> Look(string tool)
        {
            using LlmEnvironment environment = Use(item, tool);
            return [.. new ToolCheck(environment, new ToolSurroundings(new StoreFileSystem(), variables.GetValueOrDefault, home, project)).Run(CancellationToken.None)];
        }

        Assert.Equal(
            [
                "Warning: aider is not installed: there is no aider in the folders of PATH.",
                "Warning: Started alone, it finds no key here.",
                "Ok: Started with 'openai', it takes its key from the variable OPENAI_API_KEY.",
                "Warning: Started alone, it finds no base URL here.",
                "Ok: Started with 'openai', it takes its base URL from the variable OPENAI_API_BASE.",
            ],
            Shown(Look("aider")));

        // Another key, the same key, and a file above the current folder that wins over all.
        variables["OPENAI_API_KEY"] = "sk-test-other";
        Assert.Equal("Warning: Started alone, it takes the key from the variable OPENAI_API_KEY, which is not that of 'openai'.", Shown(Look("aider"))[1]);
        variables["OPENAI_API_KEY"] = _key;
        variables["OPENAI_API_BASE"] = Gateway;
        Assert.Equal("Ok: Started alone, it takes the key of 'openai' from the variable OPENAI_API_KEY.", Shown(Look("aider"))[1]);
        Assert.Equal("Ok: Started alone, it takes the base URL of 'openai' from the variable OPENAI_API_BASE.", Shown(Look("aider"))[3]);
        string file = Path.Combine(home, "a", ".env");
        File.WriteAllText(file, "# OPENAI_API_KEY=commented\n");
        Assert.StartsWith("Ok", Shown(Look("aider"))[1], StringComparison.Ordinal);
        File.WriteAllText(file, "OPENAI_API_KEY=sk-test-file\n");
        IReadOnlyList<CheckResult> results = Look("aider");
        Assert.Equal($"Warning: Started alone, it takes the key from _API_KEY in {file}, which is not that of 'openai'. the variable OPENAI_API_KEY would come after.", Shown(results)[1]);
        Assert.Equal($"Warning: Even started with 'openai', it takes the key from _API_KEY in {file}, which wins.", Shown(results)[2]);
        Assert.Equal("Take _API_KEY out of .env.", results[2].Remedy);
        Assert.DoesNotContain(results, result => result.Message.Contains("sk-test", StringComparison.Ordinal));

        // A pipe is not waited for, and a link leads to what the tool would read.
        if (!OperatingSystem.IsWindows())
        {
            File.Move(file, file + ".moved");
            System.Diagnostics.Process.Start("mkfifo", [file]).WaitForExit();
            Assert.StartsWith("Ok", Shown(Look("aider"))[1], StringComparison.Ordinal);
            File.Delete(file);
            File.CreateSymbolicLink(file, file + ".moved");
            Assert.StartsWith("Warning", Shown(Look("aider"))[1], StringComparison.Ordinal);
        }

        // Codex takes its options first: no file wins.
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(home, ".codex")).FullName, "auth.json"), "{\"OPENAI_API_KEY\":\"sk-test-login\"}");
        results = Look("codex");
        Assert.Equal($"Warning: Started alone, it takes the key from OPENAI_API_KEY in {Path.Combine(home, ".codex", "auth.json")}, which is not that of 'openai'.", Shown(results)[1]);
        Assert.Equal("Ok: Started with 'openai', it takes its key from the option -c.", Shown(results)[2]);
    }

    private static string Filled(string text, LlmConfiguration item) => text
        .Replace("=BASE", "=" + item.BaseUrl, StringComparison.Ordinal)
        .Replace("\"BASE", "\"" + item.BaseUrl, StringComparison.Ordinal);

    private static string[] Shown(IReadOnlyList<CheckResult> results) => [.. results.Select(result => $"{result.Status}: {result.Message}")];


    private LlmConfiguration Create(string provider, string? baseUrl, string? model = "m", bool? useAuthHeader = null)
    {
        using ApiKey key = ApiKey.From(_key, provider);
        return _store.Open().Create(new NewConfiguration { Name = provider, Provider = provider, BaseUrl = baseUrl, Model = model, UseAuthHeader = useAuthHeader, Key = key });
    }

    private LlmEnvironment Use(LlmConfiguration item, string tool, string[]? helper = null) =>
        _store.Open().GetEnvironment(item.Id, variable: null, new ToolUse(LlmToolCatalog.Get(tool), helper is null ? null : _ => helper));
}
