using System.Security.Cryptography;
using System.Text;

namespace LlmConfig;

/// <summary>
/// What a tool would really use, here and now: each place in which it looks for a key and a base URL, in its own order, in the environment of this process
/// and in the files of its user. Nothing is changed, and no value of another key is kept or shown.
/// </summary>
/// <param name="environment">What the tool is given where it is started with the configuration.</param>
/// <param name="surroundings">Where it is looked.</param>
internal sealed class ToolCheck(LlmEnvironment environment, ToolSurroundings surroundings)
{
    private const string Check = "Tool";
    private const string BaseUrlWords = "base URL";

    private readonly LlmTool _tool = environment.Tool!;

    private string Name => environment.Configuration.Name;

    private bool HasOwnBaseUrl => BaseUrl.Origin(environment.Configuration.BaseUrl) != BaseUrl.Origin(LlmProviderCatalog.Find(environment.Configuration.Provider)?.DefaultBaseUrl);

    private string Start => _tool.Programs.Count > 0
        ? $"Start it in the block of Use-LlmConfig {Name} -Tool {_tool.Id}."
        : $"Start the program that uses it in the block of Use-LlmConfig {Name} -Tool {_tool.Id}.";

    /// <summary>One result for the program, and for key and base URL one each of what is found without help and of what is when it is started with the configuration.</summary>
    public IEnumerable<CheckResult> Run(CancellationToken cancellation)
    {
        yield return Program(cancellation);
        foreach ((string what, IReadOnlyList<string> sources) in new[] { ("key", _tool.KeySources), (BaseUrlWords, _tool.BaseUrlSources) })
        {
            if (sources.Count == 0)
            {
                continue;
            }

            cancellation.ThrowIfCancellationRequested();
            string[] concerned = [.. sources.Where(Concerns)];
            yield return Alone(what, concerned);
            yield return Started(what, concerned);
        }
    }

    private CheckResult Program(CancellationToken cancellation)
    {
        if (_tool.Programs.Count == 0)
        {
            return new CheckResult(Check, CheckStatus.Ok, _tool.Id, $"{_tool.DisplayName} is no program of its own: whether it is installed is not looked at.");
        }

        if (_tool.Programs.Select(surroundings.FindProgram).FirstOrDefault(path => path is not null) is not { } found)
        {
            return new CheckResult(
                Check, CheckStatus.Warning, _tool.Id, $"{_tool.DisplayName} is not installed: there is no {string.Join(" or ", _tool.Programs)} in the folders of PATH.", "Install it, or look at the PATH of this shell.");
        }

        string? version = ToolSurroundings.ReadVersion(found, cancellation);
        string checkedWith = _tool.CheckedWith is null ? "its facts were not measured"
            : version?.Contains(_tool.CheckedWith, StringComparison.Ordinal) == true ? "measured with this version"
            : $"measured with {_tool.CheckedWith}";
        return new CheckResult(Check, CheckStatus.Ok, _tool.Id, $"{_tool.DisplayName} is {found}{(version is null ? string.Empty : $", {version}")} ({checkedWith}).");
    }

    // A source that only concerns other providers says nothing here: a variable that this tool is not given for this one.
    private bool Concerns(string source) =>
        source[0] != '$' || environment.Variables.Contains(source[1..], LlmEnvironment.Comparer);

    private CheckResult Alone(string what, string[] sources)
    {
        if (Array.Find(sources, source => IsThere(source) && !IsBlanked(source)) is not { } source)
        {
            if (what == BaseUrlWords && !HasOwnBaseUrl)
            {
                return new CheckResult(Check, CheckStatus.Ok, _tool.Id, "Started alone, it finds no base URL here and asks the provider's own host.");
            }

            return new CheckResult(Check, CheckStatus.Warning, _tool.Id, $"Started alone, it finds no {what} here.", Start);
        }

        string[] beside = [.. sources.SkipWhile(other => other != source).Skip(1).Where(other => IsThere(other) && !IsBlanked(other))];
        string rest = beside.Length == 0 ? string.Empty : $" {string.Join(" and ", beside.Select(Shown))} would come after.";
        return IsOurs(source)
            ? new CheckResult(Check, CheckStatus.Ok, _tool.Id, $"Started alone, it takes the {what} of '{Name}' from {Shown(source)}.{rest}")
            : new CheckResult(Check, CheckStatus.Warning, _tool.Id, $"Started alone, it takes the {what} from {Shown(source)}, which is not that of '{Name}'.{rest}", Start);
    }

