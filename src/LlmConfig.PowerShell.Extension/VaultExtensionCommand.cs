using System.Collections;
using System.Management.Automation;
using LlmConfig.Commands;

namespace LlmConfig.Extension;

/// <summary>
/// What SecretManagement calls of this module, in a runspace of its own: the built-in vault of the store that the
/// environment names. The name under which it is registered does not matter, since there is one such vault for each store.
/// </summary>
public abstract class VaultExtensionCommand : StoppableCommand
{
    private SecretVault? _vault;

    private protected VaultExtensionCommand()
    {
    }

    /// <summary>The name under which the vault is registered.</summary>
    [Parameter]
    public string VaultName { get; set; } = string.Empty;

    /// <summary>The parameters of the registration, of which this vault knows none, and Verbose.</summary>
    [Parameter]
    public Hashtable? AdditionalParameters { get; set; }

    /// <summary>The built-in vault.</summary>
    private protected SecretVault Vault => _vault ??= Own(new SecretVault(
        StoreFolder.Resolve(), new LlmConfigOptions { Warning = Warnings.Enqueue }));

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(Run, mayEnd: false);

    private protected abstract void Run();
}
