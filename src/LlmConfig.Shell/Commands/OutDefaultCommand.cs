using System.Management.Automation;

namespace LlmConfig.Shell.Commands;

/// <summary>
/// The engine's Out-Default, which also tells the host which error is being rendered. It keeps the name, because the
/// engine looks for it: only in front of Out-Default does a native program get the terminal.
/// </summary>
[Cmdlet(VerbsData.Out, "Default")]
internal sealed class OutDefaultCommand : Microsoft.PowerShell.Commands.OutDefaultCommand
{
    protected override void ProcessRecord()
    {
        if (InputObject?.BaseObject is ErrorRecord record && Host.PrivateData?.BaseObject is ErrorReport report)
        {
            report.Write(record, base.ProcessRecord);
        }
        else
        {
            base.ProcessRecord();
        }
    }
}
