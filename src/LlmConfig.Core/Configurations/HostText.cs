using System.Globalization;
using System.Net;
using System.Text;

namespace LlmConfig;

/// <summary>
/// A host as it is written in a URL: whether a person could take it for another one, and whether it is this machine. The text counts,
/// not what a parser makes of it, since other programs have other parsers.
/// </summary>
internal static class HostText
{
    private const int EastAsian = -1;
    private const int Latin = 0;

    // Blocks of Unicode are multiples of 16 code points, and most scripts' are multiples of 128.
    private const int BlockBits = 7;

    // The scripts that have several blocks, or share one: first and last code point, script.
    private static readonly (int First, int Last, int Script)[] Scripts =
    [
        (0x0041, 0x02AF, Latin), (0x0370, 0x03FF, 1), (0x0400, 0x052F, 2), (0x0530, 0x058F, 3), (0x0590, 0x05FF, 4), (0x0600, 0x06FF, 5),
        (0x0750, 0x077F, 5), (0x08A0, 0x08FF, 5), (0x1100, 0x11FF, EastAsian), (0x1C80, 0x1C8F, 2), (0x1E00, 0x1EFF, Latin), (0x1F00, 0x1FFF, 1),
        (0x2C60, 0x2C7F, Latin), (0x2DE0, 0x2DFF, 2), (0x3005, 0x318F, EastAsian), (0x31A0, 0x31FF, EastAsian), (0x3400, 0x9FFF, EastAsian),
        (0xA640, 0xA69F, 2), (0xA720, 0xA7FF, Latin), (0xAB30, 0xAB6F, Latin), (0xAC00, 0xD7FF, EastAsian), (0xF900, 0xFAFF, EastAsian),
        (0xFF21, 0xFF5A, Latin), (0xFF66, 0xFFDC, EastAsian), (0x20000, 0x3FFFF, EastAsian),
    ];

    /// <summary>The host in a URL that begins with a scheme and <c>//</c>, without port and brackets.</summary>
    public static ReadOnlySpan<char> In(ReadOnlySpan<char> url)
    {
        int start = url.IndexOf("//", StringComparison.Ordinal);
        ReadOnlySpan<char> rest = start < 0 ? default : url[(start + 2)..];
        int end = rest.IndexOfAny('/', '?', '#');
        ReadOnlySpan<char> authority = end < 0 ? rest : rest[..end];
        if (authority.StartsWith("[", StringComparison.Ordinal))
        {
            int bracket = authority.IndexOf(']');
            return bracket < 0 ? authority : authority[1..bracket];
        }

        int port = authority.LastIndexOf(':');
        return port < 0 ? authority : authority[..port];
    }

    /// <summary>
    /// True for 127.0.0.0/8 with four decimal numbers, ::1 and localhost, as they are written. Names below localhost are asked of
    /// name servers by most systems, and other ways to write an address are read differently by different programs.
    /// </summary>
    public static bool IsLoopback(ReadOnlySpan<char> host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address) && host.SequenceEqual(address.ToString())
            && !address.IsIPv4MappedToIPv6);

    /// <summary>
    /// True when a label holds anything but letters, digits, marks, - and _ (U+2044 looks like a slash), or letters of scripts that
    /// are not written together (Cyrillic U+0430 looks like a Latin a). Latin and East Asian scripts are.
    /// </summary>
    public static bool IsConfusable(ReadOnlySpan<char> host)
    {
        int? script = null;
        foreach (Rune rune in host.EnumerateRunes())
        {
            if (rune.Value == '.')
            {
                script = null;
                continue;
            }

            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                    or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter:
                    int own = ScriptOf(rune.Value);
                    if (script is { } other && other != own && !(other is Latin or EastAsian && own is Latin or EastAsian))
                    {
                        return true;
                    }

                    script = own == Latin && script == EastAsian ? script : own;
                    break;
                case UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark:
                    break;
                default:
                    if (rune.Value is not ('-' or '_' or ':'))
                    {
                        return true;
                    }

                    break;
            }
        }

        return false;
    }

    private static int ScriptOf(int value)
    {
        foreach ((int first, int last, int script) in Scripts)
        {
            if (value >= first && value <= last)
            {
                return script;
            }
        }

        // Far from the numbers above.
        return 0x10000 + (value >> BlockBits);
    }
}
