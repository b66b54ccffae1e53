using System.Management.Automation;
using System.Security;

namespace LlmConfig;

/// <summary>
/// Lets a SecureString through and puts <see cref="Refused"/> in the place of everything else. The engine's own error
/// would show a key that was passed as a plain string, be it in its text or, for a piped object, as its target.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecureStringOnlyAttribute : ArgumentTransformationAttribute
{
    /// <summary>Stands for an argument that was no SecureString; the body of the cmdlet reports it.</summary>
    internal static SecureString Refused { get; } = new();

    /// <summary>Stands for an empty cell of what was piped in, or for a variable that turned out empty.</summary>
    internal static SecureString Empty { get; } = new();

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is null or "" ? Empty : value as SecureString ?? Refused;
    }
}

/// <summary>Passwords as a cmdlet is given them.</summary>
internal static class SecretParameters
{
    public static LlmConfigException Invalid(string target, string problem, string remedy) =>
        new(LlmConfigErrorCode.InvalidKey, target, problem, remedy);

    /// <summary>The password, or <see langword="null"/> when none was given.</summary>
    /// <exception cref="LlmConfigException">InvalidKey: it is no SecureString.</exception>
    public static SecureString? ToPassword(SecureString? password) =>
        password == SecureStringOnlyAttribute.Refused || password == SecureStringOnlyAttribute.Empty
            ? throw new LlmConfigException(
                LlmConfigErrorCode.InvalidKey, null, "The password is not a SecureString.", "Pass one, such as (Read-Host -AsSecureString).")
            : password;
}
