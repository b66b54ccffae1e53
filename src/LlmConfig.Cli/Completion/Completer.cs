using System.CommandLine;
using System.CommandLine.Completions;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>
/// What the completion scripts call: finds what may stand at the end of a command line. The kind of the answer stands in the first line,
/// then a word in each, as the shell wants it. It reads names from the store's file and SecretManagement's registrations, and nothing
/// else: no vault is opened, nobody is asked.
/// </summary>
internal sealed class Completer(IConsole console)
{
    /// <summary>The word that stands in the place of a verb.</summary>
    public const string Request = "__complete";

    // The kinds: words follow, or what a shell completes by itself.
    private const string Words = "words";
    private const string Files = "files";
    private const string Program = "command";

    // What a person could look through.
    private const int LongestRemark = 60;

    private static readonly string[] GlobalOptions = ["--json", "--home", "--yes", "--no-input", "--help", "--version"];

    /// <summary>Answers. Whatever goes wrong, nothing is said: it would be printed in the middle of what a person types.</summary>
    /// <param name="request">The shell; for bash the line up to the cursor, for others the words, the cursor's last.</param>
    public void Answer(string[] request)
    {
        if (request is not [var shell, .. var words] || words.Length == 0)
        {
            return;
        }

        try
        {
            ShellWords? bash = shell == "bash" ? ShellWords.OfBash(words[0]) : null;
            (string kind, IEnumerable<Candidate> candidates) = bash is not null
                ? Find([.. bash.Words.Skip(1)], bash.Last ?? string.Empty)
                : Find([.. words.SkipLast(1)], words[^1].TrimStart('\'', '"'));
            IEnumerable<string?> lines = candidates.Select(candidate => shell switch
            {
                "bash" => bash!.Replacement(candidate.Text),
                "pwsh" => $"{ShellWords.ForPowerShell(candidate.Text)}\t{candidate.Text}\t{candidate.Remark}",
                _ => candidate.Remark.Length == 0 ? candidate.Text : $"{candidate.Text}\t{candidate.Remark}",
            });
            console.Output.Write(Encoding.UTF8.GetBytes(string.Concat(lines.OfType<string>().Prepend(kind).Select(line => line + "\n"))));
            console.Output.Flush();
        }
        catch (Exception e) when (e is LlmConfigException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // No store, a damaged one, no permission: there is nothing to complete.
        }
    }

    private (string Kind, IEnumerable<Candidate>) Find(IReadOnlyList<string> before, string word)
    {
        int at = 0;
        while (at < before.Count && before[at].StartsWith('-'))
        {
            at += before[at] == "--home" ? 2 : 1;
        }

        if (at < before.Count)
        {
            return VerbList.Find(before[at]) is { } verb ? Find(verb, [.. before.Skip(at + 1)], word, before) : (Words, []);
        }

        return at > before.Count ? (Files, [])
            : Starting(word, word.StartsWith('-')
                ? GlobalOptions.Select(option => new Candidate(option))
                : VerbList.All.Select(verb => new Candidate(verb.Name, verb.Command.Description)));
    }

    private (string Kind, IEnumerable<Candidate>) Find(
        Verb verb, IReadOnlyList<string> before, string word, IReadOnlyList<string> line)
    {
        var given = new HashSet<string>(StringComparer.Ordinal);
        int positional = 0;
        bool isAfterDashes = false;
        for (int i = 0; i < before.Count; i++)
        {
            if (isAfterDashes || before[i] is not ['-', _, ..])
            {
                positional++;
            }
            else if (before[i] == "--")
            {
                isAfterDashes = true;
            }
            else
            {
                given.Add(before[i].Split('=')[0]);
                if (Option(verb, before[i]) is { Arity.MinimumNumberOfValues: > 0 } option && ++i == before.Count)
                {
                    return Values(verb, option, string.Empty, word, line);
                }
            }
        }

        if (isAfterDashes && verb.TakesProgram)
        {
            return (Program, []);
        }

        if (!isAfterDashes && word.StartsWith('-'))
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            return equals > 0 && Option(verb, word[..equals]) is { } assigned
                ? Values(verb, assigned, word[..(equals + 1)], word, line)
                : Starting(word, verb.Command.Options
                    .Where(option => option.Arity.MaximumNumberOfValues > 1 || (!given.Contains(option.Name) && !option.Aliases.Any(given.Contains)))
                    .Select(option => new Candidate(option.Name, option.Description)));
        }

