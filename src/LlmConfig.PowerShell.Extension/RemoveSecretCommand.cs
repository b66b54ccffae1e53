using System.Management.Automation;

namespace LlmConfig.Extension;

/// <summary>Remove-Secret of the extension.</summary>
[Cmdlet(VerbsCommon.Remove, "Secret")]
public sealed class RemoveSecretCommand : VaultExtensionCommand
{
    /// <summary>The name, literally.</summary>
    [Parameter(Mandatory = true)]
    public string Name { get; set; } = string.Empty;

    private protected override void Run()
    {
        if (!Vault.Remove(Name, Cancellation))
        {
            throw NotFound(Name);
        }

        WarnOfKey(Name, "It was removed; Remove-LlmConfig removes a configuration together with its key.");
    }
}
