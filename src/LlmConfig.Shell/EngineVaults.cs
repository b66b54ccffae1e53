using System.Management.Automation;
using System.Security;

namespace LlmConfig.Shell;

/// <summary>
/// Registered vaults, for <c>exec</c>: the module knows how to ask them, so the engine is started, the module reads the key of
/// the one configuration, and the engine goes again. It costs a second, and only where such a vault is used.
/// </summary>
internal sealed class EngineVaults(string modulesFolder) : IKeyVaultSource
{
    private LlmConfigRepository? _repository;
    private Guid _id;

    public string? DefaultVault => null;

    /// <summary>Says whose key will be asked for.</summary>
    public void Of(LlmConfigRepository repository, Guid id)
    {
        _repository = repository;
        _id = id;
    }

    public IKeyVault Open(string name) => new ReadOnlyVault(name, this);

    private ApiKey Read(string vault, string keyId)
    {
        using var terminal = new TerminalState();
        using SecureString secret = Ask(vault);
        ApiKey key = ApiKey.From(secret, vault);
        if (_repository!.Get(_id).KeyId == keyId)
        {
            return key;
        }

        // Rotated meanwhile: the caller starts again from the configuration of the new key.
        key.Dispose();
        throw new LlmConfigException(
            LlmConfigErrorCode.KeyMissing, vault, "The key was changed while it was read.", "Run the command again.");
    }

    private SecureString Ask(string vault)
    {
        var console = new SystemConsole();
        using var interrupts = new Interrupts();
        // Standard output is the program's: a vault's question goes to standard error.
        var streams = new ConsoleStreams(console, outputIsData: true);
        var errors = new ErrorReport(streams, new ErrorTally());
        var ui = new ShellUserInterface(
            console, streams, console.InputIsTerminal, () => errors, () => interrupts.Stop(ExitCode.Interrupted));
        using var session = new EngineSession(new ShellHost(ui, errors), modulesFolder);
        try
        {
            session.Open();
            using PowerShell shell = PowerShell.Create();
            shell.Runspace = session.Runspace;
            shell.AddCommand("Get-LlmConfigKey").AddParameter("Id", _id).AddParameter("ErrorAction", "Stop");
            return (SecureString)shell.Invoke()[0].BaseObject;
        }
        catch (RuntimeException exception)
        {
            ErrorRecord record = exception.ErrorRecord;
            string id = record.FullyQualifiedErrorId.Split(',')[0];
            throw Enum.TryParse(id, out LlmConfigErrorCode code)
                ? new LlmConfigException(code, vault, record.ToString(), record.ErrorDetails?.RecommendedAction ?? string.Empty)
                : new LlmConfigException(
                    LlmConfigErrorCode.VaultUnavailable, vault, $"The vault '{ShownText.Of(vault)}' could not be asked ({id}).", "Run Get-LlmConfigKey in llmconfig to see why.");
        }
    }

    private sealed class ReadOnlyVault(string name, EngineVaults owner) : IKeyVault
    {
        public string Name => name;

        // The module itself looks for the successor of a key that another store rotated.
        public bool TakesLabels => false;

        public ApiKey Read(string keyId, CancellationToken cancellation) => owner.Read(name, keyId);

        public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation) => throw Refused();

        public void Flush() => throw Refused();

        public void Remove(string keyId, CancellationToken cancellation) => throw Refused();

        public IReadOnlyList<KeyVaultEntry> List(CancellationToken cancellation) => throw Refused();

        public void Relabel(string keyId, KeyLabel label, CancellationToken cancellation) => throw Refused();

        private static NotSupportedException Refused() => new("exec only reads.");
    }
}
