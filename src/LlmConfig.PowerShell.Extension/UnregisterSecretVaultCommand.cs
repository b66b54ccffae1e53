using System.Management.Automation;

namespace LlmConfig.Extension;

/// <summary>Unregister-SecretVault of the extension: everything stays where it is.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "SecretVault")]
public sealed class UnregisterSecretVaultCommand : VaultExtensionCommand
{
    private protected override void Run() =>
        WriteVerbose($"The secrets of '{VaultName}' stay in the built-in vault; registered again, it has them.");
}
