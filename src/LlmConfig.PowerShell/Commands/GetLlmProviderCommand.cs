using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Get-LlmProvider: the catalogue.</summary>
[Cmdlet(VerbsCommon.Get, "LlmProvider", HelpUri = HelpPage.Folder + "Get-LlmProvider.md")]
[OutputType(typeof(LlmProvider))]
public sealed class GetLlmProviderCommand : LlmConfigCommand
{
    /// <summary>Ids or patterns; all without one.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string[] Provider { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string pattern in Provider)
        {
            Guard(() =>
            {
                if (WildcardPattern.ContainsWildcardCharacters(pattern))
                {
                    WriteObject(LlmProviderCatalog.All.Where(ConfigurationSelector.Matcher<LlmProvider>(pattern, provider => provider.Id)), enumerateCollection: true);
                }
                else
                {
                    WriteObject(LlmProviderCatalog.Get(pattern, target: null));
                }
            });
        }
    }
}
