using System.Security;

namespace LlmConfig.Cli;

/// <summary>What one run works with: the console, the store, who may be asked, and what there is to show at the end.</summary>
internal sealed class Session : IDisposable
{
    private readonly List<LlmConfigWarning> _warnings = [];
    private readonly string _verb;
    private readonly IKeyVaultSource? _vaults;
    private LlmConfigRepository? _repository;

    public Session(string verb, IConsole console, IProgramStarter starter, IKeyVaultSource? vaults, GlobalOptions options, IReadOnlyList<string> program)
    {
        _verb = verb;
        Program = program;
        Console = console;
        Starter = starter;
        _vaults = vaults;
        Options = options;
        Output = new Output(console, options.Json);
    }

    public IConsole Console { get; }

    public IProgramStarter Starter { get; }

    public GlobalOptions Options { get; }

    public Output Output { get; }

    /// <summary>The program that exec is to run, with its arguments.</summary>
    public IReadOnlyList<string> Program { get; }

    /// <summary>True where the verb has written all there is itself, and nothing may follow.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Not to be written where all went well: who reads standard error as well as standard output would take it for data.</summary>
    public bool HoldsWarningsBack { get; set; }

    /// <summary>Set by a verb that other programs wait for: it never asks.</summary>
    public bool AsksNothing { get; set; }

    /// <summary>True where somebody is there to answer: a question never waits for a pipe.</summary>
    public bool CanAsk => !Options.NoInput && !AsksNothing && Console.InputIsTerminal && Console.ErrorIsTerminal;

    /// <summary>The store that the command line or the environment names, opened when it is first needed.</summary>
    /// <exception cref="LlmConfigException">StoreUnsafe: there is no such folder.</exception>
    public LlmConfigRepository Repository => _repository ??= new LlmConfigRepository(
        Options.Home is { } home ? StoreFolder.At(home.Length == 0 ? home : Path.GetFullPath(home)) : StoreFolder.Resolve(Console.Variable),
        new LlmConfigOptions { Vaults = _vaults, Warning = _warnings.Add, AskPassphrase = AskPassphrase, Command = _verb });

    /// <summary>The configuration of this name or id.</summary>
    /// <exception cref="LlmConfigException">NotFound, StoreCorrupt.</exception>
    public LlmConfiguration Get(string nameOrId) => Guid.TryParse(nameOrId, out Guid id) ? Repository.Get(id) : Repository.Get(nameOrId);

    /// <summary>The configurations that names, ids and patterns mean, each once; all where there are none. One that is not there is an error of its own.</summary>
    /// <exception cref="LlmConfigException">StoreCorrupt.</exception>
    public IReadOnlyList<LlmConfiguration> Select(IReadOnlyList<string> wanted)
    {
        if (wanted.Count == 0)
        {
            return Repository.GetAll();
        }

        var found = new List<LlmConfiguration>();
        foreach (string name in wanted)
        {
            try
            {
                found.AddRange(Repository.Select(name));
            }
            catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.NotFound)
            {
                Output.Fail(e);
            }
        }

        return [.. found.DistinctBy(item => item.Id)];
    }

    /// <summary>What was warned of so far, once.</summary>
    public IReadOnlyList<LlmConfigWarning> TakeWarnings()
    {
        LlmConfigWarning[] taken = [.. _warnings];
        _warnings.Clear();
        return taken;
    }

    /// <summary>Asks a person for a yes. --yes says it beforehand.</summary>
    /// <param name="question">The question.</param>
    /// <returns><see langword="null"/> where nobody can be asked.</returns>
    public bool? Confirm(string question)
    {
        if (Options.Yes)
        {
            return true;
        }

        if (!CanAsk)
        {
            return null;
        }

        Output.Tell($"{question} [y/N] ", endsLine: false);
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes" or "Yes" or "YES";
    }

    /// <summary>Asks a person for a secret.</summary>
    /// <param name="question">The question.</param>
    /// <param name="typed">Where the characters go.</param>
    /// <returns>How many there are.</returns>
    /// <exception cref="LlmConfigException">InvalidKey: nobody can be asked, or more was typed than fits.</exception>
    public int AskUnseen(string question, Span<char> typed)
    {
        if (!CanAsk)
        {
            throw KeyInput.Invalid("Nobody can be asked for the key here.", "Give it with --key-stdin from a pipe, --key-file, --key-env or --key-command.");
        }

        Output.Tell(question, endsLine: false);
        int length = 0;
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey();
            if (key.Key == ConsoleKey.Enter || key.KeyChar is '\r' or '\n')
            {
                Output.Tell(string.Empty);
                return length;
            }

            if (key.Key == ConsoleKey.Backspace)
            {
                length = Math.Max(0, length - 1);
            }
            else if (key.KeyChar >= ' ')
            {
                typed[length++] = length < typed.Length ? key.KeyChar : throw KeyInput.Invalid("What was typed is longer than any key.", "Copy the key again from the provider's console, all of it and nothing else.");
            }
        }
    }

    // Of the built-in vault; null where nobody can be asked.
    private SecureString? AskPassphrase(PassphraseRequest request) => !CanAsk ? null : PasswordInput.Ask(this, request switch
    {
        { IsRepetition: true } => "The same passphrase once more (not shown): ",
        { IsNew: true } => "New passphrase of the built-in vault, 8 characters or more (not shown): ",
        _ => "Passphrase of the built-in vault (not shown): ",
    });

    /// <summary>Ends what serves the vaults: the program that this one becomes would find a child that it never started.</summary>
    public void ReleaseVaults() => (_vaults as IDisposable)?.Dispose();

    public void Dispose() => _repository?.Dispose();
}
