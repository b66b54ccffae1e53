using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>The cmdlets that change configurations which exist: collected from the pipeline, and changed in one commit when it ends.</summary>
public abstract class ConfigurationChangeCommand : ConfigurationsCommand
{
    private protected ConfigurationChangeCommand()
    {
    }

    /// <summary>Names or patterns. A name that is there is taken literally, whatever characters it holds.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        bool isRefused = true;
        Guard(() =>
        {
            RequireBooleans(ParameterSetName == ByName ? ShownText.Of(Name.FirstOrDefault()) : null);
            isRefused = false;
        });
        if (!isRefused)
        {
            ForEach(Name, Process);
        }
    }

    /// <summary>Asks whether one configuration should be changed, and remembers it.</summary>
    private protected abstract void Process(LlmConfiguration item);
}
