using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;

namespace LlmConfig;

/// <summary>Completions that match what was typed, quoted where the shell needs it.</summary>
internal static class CompletionText
{
    /// <summary>The candidates that begin with what was typed; where none does, those that match it as a pattern.</summary>
    public static IEnumerable<CompletionResult> Matching(string typed, IEnumerable<CompletionCandidate> candidates)
    {
        CompletionCandidate[] all = [.. candidates];
        string value = Value(typed);
        CompletionCandidate[] found = [.. all.Where(candidate => candidate.BeginsWith(value))];
        if (found.Length == 0 && value.Contains('`', StringComparison.Ordinal))
        {
            string unescaped = WithoutEscapes(value);
            found = [.. all.Where(candidate => candidate.BeginsWith(unescaped))];
        }

        if (found.Length == 0 && WildcardPattern.ContainsWildcardCharacters(value) && Pattern(value) is { } pattern)
        {
            found = [.. all.Where(candidate => pattern.IsMatch(candidate.Text))];
        }

        return found.Select(candidate => new CompletionResult(
            candidate.IsCode ? candidate.Text : Quote(candidate.Text), candidate.Listed, CompletionResultType.ParameterValue, candidate.Tip));
    }

    /// <summary>A text as an argument that PowerShell reads as exactly this text.</summary>
    internal static string Quote(string text) => IsBareWord(text) ? text : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";

    // What begins with a digit could be a number; ids hold dashes and never are. A name is found literally before it is
    // read as a pattern, so wildcards in it need no escape.
    private static bool IsBareWord(string text) =>
        text.Length > 0
        && (char.IsLetter(text[0]) || text[0] == '_' || Guid.TryParseExact(text, "D", out _))
        && text.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':');

    // The engine hands over the value of a string between two plain quotes, whatever quotes were typed and whether or not the
    // last one was yet; doubled quotes and escapes in it are done with.
    private static string Value(string typed)
    {
        if (typed.Length == 0 || typed[0] is not ('\'' or '"'))
        {
            return typed;
        }

        return typed.Length > 1 && typed[^1] == typed[0] ? typed[1..^1] : typed[1..];
    }

    // Of a word without quotes it hands over the text as it was typed.
    private static string WithoutEscapes(string word)
    {
        var text = new StringBuilder(word.Length);
        for (int i = 0; i < word.Length; i++)
        {
            text.Append(word[i] == '`' && i + 1 < word.Length ? word[++i] : word[i]);
        }

        return text.ToString();
    }

    private static WildcardPattern? Pattern(string value)
    {
        WildcardPattern pattern = WildcardPattern.Get(value + "*", WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
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

/// <summary>Something that could be completed.</summary>
/// <param name="Text">What is put on the command line.</param>
/// <param name="Tip">What is said about it.</param>
internal sealed record CompletionCandidate(string Text, string Tip)
{
    /// <summary>What a list of completions shows; it completes what was typed as well.</summary>
    public string Listed { get; init; } = Text;

    /// <summary>True for what stands as it is, and is not a text.</summary>
    public bool IsCode { get; init; }

    public bool BeginsWith(string typed) =>
        Text.StartsWith(typed, StringComparison.OrdinalIgnoreCase) || Listed.StartsWith(typed, StringComparison.OrdinalIgnoreCase);
}
