using System.Collections;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace LlmConfig;

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
        (argument is PSObject wrapped ? wrapped.BaseObject : argument) is string text && ParameterName().IsMatch(text) && ShownText.Of(text) == text
            ? text.TrimEnd(':')
            : NotShown;

    // No parameter of this module is longer than 24 letters, and no key is as short and has no digit.
    [GeneratedRegex(@"\A-[A-Za-z]{1,30}:?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ParameterName();
}
