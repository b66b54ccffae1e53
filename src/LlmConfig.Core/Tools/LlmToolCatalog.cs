namespace LlmConfig;

/// <summary>
/// The tools that the product knows. Facts are from their sources and documents and, where an entry has a version, from running it
/// against a server that writes down what arrives.
/// </summary>
public static class LlmToolCatalog
{
    private static readonly string[] OpenAIKind =
    [
        "openai", "openai-compatible", "mistral", "groq", "openrouter", "deepseek", "xai", "together", "fireworks", "perplexity", "bedrock", "huggingface",
        "ollama", "lmstudio", "llamacpp", "vllm",
    ];

    private static readonly string[] ClaudeClouds = ["CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"];

    private static readonly string[] OpenAIVariables =
    [
        "OPENAI_API_KEY={key}", "OPENAI_BASE_URL={base}", "OPENAI_MODEL={model}", "OPENAI_ORG_ID={organization}", "OPENAI_PROJECT_ID={project}",
    ];

    private static readonly string[] LiteLlmAzure = ["AZURE_API_KEY={key}", "AZURE_API_BASE={endpoint}", "AZURE_API_VERSION={apiVersion}"];

    /// <summary>The providers that speak OpenAI's API and take the key as <c>Authorization: Bearer</c>: a tool that uses one of them can use all.</summary>
    public static IReadOnlyList<string> OpenAIKindOfProviders { get; } = OpenAIKind.AsReadOnly();

