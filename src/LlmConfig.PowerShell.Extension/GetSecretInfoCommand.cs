using System.Collections;
using System.Management.Automation;
using System.Reflection;

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

/// <summary>
/// SecretManagement's SecretInformation, found in the assembly that SecretManagement has loaded: this module neither ships
/// nor references it.
/// </summary>
internal sealed class SecretInformationType
{
    private const string Module = "Microsoft.PowerShell.SecretManagement";

    private readonly string _vault;
    private readonly Type _secretType;
    private readonly ConstructorInfo _constructor;

    /// <param name="vault">The name under which the vault is registered.</param>
    /// <exception cref="LlmConfigException">SecretManagementMissing: nothing but SecretManagement calls this.</exception>
    public SecretInformationType(string vault)
    {
        _vault = vault;
        Assembly? assembly = Array.FindLast(AppDomain.CurrentDomain.GetAssemblies(), item => item.GetName().Name == Module);
        _secretType = assembly?.GetType(Module + ".SecretType") ?? throw Missing();
        _constructor = assembly.GetType(Module + ".SecretInformation")?.GetConstructor([typeof(string), _secretType, typeof(string), typeof(Hashtable)])
            ?? throw Missing();
    }

    public object Create(VaultSecretInfo item)
    {
        var metadata = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, object value) in item.Metadata)
        {
            metadata[name] = value;
        }

        return _constructor.Invoke([item.Name, Enum.ToObject(_secretType, (int)item.Type), _vault, metadata]);
    }

    private static LlmConfigException Missing() => SecretManagementModule.Missing(
        null, $"{Module} is not loaded, or is a version without SecretInformation.");
}
