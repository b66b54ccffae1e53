using System.Globalization;

namespace LlmConfig;

/// <summary>Finds configurations in variables, be they of the process or of a <c>.env</c> file, as the providers' SDKs read them.</summary>
internal static class ProviderVariables
{
    private const string Compatible = "openai-compatible";
    private const string OllamaPort = "11434";

    // What of the details variables hold. Headers are not taken: in an environment they may carry credentials.
    private static readonly string[] Places = ["{organization}", "{project}", "{apiVersion}"];

    // What the AWS SDKs read, in their order.
    private static readonly string[] Regions = ["AWS_REGION", "AWS_DEFAULT_REGION"];

    /// <summary>All variables that are looked at.</summary>
    public static IEnumerable<string> Names =>
    [
        .. LlmProviderCatalog.All.SelectMany(KeyVariablesOf),
        .. LlmProviderCatalog.All.Select(provider => provider.BaseUrlVariable).OfType<string>(),
        .. LlmProviderCatalog.All.SelectMany(provider => provider.ModelVariables),
        .. LlmProviderCatalog.All.SelectMany(provider => Places.SelectMany(place => VariablesOf(provider, place))),
        .. Regions,
    ];

    /// <summary>Looks for every provider of the catalogue.</summary>
    /// <param name="source">Gets what is found, and what is wrong of a provider.</param>
    /// <param name="text">The value of a variable that is no secret, or <see langword="null"/>.</param>
    /// <param name="key">The key in a variable; <see langword="null"/> where it is not set or empty; throws InvalidKey for one that is no key.</param>
    /// <param name="kind">What to call a variable when its origin is shown.</param>
    /// <param name="providers">Which providers to look for, by id; <see langword="null"/> for all.</param>
    public static void Find(ImportSource source, Func<string, string?> text, Func<string, ApiKey?> key, string kind, Predicate<string>? providers)
    {
        bool compatible = Text("OPENAI_BASE_URL") is { } url && !IsOpenAI(url);
        foreach (LlmProvider provider in LlmProviderCatalog.All)
        {
            // One set of variables for both: the base URL tells which one is meant.
            if (providers?.Invoke(provider.Id) == false || (provider.Id == Compatible ? !compatible : compatible && provider.Id == "openai"))
            {
                continue;
            }

            string? baseUrl = BaseUrlOf(provider, Text);
            ApiKey? value = null;
            string? variable = null;
            try
            {
                (value, variable) = KeyOf(provider, key);
            }
            catch (LlmConfigException e)
            {
                source.Add(new LlmConfigException(e.Code, provider.Id, e.Problem, e.RecommendedAction, e));
                continue;
            }

            // Alone, a base URL is a configuration only where no key is needed.
            if (value is not null || (baseUrl is not null && !provider.KeyRequired))
            {
                source.Add(new ImportItem
                {
                    Name = provider.Id,
                    Provider = provider.Id,
                    // The provider's own URL is its default, and follows it.
                    BaseUrl = baseUrl?.TrimEnd('/') == provider.DefaultBaseUrl ? null : baseUrl,
                    UseAuthHeader = variable is not null && provider.BearerKeyVariables.Contains(variable) ? true : null,
                    Model = provider.ModelVariables.Select(Text).FirstOrDefault(model => model is not null),
                    Details = DetailsOf(provider, Text, source),
                    Key = value,
                    Origin = value is null ? $"without a key, from {kind} {provider.BaseUrlVariable}" : $"with the key of {kind} {variable}",
                    BaseUrlRemedy = RemedyOf(provider),
                });
            }
        }

        string? Text(string name) => text(name) is { } found && !string.IsNullOrWhiteSpace(found) ? found.Trim() : null;
    }

    private static IEnumerable<string> KeyVariablesOf(LlmProvider provider) => provider.KeyVariables.Concat(provider.BearerKeyVariables);