        Argument? argument = verb.Command.Arguments.FirstOrDefault(argument => positional-- < argument.Arity.MaximumNumberOfValues);
        return argument is null ? (Words, []) : Values(verb, argument, string.Empty, word, line);
    }

    private static Option? Option(Verb verb, string name) =>
        verb.Command.Options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

    private (string Kind, IEnumerable<Candidate>) Values(
        Verb verb, Symbol symbol, string prefix, string word, IReadOnlyList<string> line)
    {
        IEnumerable<Candidate>? found = ((symbol as Option)?.HelpName ?? symbol.Name) switch
        {
            "FILE" or "DIR" or "COMMAND" => null,

            // The name of what is to be made is a new one.
            "NAME" when verb.Name == "new" => [],
            "NAME" => Ask(line, store => store.GetAll()).Select(item => new Candidate(item.Name, item.Provider)),
            "PROVIDER" => LlmProviderCatalog.All.Select(provider => new Candidate(provider.Id, provider.DisplayName)),
            "VAULT" => VaultRegistry.Read(console.Variable).Names
                .Prepend(LlmConfigRepository.BuiltInVault)
                .Concat(Ask(line, store => store.GetAll()).Select(item => item.Vault).OfType<string>())
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Select(vault => new Candidate(vault)),
            "VARIABLE" => LlmProviderCatalog.All.SelectMany(provider => provider.KeyVariables)
                .Distinct()
                .Order(StringComparer.Ordinal)
                .Select(name => new Candidate(name)),
            "TOOL" => LlmToolCatalog.All.Select(tool => new Candidate(tool.Id, tool.DisplayName)),
            "TAG" => Ask(line, store => store.GetAll()).SelectMany(item => item.Tags ?? []).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)
                .Select(tag => new Candidate(tag)),
            "OWNER" => Ask(line, store => store.GetAll()).Select(item => item.Owner).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)
                .Select(owner => new Candidate(owner)),
            "MODEL" => Ask(line, store => store.GetModels()).Select(model => new Candidate(model.Name, model.Source)),
            "URL" => LlmProviderCatalog.All.Select(provider => new Candidate(
                provider.DefaultBaseUrl ?? provider.BaseUrlExample!, provider.DefaultBaseUrl is null ? $"{provider.DisplayName}, an example" : provider.DisplayName)),
            _ => symbol.GetCompletions(CompletionContext.Empty).Select(item => new Candidate(item.Label)),
        };
        return found is null ? (Files, []) : Starting(word, found.Select(candidate => candidate with { Text = prefix + candidate.Text }));
    }

    private IReadOnlyList<T> Ask<T>(IReadOnlyList<string> line, Func<LlmConfigRepository, IReadOnlyList<T>> question)
    {
        string? home = line.LastOrDefault(word => word.StartsWith("--home=", StringComparison.Ordinal))?["--home=".Length..]
            ?? line.SkipWhile(word => word != "--home").ElementAtOrDefault(1);
        using var repository = new LlmConfigRepository(
            string.IsNullOrEmpty(home) ? StoreFolder.Resolve(console.Variable) : StoreFolder.At(Path.GetFullPath(home)),
            new LlmConfigOptions { LogFile = null });
        return question(repository);
    }

    // Letter case does not count, as in names. A name from a damaged file could hold what would end a line.
    private static (string Kind, IEnumerable<Candidate>) Starting(string word, IEnumerable<Candidate> candidates) => (Words,
        [.. candidates.Where(candidate => candidate.Text.StartsWith(word, StringComparison.OrdinalIgnoreCase) && !candidate.Text.Any(char.IsControl))]);

    // A word, not quoted, and what it is, in a few words; empty for nothing.
    private sealed record Candidate(string Text, string? What = null)
    {
        public string Remark => What is null ? string.Empty : What.Length <= LongestRemark ? What : What[..LongestRemark] + "…";
    }
}