    /// <summary>All tools, by their ids.</summary>
    public static IReadOnlyList<LlmTool> All { get; } =
    [
        new("aichat", "aichat",
            new ToolRoute(OpenAIKind) { Variables = ["OPENAI_API_KEY={key}", "OPENAI_API_BASE={base}", "AICHAT_MODEL=openai:{model}"] },
            new ToolRoute("anthropic") { Variables = ["CLAUDE_API_KEY={key}", "CLAUDE_API_BASE={base}/v1", "AICHAT_MODEL=claude:{model}"] },
            new ToolRoute("google") { Variables = ["GEMINI_API_KEY={key}", "GEMINI_API_BASE={endpoint}/v1beta", "AICHAT_MODEL=gemini:{model}"] })
        {
            Programs = ["aichat"],
            KeySources = ["$OPENAI_API_KEY", "$CLAUDE_API_KEY", "$GEMINI_API_KEY", "~/.config/aichat/config.yaml api_key"],
            BaseUrlSources = ["$OPENAI_API_BASE", "$CLAUDE_API_BASE", "$GEMINI_API_BASE", "~/.config/aichat/config.yaml api_base"],
            Source = "sigoden/aichat src/client/macros.rs",
        },
        new("aider", "aider",
            new ToolRoute(OpenAIKind) { Variables = ["OPENAI_API_KEY={key}", "OPENAI_API_BASE={base}", "AIDER_MODEL=openai/{model}"] },
            new ToolRoute("anthropic") { Variables = ["ANTHROPIC_API_KEY={key}", "ANTHROPIC_API_BASE={base}", "AIDER_MODEL=anthropic/{model}"] },
            new ToolRoute("google") { Variables = ["GEMINI_API_KEY={key}", "AIDER_MODEL=gemini/{model}"], TakesBaseUrl = false },
            new ToolRoute("azure-openai") { Variables = [.. LiteLlmAzure, "AIDER_MODEL=azure/{model}"] })
        {
            Programs = ["aider"],
            KeySources = ["./.env _API_KEY", "~/.env _API_KEY", "$OPENAI_API_KEY", "$ANTHROPIC_API_KEY", "$GEMINI_API_KEY", "$AZURE_API_KEY"],
            BaseUrlSources = ["./.env _API_BASE", "~/.env _API_BASE", "$OPENAI_API_BASE", "$ANTHROPIC_API_BASE", "$AZURE_API_BASE"],
            Remark = "A .env file of the repository wins over the environment, also over one that is given here.",
            Source = "Aider-AI/aider aider/main.py, website/docs/llms/openai-compat.md",
        },
        new("anthropic-sdk", "Anthropic SDKs",
            new ToolRoute("anthropic") { Variables = ["ANTHROPIC_API_KEY={key}", "ANTHROPIC_BASE_URL={base}", "ANTHROPIC_CUSTOM_HEADERS={headers}"] })
        {
            KeySources = ["$ANTHROPIC_AUTH_TOKEN", "$ANTHROPIC_API_KEY"],
            BaseUrlSources = ["$ANTHROPIC_BASE_URL"],
            CheckedWith = "npm 1.15.0",
            Source = "anthropics/anthropic-sdk-python src/anthropic/_client.py",
        },
        new("avante", "avante.nvim",
            new ToolRoute("openai") { Variables = ["AVANTE_OPENAI_API_KEY={key}"], TakesBaseUrl = false },
            new ToolRoute("anthropic") { Variables = ["AVANTE_ANTHROPIC_API_KEY={key}"], TakesBaseUrl = false },
            new ToolRoute("google") { Variables = ["AVANTE_GEMINI_API_KEY={key}"], TakesBaseUrl = false })
        {
            KeySources = ["$AVANTE_OPENAI_API_KEY", "$OPENAI_API_KEY", "$AVANTE_ANTHROPIC_API_KEY", "$ANTHROPIC_API_KEY", "$AVANTE_GEMINI_API_KEY", "$GEMINI_API_KEY"],
            Helper = "api_key_name = \"cmd:llmconfig key NAME\" of a provider",
            Remark = "Its base URL is the endpoint of its Lua configuration.",
            Source = "yetone/avante.nvim lua/avante/providers/init.lua",
        },
        new("claude", "Claude Code",
            new ToolRoute("anthropic")
            {
                Variables = ["ANTHROPIC_API_KEY={key}", "ANTHROPIC_BASE_URL={base}", "ANTHROPIC_MODEL={model}", "ANTHROPIC_CUSTOM_HEADERS={headers}"],
                Cleared = [.. ClaudeClouds, "CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_UNIX_SOCKET"],

                // What its settings.json sets wins over the environment, and these settings over that file.
                Arguments = [["--settings", "{settings}"]],
                Settings =
                [
                    "apiKeyHelper=\"{helper}\"", "env.ANTHROPIC_BASE_URL=\"{base}\"", "env.ANTHROPIC_MODEL=\"{model}\"", "env.ANTHROPIC_CUSTOM_HEADERS=\"{headers}\"",
                    .. new[] { "ANTHROPIC_MODEL", "ANTHROPIC_CUSTOM_HEADERS", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN" }.Concat(ClaudeClouds).Select(name => $"env.{name}=\"\""),
                ],
            })
        {
            Programs = ["claude"],
            KeySources =
            [
                "--settings", .. ClaudeClouds.Select(name => "$" + name), "~/.claude/settings.json ANTHROPIC_AUTH_TOKEN", "$ANTHROPIC_AUTH_TOKEN",
                "~/.claude/settings.json ANTHROPIC_API_KEY", "$ANTHROPIC_API_KEY", "~/.claude/settings.json apiKeyHelper", "$CLAUDE_CODE_OAUTH_TOKEN",
                "~/.claude/.credentials.json accessToken",
            ],
            BaseUrlSources = ["--settings", "~/.claude/settings.json ANTHROPIC_BASE_URL", "$ANTHROPIC_BASE_URL"],
            Helper = "apiKeyHelper of settings.json",
            SettingsFile = "~/.claude/settings.json",
            Home = ("CLAUDE_CONFIG_DIR", "~/.claude"),
            CheckedWith = "2.1.332",
            Source = "anthropics/claude-code CHANGELOG.md; the rest was measured",
        },
        new("codecompanion", "codecompanion.nvim",
            new ToolRoute("openai") { Variables = ["OPENAI_API_KEY={key}"], TakesBaseUrl = false },
            new ToolRoute("anthropic") { Variables = ["ANTHROPIC_API_KEY={key}"], TakesBaseUrl = false },
            new ToolRoute("google") { Variables = ["GEMINI_API_KEY={key}"], TakesBaseUrl = false })
        {
            KeySources = ["$OPENAI_API_KEY", "$ANTHROPIC_API_KEY", "$GEMINI_API_KEY"],
            Helper = "env.api_key = \"cmd:llmconfig key --no-newline NAME\" of an adapter",
            Remark = "Its base URL is env.url of the adapter.",
            Source = "olimorris/codecompanion.nvim doc/configuration/adapters-http.md",
        },
        new("codex", "Codex CLI",
            new ToolRoute(OpenAIKind)
            {
                Variables = ["CODEX_API_KEY={key}"],

                // Of another name than in its file, whose tables its options are merged into.
                Arguments = [.. Codex("llmconfig-exec").Select(setting => new[] { "-c", setting })],
                Settings = Codex("llmconfig"),
            })
        {
            Programs = ["codex"],
            KeySources = ["-c", "~/.codex/config.toml model_providers.llmconfig", "~/.codex/config.toml experimental_bearer_token", "$CODEX_API_KEY", "~/.codex/auth.json OPENAI_API_KEY", "~/.codex/auth.json access_token"],
            BaseUrlSources = ["-c", "~/.codex/config.toml base_url"],
            Helper = "[model_providers.NAME.auth] of config.toml",
            SettingsFile = "~/.codex/config.toml",
            Home = ("CODEX_HOME", "~/.codex"),
            Remark = "The server has to speak the Responses API.",
            CheckedWith = "0.171.0",
            Source = "openai/codex codex-rs/model-provider-info/src/lib.rs, codex-rs/login/src/auth/external_bearer.rs",
        },
        new("copilot", "GitHub Copilot CLI",
            Copilot("openai", "{base}", OpenAIKind),
            Copilot("azure", "{endpoint}", "azure-openai"),
            Copilot("anthropic", "{base}", "anthropic"))
        {
            Programs = ["copilot"],
            KeySources = ["$COPILOT_PROVIDER_BEARER_TOKEN", "$COPILOT_PROVIDER_API_KEY"],
            BaseUrlSources = ["$COPILOT_PROVIDER_BASE_URL"],
            CheckedWith = "1.0.102",
            Source = "docs.github.com, use-byok-models",
        },
        new("crush", "Crush",
            new ToolRoute("openai", "openai-compatible") { Variables = ["OPENAI_API_KEY={key}", "OPENAI_API_ENDPOINT={base}"], Settings = Crush("openai", "{base}") },
            new ToolRoute("anthropic") { Variables = ["ANTHROPIC_API_KEY={key}", "ANTHROPIC_API_ENDPOINT={base}"], Settings = Crush("anthropic", "{base}") },
            new ToolRoute("google") { Variables = ["GEMINI_API_KEY={key}", "GEMINI_API_ENDPOINT={gateway}"], Settings = Crush("gemini", "{gateway}") })
        {
            Programs = ["crush"],
            KeySources = ["~/.config/crush/crush.json api_key", "$OPENAI_API_KEY", "$ANTHROPIC_API_KEY", "$GEMINI_API_KEY"],
            BaseUrlSources = ["~/.config/crush/crush.json base_url", "$OPENAI_API_ENDPOINT", "$ANTHROPIC_API_ENDPOINT", "$GEMINI_API_ENDPOINT"],
            Helper = "\"api_key\": \"$(llmconfig key NAME)\" of crush.json",
            SettingsFile = "~/.config/crush/crush.json",
            Home = ("XDG_CONFIG_HOME", "~/.config"),
            Source = "charmbracelet/crush docs/config/README.md; charmbracelet/catwalk internal/providers/configs",
        },
        new("gemini", "Gemini CLI",
            new ToolRoute("google")
            {
                Variables = ["GEMINI_API_KEY={key}", "GOOGLE_GEMINI_BASE_URL={gateway}", "GEMINI_MODEL={model}"],
                Cleared = ["GOOGLE_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_GCA", "GOOGLE_VERTEX_BASE_URL", "CLOUD_SHELL", "GEMINI_CLI_USE_COMPUTE_ADC"],
            })
        {
            Programs = ["gemini"],
            KeySources = ["~/.gemini/settings.json oauth-personal", "$GOOGLE_GENAI_USE_VERTEXAI", "$GOOGLE_GENAI_USE_GCA", "$GEMINI_API_KEY", "./.env GEMINI_API_KEY", "~/.env GEMINI_API_KEY", "keyring gemini-cli-api-key"],
            BaseUrlSources = ["$GOOGLE_GEMINI_BASE_URL", "./.env GOOGLE_GEMINI_BASE_URL", "~/.env GOOGLE_GEMINI_BASE_URL"],
            Remark = "With another base URL than Google's it needs \"security\": {\"auth\": {\"selectedType\": \"gemini-api-key\"}} in its settings.json, and https unless the host is this machine.",
            CheckedWith = "0.61.0",
            Source = "google-gemini/gemini-cli packages/core/src/core/contentGenerator.ts, docs/reference/configuration.md",
        },
        new("google-sdk", "Google Gen AI SDKs",
            new ToolRoute("google") { Variables = ["GEMINI_API_KEY={key}", "GOOGLE_GEMINI_BASE_URL={gateway}"], Cleared = ["GOOGLE_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI"] })
        {
            KeySources = ["$GOOGLE_GENAI_USE_VERTEXAI", "$GOOGLE_API_KEY", "$GEMINI_API_KEY"],
            BaseUrlSources = ["$GOOGLE_GEMINI_BASE_URL"],
            CheckedWith = "npm 3.3.0",
            Source = "googleapis/python-genai google/genai/_api_client.py",
        },
        new("goose", "goose",
            new ToolRoute(OpenAIKind)
            {
                Variables = ["OPENAI_API_KEY={key}", "OPENAI_HOST={host}", "OPENAI_BASE_PATH={path}/chat/completions", "GOOSE_PROVIDER=openai", "GOOSE_MODEL={model}"],
            },
            new ToolRoute("anthropic") { Variables = ["ANTHROPIC_API_KEY={key}", "ANTHROPIC_HOST={base}", "GOOSE_PROVIDER=anthropic", "GOOSE_MODEL={model}"] },
            new ToolRoute("google") { Variables = ["GOOGLE_API_KEY={key}", "GOOGLE_HOST={endpoint}", "GOOSE_PROVIDER=google", "GOOSE_MODEL={model}"] })
        {
            Programs = ["goose"],
            KeySources = ["$OPENAI_API_KEY", "$ANTHROPIC_API_KEY", "$GOOGLE_API_KEY", "keyring goose", "~/.config/goose/secrets.yaml _API_KEY"],
            BaseUrlSources = ["$OPENAI_HOST", "$ANTHROPIC_HOST", "$GOOGLE_HOST", "~/.config/goose/config.yaml _HOST"],
            Source = "block/goose crates/goose/src/config/base.rs, crates/goose/src/providers",
        },
        new("litellm", "LiteLLM",
            new ToolRoute(OpenAIKind) { Variables = ["OPENAI_API_KEY={key}", "OPENAI_API_BASE={base}"] },
            new ToolRoute("anthropic") { Variables = ["ANTHROPIC_API_KEY={key}", "ANTHROPIC_API_BASE={base}"] },
            new ToolRoute("google") { Variables = ["GEMINI_API_KEY={key}"], TakesBaseUrl = false },
            new ToolRoute("azure-openai") { Variables = LiteLlmAzure })
        {
            Programs = ["litellm"],
            KeySources = ["$OPENAI_API_KEY", "$ANTHROPIC_API_KEY", "$GEMINI_API_KEY", "$AZURE_API_KEY"],
            BaseUrlSources = ["$OPENAI_BASE_URL", "$OPENAI_API_BASE", "$ANTHROPIC_API_BASE", "$ANTHROPIC_BASE_URL", "$AZURE_API_BASE"],
            Source = "BerriAI/litellm docs/my-website/docs/set_keys.md",
        },
        new("llm", "llm",
            new ToolRoute(OpenAIKind) { Variables = ["OPENAI_API_KEY={key}", "OPENAI_BASE_URL={base}"] },
            new ToolRoute("anthropic") { Variables = ["ANTHROPIC_API_KEY={key}", "ANTHROPIC_BASE_URL={base}"] },
            new ToolRoute("google") { Variables = ["LLM_GEMINI_KEY={key}"], TakesBaseUrl = false })
        {
            Programs = ["llm"],
            KeySources = ["~/.config/io.datasette.llm/keys.json openai", "$OPENAI_API_KEY", "$ANTHROPIC_API_KEY", "$LLM_GEMINI_KEY", "$GEMINI_API_KEY"],
            BaseUrlSources = ["~/.config/io.datasette.llm/extra-openai-models.yaml api_base", "$OPENAI_BASE_URL", "$ANTHROPIC_BASE_URL"],
            Remark = "Its keys.json wins over the environment.",
            Source = "simonw/llm docs/setup.md, llm/default_plugins/openai_models.py",
        },
        new("openai-sdk", "OpenAI SDKs",
            new ToolRoute(OpenAIKind) { Variables = OpenAIVariables },
            new ToolRoute("azure-openai")
            {
                Variables = ["AZURE_OPENAI_API_KEY={key}", "AZURE_OPENAI_ENDPOINT={endpoint}", "OPENAI_API_VERSION={apiVersion}"],
                Cleared = ["AZURE_OPENAI_AD_TOKEN"],
            })
        {
            KeySources = ["$AZURE_OPENAI_AD_TOKEN", "$OPENAI_API_KEY", "$AZURE_OPENAI_API_KEY"],
            BaseUrlSources = ["$OPENAI_BASE_URL", "$AZURE_OPENAI_ENDPOINT"],
            CheckedWith = "npm 7.59.0",
            Source = "openai/openai-python src/openai/_client.py, lib/azure.py",
        },
        new("openclaw", "OpenClaw",
            new ToolRoute("openai") { Variables = ["OPENAI_API_KEY={key}"], TakesBaseUrl = false },
            new ToolRoute("anthropic") { Variables = ["ANTHROPIC_API_KEY={key}"], TakesBaseUrl = false },
            new ToolRoute("google") { Variables = ["GEMINI_API_KEY={key}"], TakesBaseUrl = false })
        {
            Programs = ["openclaw"],
            KeySources = ["~/.openclaw/openclaw.json apiKey", "$OPENAI_API_KEY", "$ANTHROPIC_API_KEY", "$GEMINI_API_KEY"],
            BaseUrlSources = ["~/.openclaw/openclaw.json baseUrl"],
            Helper = "an exec secret provider of openclaw.json with llmconfig key --protocol openclaw",
            Source = "openclaw/openclaw docs/gateway/secrets.md",
        },
        new("opencode", "opencode",
            OpenCode(OpenAIKind, "\"npm\":\"@ai-sdk/openai-compatible\",", "llmconfig", "OPENAI_API_KEY", "{base}"),
            OpenCode(["anthropic"], "\"npm\":\"@ai-sdk/anthropic\",", "llmconfig", "ANTHROPIC_API_KEY", "{base}/v1"),
            OpenCode(["google"], "\"npm\":\"@ai-sdk/google\",", "llmconfig", "GEMINI_API_KEY", "{endpoint}/v1beta"))
        {
            Programs = ["opencode"],
            KeySources = ["$OPENCODE_CONFIG_CONTENT", "~/.config/opencode/opencode.json apiKey", "~/.local/share/opencode/auth.json key", "$OPENAI_API_KEY", "$ANTHROPIC_API_KEY", "$GEMINI_API_KEY"],
            BaseUrlSources = ["$OPENCODE_CONFIG_CONTENT", "~/.config/opencode/opencode.json baseURL"],
            CheckedWith = "1.18.33",
            Source = "anomalyco/opencode packages/web/src/content/docs/config.mdx; OPENCODE_CONFIG_CONTENT was measured",
        },
        new("pi", "pi",
            [
                .. new[] { "openai", "anthropic", "google", "groq", "xai", "openrouter", "mistral", "deepseek" }.Select(provider => new ToolRoute(provider)
                {
                    Variables = [(provider == "google" ? "GEMINI_API_KEY" : LlmProviderCatalog.Find(provider)!.KeyVariables[0]) + "={key}"],
                    Arguments = [["--provider", provider], ["--model", "{model}"]],
                    ArgumentsAreLast = true,
                    TakesBaseUrl = false,
                }),
                new ToolRoute("azure-openai")
                {
                    Variables = ["AZURE_OPENAI_API_KEY={key}", "AZURE_OPENAI_BASE_URL={endpoint}/openai/v1"],
                    Arguments = [["--provider", "azure-openai-responses"], ["--model", "{model}"]],
                    ArgumentsAreLast = true,
                },
            ])
        {
            Programs = ["pi"],
            KeySources = ["--api-key", "~/.pi/agent/auth.json key", "$OPENAI_API_KEY", "$ANTHROPIC_API_KEY", "$GEMINI_API_KEY", "$AZURE_OPENAI_API_KEY", "~/.pi/agent/models.json apiKey"],
            BaseUrlSources = ["~/.pi/agent/models.json baseUrl", "$AZURE_OPENAI_BASE_URL"],
            Helper = "\"apiKey\": \"!llmconfig key NAME\" of models.json",
            SettingsFile = "~/.pi/agent/models.json",
            Home = ("PI_CODING_AGENT_DIR", "~/.pi/agent"),
            FileRoutes =
            [
                Pi("openai-completions", "{base}", OpenAIKind),
                Pi("anthropic-messages", "{base}", "anthropic"),
                Pi("google-generative-ai", "{endpoint}/v1beta", "google"),
            ],
            Remark = "Its auth.json wins over the environment. What is set up for good is chosen with --provider llmconfig --model MODEL, or with /model.",
            CheckedWith = "0.73.1",
            Source = "badlogic/pi-mono packages/coding-agent/docs/providers.md, models.md",
        },
        new("psopenai", "PSOpenAI",
            new ToolRoute(OpenAIKind) { Variables = ["OPENAI_API_KEY={key}", "OPENAI_API_BASE={base}", "OPENAI_ORGANIZATION={organization}"], Cleared = ["OPENAI_API_TYPE"] })
        {
            KeySources = ["$OPENAI_API_KEY"],
            BaseUrlSources = ["$OPENAI_API_BASE"],
            Remark = "The global variables OPENAI_API_KEY and OPENAI_API_BASE of the PowerShell session win over the environment.",
            CheckedWith = "4.49.0",
            Source = "mkht/PSOpenAI Private/Initialize-APIBase.ps1",
        },
        new("qwen", "Qwen Code",
            new ToolRoute(OpenAIKind)
            {
                Variables = ["OPENAI_API_KEY={key}", "OPENAI_BASE_URL={base}", "OPENAI_MODEL={model}"],
                Arguments = [["--auth-type", "openai"]],
                NeedsModel = true,
            },
            new ToolRoute("anthropic")
            {
                Variables = ["ANTHROPIC_API_KEY={key}", "ANTHROPIC_BASE_URL={base}", "ANTHROPIC_MODEL={model}"],
                Arguments = [["--auth-type", "anthropic"]],
                NeedsModel = true,
            })
        {
            Programs = ["qwen"],
            KeySources = ["--openai-api-key", "$OPENAI_API_KEY", "$ANTHROPIC_API_KEY", "./.env _API_KEY", "~/.qwen/settings.json _API_KEY", "~/.qwen/oauth_creds.json access_token"],
            BaseUrlSources = ["--openai-base-url", "$OPENAI_BASE_URL", "$ANTHROPIC_BASE_URL", "./.env _BASE_URL", "~/.qwen/settings.json _BASE_URL"],
            CheckedWith = "0.24.4",
            Source = "QwenLM/qwen-code docs/users/configuration/auth.md",
        },
    ];

