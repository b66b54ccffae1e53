using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Unregister-LlmConfigTool: takes out of a tool's own settings file what Register-LlmConfigTool wrote there.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "LlmConfigTool", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Unregister-LlmConfigTool.md")]
[OutputType(typeof(LlmToolRegistration))]
public sealed class UnregisterLlmConfigToolCommand : ToolSettingsCommand
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        LlmTool tool = LlmToolCatalog.Get(Tool);
        Change(preview => Repository.UnregisterTool(tool, preview));
    });
}