    private CheckResult Started(string what, string[] sources)
    {
        string? own = Array.Find(sources, IsGiven);
        string? rival = sources.TakeWhile(source => source != own).FirstOrDefault(source => source[0] is '~' or '.' && IsThere(source) && !IsOurs(source));
        if (rival is not null)
        {
            return new CheckResult(
                Check,
                CheckStatus.Warning,
                _tool.Id,
                $"Even started with '{Name}', it takes the {what} from {Shown(rival)}, which wins.",
                $"Take {Word(rival)} out of {Path.GetFileName(Where(rival)!)}.");
        }

        if (own is not null)
        {
            return new CheckResult(Check, CheckStatus.Ok, _tool.Id, $"Started with '{Name}', it takes its {what} from {(own[0] == '-' ? $"the option {own}" : Shown(own))}.");
        }

        return what == BaseUrlWords && !HasOwnBaseUrl
            ? new CheckResult(Check, CheckStatus.Ok, _tool.Id, $"Started with '{Name}', it asks {DisplayText.WithAsciiHost(environment.Configuration.BaseUrl)}.")
            : new CheckResult(Check, CheckStatus.Warning, _tool.Id, $"Started with '{Name}', it gets no {what} from outside.", _tool.Remark ?? "Set it in its own configuration.");
    }

    // What it is given: a variable with a value, or an option among the arguments.
    private bool IsGiven(string source) => source[0] switch
    {
        '$' => environment.KeyVariables.Contains(source[1..]) || environment.Settings.ContainsKey(source[1..]),
        '-' => environment.Arguments.Contains(source),
        _ => false,
    };

    private bool IsThere(string source) => source[0] switch
    {
        '$' => !string.IsNullOrEmpty(surroundings.Variable(source[1..])),
        '~' or '.' => Where(source) is not null,
        _ => false,
    };

    private bool IsOurs(string source)
    {
        if (source[0] is '~')
        {
            // What was written there for good names the configuration by its id, which no other program knows.
            string ours = _tool.BaseUrlSources.Contains(source) ? environment.Configuration.BaseUrl ?? string.Empty : environment.Configuration.Id.ToString("D");
            return ours.Length > 0 && Holds(source, ours);
        }

        if (source[0] != '$')
        {
            return false;
        }

        string value = surroundings.Variable(source[1..])!;
        return environment.Settings.TryGetValue(source[1..], out string? setting)
            ? value == setting
            : !environment.KeyUtf8.IsEmpty && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(value), environment.KeyUtf8);
    }

    // A variable that its file sets to nothing, beside the command that was written there for good.
    private bool IsBlanked(string source) => source[0] == '$'
        && _tool.FileRoutes.Any(route => route.Settings.Contains($"env.{source[1..]}=\"\""))
        && _tool.KeySources.Any(other => other[0] == '~' && Holds(other, "llmconfig"));

    // The file that says something of a name.
    private string? Where(string source)
    {
        string path = source.Split(' ')[0];
        return (path[0] == '~' ? [surroundings.InHome(_tool, path)] : surroundings.Upward(path[2..])).FirstOrDefault(file => surroundings.Mentions(file, Word(source)));
    }

    private bool Holds(string source, string text) => surroundings.Mentions(surroundings.InHome(_tool, source.Split(' ')[0]), Word(source), text);

    private static string Word(string source) => source.Split(' ')[1];

    private string Shown(string source) => source[0] == '$' ? $"the variable {source[1..]}" : $"{Word(source)} in {Where(source)}";
}
