using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace LlmConfig.Cli;

/// <summary>What one run works with: the command line, the console, the store, who may be asked, and what there is to show at the end.</summary>
internal sealed class Session(CommandLine line, IConsole console, IProgramStarter starter, IKeyVaultSource? vaults) : IDisposable
{
    private readonly List<LlmConfigWarning> _warnings = [];
    private LlmConfigRepository? _repository;
    private bool _wasAsked;

    public CommandLine Line => line;

    public IConsole Console => console;

    public IProgramStarter Starter => starter;

    public Output Output { get; } = new(console, line.Flag("--json"));

    /// <summary>The exit code, where nothing failed.</summary>
    public int Code { get; set; }

    /// <summary>True where the verb has written all there is itself, and nothing may follow.</summary>
    public bool HasEnded { get; set; }

    /// <summary>
    /// Set by a verb that other programs wait for. It never asks, and warns only where something failed: who reads standard error as well
    /// as standard output would take a warning for data.
    /// </summary>
    public bool ServesProgram { get; set; }

    /// <summary>True where somebody is there to answer: a question never waits for a pipe.</summary>
    public bool CanAsk => !line.Flag("--no-input") && !ServesProgram && console.InputIsTerminal && console.ErrorIsTerminal;

    /// <summary>The store that the command line or the environment names, opened when it is first needed.</summary>
    /// <exception cref="LlmConfigException">StoreUnsafe: there is no such folder.</exception>
    public LlmConfigRepository Repository => _repository ??= new LlmConfigRepository(
        line.Text("--home") is { } home ? StoreFolder.At(home.Length == 0 ? home : Path.GetFullPath(home)) : StoreFolder.Resolve(console.Variable),
        new LlmConfigOptions
        {
            Vaults = vaults,
            Warning = _warnings.Add,
            Command = line.Verb.Name,

            // Of the built-in vault; null where nobody can be asked.
            AskPassphrase = request =>
            {
                _wasAsked = true;
                return !CanAsk ? null : SecretInput.AskForPassword(this, request switch
                {
                    { IsRepetition: true } => "The same passphrase once more (not shown): ",
                    { IsNew: true } => "New passphrase of the built-in vault, 8 characters or more (not shown): ",
                    _ => "Passphrase of the built-in vault (not shown): ",
                });
            },
        });

    /// <summary>
    /// The command by which a tool gets the key of a configuration from this program, which asks nobody then; <see langword="null"/> where
    /// somebody had to be asked for a passphrase.
    /// </summary>
    public IReadOnlyList<string>? KeyCommand(Guid id) => _wasAsked || Environment.ProcessPath is not { } program ? null
        : [program, "key", .. line.Text("--home") is { Length: > 0 } home ? ["--home", Path.GetFullPath(home)] : Array.Empty<string>(), id.ToString("D")];

    /// <summary>The configuration of this name or id.</summary>
    /// <exception cref="LlmConfigException">NotFound, StoreCorrupt.</exception>
    public LlmConfiguration Get(string nameOrId) => Guid.TryParse(nameOrId, out Guid id) ? Repository.Get(id) : Repository.Get(nameOrId);

    /// <summary>The configurations that names, ids and patterns mean, each once; all where there are none. One that is not there is an error of its own.</summary>
    /// <exception cref="LlmConfigException">StoreCorrupt.</exception>
    public IReadOnlyList<LlmConfiguration> Select(IReadOnlyList<string> wanted)
    {
        if (wanted.Count == 0)
        {
            return Repository.Select("*");
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
    /// <returns><see langword="null"/> where nobody can be asked.</returns>
    public bool? Confirm(string question)
    {
        if (line.Flag("--yes"))
        {
            return true;
        }

        if (!CanAsk)
        {
            return null;
        }

        Output.Tell($"{question} [y/N] ", endsLine: false);
        return console.ReadLine()?.Trim() is "y" or "Y" or "yes" or "Yes" or "YES";
    }

    /// <summary>Asks whether a key that is kept may go to another host.</summary>
    /// <exception cref="LlmConfigException">InsecureBaseUrl: nobody can be asked.</exception>
    public bool ConfirmOtherHost(string name, string? next, string? before, string remedy) =>
        Confirm($"The key of '{name}' would go to {next ?? "an unknown host"} instead of {before ?? "an unknown host"}. Keep the key and change the host?")
        ?? throw new LlmConfigException(
            LlmConfigErrorCode.InsecureBaseUrl, name, $"The key of '{name}' would go to another host, and nobody can be asked here.", remedy);

    /// <summary>Asks a person for a secret, which is zeroed once it is taken.</summary>
    /// <exception cref="LlmConfigException">InvalidKey: nobody can be asked, or more was typed than fits.</exception>
    public T AskUnseen<T>(string question, Func<ReadOnlySpan<char>, T> take)
    {
        if (!CanAsk)
        {
            throw SecretInput.Invalid(
                "Nobody can be asked for the key here.", "Give it with --key-stdin from a pipe, --key-file, --key-env or --key-command.");
        }

        Output.Tell(question, endsLine: false);
        char[] typed = GC.AllocateUninitializedArray<char>(ApiKey.MaximumBytes + 1, pinned: true);
        try
        {
            int length = 0;
            ConsoleKeyInfo key = console.ReadKey();
            while (key.Key != ConsoleKey.Enter && key.KeyChar is not ('\r' or '\n'))
            {
                if (key.Key == ConsoleKey.Backspace)
                {
                    length = Math.Max(0, length - 1);
                }
                else if (key.KeyChar >= ' ')
                {
                    typed[length++] = length < typed.Length ? key.KeyChar
                        : throw SecretInput.Invalid(
                            "What was typed is longer than any key.", "Copy the key again from the provider's console, all of it and nothing else.");
                }

                key = console.ReadKey();
            }

            Output.Tell(string.Empty);
            return take(typed.AsSpan(0, length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(typed.AsSpan()));
        }
    }

    /// <summary>Ends what serves the vaults: the program that this one becomes would find a child that it never started.</summary>
    public void ReleaseVaults() => (vaults as IDisposable)?.Dispose();

    public void Dispose() => _repository?.Dispose();
}
