using System.Management.Automation;

namespace LlmConfig.OneCmdlet;

/// <summary>Get-One: gives 1.</summary>
[Cmdlet(VerbsCommon.Get, "One")]
[OutputType(typeof(int))]
public sealed class GetOneCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing() => WriteObject(1);
}
