using System.Management.Automation;

namespace LlmConfig.Shell;

/// <summary>
/// Counts the errors that were written: what the exit code depends on. An error that was caught or silenced never
/// comes here, because only what reaches the end of the pipeline does.
/// </summary>
internal sealed class ErrorTally
{
    /// <summary>How many so far.</summary>
    public int Count { get; private set; }

    /// <summary>One more.</summary>
    public void Add() => Count++;

    /// <summary>
    /// What a native program writes to its standard error arrives as error records when its output is captured. That is
    /// its text, not an error of the script.
    /// </summary>
    public static bool IsNativeText(ErrorRecord record) =>
        record.FullyQualifiedErrorId is "NativeCommandError" or "NativeCommandErrorMessage";
}
