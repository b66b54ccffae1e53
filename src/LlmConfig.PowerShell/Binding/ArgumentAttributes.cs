using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

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

/// <summary>A number stands for days: PowerShell itself makes ticks of it, of which a day has 864,000,000,000.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DaysAttribute : ArgumentTransformationAttribute
{
    private const double Most = 36_525;

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not (int or long or double or decimal))
        {
            // What is no time at all, the engine refuses in its own words.
            return LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out TimeSpan time) && time < TimeSpan.Zero ? throw OutOfRange() : inputData;
        }

        double days = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        return days is >= 0 and < Most ? TimeSpan.FromDays(days) : throw OutOfRange();
    }

    private static ArgumentTransformationMetadataException OutOfRange() => new("It is a time from 0 on, or a number of days from 0 to 36524, a hundred years.");
}

/// <summary>
/// Keeps of arguments that no parameter takes only what cannot be a key: the names of parameters that do not exist. The engine's own
/// error repeats the argument, and a key is easily put behind a name without -ApiKey before it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed partial class SurplusArgumentsAttribute : ArgumentTransformationAttribute
{
    /// <summary>Stands for an argument that is not shown.</summary>
    internal const string NotShown = "(not shown)";

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is string or not IEnumerable
            ? new[] { Shown(value) }
            : ((IEnumerable)value).Cast<object?>().Select(Shown).ToArray();
    }

    private static string Shown(object? argument) =>
        (argument is PSObject wrapped ? wrapped.BaseObject : argument) is string text && ParameterName().IsMatch(text) && DisplayText.Of(text) == text
            ? text.TrimEnd(':')
            : NotShown;

    // No parameter of this module is longer than 24 letters, and no key is as short and has no digit.
    [GeneratedRegex(@"\A-[A-Za-z]{1,30}:?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ParameterName();
}

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

/// <summary>Takes configurations that came back from a job or another session for what they were: of them, only the id counts.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ConfigurationArgumentAttribute : ArgumentTransformationAttribute
{
    private const string TypeName = "Deserialized.LlmConfig.LlmConfiguration";

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is IList list && list.Cast<object?>().Any(IsDeserialized)
            ? list.Cast<object?>().Select(One).ToArray()
            : One(inputData);

    private static bool IsDeserialized(object? item) => item is PSObject { BaseObject: PSCustomObject } wrapped && wrapped.TypeNames.Contains(TypeName);

    private static object? One(object? item) => IsDeserialized(item)
        ? LlmConfiguration.WithId(
            ((PSObject)item!).Properties[nameof(LlmConfiguration.Id)]?.Value is { } id && LanguagePrimitives.TryConvertTo(id, out Guid value) ? value : Guid.Empty)
        : item;
}
