using System.Management.Automation;

namespace LlmConfig.Extension;

/// <summary>Get-SecretInfo of the extension: what matches a pattern, the keys of configurations included.</summary>
[Cmdlet(VerbsCommon.Get, "SecretInfo")]
public sealed class GetSecretInfoCommand : VaultExtensionCommand
{
    /// <summary>The pattern.</summary>
    [Parameter]
    public string Filter { get; set; } = "*";

    private protected override void Run()
    {
        var pattern = new WildcardPattern(string.IsNullOrEmpty(Filter) ? "*" : Filter, WildcardOptions.IgnoreCase);
        var information = new SecretInformationType(VaultName);
        foreach (VaultSecretInfo item in Vault.List(Cancellation).Where(item =>
            pattern.IsMatch(item.Name) || string.Equals(item.Name, Filter, StringComparison.OrdinalIgnoreCase)))
        {
            WriteObject(information.Create(item));
        }
    }
}
