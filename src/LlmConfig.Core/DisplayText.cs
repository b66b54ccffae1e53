using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LlmConfig;

/// <summary>What a person typed, or what a file of others holds, made fit to be shown in a question, an error or a warning.</summary>
public static partial class DisplayText
{
    // Longer than any name; the rest of what was pasted by mistake cannot be used in a message.
    private const int Longest = 100;

    // No provider's key is shorter; a name may well begin as a key does.
    private const int ShortestKey = 16;

    // Azure OpenAI's keys are 32 hex digits and have no prefix.
    private const int ShortestHexKey = 32;

    // Keys of unknown providers: random letters of both cases and digits. A name of this length and kind is hard to find.
    private const int ShortestMixedKey = 40;

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

    /// <summary>A message of one line: line breaks, as other programs' errors have them, are spaces; the rest is as <see cref="Printable"/> shows it.</summary>
    internal static string Line(string text) => Printable(text.IndexOfAny(['\r', '\n']) < 0 ? text : text.ReplaceLineEndings(" ").TrimEnd());

    /// <summary>
    /// A URL as <see cref="Printable"/> shows it, with its host in ASCII: letters of other scripts can look like those of another
    /// host. <see langword="null"/> stays <see langword="null"/>.
    /// </summary>
    /// <param name="url">The URL.</param>
    [return: NotNullIfNotNull(nameof(url))]
    public static string? WithAsciiHost(string? url)
    {
        if (url is null || url.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0)
        {
            return url;
        }

        try
        {
            if (Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed) && HostText.In(url) is { Length: > 0 } host
                && url.AsSpan().Overlaps(host, out int offset))
            {
                return Printable(string.Concat(url.AsSpan(0, offset), parsed.IdnHost, url.AsSpan(offset + host.Length)));
            }
        }
        catch (UriFormatException)
        {
            // A host that has no ASCII form: what is there is shown.
        }

        return Printable(url);
    }

    /// <summary>A time on this machine's clock, with its zone, for views; <see langword="null"/> stays <see langword="null"/>.</summary>
    /// <param name="time">The time.</param>
    [return: NotNullIfNotNull(nameof(time))]
    public static string? LocalTime(DateTime? time) => time?.ToLocalTime().ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);

    /// <summary>How long ago a key was set, in days, hours or minutes, for views; without a time, that there is none.</summary>
    /// <param name="keyUpdatedAt">When the key was set, in UTC.</param>
    public static string KeyAge(DateTime? keyUpdatedAt) => (DateTime.UtcNow - keyUpdatedAt) switch
    {
        null => "no key",
        { TotalDays: >= 1 } age => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(age.TotalDays)} d"),
        { TotalHours: >= 1 } age => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(age.TotalHours)} h"),
        { } age => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, Math.Floor(age.TotalMinutes))} min"),
    };

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

    /// <summary>
    /// True for characters that are letters, marks or signs by their category and show nothing, or only change how their neighbours
    /// look: fillers, variation selectors, the joiners, the blank of Braille.
    /// </summary>
    internal static bool IsInvisible(Rune rune) => rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F)
        or 0x200C or 0x200D or 0x2800 or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0 or (>= 0xE0100 and <= 0xE01EF);

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

    /// <summary>The text with a remark in the place of each word that looks like a key, for logs.</summary>
    internal static string WithoutKeys(string text) =>
        text.Length < ShortestKey ? text : Word().Replace(text, word => LooksLikeKey(word.Value) ? "(not shown: it looks like a key)" : word.Value);

    // What stands in quotes in a message, or between spaces.
    [GeneratedRegex(@"[^\s'""]{16,}", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    internal static bool LooksLikeKey(string text) =>
        (text.Length >= ShortestMixedKey && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '+' or '=')
            && text.Any(char.IsAsciiDigit) && text.Any(char.IsAsciiLetterUpper) && text.Any(char.IsAsciiLetterLower))
        ||
        (text.Length >= ShortestKey && !text.Contains(' ', StringComparison.Ordinal) && LlmProviderCatalog.LooksLikeKey(text))
        || (text.Length >= ShortestHexKey && text.All(char.IsAsciiHexDigit));
}
