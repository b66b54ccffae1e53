using System.Collections.Frozen;
using System.Text;

namespace LlmConfig;

/// <summary>
/// The providers that the product knows. The facts are from the vendors' SDK sources and reference documentation, 2026;
/// <c>openai-compatible</c> is for every other server.
/// </summary>
public static class LlmProviderCatalog
{
    // Qwen Code and many others read the first, OpenAI's agents SDK the second.
    private static readonly string[] OpenAIModel = ["OPENAI_MODEL", "OPENAI_DEFAULT_MODEL"];

    // Without these the tools would send the key of a gateway to api.openai.com. The first is what PSOpenAI, aichat, aider, LiteLLM
    // and LangChain read, the next two what goose does (crates/goose/src/providers/openai.rs), which joins them with a slash.
    private static readonly string[] OpenAITools =
    [
        "OPENAI_API_BASE={base}", "OPENAI_HOST={host}", "OPENAI_BASE_PATH={path}/chat/completions",
        "OPENAI_ORG_ID={organization}", "OPENAI_ORGANIZATION={organization}", "OPENAI_PROJECT_ID={project}", "OPENAI_PROJECT={project}",
        "OPENAI_CUSTOM_HEADERS={headers}",
        .. Copilot("openai", "{base}"),
    ];

    // The switch to Azure; what Codex prefers.
    private static readonly string[] OpenAIOverrides = ["OPENAI_API_TYPE", "CODEX_API_KEY"];