    /// <summary>The tool with this id, letter case apart; <see langword="null"/> when there is none.</summary>
    /// <param name="id">The id.</param>
    public static LlmTool? Find(string? id) => All.FirstOrDefault(tool => string.Equals(tool.Id, id, StringComparison.OrdinalIgnoreCase));

    /// <summary>The tool with this id, letter case apart.</summary>
    /// <param name="id">The id.</param>
    /// <exception cref="LlmConfigException">InvalidArgument; the text names the nearest id.</exception>
    public static LlmTool Get(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Find(id) ?? throw new LlmConfigException(
            LlmConfigErrorCode.InvalidArgument,
            target: null,
            $"There is no tool '{DisplayText.Of(id)}' in the catalogue.",
            (NearText.Find(id, All.Select(tool => tool.Id)) is { } near ? $"Did you mean '{near}'? " : string.Empty) + "Get-LlmTool lists them.");
    }

    /// <summary>The tool whose program this is, by its file name without a folder and an ending; <see langword="null"/> when the catalogue does not know it.</summary>
    /// <param name="program">The name or the path of a program.</param>
    public static LlmTool? FindProgram(string program)
    {
        ArgumentNullException.ThrowIfNull(program);
        string name = program[(program.LastIndexOfAny(OperatingSystem.IsWindows() ? ['/', '\\'] : ['/']) + 1)..];
        name = Path.GetExtension(name).ToUpperInvariant() is ".EXE" or ".CMD" or ".BAT" or ".PS1" ? Path.GetFileNameWithoutExtension(name) : name;
        return All.FirstOrDefault(tool => tool.Programs.Contains(name, LlmEnvironment.Comparer));
    }

