using System.Management.Automation;
using System.Management.Automation.Language;

namespace LlmConfig;

/// <summary>Completions that match what was typed, quoted where the shell needs it.</summary>
internal static class CompletionText
{
    public static IEnumerable<CompletionResult> Matching(string typed, IEnumerable<(string Text, string Tip)> candidates)
    {
        string bare = typed.Trim('\'', '"');
        return candidates
            .Where(candidate => candidate.Text.StartsWith(bare, StringComparison.OrdinalIgnoreCase))
            .Select(candidate => new CompletionResult(
                Quote(candidate.Text), candidate.Text, CompletionResultType.ParameterValue, candidate.Tip));

        // A name is found literally before it is read as a pattern, so wildcards in it need no escape.
        string Quote(string text) => text.Length > 0 && text.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.') && !text.StartsWith('-')
            ? text
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
    }
}
