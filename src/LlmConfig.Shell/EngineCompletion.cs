using System.Management.Automation;

namespace LlmConfig.Shell;

/// <summary>What the engine, and through it the module, offers for a half-typed line.</summary>
internal sealed class EngineCompletion(EngineSession session)
{
    public LineCompletions? Complete(string text, int cursor)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = session.Runspace;
        try
        {
            CommandCompletion found = CommandCompletion.CompleteInput(text, cursor, null, shell);
            return found.ReplacementIndex < 0 || found.CompletionMatches.Count == 0
                ? null
                : new LineCompletions(
                    found.ReplacementIndex,
                    found.ReplacementLength,
                    [.. found.CompletionMatches.Select(match => match.CompletionText)],
                    [.. found.CompletionMatches.Select(match => match.ListItemText)]);
        }
        catch (RuntimeException)
        {
            // A completer that fails must not cost the line that was typed.
            return null;
        }
    }
}
