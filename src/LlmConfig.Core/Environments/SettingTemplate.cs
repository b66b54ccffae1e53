using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// What stands for the settings of a configuration in a variable or an argument of a tool: a text with places such as <c>{base}</c>. Values are put in
/// once, whatever they hold themselves; braces around anything that is no place stay.
/// </summary>
internal static class SettingTemplate
{
    /// <summary>The place of a list of JSON texts, which is put in as it is.</summary>
    public const string HelperArguments = "helperArguments";

    /// <summary>The text with all its values; <see langword="null"/> where one of them is not there. In a template with quotes they are escaped as in JSON.</summary>
    /// <param name="template">The template.</param>
    /// <param name="values">The value of each place.</param>
    public static string? Fill(string template, IReadOnlyDictionary<string, string?> values)
    {
        bool isJson = template.Contains('"', StringComparison.Ordinal);
        var result = new StringBuilder();
        for (int at = 0; at < template.Length; at++)
        {
            int end = template[at] == '{' ? template.IndexOf('}', at) : -1;
            if (end < 0 || !values.TryGetValue(template[(at + 1)..end], out string? value))
            {
                result.Append(template[at]);
                continue;
            }

            if (value is null)
            {
                return null;
            }

            result.Append(isJson && template[(at + 1)..end] != HelperArguments ? Escape(value) : value);

            // A path that is empty takes the slash behind it along.
            at = value.Length == 0 && end + 1 < template.Length && template[end + 1] == '/' ? end + 1 : end;
        }

        return result.ToString();
    }

    /// <summary>Words as a list of JSON texts, without its brackets.</summary>
    public static string Words(IEnumerable<string> words) => string.Join(',', words.Select(word => $"\"{Escape(word)}\""));

    /// <summary>Words as a line for a POSIX shell.</summary>
    public static string ShellLine(IEnumerable<string> words) =>
        string.Join(' ', words.Select(word => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "/._-".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));

    private static string Escape(string value) => JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
}
