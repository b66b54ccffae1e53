using System.Management.Automation;

namespace LlmConfig.Extension;

/// <summary>Get-Secret of the extension: one secret with its type, or nothing.</summary>
[Cmdlet(VerbsCommon.Get, "Secret")]
[OutputType(typeof(object))]
public sealed class GetSecretCommand : VaultExtensionCommand
{
    /// <summary>The name, literally.</summary>
    [Parameter(Mandatory = true)]
    public string Name { get; set; } = string.Empty;

    private protected override void Run()
    {
        using VaultSecret? secret = Vault.Read(Name);
        if (secret is not null)
        {
            WriteObject(SecretValue.ToObject(secret), enumerateCollection: false);
        }
    }
}
