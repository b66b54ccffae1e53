using System.Management.Automation;
using System.Security;

namespace LlmConfig.Extension;

/// <summary>Unlock-SecretVault of the extension: the passphrase, where one protects the vault; the operating system unlocks the rest.</summary>
[Cmdlet(VerbsCommon.Unlock, "SecretVault")]
public sealed class UnlockSecretVaultCommand : VaultExtensionCommand
{
    /// <summary>The passphrase, where one protects the vault.</summary>
    [Parameter]
    public SecureString? Password { get; set; }

    private protected override void Run()
    {
        if (!Vault.Unlock(Password))
        {
            WriteWarning("This vault has no password of its own: what keeps its master key (Get-LlmConfigStore shows it) is ready, and the password was not used.");
        }
    }
}
