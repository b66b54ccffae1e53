using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LlmConfig.Shell;

/// <summary>
/// The arguments of a script file: parameter names are written out, and every value is passed by reference to
/// <c>$args</c>, so that no value is ever parsed as code.
/// </summary>
internal static partial class FileArguments
{
    /// <param name="arguments">What followed the file's name.</param>
    /// <param name="values">Receives the values.</param>
    /// <returns>The text to put behind the call.</returns>
    public static string Compose(IEnumerable<string> arguments, List<object> values)
    {
        var text = new StringBuilder();
        foreach (string argument in arguments)
        {
            Match match = ParameterName().Match(argument);
            if (!match.Success)
            {
                text.Append(' ').Append(Reference(values, argument));
                continue;
            }

            text.Append(" -").Append(match.Groups["name"].ValueSpan);
            if (match.Groups["value"] is { Success: true, Value: var value })
            {
                text.Append(':').Append(Reference(values, Literal(value)));
            }
        }

        return text.ToString();
    }

    // As in pwsh: `-Switch:$false` is the one place where a dollar sign means something.
    private static object Literal(string value) => value.ToUpperInvariant() switch
    {
        "$TRUE" => true,
        "$FALSE" => false,
        _ => value,
    };

    private static string Reference(List<object> values, object value)
    {
        values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"$args[{values.Count - 1}]");
    }

    [GeneratedRegex(@"^-(?<name>[\p{L}_][\w]*)(:(?<value>.*))?$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex ParameterName();
}
