using System.Management.Automation;
using System.Security;

namespace LlmConfig;

/// <summary>
/// Lets a SecureString through and refuses everything else without repeating it: the engine's own conversion error
/// would show a key that was passed as a plain string.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecureStringOnlyAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value as SecureString ?? throw new ArgumentTransformationMetadataException(
            "A key is passed as a SecureString, such as (Read-Host -AsSecureString); from an environment variable, use -ApiKeyFromEnvironment.");
    }
}
