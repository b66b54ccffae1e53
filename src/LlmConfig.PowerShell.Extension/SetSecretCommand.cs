using System.Collections;
using System.Management.Automation;

namespace LlmConfig.Extension;

/// <summary>Set-Secret of the extension: keeps a secret with its type and its metadata, in the place of one of the same name.</summary>
[Cmdlet(VerbsCommon.Set, "Secret")]
public sealed class SetSecretCommand : VaultExtensionCommand
{
    /// <summary>The name, literally.</summary>
    [Parameter(Mandatory = true)]
    public string Name { get; set; } = string.Empty;

    /// <summary>The secret: byte[], string, SecureString, PSCredential or Hashtable.</summary>
    [Parameter(Mandatory = true)]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? Secret { get; set; }

    /// <summary>What to keep beside it.</summary>
    [Parameter]
    public Hashtable? Metadata { get; set; }

    private protected override void Run()
    {
        using VaultSecret secret = SecretValue.From(Secret, Name);
        if (SecretVault.IsKeyName(Name) && Vault.Read(Name) is { } old)
        {
            old.Dispose();
            WarnOfKey(Name, "It was overwritten; Set-LlmConfig -ApiKey rotates a key safely.");
        }

        Vault.Write(Name, secret, SecretValue.ToMetadata(Metadata), Cancellation);
    }
}
