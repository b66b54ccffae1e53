using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Get-LlmTool: the catalogue of tools.</summary>
[Cmdlet(VerbsCommon.Get, "LlmTool", HelpUri = HelpPage.Folder + "Get-LlmTool.md")]
[OutputType(typeof(LlmTool))]
public sealed class GetLlmToolCommand : LlmConfigCommand
{
    /// <summary>Ids or patterns; all without one.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ToolCompleter))]
    public string[] Tool { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string pattern in Tool)
        {
            Guard(() => WriteObject(
                WildcardPattern.ContainsWildcardCharacters(pattern)
                    ? LlmToolCatalog.All.Where(ConfigurationSelector.Matcher<LlmTool>(pattern, tool => tool.Id))
                    : [LlmToolCatalog.Get(pattern)],
                enumerateCollection: true));
        }
    }
}
