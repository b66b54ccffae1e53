using System.Globalization;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>How many columns text takes on a terminal: East Asian wide characters take two, combining marks none.</summary>
internal static class DisplayWidth
{
    // The wide blocks of Unicode's EastAsianWidth.txt, coarsely: Hangul Jamo, CJK and kana, Hangul syllables, compatibility
    // ideographs and forms, full-width forms, emoji, and the supplementary ideographic planes.
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F), (0x2E80, 0x303E), (0x3041, 0xA4CF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE30, 0xFE6F),
        (0xFF00, 0xFF60), (0xFFE0, 0xFFE6), (0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1F9FF), (0x20000, 0x3FFFD),
    ];

    public static int Of(string text) => text.EnumerateRunes().Sum(Of);

    /// <summary>The longest beginning that fits.</summary>
    public static string Cut(string text, int columns)
    {
        int width = 0;
        return string.Concat(text.EnumerateRunes().TakeWhile(rune => (width += Of(rune)) <= columns));
    }

    private static int Of(Rune rune) => rune.Value < 0x300 ? 1
        : Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format ? 0
        : Array.Exists(Wide, block => rune.Value >= block.First && rune.Value <= block.Last) ? 2 : 1;
}
