using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;

namespace LlmConfig;

/// <summary>Completions that match what was typed, quoted where the shell needs it.</summary>
internal static class CompletionText
{
    // PowerShell takes the typographic ones for the plain ones.
    private const string SingleQuotes = "'\u2018\u2019\u201a\u201b";
    private const string DoubleQuotes = "\"\u201c\u201d\u201e";

    /// <summary>The candidates that begin with what was typed; where none does, those that match it as a pattern.</summary>
    public static IEnumerable<CompletionResult> Matching(string typed, IEnumerable<CompletionCandidate> candidates)
    {
        string bare = Bare(typed);
        CompletionCandidate[] all = [.. candidates];
        CompletionCandidate[] found = [.. all.Where(candidate => candidate.BeginsWith(bare))];
        if (found.Length == 0 && WildcardPattern.ContainsWildcardCharacters(bare) && Pattern(bare) is { } pattern)
        {
            found = [.. all.Where(candidate => pattern.IsMatch(candidate.Text))];
        }

        return found.Select(candidate => new CompletionResult(
            Quote(candidate.Text), candidate.Listed, CompletionResultType.ParameterValue, candidate.Tip));
    }

    /// <summary>A text as an argument that PowerShell reads as exactly this text.</summary>
    internal static string Quote(string text) => IsBareWord(text) ? text : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";

    // What begins with a digit could be a number; ids hold dashes and never are. A name is found literally before it is
    // read as a pattern, so wildcards in it need no escape.
    private static bool IsBareWord(string text) =>
        text.Length > 0
        && (char.IsLetter(text[0]) || text[0] == '_' || Guid.TryParseExact(text, "D", out _))
        && text.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':');

    /// <summary>The text that was typed so far, without its quotes and escapes.</summary>
    private static string Bare(string typed)
    {
        if (typed.Length > 0 && SingleQuotes.Contains(typed[0], StringComparison.Ordinal))
        {
            return Unquote(typed, SingleQuotes, escape: false);
        }

        return typed.Length > 0 && DoubleQuotes.Contains(typed[0], StringComparison.Ordinal)
            ? Unquote(typed, DoubleQuotes, escape: true)
            : Unquote(typed, string.Empty, escape: true);
    }

    // A quote that stands twice is one; a backtick takes what follows as it is. The quote at the end may not be typed yet.
    private static string Unquote(string typed, string quotes, bool escape)
    {
        var text = new StringBuilder(typed.Length);
        for (int i = quotes.Length == 0 ? 0 : 1; i < typed.Length; i++)
        {
            char c = typed[i];
            if (escape && c == '`' && i + 1 < typed.Length)
            {
                text.Append(typed[++i]);
            }
            else if (!quotes.Contains(c, StringComparison.Ordinal))
            {
                text.Append(c);
            }
            else if (i + 1 < typed.Length && quotes.Contains(typed[i + 1], StringComparison.Ordinal))
            {
                text.Append(typed[++i]);
            }
        }

        return text.ToString();
    }

    private static WildcardPattern? Pattern(string bare)
    {
        WildcardPattern pattern = WildcardPattern.Get(bare + "*", WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        try
        {
            _ = pattern.IsMatch(string.Empty);
            return pattern;
        }
        catch (WildcardPatternException)
        {
            // A bracket that is not closed yet.
            return null;
        }
    }
}
