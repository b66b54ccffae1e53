using System.Text;

namespace LlmConfig.Cli;

/// <summary>
/// A command line of bash up to the cursor. Bash gives the words of a line apart at each ':', '=' and '@', with their quotes; here they
/// are read as bash will read them, and it is known which part of the last one readline replaces.
/// </summary>
internal sealed class BashLine
{
    // The default of COMP_WORDBREAKS; readline replaces what follows the last of them.
    private const string Breaks = "\"'@><=;|&(:";
    private const string EscapedInDoubleQuotes = "\\\"$`";
    private const string Plain = "_-./,+%^";

    private readonly char _quote;
    private readonly int _kept;

    private BashLine(IReadOnlyList<string> words, string word, char quote, int kept)
    {
        Words = words;
        Word = word;
        _quote = quote;
        _kept = kept;
    }

    /// <summary>The words before the cursor's, without quotes; the program's name is the first.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>The cursor's word, without quotes.</summary>
    public string Word { get; }

    public static BashLine Parse(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool isWord = false;
        char quote = '\0';
        int kept = 0;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (quote == '\0' && c is ' ' or '\t' or '\n')
            {
                if (isWord)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    isWord = false;
                    kept = 0;
                }

                continue;
            }

            isWord = true;
            if (quote != '\0' && c == quote)
            {
                quote = '\0';
                kept = word.Length;
            }
            else if (quote == '\0' && c is '\'' or '"')
            {
                quote = c;
                kept = word.Length;
            }
            else if (c == '\\' && quote != '\'' && i + 1 < line.Length && (quote == '\0' || EscapedInDoubleQuotes.Contains(line[i + 1], StringComparison.Ordinal)))
            {
                word.Append(line[++i]);
            }
            else
            {
                word.Append(c);
                if (quote == '\0' && Breaks.Contains(c, StringComparison.Ordinal))
                {
                    kept = word.Length;
                }
            }
        }

        return new BashLine(words, word.ToString(), quote, kept);
    }

    /// <summary>What readline is to put in the place of the part that it replaces, so that bash reads the word as this text.</summary>
    /// <returns><see langword="null"/> where that cannot be said.</returns>
    public string? Replacement(string text)
    {
        if (text.Length < _kept || !text.StartsWith(Word[.._kept], StringComparison.Ordinal))
        {
            return null;
        }

        var result = new StringBuilder();
        for (int i = _kept; i < text.Length; i++)
        {
            char c = text[i];
            switch (_quote)
            {
                case '\'' when c == '\'':
                    result.Append("'\\''");
                    break;
                case '"' when EscapedInDoubleQuotes.Contains(c, StringComparison.Ordinal):
                    result.Append('\\').Append(c);
                    break;
                case '\0' when c < 0x80 && !char.IsAsciiLetterOrDigit(c) && !Plain.Contains(c, StringComparison.Ordinal):
                    result.Append('\\').Append(c);
                    break;
                default:
                    result.Append(c);
                    break;
            }
        }

        return result.ToString();
    }
}
