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
