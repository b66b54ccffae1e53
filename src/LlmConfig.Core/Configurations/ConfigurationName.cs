using System.Globalization;
using System.Text;

namespace LlmConfig;

/// <summary>The rules of a configuration's name.</summary>
internal static class ConfigurationName
{
    /// <summary>The longest name, in UTF-16 code units after trimming (the design's table).</summary>
    public const int MaximumLength = 100;

    /// <summary>How names are compared everywhere: ordinal, letter case apart.</summary>
    public static StringComparer Comparer => StringComparer.OrdinalIgnoreCase;

    /// <summary>The name as it is kept: trimmed.</summary>
    /// <exception cref="LlmConfigException">InvalidName.</exception>
    public static string Validate(string? name)
    {
        if (Problem(name) is { } problem)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidName,
                Printable(name),
                problem,
                "Use 1 to 100 printable characters that are not shaped like a UUID, such as 'work' or 'Team Azure (EU)'.");
        }

        return name!.Trim();
    }

    /// <summary>True for a name that is valid and trimmed, as a file must hold it.</summary>
    public static bool IsStored(string name) => Problem(name) is null && name.Trim().Length == name.Length;

    /// <summary>A text made fit for a message: what does not print is escaped, what is long is cut.</summary>
    public static string? Printable(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var result = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (result.Length >= MaximumLength)
            {
                return result.Append('…').ToString();
            }

            _ = IsForbidden(rune) || rune == Rune.ReplacementChar
                ? result.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X}}}")
                : result.Append(rune);
        }

        return result.ToString();
    }

    /// <summary>
    /// Control characters, line breaks, and format characters (bidi controls, zero-width spaces, tags) except the two
    /// joiners, which scripts and emoji need.
    /// </summary>
    public static bool IsForbidden(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => rune.Value is not (0x200C or 0x200D),
        _ => false,
    };

    private static string? Problem(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return "The name is empty.";
        }

        foreach (Rune rune in name.EnumerateRunes())
        {
            // EnumerateRunes shows half a surrogate pair as U+FFFD, which is of no use in a name either.
            if (IsForbidden(rune) || rune == Rune.ReplacementChar)
            {
                return $"The name holds the character U+{rune.Value:X4}, which does not print or changes how other text is shown.";
            }
        }

        int length = name.Trim().Length;
        return length > MaximumLength ? $"The name has {length} characters; {MaximumLength} is the most."
            : Guid.TryParse(name, out _) ? "The name is shaped like a UUID and could be taken for an id."
            : null;
    }
}
