using System.Collections;
using System.Management.Automation;

namespace LlmConfig.Extension;

/// <summary>What concerns one secret of the vault.</summary>
public abstract class SecretCommand : VaultExtensionCommand
{
    /// <summary>The name, literally.</summary>
    [Parameter(Mandatory = true)]
    public string Name { get; set; } = string.Empty;

    /// <summary>Says that a secret belongs to a configuration, where its name says so.</summary>
    private protected void WarnOfKey(string what)
    {
        if (SecretVault.IsKeyName(Name))
        {
            WriteWarning($"'{Name}' is the key of an LLM configuration. {what}");
        }
    }

    private protected void Require(bool isThere)
    {
        if (!isThere)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.NotFound, DisplayText.Of(Name), $"The vault has no secret '{DisplayText.Of(Name)}'.", "Get-SecretInfo lists what there is.");
        }
    }
}

/// <summary>Get-Secret of the extension: one secret with its type, or nothing.</summary>
[Cmdlet(VerbsCommon.Get, "Secret")]
[OutputType(typeof(object))]
public sealed class GetSecretCommand : SecretCommand
{
    private protected override void Run()
    {
        using VaultSecret? secret = Vault.Read(Name);
        if (secret is not null)
        {
            WriteObject(SecretValue.ToObject(secret), enumerateCollection: false);
        }
    }
}

/// <summary>Set-Secret of the extension: keeps a secret with its type and its metadata, in the place of one of the same name.</summary>
[Cmdlet(VerbsCommon.Set, "Secret")]
public sealed class SetSecretCommand : SecretCommand
{
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
            WarnOfKey("It was overwritten; Set-LlmConfig -AskApiKey rotates a key safely.");
        }

        Vault.Write(Name, secret, SecretValue.ToMetadata(Metadata), Cancellation);
    }
}

/// <summary>Remove-Secret of the extension.</summary>
[Cmdlet(VerbsCommon.Remove, "Secret")]
public sealed class RemoveSecretCommand : SecretCommand
{
    private protected override void Run()
    {
        Require(Vault.Remove(Name, Cancellation));
        WarnOfKey("It was removed; Remove-LlmConfig removes a configuration together with its key.");
    }
}

/// <summary>Set-SecretInfo of the extension: replaces what is kept beside a secret.</summary>
[Cmdlet(VerbsCommon.Set, "SecretInfo")]
public sealed class SetSecretInfoCommand : SecretCommand
{
    /// <summary>The metadata.</summary>
    [Parameter(Mandatory = true)]
    [AllowEmptyCollection]
    public Hashtable? Metadata { get; set; }

    private protected override void Run()
    {
        Require(Vault.WriteMetadata(Name, SecretValue.ToMetadata(Metadata), Cancellation));
        WarnOfKey("Its metadata say which one; Set-LlmConfig changes them.");
    }
}
