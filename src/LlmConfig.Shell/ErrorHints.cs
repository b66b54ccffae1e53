using System.Management.Automation;

namespace LlmConfig.Shell;

/// <summary>Advice for errors of the engine that read differently in a shell this small.</summary>
internal static class ErrorHints
{
    public const string CommandNotFound =
        "llmconfig carries the engine's own commands, the LlmConfig.PowerShell module and a few more. Check the spelling with Get-Command, or run this in pwsh.";

    /// <summary>Adds a recommended action where the engine left none.</summary>
    public static void Apply(ErrorRecord record)
    {
        if (record.Exception is CommandNotFoundException && record.ErrorDetails is null)
        {
            record.ErrorDetails = new ErrorDetails(record.Exception.Message) { RecommendedAction = CommandNotFound };
        }
    }
}
