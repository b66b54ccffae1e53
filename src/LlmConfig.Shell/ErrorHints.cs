using System.Management.Automation;

namespace LlmConfig.Shell;

/// <summary>Advice for errors of the engine that read differently in a shell this small.</summary>
internal static class ErrorHints
{
    public const string CommandNotFound =
        "llmconfig carries the engine's own commands, the module LlmConfig.PowerShell and a few more: run this in pwsh for the rest.";

    /// <summary>Adds a recommended action where the engine left none.</summary>
    public static void Apply(ErrorRecord record)
    {
        if (record.Exception is CommandNotFoundException && record.ErrorDetails is null)
        {
            record.ErrorDetails = new ErrorDetails(record.Exception.Message) { RecommendedAction = CommandNotFound };
        }
    }
}
