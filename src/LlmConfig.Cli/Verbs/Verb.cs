using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>One verb: its arguments and options, its help, and what it does. Made only when it is the one that is run.</summary>
internal abstract class Verb
{
    /// <param name="name">The word that leads here.</param>
    /// <param name="purpose">What it does, as a sentence.</param>
    /// <param name="examples">Commands that work when they are pasted; the first is the usual one.</param>
    /// <param name="takes">Its arguments and options, as the help lists them.</param>
    protected Verb(string name, string purpose, string[] examples, params IEnumerable<Symbol> takes)
    {
        Command = new Command(name, purpose);
        Examples = examples;
        foreach (Symbol symbol in (Symbol[])[new Option<bool>(CommandLine.Start) { Hidden = true }, .. Common, .. takes])
        {
            if (symbol is Argument argument)
            {
                Command.Add(argument);
            }
            else
            {
                Command.Add((Option)symbol);
            }
        }
    }

    public string Name => Command.Name;

    public IReadOnlyList<string> Examples { get; }

    /// <summary>The parser's description of it.</summary>
    public Command Command { get; }

    /// <summary>The options of every verb.</summary>
    public IReadOnlyList<Option> Common { get; } =
    [
        Flag("--json", "one JSON document on standard output, for programs"),
        Value("--home", "DIR", "the folder of the store (else LLMCONFIG_HOME, else the user's own)"),
        Flag("--yes", "answer every question with yes", "-y"),
        Flag("--no-input", "ask nothing"),
        Flag("--help", "this text", "-h", "-?"),
    ];

    /// <summary>What the help adds at its end; empty for nothing.</summary>
    public virtual string Remark => string.Empty;

    /// <summary>True where what follows "--" is a program that is run as it stands.</summary>
    public virtual bool TakesProgram => false;

    /// <summary>The exit code of a failure.</summary>
    public virtual int FailureCode => ExitCode.Failure;

    /// <summary>Does it. What goes wrong is thrown, or given to the session where the rest goes on.</summary>
    /// <exception cref="LlmConfigException">It failed.</exception>
    /// <exception cref="UsageException">The arguments do not fit together.</exception>
    public abstract void Run(Session session);

    /// <summary>An option without a value.</summary>
    public static Option<bool> Flag(string name, string description, params string[] aliases) => new(name, aliases) { Description = description };

    /// <summary>An option with a value. What kind of value it is (<paramref name="kind"/>) also says what completes it.</summary>
    public static Option<string> Value(string name, string kind, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = kind };

    /// <summary>An option with a value that may be given several times.</summary>
    public static Option<string[]> Values(string name, string kind, string description) =>
        new(name) { Description = description, HelpName = kind, Arity = ArgumentArity.OneOrMore };

    /// <summary>An option that takes one of a few words.</summary>
    protected static Option<string> Word(string name, string kind, string description, params string[] words)
    {
        Option<string> option = Value(name, kind, description);
        option.CompletionSources.Add(words);
        return option;
    }

    /// <summary>An argument that takes one value.</summary>
    protected static Argument<string> One(string name, string description, bool required = true) =>
        new(name) { Description = description, Arity = required ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne };

    /// <summary>An argument that takes one of a few words.</summary>
    protected static Argument<string> OneWord(string name, string description, bool required, params string[] words)
    {
        Argument<string> argument = One(name, description, required);
        argument.CompletionSources.Add(words);
        return argument;
    }

    /// <summary>An argument that takes any number of values.</summary>
    protected static Argument<string[]> Several(string name, string description, bool required = false) =>
        new(name) { Description = description, Arity = required ? ArgumentArity.OneOrMore : ArgumentArity.ZeroOrMore };
}
