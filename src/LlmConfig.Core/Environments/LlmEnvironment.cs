using System.Text.RegularExpressions;

namespace LlmConfig;

/// <summary>
/// What a configuration puts into the environment of a program: the variables that get its key, its base URL and its model,
/// and those that are cleared because they would win over them. What a program finds in all of these variables depends on the
/// configuration alone, not on what was set before, but for the version of an API that the configuration does not name. Holds the key until it is disposed of.
/// </summary>
public sealed partial class LlmEnvironment : IDisposable
{
    /// <summary>
    /// The variable that names the configurations which are in force, for prompts and for whoever wonders: <c>LLMCONFIG_ACTIVE</c>. Of several,
    /// the names stand with a comma and a space between them.
    /// </summary>
    public const string ActiveVariable = "LLMCONFIG_ACTIVE";

    private const string KeyPlace = "{key}";

    private const string NoKey = "no-key";

    private readonly Dictionary<string, string> _values = new(Comparer);
    private readonly List<string> _keyVariables = [];
    private readonly List<string> _cleared = [];
    private readonly List<string> _arguments = [];
    private readonly ApiKey? _key;

    /// <summary>Works out what to set.</summary>
    /// <param name="item">The configuration.</param>
    /// <param name="key">Its key, which is disposed of with this object, also when the constructor fails; <see langword="null"/> for a configuration without one.</param>
    /// <param name="variable">The one variable that gets the key; <see langword="null"/> for all that the provider's tools read.</param>
    /// <param name="tool">The tool that it is for; <see langword="null"/> for all that the provider's tools read.</param>
    /// <exception cref="LlmConfigException">
    /// UnknownProvider, KeyMissing (the provider needs a key), InvalidName (of the variable), InvalidArgument (the tool cannot use the configuration).
    /// </exception>
    internal LlmEnvironment(LlmConfiguration item, ApiKey? key, string? variable, ToolUse? tool = null)
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

            if (tool is null)
            {
                Plan(own, variable);
            }
            else
            {
                Plan(own, tool);
            }
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

    /// <summary>The tool that it is for; <see langword="null"/> where it is for all that the provider's tools read.</summary>
    public LlmTool? Tool { get; private set; }

    /// <summary>The arguments that the tool's program gets beside those of the user; empty without a tool. None holds the key.</summary>
    public IReadOnlyList<string> Arguments => _arguments;

    /// <summary>All the variables that are set or cleared, each once; <see cref="ActiveVariable"/> is none of them.</summary>
    public IEnumerable<string> Variables => _keyVariables.Concat(_values.Keys).Concat(_cleared);

    /// <summary>The key in UTF-8, valid until this object is disposed of; empty for a configuration without one.</summary>
    public ReadOnlySpan<byte> KeyUtf8 => _key is null ? default : _key.Utf8;

    /// <summary>What stands between two names in <see cref="ActiveVariable"/>.</summary>
    internal static string ActiveSeparator => ", ";

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

