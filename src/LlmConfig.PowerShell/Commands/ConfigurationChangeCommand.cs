using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>
/// The cmdlets that change configurations which exist: named by pattern, id or object, collected from the pipeline, and
/// changed in one commit when it ends.
/// </summary>
public abstract class ConfigurationChangeCommand : LlmConfigCommand
{
    private protected const string ByName = "Name";
    private const string ById = "Id";
    private const string ByInputObject = "InputObject";
    private const string ByDeserialized = "Deserialized";

    private protected ConfigurationChangeCommand()
    {
    }

    /// <summary>Names or patterns. A name that is there is taken literally, whatever characters it holds.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Ids.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ById, ValueFromPipelineByPropertyName = true)]
    [UnshownText(TakesIds = true)]
    [ArgumentCompleter(typeof(ConfigurationIdCompleter))]
    public Guid[] Id { get; set; } = [];

    /// <summary>Configurations as Get-LlmConfig gave them.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByInputObject, ValueFromPipeline = true)]
    public LlmConfiguration[] InputObject { get; set; } = [];

    /// <summary>Configurations that came back from a job or another session.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByDeserialized, ValueFromPipeline = true, DontShow = true)]
    [PSTypeName("Deserialized.LlmConfig.LlmConfiguration")]
    public PSObject? Deserialized { get; set; }

    /// <summary>True when what is piped in is a configuration as it was read once, not a list of settings to apply.</summary>
    private protected bool IsSnapshot => ParameterSetName is ByInputObject or ByDeserialized;

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        bool isRefused = false;
        Guard(() =>
        {
            isRefused = true;
            RequireBooleans(ParameterSetName == ByName ? ShownText.Of(Name.FirstOrDefault()) : null);
            isRefused = false;
        });
        if (isRefused)
        {
            return;
        }

        switch (ParameterSetName)
        {
            case ById:
                foreach (Guid id in Id)
                {
                    Guard(() => Process(Repository.Get(id)));
                }

                break;
            case ByInputObject:
                foreach (LlmConfiguration item in InputObject)
                {
                    Guard(() => Process(Repository.Get(item.Id)));
                }

                break;
            case ByDeserialized:
                Guard(() => Process(ConfigurationSelector.Select(Repository, Deserialized!)));
                break;
            default:
                foreach (string name in Name)
                {
                    Guard(() =>
                    {
                        foreach (LlmConfiguration item in ConfigurationSelector.Select(Repository, name))
                        {
                            Process(item);
                        }
                    });
                }

                break;
        }
    }

    /// <summary>Asks whether one configuration should be changed, and remembers it.</summary>
    private protected abstract void Process(LlmConfiguration item);
}
