using System.Collections;
using System.Reflection;

namespace LlmConfig.Extension;

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
