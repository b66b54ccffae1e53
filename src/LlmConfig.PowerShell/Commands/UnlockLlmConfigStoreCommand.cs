using System.Management.Automation;
using System.Security;

namespace LlmConfig.Commands;

/// <summary>Unlock-LlmConfigStore: takes the passphrase of the built-in vault, which then holds for a while in this session.</summary>
[Cmdlet(VerbsCommon.Unlock, "LlmConfigStore", HelpUri = HelpPage.Folder + "Unlock-LlmConfigStore.md")]
[OutputType(typeof(void))]
public sealed class UnlockLlmConfigStoreCommand : LlmConfigCommand
{
    /// <summary>The passphrase; asked for where it is left out.</summary>
    [Parameter(Position = 0)]
    [SecureStringOnly]
    public SecureString? Passphrase { get; set; }

    /// <summary>How long it holds: 15 minutes unless given, a day at most.</summary>
    [Parameter]
    public TimeSpan For { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() => Repository.Unlock(
        SecretParameters.ToPassword(Passphrase), MyInvocation.BoundParameters.ContainsKey(nameof(For)) ? For : null));
}