    private static IEnumerable<string> VariablesOf(LlmProvider provider, string place) =>
        provider.ToolVariables.Where(variable => variable.EndsWith("=" + place, StringComparison.Ordinal)).Select(variable => variable[..^(place.Length + 1)]);

    private static ConfigurationDetails? DetailsOf(LlmProvider provider, Func<string, string?> text, ImportSource source)
    {
        ConfigurationDetails details = new() { Organization = First("{organization}"), Project = First("{project}"), ApiVersion = First("{apiVersion}") };
        if (details.Problem() is { } problem)
        {
            source.Remark($"Of the variables of {provider.DisplayName}, those of the account are left out. {problem.Text}");
            return null;
        }

        return details.IsEmpty ? null : details;

        string? First(string place) => VariablesOf(provider, place).Select(text).FirstOrDefault(value => value is not null);
    }

    private static (ApiKey? Key, string? Variable) KeyOf(LlmProvider provider, Func<string, ApiKey?> key)
    {
        foreach (string variable in KeyVariablesOf(provider))
        {
            if (key(variable) is { } found)
            {
                return (found, variable);
            }
        }

        return (null, null);
    }

    private static string? BaseUrlOf(LlmProvider provider, Func<string, string?> text)
    {
        string? url = provider.BaseUrlVariable is { } variable ? text(variable) : null;
        return (url, provider.Id) switch
        {
            (null, "bedrock") => Regions.Select(text).FirstOrDefault(region => region is not null) is { } region && IsRegion(region)
                ? provider.BaseUrlExample!.Replace("{region}", region, StringComparison.Ordinal)
                : null,
            (null, _) => null,
            (_, "ollama") => provider.WithTail(OllamaUrl(url)),
            _ => provider.WithTail(url),
        };
    }

    private static string? RemedyOf(LlmProvider provider) => provider.Id switch
    {
        _ when provider.DefaultBaseUrl is not null => null,
        "bedrock" => $"Set {provider.BaseUrlVariable} or AWS_REGION beside the key, or create the configuration with New-LlmConfig -BaseUrl.",
        _ => $"Set {provider.BaseUrlVariable} beside the key, or create the configuration with New-LlmConfig -BaseUrl.",
    };

    private static bool IsRegion(string text) => text.Length <= 32 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static bool IsOpenAI(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed)
        && (parsed.Host.Equals("openai.com", StringComparison.OrdinalIgnoreCase) || parsed.Host.EndsWith(".openai.com", StringComparison.OrdinalIgnoreCase));

    // As ollama's own clients read it (ollama-python, _client.py): scheme, host, port and path may each be missing.
    private static string OllamaUrl(string host)
    {
        string text = host.Trim('"', '\'');
        int at = text.IndexOf("://", StringComparison.Ordinal);
        string scheme = at < 0 ? "http" : text[..at].ToLowerInvariant();
        string rest = at < 0 ? text : text[(at + 3)..];
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string authority = slash < 0 ? rest : rest[..slash];
        string path = slash < 0 ? string.Empty : rest[slash..].TrimEnd('/');
        int bracket = authority.LastIndexOf(']');
        int colon = authority.LastIndexOf(':');
        bool bareIPv6 = bracket < 0 && authority.IndexOf(':', StringComparison.Ordinal) != colon;
        bool hasPort = colon > bracket && !bareIPv6;
        string name = bareIPv6 ? $"[{authority}]" : hasPort ? authority[..colon] : authority;
        string port = hasPort ? authority[(colon + 1)..] : string.Empty;
        name = name switch
        {
            // What a server listens on is no address to connect to.
            "" or "0.0.0.0" => "127.0.0.1",
            "[::]" => "[::1]",
            _ => name,
        };
        if (port.Length == 0 && at < 0)
        {
            port = OllamaPort;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{scheme}://{name}{(port.Length > 0 ? ":" : string.Empty)}{port}{path}");
    }
}
