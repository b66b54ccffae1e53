using System.Management.Automation.Language;

namespace LlmConfig.Shell;

/// <summary>Whether a statement ends where the text does.</summary>
internal static class StatementCompleteness
{
    /// <returns><see langword="false"/> for an open brace, quote, here-string, or a pipe at the end: another line may finish it.</returns>
    public static bool IsComplete(string text)
    {
        Parser.ParseInput(text, out _, out ParseError[] errors);
        return !Array.Exists(errors, error => error.IncompleteInput);
    }
}
