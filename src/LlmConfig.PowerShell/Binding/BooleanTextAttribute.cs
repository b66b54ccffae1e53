using System.Management.Automation;

namespace LlmConfig;

/// <summary>
/// Takes the texts true and false for a Boolean or a switch, as a CSV file holds them; empty is as if it were not given.
/// Any other text is refused here: the engine would pass over a property that it cannot convert and say nothing.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BooleanTextAttribute : ArgumentTransformationAttribute
{
    /// <summary>True for a switch, which has no third state.</summary>
    public bool IsSwitch { get; init; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            null or "" => IsSwitch ? false : null,
            string text => bool.TryParse(text, out bool parsed)
                ? parsed
                : throw new ArgumentTransformationMetadataException("The text is neither 'true' nor 'false'."),
            _ => inputData,
        };
    }
}