    /// <summary>
    /// Puts configurations into the environment of this process until the result is disposed of. About the variables of tools that serve
    /// several providers, the first one decides.
    /// </summary>
    /// <param name="environments">What each of them sets and clears.</param>
    /// <exception cref="LlmConfigException">InvalidArgument: one sets a variable that another one sets or clears; the text names both and the variable.</exception>
    public static EnvironmentLayer Apply(params IReadOnlyList<LlmEnvironment> environments)
    {
        ArgumentNullException.ThrowIfNull(environments);
        var changes = new Dictionary<string, string?>(Comparer);
        for (int i = environments.Count - 1; i >= 0; i--)
        {
            for (int j = 0; j < i; j++)
            {
                environments[j].RequireApart(environments[i]);
            }

            foreach ((string name, string? value) in environments[i].Changes())
            {
                changes[name] = value;
            }
        }

        changes[ActiveVariable] = string.Join(ActiveSeparator, environments.Select(environment => environment.Configuration.Name));
        return new EnvironmentLayer([.. changes]);
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _key?.Dispose();

    /// <summary>True when a key for another host than the provider's goes to tools that read no base URL from the environment.</summary>
    internal bool LeavesBaseUrlOut { get; private set; }

    private bool ArgumentsAreLast { get; set; }

    /// <summary>A command line with <see cref="Arguments"/> at the place where the tool takes them.</summary>
    /// <param name="program">The program and the arguments of the user.</param>
    public IReadOnlyList<string> Complete(IReadOnlyList<string> program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return ArgumentsAreLast ? [.. program, .. _arguments] : [.. program.Take(1), .. _arguments, .. program.Skip(1)];
    }

    /// <summary>Each variable with its new value, or <see langword="null"/> for one to be cleared.</summary>
    internal IReadOnlyList<KeyValuePair<string, string?>> Changes()
    {
        string? key = _key?.ToPlainText();
        return
        [
            .. _keyVariables.Select(name => KeyValuePair.Create(name, key)),
            .. _values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)),
            .. _cleared.Select(name => KeyValuePair.Create(name, (string?)null)),
            KeyValuePair.Create(ActiveVariable, (string?)Configuration.Name),
        ];
    }

    private void RequireApart(LlmEnvironment other)
    {
        if ((Clash(other) ?? other.Clash(this)) is { } variable)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidArgument,
                other.Configuration.Name,
                $"'{Configuration.Name}' and '{other.Configuration.Name}' cannot be used at once: both decide about the variable {variable}.",
                "Use one after the other.");
        }
    }

    // A variable that this one sets and the other one has a say in.
    private string? Clash(LlmEnvironment other) => _keyVariables.Concat(_values.Keys)
        .Except(LlmProviderCatalog.SharedVariables)
        .FirstOrDefault(name => other.Variables.Contains(name, Comparer));

    private static IEnumerable<string> KeyVariablesOf(LlmProvider provider) => provider.KeyVariables.Concat(provider.BearerKeyVariables);

    private static IEnumerable<(string Name, string Value)> ToolVariablesOf(LlmProvider provider) =>
        provider.ToolVariables.Select(variable => variable.Split('=', 2)).Select(parts => (parts[0], parts[1]));

    private static bool GivesKeyIn(LlmProvider provider, string variable) =>
        KeyVariablesOf(provider).Contains(variable, Comparer)
        || ToolVariablesOf(provider).Any(tool => tool.Value == KeyPlace && Comparer.Equals(tool.Name, variable));

    // A version of the API that somebody set for all that runs here leads no key elsewhere, and Azure's SDKs do not work without one: it is
    // set where the configuration has one, and else left.
    private static IEnumerable<string> AllOf(LlmProvider provider) =>
    [
        .. KeyVariablesOf(provider),
        .. provider.BaseUrlVariable is { } name ? [name] : Array.Empty<string>(),
        .. provider.ModelVariables,
        .. ToolVariablesOf(provider).Where(tool => tool.Value != "{apiVersion}").Select(tool => tool.Name),
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

        Dictionary<string, string?> places = Places(Configuration, tools, helper: null, _key is not null);
        foreach ((string name, string template) in ToolVariablesOf(tools))
        {
            if (template != KeyPlace && SettingTemplate.Fill(template, places) is { } value)
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

    // Only what the tool needs: whatever else the provider's tools read is cleared.
    private void Plan(LlmProvider own, ToolUse use)
    {
        Tool = use.Tool;
        if (use.Tool.Refusal(Configuration, own) is var (problem, remedy))
        {
            throw new LlmConfigException(LlmConfigErrorCode.InvalidArgument, Configuration.Name, problem, remedy);
        }

        ToolRoute route = use.Tool.RouteFor(own.Id)!;
        IReadOnlyList<string>? helper = _key is not null && route.Arguments.Any(group => group.Any(argument => argument.Contains("{helper", StringComparison.Ordinal) || argument == "{settings}"))
            ? use.Helper?.Invoke(Configuration.Id)
            : null;
        Dictionary<string, string?> places = Places(Configuration, own, helper, _key is not null);
        string? keyVariable = null;
        foreach (string[] variable in route.Variables.Select(variable => variable.Split('=', 2)))
        {
            if (variable[1] != KeyPlace)
            {
                if (SettingTemplate.Fill(variable[1], places) is { } value)
                {
                    _values.Add(variable[0], value);
                }

                continue;
            }

            keyVariable = Configuration.UseAuthHeader && own.BearerKeyVariables.Count > 0 && own.KeyVariables.Contains(variable[0]) ? own.BearerKeyVariables[0] : variable[0];
            if (_key is null)
            {
                // Without any key most tools do not start, though the server asks for none.
                _values.Add(keyVariable, NoKey);
            }
            else if (helper is null)
            {
                _keyVariables.Add(keyVariable);
            }
        }

        places["keyVariable"] = _key is null || helper is not null ? null : keyVariable;
        places["settings"] = helper is null ? null : ToolSetting.Json(ToolSetting.Fill(route, places));
        foreach (IReadOnlyList<string> group in route.Arguments)
        {
            string[] filled = [.. group.Select(argument => SettingTemplate.Fill(argument, places)).OfType<string>()];
            _arguments.AddRange(filled.Length == group.Count ? filled : []);
        }

        ArgumentsAreLast = route.ArgumentsAreLast;
        var planned = new HashSet<string>(_keyVariables.Concat(_values.Keys), Comparer);
        _cleared.AddRange(use.Tool.Variables.Concat(AllOf(own)).Concat(LlmProviderCatalog.SharedVariables).Where(planned.Add));
    }

    /// <summary>What the places of the templates stand for; null where there is nothing to put there.</summary>
    /// <param name="item">The configuration.</param>
    /// <param name="tools">The provider whose tools read it.</param>
    /// <param name="helper">The command that gives the key; <see langword="null"/> where there is none.</param>
    /// <param name="hasKey">False for a configuration without one.</param>
    internal static Dictionary<string, string?> Places(LlmConfiguration item, LlmProvider tools, IReadOnlyList<string>? helper, bool hasKey)
    {
        string? url = item.BaseUrl;
        Uri? parsed = url is null ? null : new Uri(url);
        string? endpoint = url is null ? null : tools.WithoutTail(url);
        return new()
        {
            ["model"] = item.Model,
            ["organization"] = item.Organization,
            ["project"] = item.Project,
            ["apiVersion"] = item.ApiVersion,
            ["headers"] = item.Headers is { } headers ? string.Join('\n', headers.Select(header => $"{header.Key}: {header.Value}")) : null,
            ["base"] = url,
            ["endpoint"] = endpoint,
            ["gateway"] = BaseUrl.Origin(url) == BaseUrl.Origin(tools.DefaultBaseUrl) ? null : endpoint,
            ["host"] = parsed?.GetLeftPart(UriPartial.Authority),
            ["path"] = parsed?.AbsolutePath.Trim('/'),
            ["noKey"] = hasKey ? null : string.Empty,
            ["helper"] = helper is null ? null : SettingTemplate.ShellLine(helper),
            ["helperCommand"] = helper?[0],
            [SettingTemplate.HelperArguments] = helper is null ? null : SettingTemplate.Words(helper.Skip(1)),
            ["keyVariable"] = null,
        };
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
