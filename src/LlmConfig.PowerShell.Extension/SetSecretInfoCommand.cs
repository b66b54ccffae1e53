using System.Collections;
using System.Management.Automation;

namespace LlmConfig.Extension;

/// <summary>Set-SecretInfo of the extension: replaces what is kept beside a secret.</summary>
[Cmdlet(VerbsCommon.Set, "SecretInfo")]
public sealed class SetSecretInfoCommand : VaultExtensionCommand
{
    /// <summary>The name, literally.</summary>
    [Parameter(Mandatory = true)]
    public string Name { get; set; } = string.Empty;

    /// <summary>The metadata.</summary>
    [Parameter(Mandatory = true)]
    [AllowEmptyCollection]
    public Hashtable? Metadata { get; set; }

    private protected override void Run()
    {
        if (!Vault.WriteMetadata(Name, SecretValue.ToMetadata(Metadata), Cancellation))
        {
            throw NotFound(Name);
        }

        WarnOfKey(Name, "Its metadata say which one; Set-LlmConfig changes them.");
    }
}
