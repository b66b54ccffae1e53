using System.Management.Automation;

namespace LlmConfig;

/// <summary>Takes the texts true and false for a Boolean, as a CSV file holds them.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BooleanTextAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is string text
            ? text.Length == 0 ? null : bool.TryParse(text, out bool parsed) ? parsed : inputData
            : inputData;
    }
}