    /// <summary>All providers, in the order of the catalogue.</summary>
    public static IReadOnlyList<LlmProvider> All { get; } =
    [
        new("openai", "OpenAI", "https://api.openai.com/v1", "OPENAI_API_KEY")
        {
            BaseUrlVariable = "OPENAI_BASE_URL",
            ModelVariables = OpenAIModel,
            ToolVariables = OpenAITools,
            OverridingVariables = OpenAIOverrides,
            KeyPrefixes = ["sk-", "sk-proj-", "sk-svcacct-"],
        },
        new("anthropic", "Anthropic", "https://api.anthropic.com", "ANTHROPIC_API_KEY")
        {
            BearerKeyVariables = ["ANTHROPIC_AUTH_TOKEN"],
            BaseUrlVariable = "ANTHROPIC_BASE_URL",
            ModelVariables = ["ANTHROPIC_MODEL"],
            ToolVariables = ["ANTHROPIC_CUSTOM_HEADERS={headers}", .. Copilot("anthropic", "{base}")],
            // Base URLs of LangChain and LiteLLM, which read ANTHROPIC_BASE_URL after them; what was meant for another gateway; Claude
            // Code asks another cloud, with other keys, when one of the last is set.
            OverridingVariables =
            [
                "ANTHROPIC_API_URL", "ANTHROPIC_API_BASE", "ANTHROPIC_UNIX_SOCKET",
                "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY",
            ],
            KeyHeader = "x-api-key",
            ExtraHeaders = ["anthropic-version: 2023-06-01"],
            KeyCheck = "{base}/v1/models",
            KeyPrefixes = ["sk-ant-"],
        },
        new("azure-openai", "Azure OpenAI", null, "AZURE_OPENAI_API_KEY")
        {
            BaseUrlExample = "https://{resource}.openai.azure.com/openai/v1",
            BaseUrlVariable = "AZURE_OPENAI_ENDPOINT",
            BaseUrlTails = ["/openai/v1", "/openai"],
            // LiteLLM reads the first two, pi the third.
            ToolVariables =
            [
                "AZURE_API_KEY={key}", "AZURE_API_BASE={endpoint}", "AZURE_OPENAI_BASE_URL={endpoint}/openai/v1",
                // The SDKs of OpenAI, LangChain, LiteLLM.
                "OPENAI_API_VERSION={apiVersion}", "AZURE_OPENAI_API_VERSION={apiVersion}", "AZURE_API_VERSION={apiVersion}",
                .. Copilot("azure", "{endpoint}"),
            ],
            // The SDK prefers a token of Entra ID to the key.
            OverridingVariables = ["AZURE_OPENAI_AD_TOKEN"],
            KeyHeader = "api-key",
            KeyCheck = "{endpoint}/openai/models?api-version=2024-10-21",
            // It lists what could be deployed; a configuration names a deployment.
            KeyCheckListsModels = false,
        },
        new("google", "Google Gemini", "https://generativelanguage.googleapis.com/v1beta", "GOOGLE_API_KEY GEMINI_API_KEY")
        {
            BaseUrlVariable = "GOOGLE_GEMINI_BASE_URL",
            BaseUrlTails = ["/v1beta", "/v1alpha", "/v1"],
            ModelVariables = ["GEMINI_MODEL"],
            // True there means Vertex AI, which takes other credentials.
            OverridingVariables = ["GOOGLE_GENAI_USE_VERTEXAI"],
            KeyHeader = "x-goog-api-key",
            // A wrong key is INVALID_ARGUMENT here.
            KeyRefusedStatusCodes = [400, 401, 403],
            KeyPrefixes = ["AIza", "AQ."],
        },
        new("mistral", "Mistral AI", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
        new("groq", "Groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY")
        {
            BaseUrlVariable = "GROQ_BASE_URL",
            BaseUrlTails = ["/openai/v1"],
            KeyPrefixes = ["gsk_"],
        },
        new("openrouter", "OpenRouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY")
        {
            KeyCheck = "{base}/key",
            KeyCheckListsModels = false,
            KeyPrefixes = ["sk-or-"],
        },
        new("deepseek", "DeepSeek", "https://api.deepseek.com", "DEEPSEEK_API_KEY") { KeyPrefixes = ["sk-"] },
        new("xai", "xAI", "https://api.x.ai/v1", "XAI_API_KEY")
        {
            KeyCheck = "{base}/api-key",
            KeyCheckListsModels = false,
            KeyRefusedStatusCodes = [400, 401, 403],
            KeyPrefixes = ["xai-"],
        },
        new("cohere", "Cohere", "https://api.cohere.com", "CO_API_KEY COHERE_API_KEY")
        {
            BaseUrlVariable = "CO_API_URL",
            KeyCheck = "{base}/v1/models",
        },
        new("together", "Together AI", "https://api.together.xyz/v1", "TOGETHER_API_KEY")
        {
            BaseUrlVariable = "TOGETHER_BASE_URL",
            KeyPrefixes = ["tgp_v1_"],
        },
        new("fireworks", "Fireworks AI", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY")
        {
            KeyPrefixes = ["fw_"],
        },
        new("perplexity", "Perplexity", "https://api.perplexity.ai", "PERPLEXITY_API_KEY")
        {
            BaseUrlVariable = "PERPLEXITY_BASE_URL",
            KeyCheck = null,
            KeyPrefixes = ["pplx-"],
        },
        new("bedrock", "Amazon Bedrock", null, "AWS_BEARER_TOKEN_BEDROCK")
        {
            BaseUrlExample = "https://bedrock-runtime.{region}.amazonaws.com/openai/v1",
            BaseUrlVariable = "AWS_BEDROCK_BASE_URL",
            KeyCheck = null,
            KeyPrefixes = ["ABSK", "bedrock-api-key-"],
        },
        new("huggingface", "Hugging Face", "https://router.huggingface.co/v1", "HF_TOKEN")
        {
            // Older names of the token; LangChain reads the second before HF_TOKEN.
            OverridingVariables = ["HUGGING_FACE_HUB_TOKEN", "HUGGINGFACEHUB_API_TOKEN"],
            KeyCheck = "https://huggingface.co/api/whoami-v2",
            KeyCheckListsModels = false,
            KeyPrefixes = ["hf_"],
        },
        new("ollama", "Ollama (local)", "http://127.0.0.1:11434/v1", "OLLAMA_API_KEY")
        {
            BaseUrlVariable = "OLLAMA_HOST",
            // aider and LiteLLM.
            ToolVariables = ["OLLAMA_API_BASE={endpoint}"],
            BaseUrlTails = ["/v1", "/api"],
            KeyRequired = false,
            KeyCheck = "{endpoint}/api/tags",
        },
        new("lmstudio", "LM Studio (local)", "http://127.0.0.1:1234/v1", "LM_API_TOKEN") { KeyRequired = false },
        new("llamacpp", "llama.cpp server (local)", "http://127.0.0.1:8080/v1", "LLAMA_API_KEY") { KeyRequired = false },
        new("vllm", "vLLM (local)", "http://localhost:8000/v1", "VLLM_API_KEY") { KeyRequired = false },
        new("openai-compatible", "any OpenAI-compatible server", null, "OPENAI_API_KEY")
        {
            BaseUrlExample = "https://llm.example.com/v1",
            BaseUrlVariable = "OPENAI_BASE_URL",
            ModelVariables = OpenAIModel,
            ToolVariables = OpenAITools,
            OverridingVariables = OpenAIOverrides,
            KeyRequired = false,
        },
    ];

    /// <summary>
    /// The variables of tools that serve several providers: one that they are not set for clears them, so that no such tool goes
    /// on with another key or another host than the configuration's.
    /// </summary>
    public static IReadOnlyList<string> SharedVariables { get; } =
        [.. Copilot(string.Empty, string.Empty).Select(variable => variable.Split('=')[0]), "COPILOT_PROVIDER_BEARER_TOKEN"];

    private static readonly FrozenDictionary<string, LlmProvider> ById =
        All.ToFrozenDictionary(provider => provider.Id, StringComparer.OrdinalIgnoreCase);

    // The longest first: sk-ant- before sk-. Two providers may share one.
    private static readonly (byte[] Prefix, LlmProvider[] Providers)[] ByKeyPrefix =
    [
        .. All.SelectMany(provider => provider.KeyPrefixes.Select(prefix => (Prefix: prefix, Provider: provider)))
            .GroupBy(pair => pair.Prefix, pair => pair.Provider)
            .OrderByDescending(group => group.Key.Length)
            .Select(group => (Encoding.UTF8.GetBytes(group.Key), group.ToArray())),
    ];

    /// <summary>The provider with this id, letter case apart; <see langword="null"/> when there is none.</summary>
    /// <param name="id">The id.</param>
    public static LlmProvider? Find(string? id) => id is not null && ById.TryGetValue(id, out LlmProvider? provider) ? provider : null;

    /// <summary>The provider with this id, letter case apart.</summary>
    /// <param name="id">The id.</param>
    /// <param name="target">The name of the configuration that asks, for the error.</param>
    /// <exception cref="LlmConfigException">UnknownProvider; the text names the nearest id.</exception>
    public static LlmProvider Get(string? id, string? target)
    {
        if (Find(id) is { } provider)
        {
            return provider;
        }

        if (string.IsNullOrWhiteSpace(id))
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.UnknownProvider,
                target,
                "No provider was given.",
                "Get-LlmProvider lists them; openai-compatible stands for any other server.");
        }

        // A key in the place of the provider (the two are neighbours on the command line) must not be shown.
        string shown = id.Length <= 24 && id.All(c => char.IsAsciiLetter(c) || c == '-') && !LooksLikeKey(id)
            ? $"There is no provider '{id}'."
            : "There is no such provider.";
        string? near = Nearest(id);
        throw new LlmConfigException(
            LlmConfigErrorCode.UnknownProvider,
            target,
            shown,
            near is null
                ? "Get-LlmProvider lists them; openai-compatible stands for any other server."
                : $"Did you mean '{near}'? Get-LlmProvider lists them; openai-compatible stands for any other server.");
    }

