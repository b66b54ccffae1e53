using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Register-LlmConfigTool: writes into a tool's own settings file that it asks llmconfig for the key of a configuration.</summary>
[Cmdlet(VerbsLifecycle.Register, "LlmConfigTool", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Register-LlmConfigTool.md")]
[OutputType(typeof(LlmToolRegistration))]
public sealed class RegisterLlmConfigToolCommand : ToolSettingsCommand
{
    /// <summary>The name of the configuration, taken literally; the default configuration without one.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        Guid id = (Name is null ? Repository.RequireDefault() : Repository.Get(Name)).Id;
        var use = new ToolUse(LlmToolCatalog.Get(Tool), key => ToolProgram.KeyCommand(SessionState, Repository, key));
        Change(preview => Repository.RegisterTool(id, use, preview, Cancellation));
    });
}
