using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Get-LlmConfig: reads configurations, never keys.</summary>
[Cmdlet(VerbsCommon.Get, "LlmConfig", DefaultParameterSetName = ByName)]
[OutputType(typeof(LlmConfiguration))]
public sealed class GetLlmConfigCommand : ConfigurationsCommand
{
    private const string ByDefault = "Default";

    /// <summary>Names or patterns; all without one.</summary>
    [Parameter(Position = 0, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>The default configuration only.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByDefault)]
    public SwitchParameter Default { get; set; }

    /// <summary>Only those of these providers.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string[]? Provider { get; set; }

    /// <summary>Only those whose keys lie in these vaults.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public string[]? Vault { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName != ByDefault)
        {
            ForEach(Name, Write);
        }
        else if (Default)
        {
            Guard(() =>
            {
                if (Repository.GetDefault() is { } item)
                {
                    Write(item);
                }
            });
        }
    }

    private void Write(LlmConfiguration item)
    {
        if (ConfigurationSelector.IsMatch(Provider, item.Provider) && ConfigurationSelector.IsMatch(Vault, item.Vault))
        {
            WriteObject(item);
        }
    }
}
