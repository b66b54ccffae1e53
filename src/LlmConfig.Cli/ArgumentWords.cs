using System.CommandLine;
using System.CommandLine.Parsing;

namespace LlmConfig.Cli;

/// <summary>
/// The words of a command line, before and after the parser has seen them. The parser takes an option that it does not know for an
/// argument and repeats what it does not understand; a key that was pasted must not be, so what is wrong is said here.
/// </summary>
internal sealed class ArgumentWords
{
    private readonly IReadOnlyList<string> _before;
    private readonly IReadOnlyList<string> _after;

    private ArgumentWords(IReadOnlyList<string> before, IReadOnlyList<string> after, IReadOnlyList<string> program)
    {
        _before = before;
        _after = after;
        Program = program;
    }

    /// <summary>The program that follows "--", for a verb that takes one.</summary>
    public IReadOnlyList<string> Program { get; }

    /// <param name="words">What was given, without the verb.</param>
    /// <param name="takesProgram">True where what follows "--" is a program, false where it is arguments that may begin with a dash.</param>
    public static ArgumentWords Divide(IReadOnlyList<string> words, bool takesProgram)
    {
        int end = words.TakeWhile(word => word != "--").Count();
        IReadOnlyList<string> before = [.. words.Take(end)];
        IReadOnlyList<string> after = [.. words.Skip(end + 1)];
        return takesProgram ? new ArgumentWords(before, [], after) : new ArgumentWords(before, after, []);
    }

    /// <summary>What the parser gets. It would take a first word in brackets for a directive of its own, and one that is the verb's name for the verb.</summary>
    public IReadOnlyList<string> ForParser(string verb) => [verb, Verb.Start, .. _before, "--", .. _after];

    /// <exception cref="UsageException">Something is missing, surplus or unknown.</exception>
    public void Check(Verb verb, ParseResult line)
    {
        List<string> positional = [.. verb.Command.Arguments.SelectMany(argument => line.GetResult(argument)?.Tokens ?? []).Select(token => token.Value), .. line.UnmatchedTokens];
        int beforeDashes = positional.Count - _after.Count;
        for (int i = 0; i < beforeDashes; i++)
        {
            if (positional[i].Length > 1 && positional[i][0] == '-')
            {
                throw UnknownOption(verb, positional[i]);
            }
        }

        foreach (Option option in verb.Command.Options)
        {
            OptionResult? result = line.GetResult(option);
            if (result is { Implicit: false } && option.Arity.MinimumNumberOfValues > 0 && result.Tokens.Count == 0)
            {
                throw new UsageException($"{option.Name} needs a value after it.");
            }

            if (result is not null && option.Arity.MaximumNumberOfValues == 1 && option.Arity.MinimumNumberOfValues == 1 && result.Tokens.Count > 1)
            {
                throw new UsageException($"{option.Name} is given more than once.");
            }
        }

        foreach (Argument argument in verb.Command.Arguments)
        {
            if (argument.Arity.MinimumNumberOfValues > (line.GetResult(argument)?.Tokens.Count ?? 0))
            {
                throw new UsageException($"{verb.Name} needs {argument.Name}.");
            }
        }

        if (line.UnmatchedTokens.Count > 0)
        {
            throw new UsageException(
                line.UnmatchedTokens.Count == 1 ? "There is one argument too many." : $"There are {line.UnmatchedTokens.Count} arguments too many.",
                verb.Command.Options.Any(option => option.Name == "--key-stdin")
                    ? "Quote a name with spaces. A key is never an argument: use --key-stdin, --key-file, --key-env or --key-command."
                    : null);
        }

        // What is left is about values that are no values of their kind, such as --json=maybe.
        if (line.Errors.Count > 0)
        {
            string? option = line.Errors.Select(error => error.SymbolResult).OfType<OptionResult>().FirstOrDefault()?.Option.Name;
            throw new UsageException(option is null ? "The command line makes no sense." : $"{option} does not take this value.");
        }
    }

    private static UsageException UnknownOption(Verb verb, string word)
    {
        string name = word.Split('=', ':')[0];
        bool isWord = name.Length <= 32 && name.All(c => char.IsAsciiLetter(c) || c == '-');
        string? near = isWord ? NearText.Find(name.TrimStart('-'), verb.Command.Options.Where(option => !option.Hidden).Select(option => option.Name[2..])) : null;
        return new UsageException(
            isWord ? $"{verb.Name} has no option '{name}'." : $"{verb.Name} has no such option.",
            near is not null ? $"Did you mean '--{near}'? llmconfig {verb.Name} --help lists them."
                : verb.TakesProgram ? "A program and its options go after '--'."
                : "An argument that begins with a dash goes after '--'.");
    }
}
