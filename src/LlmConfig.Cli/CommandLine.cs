using System.CommandLine;
using System.CommandLine.Parsing;

namespace LlmConfig.Cli;

/// <summary>
/// What was given to a verb, parsed. The parser takes an option that it does not know for an argument and repeats what it does not
/// understand; a key that was pasted must not be, so what is wrong is said here.
/// </summary>
internal sealed class CommandLine
{
    /// <summary>Stands before what was given, and means nothing.</summary>
    public const string Start = "--start";

    // A file named by an argument is not read in its place, and -abc is no bundle of -a, -b and -c.
    private static readonly ParserConfiguration Plain = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    private readonly ParseResult _line;
    private readonly int _afterDashes;

    // The words are what was given, without the verb.
    public CommandLine(Verb verb, IReadOnlyList<string> words)
    {
        string[] before = [.. words.TakeWhile(word => word != "--")];
        string[] after = [.. words.Skip(before.Length + 1)];
        Verb = verb;
        Program = verb.TakesProgram ? after : [];
        _afterDashes = verb.TakesProgram ? 0 : after.Length;

        // The parser would take a first word in brackets for a directive of its own, and one that is the verb's name for the verb.
        _line = verb.Command.Parse([verb.Name, Start, .. before, "--", .. verb.TakesProgram ? [] : after], Plain);
    }

    public Verb Verb { get; }

    /// <summary>The program that follows "--", with its arguments, for a verb that takes one.</summary>
    public IReadOnlyList<string> Program { get; }

    /// <summary>True where an option without a value is given; the parser takes true and false as its value all the same. Never throws: help is asked for before anything is checked.</summary>
    public bool Flag(string name) => _line.GetResult(name) is OptionResult { Implicit: false } given
        && (given.Tokens.Count != 1 || !given.Tokens[0].Value.Equals(bool.FalseString, StringComparison.OrdinalIgnoreCase));

    /// <summary>The value of an option or argument, or <see langword="null"/>.</summary>
    public string? Text(string name) => _line.GetValue<string>(name);

    /// <summary>The values of an option or argument that takes several.</summary>
    public string[] Texts(string name) => _line.GetValue<string[]>(name) ?? [];

    /// <summary>The value of an option that is true, false or left out.</summary>
    /// <exception cref="UsageException">It is neither.</exception>
    public bool? Boolean(string name) => Text(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        _ => throw new UsageException($"{name} takes true or false."),
    };

    /// <summary>The value of an option that takes one of a few words.</summary>
    /// <exception cref="UsageException">It is none of them.</exception>
    public T? Choice<T>(string name)
        where T : struct, Enum
    {
        if (Text(name) is not { } word)
        {
            return null;
        }

        // Not Enum.TryParse alone, which takes numbers and lists too.
        string? known = Enum.GetNames<T>().FirstOrDefault(known => known.Equals(word, StringComparison.OrdinalIgnoreCase));
        return known is not null ? Enum.Parse<T>(known)
            : throw new UsageException($"{name} takes one of {string.Join(", ", Enum.GetNames<T>().Select(known => known.ToLowerInvariant()))}.");
    }

    /// <exception cref="UsageException">Something is missing, surplus or unknown.</exception>
    public void Check()
    {
        IReadOnlyList<string> surplus = _line.UnmatchedTokens;
        IEnumerable<Token> taken = Verb.Command.Arguments.SelectMany(Tokens);
        List<string> positional = [.. taken.Select(token => token.Value), .. surplus];
        if (positional.Take(positional.Count - _afterDashes).FirstOrDefault(word => word is ['-', _, ..]) is { } unknown)
        {
            throw UnknownOption(unknown);
        }

        foreach (Option option in Verb.Command.Options.Where(option => option.Arity.MinimumNumberOfValues > 0))
        {
            OptionResult? result = _line.GetResult(option);
            if (result is { Implicit: false, Tokens.Count: 0 })
            {
                throw new UsageException($"{option.Name} needs a value after it.");
            }

            if (result?.Tokens.Count > option.Arity.MaximumNumberOfValues)
            {
                throw new UsageException($"{option.Name} is given more than once.");
            }
        }

        if (Verb.Command.Arguments.FirstOrDefault(argument => argument.Arity.MinimumNumberOfValues > Tokens(argument).Count) is { } missing)
        {
            throw new UsageException($"{Verb.Name} needs {missing.Name}.");
        }

        if (surplus.Count > 0)
        {
            throw new UsageException(
                surplus.Count == 1 ? "There is one argument too many." : $"There are {surplus.Count} arguments too many.",
                Verb.Command.Options.Any(option => option.Name == "--key-stdin")
                    ? "Quote a name with spaces. A key is never an argument: use --key-stdin, --key-file, --key-env or --key-command."
                    : null);
        }

        // What is left is about values that are no values of their kind, such as --json=maybe.
        if (_line.Errors.Count > 0)
        {
            string? option = _line.Errors.Select(error => error.SymbolResult).OfType<OptionResult>().FirstOrDefault()?.Option.Name;
            throw new UsageException(option is null ? "The command line makes no sense." : $"{option} does not take this value.");
        }
    }

    private IReadOnlyList<Token> Tokens(Argument argument) => _line.GetResult(argument)?.Tokens ?? [];

    private UsageException UnknownOption(string word)
    {
        string name = word.Split('=', ':')[0];
        bool isWord = name.Length <= 32 && name.All(c => char.IsAsciiLetter(c) || c == '-');
        IEnumerable<string> known = Verb.Command.Options.Where(option => !option.Hidden).Select(option => option.Name[2..]);
        string? near = isWord ? NearText.Find(name.TrimStart('-'), known) : null;
        return new UsageException(
            isWord ? $"{Verb.Name} has no option '{name}'." : $"{Verb.Name} has no such option.",
            near is not null ? $"Did you mean '--{near}'? llmconfig {Verb.Name} --help lists them."
                : Verb.TakesProgram ? "A program and its options go after '--'."
                : "An argument that begins with a dash goes after '--'.");
    }
}
