using System.Text.RegularExpressions;

namespace LlmConfig;

/// <summary>
/// What a configuration puts into the environment of a program: the variables that get its key, its base URL and its model,
/// and those that are cleared because they would win over them. What a program finds in all of these variables depends on the
/// configuration alone, not on what was set before. Holds the key until it is disposed of.
/// </summary>
public sealed partial class LlmEnvironment : IDisposable
{
    private const string KeyPlace = "{key}";

    private readonly Dictionary<string, string> _values = new(Comparer);
    private readonly List<string> _keyVariables = [];
    private readonly List<string> _cleared = [];
    private readonly ApiKey? _key;

    /// <summary>Works out what to set.</summary>
    /// <param name="item">The configuration.</param>
    /// <param name="key">Its key, which is disposed of with this object, also when the constructor fails; <see langword="null"/> for a configuration without one.</param>
    /// <param name="variable">The one variable that gets the key; <see langword="null"/> for all that the provider's tools read.</param>
    /// <exception cref="LlmConfigException">UnknownProvider, KeyMissing (the provider needs a key), InvalidName (of the variable).</exception>
    internal LlmEnvironment(LlmConfiguration item, ApiKey? key, string? variable)
    {
        _key = key;
        Configuration = item;
        try
        {
            LlmProvider own = LlmProviderCatalog.Get(item.Provider, item.Name);
            if (key is null && own.KeyRequired)
            {
                throw new LlmConfigException(
                    LlmConfigErrorCode.KeyMissing,
                    item.Name,
                    $"The configuration '{item.Name}' has no key, and {own.DisplayName} needs one.",
                    "Give it one with Set-LlmConfig -AskApiKey; openai-compatible is the provider for servers that need none.");
            }

            Plan(own, variable);
        }
        catch
        {
            key?.Dispose();
            throw;
        }
    }

    /// <summary>The configuration as it was when its key was read.</summary>
    public LlmConfiguration Configuration { get; }

    /// <summary>The variables that get the key; empty for a configuration without one.</summary>
    public IReadOnlyList<string> KeyVariables => _keyVariables;

    /// <summary>The other variables that are set, the base URL's and the model's, with their values.</summary>
    public IReadOnlyDictionary<string, string> Settings => _values;

    /// <summary>The variables that are cleared.</summary>
    public IReadOnlyList<string> ClearedVariables => _cleared;

    /// <summary>All the variables that are set or cleared, each once.</summary>
    public IEnumerable<string> Variables => _keyVariables.Concat(_values.Keys).Concat(_cleared);

    /// <summary>The key in UTF-8, valid until this object is disposed of; empty for a configuration without one.</summary>
    public ReadOnlySpan<byte> KeyUtf8 => _key is null ? default : _key.Utf8;

    /// <summary>Environment variables differ by letter case, except on Windows.</summary>
    internal static StringComparer Comparer => OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>
    /// Writes it into the environment of a program to be started, as <c>ProcessStartInfo.Environment</c> is. The key becomes a
    /// string there, which stays in memory until it is collected.
    /// </summary>
    /// <param name="environment">The variables of the program.</param>
    public void CopyTo(IDictionary<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        foreach ((string name, string? value) in Changes())
        {
            if (value is null)
            {
                environment.Remove(name);
            }
            else
            {
                environment[name] = value;
            }
        }
    }

    /// <summary>Puts it into the environment of this process until the result is disposed of.</summary>
    public EnvironmentLayer Apply() => new(Changes());

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _key?.Dispose();

    /// <summary>True when a key for another host than the provider's goes to tools that read no base URL from the environment.</summary>
    internal bool LeavesBaseUrlOut { get; private set; }

