using System.Management.Automation;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace LlmConfig.Shell.Commands;

/// <summary>The engine's list formatter under its usual name.</summary>
[Cmdlet(VerbsCommon.Format, "List")]
internal sealed class FormatListCommand : OuterFormatTableAndListBase
{
    public FormatListCommand() => FormatShapes.Give(this, "List");
}
