using System.Management.Automation;
using System.Security;

namespace LlmConfig.Extension;

/// <summary>Test-SecretVault of the extension: true when secrets could be read and written now; makes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SecretVault")]
[OutputType(typeof(bool))]
public sealed class TestSecretVaultCommand : VaultExtensionCommand
{
    private protected override void Run()
    {
        bool good = Guard(Vault.Check, mayEnd: false);
        foreach (string name in (AdditionalParameters?.Keys.Cast<object>() ?? []).Select(key => key.ToString() ?? string.Empty))
        {
            // SecretManagement adds this one itself.
            if (!string.Equals(name, "Verbose", StringComparison.OrdinalIgnoreCase))
            {
                good = false;
                WriteError(new LlmConfigException(
                    LlmConfigErrorCode.InvalidName,
                    DisplayText.Of(name),
                    $"The vault parameter '{DisplayText.Of(name)}' is not known.",
                    $"This vault has no parameters; LLMCONFIG_HOME names its folder. Register it again without -VaultParameters."));
            }
        }

        WriteObject(good);
    }
}

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

/// <summary>Unregister-SecretVault of the extension: everything stays where it is.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "SecretVault")]
public sealed class UnregisterSecretVaultCommand : VaultExtensionCommand
{
    private protected override void Run() =>
        WriteVerbose($"The secrets of '{VaultName}' stay in the built-in vault; registered again, it has them.");
}