    /// <summary>Each variable with its new value, or <see langword="null"/> for one to be cleared.</summary>
    internal IReadOnlyList<KeyValuePair<string, string?>> Changes()
    {
        string? key = _key?.ToPlainText();
        return
        [
            .. _keyVariables.Select(name => KeyValuePair.Create(name, key)),
            .. _values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)),
            .. _cleared.Select(name => KeyValuePair.Create(name, (string?)null)),
        ];
    }

    private static IEnumerable<string> KeyVariablesOf(LlmProvider provider) => provider.KeyVariables.Concat(provider.BearerKeyVariables);

    private static IEnumerable<(string Name, string Value)> ToolVariablesOf(LlmProvider provider) =>
        provider.ToolVariables.Select(variable => variable.Split('=', 2)).Select(parts => (parts[0], parts[1]));

    private static bool GivesKeyIn(LlmProvider provider, string variable) =>
        KeyVariablesOf(provider).Contains(variable, Comparer)
        || ToolVariablesOf(provider).Any(tool => tool.Value == KeyPlace && Comparer.Equals(tool.Name, variable));

    private static IEnumerable<string> AllOf(LlmProvider provider) =>
    [
        .. KeyVariablesOf(provider),
        .. provider.BaseUrlVariable is { } name ? [name] : Array.Empty<string>(),
        .. provider.ModelVariables,
        .. ToolVariablesOf(provider).Select(tool => tool.Name),
        .. provider.OverridingVariables,
    ];

    private void Plan(LlmProvider own, string? variable)
    {
        // A key variable that tools of another provider read: those tools must find the base URL in their own variable too,
        // or they would send the key to their provider.
        LlmProvider tools = variable is null || GivesKeyIn(own, variable)
            ? own
            : LlmProviderCatalog.All.FirstOrDefault(provider => GivesKeyIn(provider, variable)) ?? own;
        LeavesBaseUrlOut = _key is not null && tools.BaseUrlVariable is null && Configuration.ExplicitBaseUrl is { } gateway
            && BaseUrl.Origin(gateway) != BaseUrl.Origin(own.DefaultBaseUrl);
        if (Configuration.BaseUrl is { } url && tools.BaseUrlVariable is { } urlVariable)
        {
            _values.Add(urlVariable, tools.BaseUrlTails.Count == 0 ? url : tools.WithoutTail(url));
        }

        if (Configuration.Model is { } model)
        {
            foreach (string name in tools.ModelVariables)
            {
                _values.Add(name, model);
            }
        }

        foreach ((string name, string template) in ToolVariablesOf(tools))
        {
            if (template != KeyPlace && Fill(template, tools) is { } value)
            {
                _values.Add(name, value);
            }
        }

        IEnumerable<string> keyVariables = variable is not null ? [RequireName(variable)]
            :
            [
                .. Configuration.UseAuthHeader && own.BearerKeyVariables.Count > 0 ? own.BearerKeyVariables : own.KeyVariables,
                .. ToolVariablesOf(own).Where(tool => tool.Value == KeyPlace).Select(tool => tool.Name),
            ];
        (_key is null ? _cleared : _keyVariables).AddRange(keyVariables);
        var planned = new HashSet<string>(keyVariables.Concat(_values.Keys), Comparer);
        _cleared.AddRange(AllOf(tools).Concat(AllOf(own)).Concat(LlmProviderCatalog.SharedVariables).Where(planned.Add));
    }

    // The value of a tool's variable; null where there is nothing to put there.
    private string? Fill(string template, LlmProvider tools)
    {
        if (Configuration.BaseUrl is not { } url || (template.Contains("{model}", StringComparison.Ordinal) && Configuration.Model is null))
        {
            return null;
        }

        var parsed = new Uri(url);
        return template
            .Replace("{model}", Configuration.Model, StringComparison.Ordinal)
            .Replace("{endpoint}", tools.WithoutTail(url), StringComparison.Ordinal)
            .Replace("{host}", parsed.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
            .Replace("{path}/", parsed.AbsolutePath.Trim('/') is { Length: > 0 } path ? path + "/" : string.Empty, StringComparison.Ordinal)
            .Replace("{base}", url, StringComparison.Ordinal);
    }

    private string RequireName(string variable)
    {
        if (!PortableName().IsMatch(variable))
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidName,
                Configuration.Name,
                "The name of the variable for the key is not one of letters, digits and underscores that begins with no digit.",
                "Give the variable's name (not the key itself), such as OPENAI_API_KEY.");
        }

        return !_values.ContainsKey(variable) ? variable : throw new LlmConfigException(
            LlmConfigErrorCode.InvalidName,
            Configuration.Name,
            $"The variable {variable} is set to the base URL or the model, and cannot hold the key as well.",
            "Name another variable, such as OPENAI_API_KEY.");
    }

    // The names of IEEE Std 1003.1, 8.1: every shell can set them, and no prefix of a key fits, which has a dash or a dot.
    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex PortableName();
}