    /// <summary>The providers that a text means: the one whose id it is, or those whose ids it matches as a pattern of <c>*</c> and <c>?</c>.</summary>
    /// <param name="idOrPattern">An id or a pattern; letter case does not count.</param>
    /// <exception cref="LlmConfigException">UnknownProvider: it is no pattern, and no provider has this id.</exception>
    public static IEnumerable<LlmProvider> Select(string idOrPattern)
    {
        ArgumentNullException.ThrowIfNull(idOrPattern);
        return ConfigurationName.IsPattern(idOrPattern)
            ? All.Where(provider => ConfigurationName.Matches(idOrPattern, provider.Id))
            : [Get(idOrPattern, target: null)];
    }

    /// <summary>The providers whose keys begin as this one does, by the longest prefix that fits; none where no prefix does.</summary>
    /// <param name="key">The key in UTF-8.</param>
    /// <param name="prefixLength">The length of that prefix in bytes.</param>
    internal static IReadOnlyList<LlmProvider> OwnersOf(ReadOnlySpan<byte> key, out int prefixLength)
    {
        foreach ((byte[] prefix, LlmProvider[] providers) in ByKeyPrefix)
        {
            if (key.StartsWith(prefix))
            {
                prefixLength = prefix.Length;
                return providers;
            }
        }

        prefixLength = 0;
        return [];
    }

    /// <summary>True when a text begins as the keys of some provider do.</summary>
    internal static bool LooksLikeKey(string text) =>
        All.Any(provider => provider.KeyPrefixes.Any(prefix => text.StartsWith(prefix, StringComparison.Ordinal)));

    private static string? Nearest(string id) => NearText.Find(id, All.Select(provider => provider.Id));

    // GitHub Copilot CLI with a key of one's own (docs.github.com, use-byok-models).
    private static string[] Copilot(string type, string baseUrl) =>
        ["COPILOT_PROVIDER_API_KEY={key}", $"COPILOT_PROVIDER_BASE_URL={baseUrl}", $"COPILOT_PROVIDER_TYPE={type}", "COPILOT_MODEL={model}"];
}
