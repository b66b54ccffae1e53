using System.CommandLine;
using System.CommandLine.Completions;

namespace LlmConfig.Cli;

/// <summary>
/// Finds what may stand at the end of a command line. It reads names from the store's file and SecretManagement's registrations,
/// and nothing else: no vault is opened, nobody is asked.
/// </summary>
/// <param name="variable">Gives an environment variable.</param>
internal sealed class Completer(Func<string, string?> variable)
{
    private static readonly string[] GlobalOptions = ["--json", "--home", "--yes", "--no-input", "--help", "--version"];

    /// <summary>Finds the words.</summary>
    /// <param name="before">The words before the cursor's, without the program.</param>
    /// <param name="word">The cursor's word, as far as it stands before the cursor.</param>
    public Completions Find(IReadOnlyList<string> before, string word)
    {
        int at = 0;
        while (at < before.Count && before[at].StartsWith('-'))
        {
            at += before[at] == "--home" ? 2 : 1;
        }

        if (at > before.Count)
        {
            return new Completions(Completions.Files, []);
        }

        if (at == before.Count)
        {
            return Starting(word, word.StartsWith('-')
                ? GlobalOptions.Select(option => new Candidate(option))
                : VerbList.All.Select(verb => new Candidate(verb.Name, verb.Command.Description ?? string.Empty)));
        }

        return VerbList.Find(before[at]) is { } verb
            ? Find(verb, [.. before.Take(at)], [.. before.Skip(at + 1)], word)
            : new Completions(Completions.Words, []);
    }

    private Completions Find(Verb verb, IReadOnlyList<string> global, IReadOnlyList<string> before, string word)
    {
        Func<IReadOnlyList<LlmConfiguration>> stored = () => Stored([.. global, .. before]);
        var given = new HashSet<string>(StringComparer.Ordinal);
        int positional = 0;
        Option? waiting = null;
        bool isAfterDashes = false;
        foreach (string one in before)
        {
            if (waiting is not null)
            {
                waiting = null;
            }
            else if (isAfterDashes)
            {
                positional++;
            }
            else if (one == "--")
            {
                isAfterDashes = true;
            }
            else if (one.Length > 1 && one[0] == '-')
            {
                string name = one.Split('=')[0];
                given.Add(name);
                Option? option = one.Contains('=', StringComparison.Ordinal) ? null : Option(verb, name);
                waiting = option is not null && option.Arity.MinimumNumberOfValues > 0 ? option : null;
            }
            else
            {
                positional++;
            }
        }

        if (isAfterDashes && verb.TakesProgram)
        {
            return new Completions(Completions.Command, []);
        }

        if (waiting is not null)
        {
            return Values(verb, waiting, string.Empty, word, stored);
        }

        if (!isAfterDashes && word.StartsWith('-'))
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            return equals > 0 && Option(verb, word[..equals]) is { } assigned
                ? Values(verb, assigned, word[..(equals + 1)], word, stored)
                : Starting(word, verb.Command.Options
                    .Where(option => !given.Contains(option.Name) && !option.Aliases.Any(given.Contains))
                    .Select(option => new Candidate(option.Name, option.Description ?? string.Empty)));
        }

        Argument? argument = verb.Command.Arguments.FirstOrDefault(argument => positional-- < argument.Arity.MaximumNumberOfValues);
        return argument is null ? new Completions(Completions.Words, []) : Values(verb, argument, string.Empty, word, stored);
    }

    private static Option? Option(Verb verb, string name) =>
        verb.Command.Options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

    private Completions Values(Verb verb, Symbol symbol, string prefix, string word, Func<IReadOnlyList<LlmConfiguration>> stored)
    {
        string kind = (symbol as Option)?.HelpName ?? symbol.Name;
        if (kind.ToUpperInvariant() is "FILE" or "DIR" or "FOLDER" or "PATH" or "COMMAND")
        {
            return new Completions(Completions.Files, []);
        }

        IEnumerable<Candidate> candidates = kind.ToUpperInvariant() switch
        {
            // The name of what is to be made is a new one.
            "NAME" when verb.Name == "new" => [],
            "NAME" or "NAMES" => stored().Select(item => new Candidate(item.Name, item.Provider)),
            "PROVIDER" => LlmProviderCatalog.All.Select(provider => new Candidate(provider.Id, provider.DisplayName)),
            "VAULT" => Vaults(stored()).Select(vault => new Candidate(vault)),
            "VARIABLE" or "VAR" => LlmProviderCatalog.All.SelectMany(provider => provider.KeyVariables).Distinct().Order(StringComparer.Ordinal).Select(name => new Candidate(name)),
            "MODEL" => stored().Select(item => item.Model).OfType<string>().Distinct().Select(model => new Candidate(model)),
            _ => symbol.GetCompletions(CompletionContext.Empty).Select(item => new Candidate(item.Label)),
        };
        return Starting(word, candidates.Select(candidate => candidate with { Text = prefix + candidate.Text }));
    }

    private IEnumerable<string> Vaults(IEnumerable<LlmConfiguration> stored) => VaultRegistry.Read(variable).Names
        .Prepend(LlmConfigRepository.BuiltInVault)
        .Concat(stored.Select(item => item.Vault).OfType<string>())
        .Distinct(StringComparer.OrdinalIgnoreCase);

    private IReadOnlyList<LlmConfiguration> Stored(IReadOnlyList<string> line)
    {
        string? home = line.LastOrDefault(word => word.StartsWith("--home=", StringComparison.Ordinal))?["--home=".Length..];
        for (int i = 0; i + 1 < line.Count && home is null; i++)
        {
            home = line[i] == "--home" ? line[i + 1] : null;
        }

        using var repository = new LlmConfigRepository(
            string.IsNullOrEmpty(home) ? StoreFolder.Resolve(variable) : StoreFolder.At(Path.GetFullPath(home)), new LlmConfigOptions { LogFile = null });
        return repository.GetAll();
    }

    // Letter case does not count, as in names. A name from a damaged file could hold what would end a line.
    private static Completions Starting(string word, IEnumerable<Candidate> candidates) => new(Completions.Words,
        [.. candidates.Where(candidate => candidate.Text.StartsWith(word, StringComparison.OrdinalIgnoreCase) && !candidate.Text.Any(char.IsControl))]);
}
