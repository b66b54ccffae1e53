using System.Management.Automation;

namespace LlmConfig;

/// <summary>
/// Takes the texts true and false for a Boolean or a switch, as a CSV file holds them; empty is as if it were not given.
/// Any other text is noted, for the cmdlet to report: the engine would pass over a property that it cannot convert and say nothing,
/// and its error for one that is refused here holds the whole object that was piped in, with the key that is in it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BooleanTextAttribute : ArgumentTransformationAttribute
{
    // A record is bound and processed on one thread, with nothing in between.
    [ThreadStatic]
    private static bool _refused;

    /// <summary>True for a switch, which has no third state.</summary>
    public bool IsSwitch { get; init; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not (null or string) || bool.TryParse(value as string, out _))
        {
            return value is string text ? bool.Parse(text) : inputData;
        }

        _refused |= !string.IsNullOrEmpty((string?)value);
        return IsSwitch ? false : null;
    }

    /// <summary>True when a text that is neither was bound since this was asked last.</summary>
    internal static bool TakeRefusal()
    {
        bool refused = _refused;
        _refused = false;
        return refused;
    }
}
