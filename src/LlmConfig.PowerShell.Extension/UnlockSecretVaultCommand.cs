using System.Management.Automation;
using System.Security;

namespace LlmConfig.Extension;

/// <summary>Unlock-SecretVault of the extension: the vault has no password, its protector is unlocked by the operating system.</summary>
[Cmdlet(VerbsCommon.Unlock, "SecretVault")]
public sealed class UnlockSecretVaultCommand : VaultExtensionCommand
{
    /// <summary>Not used.</summary>
    [Parameter]
    public SecureString? Password { get; set; }

    private protected override void Run()
    {
        Vault.Check();
        WriteWarning("This vault has no password of its own: what keeps its master key (Get-LlmConfigStore shows it) is ready, and the password was not used.");
    }
}
