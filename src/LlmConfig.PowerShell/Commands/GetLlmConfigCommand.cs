using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Get-LlmConfig: reads configurations, never keys.</summary>
[Cmdlet(VerbsCommon.Get, "LlmConfig", DefaultParameterSetName = ByName)]
[OutputType(typeof(LlmConfiguration))]
public sealed class GetLlmConfigCommand : LlmConfigCommand
{
    private const string ByName = "Name";
    private const string ById = "Id";
    private const string ByInputObject = "InputObject";
    private const string ByDeserialized = "Deserialized";
    private const string ByDefault = "Default";

    /// <summary>Names or patterns; all without one.</summary>
    [Parameter(Position = 0, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Ids.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ById, ValueFromPipelineByPropertyName = true)]
    [UnshownText(TakesIds = true)]
    [ArgumentCompleter(typeof(ConfigurationIdCompleter))]
    public Guid[] Id { get; set; } = [];

    /// <summary>Configurations as they were read once, to read them anew.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByInputObject, ValueFromPipeline = true)]
    public LlmConfiguration[] InputObject { get; set; } = [];

    /// <summary>A configuration that came back from a job or another session.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByDeserialized, ValueFromPipeline = true, DontShow = true)]
    [PSTypeName("Deserialized.LlmConfig.LlmConfiguration")]
    public PSObject? Deserialized { get; set; }

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
        switch (ParameterSetName)
        {
            case ById:
                foreach (Guid id in Id)
                {
                    Guard(() => Write(Repository.Get(id)));
                }

                break;
            case ByInputObject:
                foreach (LlmConfiguration item in InputObject)
                {
                    Guard(() => Write(Repository.Get(item.Id)));
                }

                break;
            case ByDeserialized:
                Guard(() => Write(ConfigurationSelector.Select(Repository, Deserialized!)));
                break;
            case ByDefault:
                Guard(() =>
                {
                    if (Default && Repository.GetDefault() is { } item)
                    {
                        Write(item);
                    }
                });
                break;
            default:
                foreach (string name in Name)
                {
                    Guard(() =>
                    {
                        foreach (LlmConfiguration item in ConfigurationSelector.Select(Repository, name))
                        {
                            Write(item);
                        }
                    });
                }

                break;
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
