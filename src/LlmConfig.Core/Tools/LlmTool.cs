namespace LlmConfig;

/// <summary>One entry of the tool catalogue: how a program that uses keys of LLM providers is given one, and where else it looks for one.</summary>
public sealed record LlmTool
{
    internal LlmTool(string id, string displayName, params IReadOnlyList<ToolRoute> routes)
    {
        Id = id;
        DisplayName = displayName;
        Routes = routes;
    }

    /// <summary>The id: lower-case ASCII letters and dashes.</summary>
    public string Id { get; }

    /// <summary>The name as its makers write it.</summary>
    public string DisplayName { get; }

    /// <summary>The names of its program, without an ending; empty for a library or an extension of an editor.</summary>
    public IReadOnlyList<string> Programs { get; internal init => field = Array.AsReadOnly([.. value]); } = [];

    /// <summary>The providers that it can use, as the catalogue of providers names them.</summary>
    public IReadOnlyList<string> Providers => Array.AsReadOnly(Routes.SelectMany(route => route.Providers).Distinct().ToArray());

    /// <summary>The same in few words: those that speak OpenAI's API as one.</summary>
    public string ProvidersInBrief => string.Join(", ", Providers
        .Select(provider => LlmToolCatalog.OpenAIKindOfProviders.Contains(provider) && Providers.Count >= LlmToolCatalog.OpenAIKindOfProviders.Count ? "OpenAI's kind" : provider)
        .Distinct());

    /// <summary>
    /// Where it looks for a key, the first that is there wins: <c>$NAME</c> is a variable, <c>~/path NAME</c> what a file says of a name, <c>./.env NAME</c>
    /// the same of the nearest such file from the current folder upward, <c>--option</c> one of its own, and <c>keyring NAME</c> an entry of the system's keyring.
    /// </summary>
    public IReadOnlyList<string> KeySources { get; internal init => field = Array.AsReadOnly([.. value]); } = [];

    /// <summary>Where it looks for a base URL, in the same form; empty where none can be given from outside.</summary>
    public IReadOnlyList<string> BaseUrlSources { get; internal init => field = Array.AsReadOnly([.. value]); } = [];

    /// <summary>How it asks a command for the key, as its documentation names that; <see langword="null"/> where it cannot.</summary>
    public string? Helper { get; internal init; }

    /// <summary>
    /// The file of its user in which it can be told to ask a command for the key, as <c>~/folder/file</c>; <see langword="null"/> where there is none that can be
    /// written for it.
    /// </summary>
    public string? SettingsFile { get; internal init; }

    /// <summary>The variable that puts its files elsewhere, and which folder stands for its value.</summary>
    internal (string Variable, string Folder)? Home { get; init; }

    /// <summary>The ways in which its file is given a configuration.</summary>
    internal IReadOnlyList<ToolRoute> FileRoutes { get => field ?? Routes; init; }

    /// <summary>What one has to know beside all this; <see langword="null"/> for nothing.</summary>
    public string? Remark { get; internal init; }

    /// <summary>The version that was run against a server of the tests; <see langword="null"/> where its facts are from its source or documents alone.</summary>
    public string? CheckedWith { get; internal init; }

    /// <summary>Where its facts are from.</summary>
    public string Source { get; internal init; } = string.Empty;

    /// <summary>The ways in which it is given a configuration, by the providers that each is for.</summary>
    internal IReadOnlyList<ToolRoute> Routes { get; }

    /// <summary>All variables that it reads or that this catalogue sets for it.</summary>
    internal IEnumerable<string> Variables => Routes.SelectMany(route => route.Variables).Select(variable => variable.Split('=')[0])
        .Concat(KeySources.Concat(BaseUrlSources).Where(source => source[0] == '$').Select(source => source[1..]))
        .Concat(Routes.SelectMany(route => route.Cleared))
        .Distinct(LlmEnvironment.Comparer);

    /// <summary>Why it cannot be given a configuration as this one is: its provider, its host, no model; <see langword="null"/> when it can.</summary>
    /// <param name="configuration">The configuration.</param>
    public string? Refusal(LlmConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return LlmProviderCatalog.Find(configuration.Provider) is { } provider ? Refusal(configuration, provider)?.Problem : null;
    }

    /// <summary>Why it cannot be given a configuration, and what to do; <see langword="null"/> when it can.</summary>
    internal (string Problem, string Remedy)? Refusal(LlmConfiguration item, LlmProvider provider) => Refusal(item, provider, Routes);