    /// <summary>The tools that a text means: the one whose id it is, or those whose ids it matches as a pattern of <c>*</c> and <c>?</c>.</summary>
    /// <param name="idOrPattern">An id or a pattern; letter case does not count.</param>
    /// <exception cref="LlmConfigException">InvalidArgument: it is no pattern, and no tool has this id.</exception>
    public static IEnumerable<LlmTool> Select(string idOrPattern)
    {
        ArgumentNullException.ThrowIfNull(idOrPattern);
        return ConfigurationName.IsPattern(idOrPattern) ? All.Where(tool => ConfigurationName.Matches(idOrPattern, tool.Id)) : [Get(idOrPattern)];
    }

    private static string[] Codex(string id)
    {
        // A provider of its own: what its files say of other ones does not count.
        string provider = $"model_providers.{id}={{name=\"llmconfig\",base_url=\"{{base}}\",wire_api=\"responses\"";
        return
        [
            $"model_provider=\"{id}\"",
            provider + ",auth={command=\"{helperCommand}\",args=[{helperArguments}]}}",
            provider + ",env_key=\"{keyVariable}\"}",
            provider + "{noKey}}",
            "model=\"{model}\"",
        ];
    }

    private static string[] Crush(string provider, string baseUrl) =>
        [$"providers.{provider}.api_key=\"$({{helper}})\"", $"providers.{provider}.base_url=\"{baseUrl}\""];

