using System.Text;
using System.Text.RegularExpressions;

namespace LlmConfig;

/// <summary>Two texts as the lines that go and those that come, for a person to look at.</summary>
internal static partial class LineDifference
{
    /// <summary>Lines with <c>- </c> or <c>+ </c> before them; empty where nothing differs. What looks like a key is left out.</summary>
    public static string Of(byte[]? before, byte[]? after)
    {
        string[] old = Lines(before), fresh = Lines(after);
        var shown = new List<string>();
        int next = 0;
        foreach (string line in old)
        {
            int same = Array.IndexOf(fresh, line, next);
            if (same < 0)
            {
                shown.Add("- " + line);
                continue;
            }

            shown.AddRange(fresh[next..same].Select(added => "+ " + added));
            next = same + 1;
        }

        return string.Join('\n', shown.Concat(fresh[next..].Select(added => "+ " + added)).Select(Show));
    }

    private static string[] Lines(byte[]? file) =>
        file is not { Length: > 0 } ? [] : Encoding.UTF8.GetString(file).Trim('\uFEFF').ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

    private static string Show(string line) =>
        SecretValue().Replace(DisplayText.WithoutKeys(DisplayText.Printable(line.Replace("\t", "    ", StringComparison.Ordinal))), "$1(not shown)");

    // A value without a blank: the command that gives a key has some.
    [GeneratedRegex("""((?:key|token|secret)["']?\s*[:=]\s*["'])[^"'\s]+(?=["'])""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretValue();
}
