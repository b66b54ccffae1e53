using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>The cmdlets that take one configuration: by name, by id, or as an object, also one of a job or another session; the default one without any.</summary>
public abstract class ConfigurationCommand : LlmConfigCommand
{
    private protected const string ByName = "Name";
    private protected const string ById = "Id";
    private protected const string ByInputObject = "InputObject";

    private protected ConfigurationCommand()
    {
    }

    /// <summary>The id.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ById, ValueFromPipelineByPropertyName = true)]
    [UnshownText(TakesIds = true)]
    [ArgumentCompleter(typeof(ConfigurationIdCompleter))]
    public Guid Id { get; set; }

    /// <summary>A configuration as Get-LlmConfig gave it, also one that came back from a job or another session.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByInputObject, ValueFromPipeline = true)]
    [ConfigurationArgument]
    public LlmConfiguration? InputObject { get; set; }

    /// <summary>The configuration that the parameters mean.</summary>
    /// <param name="name">The value of -Name, taken literally.</param>
    private protected LlmConfiguration Select(string? name) => ParameterSetName switch
    {
        ById => Repository.Get(Id),
        ByInputObject => Repository.Get(InputObject!.Id),

        // A variable that turned out empty does not mean the default.
        _ => MyInvocation.BoundParameters.ContainsKey(ByName) ? Repository.Get(name ?? string.Empty) : Repository.RequireDefault(),
    };
}

/// <summary>The cmdlets that take any number of configurations: by name or pattern, by id, or as objects, also those of a job or another session.</summary>
public abstract class ConfigurationsCommand : LlmConfigCommand
{
    private protected const string ByName = "Name";
    private const string ById = "Id";
    private const string ByInputObject = "InputObject";

    private protected ConfigurationsCommand()
    {
    }

    /// <summary>Ids.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ById, ValueFromPipelineByPropertyName = true)]
    [UnshownText(TakesIds = true)]
    [ArgumentCompleter(typeof(ConfigurationIdCompleter))]
    public Guid[] Id { get; set; } = [];

    /// <summary>Configurations as Get-LlmConfig gave them, also those that came back from a job or another session.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByInputObject, ValueFromPipeline = true)]
    [ConfigurationArgument]
    public LlmConfiguration[] InputObject { get; set; } = [];

    /// <summary>True when what is piped in is a configuration as it was read once, not a list of settings to apply.</summary>
    private protected bool IsSnapshot => ParameterSetName == ByInputObject;

    /// <summary>Does the work for each configuration that the parameters mean; one that is not there does not stop the others.</summary>
    /// <param name="names">The value of -Name.</param>
    /// <param name="work">Done for each.</param>
    private protected void ForEach(string[] names, Action<LlmConfiguration> work)
    {
        switch (ParameterSetName)
        {
            case ById:
                Each(Id, id => [Repository.Get(id)]);
                break;
            case ByInputObject:
                Each(InputObject, item => [Repository.Get(item.Id)]);
                break;
            default:
                Each(names, name => ConfigurationSelector.Select(Repository, name));
                break;
        }

        void Each<T>(IEnumerable<T> wanted, Func<T, IEnumerable<LlmConfiguration>> find)
        {
            foreach (T one in wanted)
            {
                Guard(() =>
                {
                    foreach (LlmConfiguration item in find(one))
                    {
                        work(item);
                    }
                });
            }
        }
    }
}

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
        if (Guard(() => RequireBooleans(ParameterSetName == ByName ? DisplayText.Of(Name.FirstOrDefault()) : null)))
        {
            ForEach(Name, Process);
        }
    }

    /// <summary>Asks whether one configuration should be changed, and remembers it.</summary>
    private protected abstract void Process(LlmConfiguration item);
}