    // A provider of its own, since those that it knows take no model beside theirs without one.
    private static ToolRoute Pi(string api, string baseUrl, params string[] providers) => new(providers)
    {
        Settings =
        [
            $"providers.llmconfig.baseUrl=\"{baseUrl}\"", $"providers.llmconfig.api=\"{api}\"", "providers.llmconfig.apiKey=\"!{helper}\"",
            "providers.llmconfig.apiKey=\"no-key{noKey}\"", "providers.llmconfig.models=[{\"id\":\"{model}\"}]",
        ],
        NeedsModel = true,
    };

    private static ToolRoute Copilot(string type, string baseUrl, params string[] providers) => new(providers)
    {
        Variables = ["COPILOT_PROVIDER_API_KEY={key}", $"COPILOT_PROVIDER_BASE_URL={baseUrl}", $"COPILOT_PROVIDER_TYPE={type}", "COPILOT_MODEL={model}"],
        NeedsModel = true,
    };

    // A provider of its own beside those of its files: what they and its logins say of another one does not count.
    private static ToolRoute OpenCode(string[] providers, string package, string name, string variable, string baseUrl) => new(providers)
    {
        Variables =
        [
            variable + "={key}",
            $"OPENCODE_CONFIG_CONTENT={{\"provider\":{{\"{name}\":{{{package}\"options\":{{\"baseURL\":\"{baseUrl}\",\"apiKey\":\"{{env:{variable}}}\"}},\"models\":{{\"{{model}}\":{{}}}}}}}},"
                + $"\"model\":\"{name}/{{model}}\",\"small_model\":\"{name}/{{model}}\"}}",
        ],
        NeedsModel = true,
    };
}