    /// <summary>The same of its settings file.</summary>
    internal (string Problem, string Remedy)? FileRefusal(LlmConfiguration item, LlmProvider provider) => SettingsFile is not null ? Refusal(item, provider, FileRoutes)
        : ($"{DisplayName} has no settings file in which it could be told to ask a command for the key.", $"{(Helper is null
            ? "Start it"
            : $"Set it yourself, as {Helper.Replace("NAME", SettingTemplate.ShellLine([item.Name]), StringComparison.Ordinal)}, or start it")} in the block of Use-LlmConfig {item.Name} -Tool {Id}.");

    private (string Problem, string Remedy)? Refusal(LlmConfiguration item, LlmProvider provider, IReadOnlyList<ToolRoute> routes) => RouteFor(provider.Id, routes) switch
    {
        null => ($"{DisplayName} cannot use '{item.Name}', whose provider is {provider.Id}.", $"It uses {string.Join(", ", routes.SelectMany(route => route.Providers).Distinct())}."),
        { NeedsModel: true } when item.Model is null =>
            ($"{DisplayName} does not start without a model, and '{item.Name}' names none.", "Give it one with Set-LlmConfig -Model."),
        { TakesBaseUrl: false } when BaseUrl.Origin(item.BaseUrl) != BaseUrl.Origin(provider.DefaultBaseUrl) => (
            $"{DisplayName} takes no base URL from outside: it would send the key of '{item.Name}' to {provider.DisplayName}'s own host.",
            SettingsFile is not null ? $"Register-LlmConfigTool {Id} sets both in its own configuration." : Helper is null ? "Use another tool." : $"Set both in its own configuration: {Helper}."),
        _ => null,
    };

    /// <summary>The way for a provider; <see langword="null"/> when the tool cannot use it.</summary>
    internal ToolRoute? RouteFor(string provider) => RouteFor(provider, Routes);

    /// <summary>The same among these.</summary>
    internal static ToolRoute? RouteFor(string provider, IReadOnlyList<ToolRoute> routes) =>
        routes.FirstOrDefault(route => route.Providers.Contains(provider, StringComparer.OrdinalIgnoreCase));

    /// <summary>Where a file of its user lies that is written as <c>~/path</c>.</summary>
    internal string Place(string path, Func<string, string?> variable, string home) =>
        System.IO.Path.GetFullPath(Home is { } moved && variable(moved.Variable) is { Length: > 0 } folder && path.StartsWith(moved.Folder + "/", StringComparison.Ordinal)
            ? System.IO.Path.Combine(folder, path[(moved.Folder.Length + 1)..])
            : System.IO.Path.Combine(home, path[2..]));

    /// <summary>The id.</summary>
    public override string ToString() => Id;
}

/// <summary>
/// One way in which a tool is given a configuration. In its templates the places of <see cref="LlmProvider.ToolVariables"/> stand for the same things; further
/// ones are <c>{gateway}</c>, the endpoint where it is not the provider's own, and those of <see cref="Arguments"/>. In a template with quotes
/// values are escaped as in JSON, which TOML's strings read alike.
/// </summary>
internal sealed record ToolRoute(params IReadOnlyList<string> Providers)
{
    /// <summary>What is set, as <c>NAME=template</c>. What has no value is cleared, and so is everything else that the tool and the tools of the provider read.</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];

    /// <summary>Further variables that would win and are cleared.</summary>
    public IReadOnlyList<string> Cleared { get; init; } = [];

    /// <summary>
    /// Arguments of the tool, in groups; a group with a place that has no value is left out. Three places exclude each other: <c>{helper}</c>,
    /// <c>{helperCommand}</c> and <c>{helperArguments}</c> are the command that gives the key (as a line for a shell, and as words), and where they are used no variable
    /// holds it; <c>{keyVariable}</c> names the variable that does; <c>{noKey}</c> is empty, and there where the configuration has no key. <c>{settings}</c> are all
    /// of <see cref="Settings"/> in one line, with the helper.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>> Arguments { get; init; } = [];

    /// <summary>What its settings file is to hold, as <c>name.of.the.setting=template</c>, the value as in JSON. What has no value is left out; of several with one name the first counts that has one.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>True where the arguments stand behind all others: the tool takes its own commands in the first place alone.</summary>
    public bool ArgumentsAreLast { get; init; }

    /// <summary>True where it does not start without a model.</summary>
    public bool NeedsModel { get; init; }

    /// <summary>False where it always asks the provider's own host, whatever is set.</summary>
    public bool TakesBaseUrl { get; init; } = true;
}

/// <summary>A tool for which an environment is made.</summary>
/// <param name="Tool">The tool.</param>
/// <param name="Helper">
/// The words of a command that gives the configuration's key, by its id, on standard output without asking anybody; <see langword="null"/>, or
/// one that gives <see langword="null"/>, where there is none. Asked once the key has been read.
/// </param>
public sealed record ToolUse(LlmTool Tool, Func<Guid, IReadOnlyList<string>?>? Helper = null);
