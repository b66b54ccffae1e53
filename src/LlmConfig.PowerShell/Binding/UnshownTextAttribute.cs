using System.Collections;
using System.Management.Automation;

namespace LlmConfig;

/// <summary>
/// Puts an object without a text in the place of a text that the parameter cannot take, so that the engine's error, which repeats what
/// it could not convert, repeats nothing: it may be a key that was put in the wrong place.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class UnshownTextAttribute : ArgumentTransformationAttribute
{
    /// <summary>True where texts that are UUIDs are taken; false where none is.</summary>
    public bool TakesIds { get; init; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            string text => IsTaken(text) ? inputData : Unshown.Instance,
            IList list when list.Cast<object?>().Any(item => Text(item) is { } text && !IsTaken(text)) => Unshown.Instance,
            _ => inputData,
        };
    }

    private static string? Text(object? item) => (item is PSObject wrapped ? wrapped.BaseObject : item) as string;

    private bool IsTaken(string text) => TakesIds && Guid.TryParse(text, out _);

    /// <summary>What the engine's error shows.</summary>
    private sealed class Unshown
    {
        public static readonly Unshown Instance = new();

        public override string ToString() => "(what was given is not shown: it may be a key)";
    }
}
