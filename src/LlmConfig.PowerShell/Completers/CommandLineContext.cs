using System.Collections;
using System.Management.Automation;

namespace LlmConfig;

/// <summary>What the rest of the command line says about the parameter that is being completed.</summary>
internal static class CommandLineContext
{
    /// <summary>The provider that was given, else that of the configuration that was named; <see langword="null"/> for neither.</summary>
    public static string? Provider(IDictionary parameters) =>
        Text(parameters, "Provider") ?? (Text(parameters, "Name") is { } name
            ? StoredConfigurations.Read().FirstOrDefault(item => string.Equals(item.Name, name.Trim(), StringComparison.OrdinalIgnoreCase))?.Provider
            : null);

    /// <summary>The vault that was given; <see langword="null"/> for none.</summary>
    public static string? Vault(IDictionary parameters) => Text(parameters, "Vault") ?? Text(parameters, "FromVault");

    private static string? Text(IDictionary parameters, string name)
    {
        object? value = parameters[name] is PSObject wrapped ? wrapped.BaseObject : parameters[name];
        return value is string { Length: > 0 } text ? text : null;
    }
}
