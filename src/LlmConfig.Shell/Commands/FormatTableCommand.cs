using System.Management.Automation;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace LlmConfig.Shell.Commands;

/// <summary>The engine's table formatter under its usual name.</summary>
[Cmdlet(VerbsCommon.Format, "Table")]
internal sealed class FormatTableCommand : OuterFormatTableBase
{
    public FormatTableCommand() => FormatShapes.Give(this, "Table");
}
