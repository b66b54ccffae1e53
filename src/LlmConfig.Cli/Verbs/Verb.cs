using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>One verb: its arguments and options, its help, and what it does. Made only when it is the one that is run.</summary>
internal abstract class Verb
{
    /// <summary>Stands before what was given, and means nothing.</summary>
    public const string Start = "--start";

    private readonly Option<bool> _json = new("--json") { Description = "one JSON document on standard output, for programs" };
    private readonly Option<string> _home = new("--home") { Description = "the folder of the store (else LLMCONFIG_HOME, else the user's own)", HelpName = "DIR" };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "answer every question with yes" };
    private readonly Option<bool> _noInput = new("--no-input") { Description = "ask nothing" };
    private readonly Option<bool> _help = new("--help", "-h", "-?") { Description = "this text" };

    /// <param name="name">The word that leads here.</param>
    /// <param name="purpose">What it does, as a sentence.</param>
    /// <param name="examples">Commands that work when they are pasted; the first is the usual one.</param>
    protected Verb(string name, string purpose, params string[] examples)
    {
        Command = new Command(name, purpose);
        Examples = examples;
        Command.Add(new Option<bool>(Start) { Hidden = true });
        foreach (Option option in Common)
        {
            Command.Add(option);
        }
    }

    public string Name => Command.Name;

    public IReadOnlyList<string> Examples { get; }

    /// <summary>The parser's description of it.</summary>
    public Command Command { get; }

    /// <summary>What the help adds at its end; empty for nothing.</summary>
    public virtual string Remark => string.Empty;

    /// <summary>True where what follows "--" is a program that is run as it stands.</summary>
    public virtual bool TakesProgram => false;

    /// <summary>The exit code of a failure.</summary>
    public virtual int FailureCode => ExitCode.Failure;

    /// <summary>The options of every verb.</summary>
    internal IReadOnlyList<Option> Common => [_json, _home, _yes, _noInput, _help];

    /// <summary>Does it. What goes wrong is thrown, or given to the session where the rest goes on.</summary>
    /// <param name="line">The arguments and options.</param>
    /// <param name="session">What to work with.</param>
    /// <returns>The exit code, where nothing failed.</returns>
    /// <exception cref="LlmConfigException">It failed.</exception>
    /// <exception cref="UsageException">The arguments do not fit together.</exception>
    public abstract int Run(ParseResult line, Session session);

    public GlobalOptions GlobalOptions(ParseResult line) => new()
    {
        Json = line.GetValue(_json),
        Home = line.GetValue(_home),
        Yes = line.GetValue(_yes),
        NoInput = line.GetValue(_noInput),
    };

    public bool WantsHelp(ParseResult line) => line.GetValue(_help);

    protected void Take(params Symbol[] symbols)
    {
        foreach (Symbol symbol in symbols)
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
}
