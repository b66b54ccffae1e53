using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace LlmConfig;

/// <summary>What a person typed, or what a file of others holds, made fit to be shown in a question, an error or a warning.</summary>
public static class ShownText
{
    // Longer than any name; the rest of what was pasted by mistake is of no use in a message.
    private const int Longest = 100;

    // No provider's key is shorter; a name may well begin as a key does.
    private const int ShortestKey = 16;

    // Azure OpenAI's keys are 32 hex digits and have no prefix.
    private const int ShortestHexKey = 32;

    /// <summary>
    /// The text with control and format characters and broken surrogates escaped as <c>\u{…}</c>, cut after 100
    /// characters; a remark in its place where it looks like a key. <see langword="null"/> stays <see langword="null"/>.
    /// </summary>
    /// <param name="text">The text.</param>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Of(string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (LooksLikeKey(text.Trim()))
        {
            return "(not shown: it looks like a key)";
        }

        string printable = Printable(text);
        if (printable.Length <= Longest)
        {
            return printable;
        }

        int end = char.IsHighSurrogate(printable[Longest - 1]) ? Longest - 1 : Longest;
        return string.Concat(printable.AsSpan(0, end), "…");
    }

    /// <summary>
    /// The whole text with control and format characters and broken surrogates escaped as <c>\u{…}</c>, for views of what a
    /// file or another session gave. <see langword="null"/> stays <see langword="null"/>.
    /// </summary>
    /// <param name="text">The text.</param>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Printable(string? text)
    {
        if (text is null || !text.EnumerateRunes().Any(DoesNotPrint))
        {
            return text;
        }

        var result = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            _ = DoesNotPrint(rune)
                ? result.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X}}}")
                : result.Append(rune);
        }

        return result.ToString();
    }

    /// <summary>
    /// True for control characters, line breaks, half a surrogate pair (which reads as U+FFFD), and format characters
    /// (bidi controls, zero-width spaces, tags) except the two joiners, which scripts and emoji need.
    /// </summary>
    internal static bool DoesNotPrint(Rune rune) => rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => rune.Value is not (0x200C or 0x200D),
        _ => false,
    };

    /// <summary>True when nothing in it is to be escaped.</summary>
    internal static bool Prints(string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0)
        {
            return true;
        }

        foreach (Rune rune in text.EnumerateRunes())
        {
            if (DoesNotPrint(rune))
            {
                return false;
            }
        }

        return true;
    }

    private static bool LooksLikeKey(string text) =>
        (text.Length >= ShortestKey && !text.Contains(' ', StringComparison.Ordinal) && LlmProviderCatalog.LooksLikeKey(text))
        || (text.Length >= ShortestHexKey && text.All(char.IsAsciiHexDigit));
}
