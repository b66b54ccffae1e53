using System.Globalization;
using System.Text;

namespace LlmConfig;

/// <summary>What a person typed, made fit to be shown in a question or an error.</summary>
internal static class ShownText
{
    private const int Longest = 100;
    private const int ShortestHexKey = 32;

    /// <summary>The text with control and format characters escaped, cut where it is long, and without what looks like a key.</summary>
    public static string Of(string text)
    {
        string trimmed = text.Trim();
        if (LooksLikeKey(trimmed))
        {
            return "(not shown: it looks like a key)";
        }

        var result = new StringBuilder();
        foreach (Rune rune in trimmed.EnumerateRunes())
        {
            if (result.Length >= Longest)
            {
                return result.Append('…').ToString();
            }

            _ = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                ? result.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X}}}")
                : result.Append(rune);
        }

        return result.ToString();
    }

    private static bool LooksLikeKey(string text) =>
        LlmProviderCatalog.All.Any(provider => provider.KeyPrefixes.Any(prefix => text.StartsWith(prefix, StringComparison.Ordinal)))
        || (text.Length >= ShortestHexKey && text.All(char.IsAsciiHexDigit));
}
