using System.Management.Automation;
using System.Security;

namespace LlmConfig.Shell;

/// <summary>
/// Keys in registered vaults, for <c>exec</c>: the module knows how to ask such a vault, so the engine is started, the module
/// reads the key of the one configuration, and the engine goes again. It costs a second, and only where such a vault is used.
/// </summary>
internal sealed class RegisteredVaultKey(string modulesFolder)
{
    /// <summary>Reads a configuration's key, with the configuration as it is then.</summary>
    /// <param name="repository">The store.</param>
    /// <param name="item">The configuration; its key is in a registered vault.</param>
    /// <exception cref="LlmConfigException">What the module said.</exception>
    public (LlmConfiguration Configuration, ApiKey Key) Read(LlmConfigRepository repository, LlmConfiguration item)
    {
        while (true)
        {
            using SecureString secret = Ask(item);
            LlmConfiguration now = repository.Get(item.Id);
            if (now.KeyId == item.KeyId)
            {
                return (now, ApiKey.From(secret, item.Name));
            }

            // Rotated meanwhile: which of the two was read cannot be told, and its base URL may be another.
            item = now;
        }
    }

    private SecureString Ask(LlmConfiguration item)
    {
        using var terminal = new TerminalState();
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
            shell.AddCommand("Get-LlmConfigKey").AddParameter("Id", item.Id).AddParameter("ErrorAction", "Stop");
            return (SecureString)shell.Invoke()[0].BaseObject;
        }
        catch (RuntimeException exception)
        {
            ErrorRecord record = exception.ErrorRecord;
            string id = record.FullyQualifiedErrorId.Split(',')[0];
            throw Enum.TryParse(id, out LlmConfigErrorCode code)
                ? new LlmConfigException(code, item.Name, record.ToString(), record.ErrorDetails?.RecommendedAction ?? string.Empty)
                : new LlmConfigException(
                    LlmConfigErrorCode.VaultUnavailable,
                    item.Name,
                    $"The vault '{ShownText.Of(item.Vault)}' could not be asked ({id}).",
                    "Run Get-LlmConfigKey in llmconfig to see why.");
        }
    }
}
