using System.Text;

namespace LlmConfig.Cli;

/// <summary>
/// A text taken apart into words as a shell would, and no further: spaces part words, single quotes, double quotes and backslashes keep
/// them together. No variable, pattern or command in it is evaluated.
/// </summary>
/// <param name="Words">The words that have ended, without quotes.</param>
/// <param name="Last">The word that the text ends in, without quotes; <see langword="null"/> after a space.</param>
/// <param name="Quote">The quote that is still open, or zero.</param>
/// <param name="Kept">How much of the last word readline keeps when it completes it: it replaces what follows the last word break.</param>
internal sealed record ShellWords(IReadOnlyList<string> Words, string? Last, char Quote, int Kept)
{
    // The default of COMP_WORDBREAKS.
    private const string Breaks = "\"'@><=;|&(:";
    private const string EscapedInDoubleQuotes = "\\\"$`";
    private const string Plain = "_-./,+%^";

    /// <summary>A command as it is written in one argument.</summary>
    /// <exception cref="UsageException">It is empty, or a quote is not closed.</exception>
    public static IReadOnlyList<string> Split(string command)
    {
        ShellWords found = Parse(command, char.IsWhiteSpace, "\\\"", hasEscapes: !OperatingSystem.IsWindows());
        if (found.Quote != '\0')
        {
            throw new UsageException("A quote in the command for the key is not closed.");
        }

        string[] words = found.Last is { } last ? [.. found.Words, last] : [.. found.Words];
        return words is [{ Length: > 0 }, ..] ? words : throw new UsageException("The command for the key is empty.");
    }

    /// <summary>
    /// A command line of bash up to the cursor. Bash itself gives the words of a line apart at each ':', '=' and '@', with their quotes;
    /// here they are read as bash will read them, and it is known which part of the last one readline replaces.
    /// </summary>
    public static ShellWords OfBash(string line) => Parse(line, c => c is ' ' or '\t' or '\n', EscapedInDoubleQuotes, hasEscapes: true);

    /// <summary>What readline is to put in the place of the part that it replaces, so that bash reads the last word as this text.</summary>
    /// <returns><see langword="null"/> where that cannot be said.</returns>
    public string? Replacement(string text)
    {
        if (text.Length < Kept || !text.StartsWith((Last ?? string.Empty)[..Kept], StringComparison.Ordinal))
        {
            return null;
        }

        return string.Concat(text.Skip(Kept).Select(c => Quote switch
        {
            '\'' when c == '\'' => "'\\''",
            '"' when EscapedInDoubleQuotes.Contains(c, StringComparison.Ordinal) => $"\\{c}",
            '\0' when c < 0x80 && !char.IsAsciiLetterOrDigit(c) && !Plain.Contains(c, StringComparison.Ordinal) => $"\\{c}",
            _ => c.ToString(),
        }));
    }

    /// <summary>The text, quoted where a POSIX shell would see more in it than a word.</summary>
    public static string ForPosix(string text) =>
        text is [not '-', ..] && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or ':' or '@' or '+' or ',')
            ? text
            : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>The text, quoted where PowerShell would see more in it than a word. It takes four more characters for a single quote.</summary>
    public static string ForPowerShell(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '=')
            ? text
            : $"'{string.Concat(text.Select(c => c is '\'' or '\u2018' or '\u2019' or '\u201A' or '\u201B' ? $"{c}{c}" : $"{c}"))}'";

    private static ShellWords Parse(string text, Func<char, bool> parts, string escapedInDoubleQuotes, bool hasEscapes)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        char quote = '\0';
        int kept = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quote == '\0' && parts(c))
            {
                words.AddRange(word is null ? [] : [word.ToString()]);
                (word, kept) = (null, 0);
                continue;
            }

            word ??= new StringBuilder();
            if (c == quote || (quote == '\0' && c is '\'' or '"'))
            {
                quote = c == quote ? '\0' : c;
                kept = word.Length;
            }
            else if (c == '\\' && hasEscapes && quote != '\'' && i + 1 < text.Length
                && (quote == '\0' || escapedInDoubleQuotes.Contains(text[i + 1], StringComparison.Ordinal)))
            {
                word.Append(text[++i]);
            }
            else
            {
                word.Append(c);
                kept = quote == '\0' && Breaks.Contains(c, StringComparison.Ordinal) ? word.Length : kept;
            }
        }

        return new ShellWords(words, word?.ToString(), quote, kept);
    }
}
