using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Get-LlmConfigStore: where everything lies and how keys are protected.</summary>
[Cmdlet(VerbsCommon.Get, "LlmConfigStore", HelpUri = HelpPage.Folder + "Get-LlmConfigStore.md")]
[OutputType(typeof(StoreInfo))]
public sealed class GetLlmConfigStoreCommand : LlmConfigCommand
{
    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() => WriteObject(Repository.GetStore()));
}
