using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>What the cmdlets that change a tool's own settings file share: the tool, and the difference, which is shown before it is made.</summary>
public abstract class ToolSettingsCommand : LlmConfigCommand
{
    private protected ToolSettingsCommand()
    {
    }

    /// <summary>The id of the tool.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ToolCompleter))]
    public string Tool { get; set; } = string.Empty;

    /// <summary>Shows the difference where -WhatIf or -Confirm ask for it; makes it, and gives back what was made.</summary>
    private protected void Change(Func<bool, LlmToolRegistration> change)
    {
        LlmToolRegistration planned = change(true);
        string what = planned.Changed ? $"changes '{planned.Path}':\n{planned.Difference}" : $"leaves '{planned.Path}' as it is.";
        if (ShouldProcess($"{MyInvocation.MyCommand.Name} {what}", $"{MyInvocation.MyCommand.Name} {what}", "Settings of a tool"))
        {
            WriteObject(change(false));
        }
    }
}
