using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Exit-LlmConfig: takes back what the last Enter-LlmConfig did to the environment.</summary>
[Cmdlet(VerbsCommon.Exit, "LlmConfig", HelpUri = HelpPage.Folder + "Exit-LlmConfig.md")]
[OutputType(typeof(void))]
public sealed class ExitLlmConfigCommand : LlmConfigCommand
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        EnvironmentFrame? frame = EnvironmentFrame.Current;
        if (frame is null or { IsSession: false })
        {
            // No error: this stands in finally blocks, where one would hide the error that led there.
            WriteWarning(frame is null
                ? "No configuration was entered in this session; nothing was changed."
                : "Within the block of Use-LlmConfig only a configuration that was entered there can be left; nothing was changed.");
            return;
        }

        if (frame.ChangedVariables is { Count: > 0 } changed)
        {
            WriteWarning($"Set to other values since Enter-LlmConfig, and now put back to what they were before it: {string.Join(", ", changed)}.");
        }

        frame.Dispose();
        Tell(EnvironmentFrame.Current is { } outer ? $"'{frame.Name}' was left; '{outer.Name}' is active." : $"'{frame.Name}' was left.");
    }
}
