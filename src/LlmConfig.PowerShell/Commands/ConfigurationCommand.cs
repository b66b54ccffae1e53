using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>The cmdlets that take one configuration: by name, by id, or as an object, also one of a job or another session; the default one without any.</summary>
public abstract class ConfigurationCommand : LlmConfigCommand
{
    private protected const string ByName = "Name";
    private protected const string ById = "Id";
    private protected const string ByInputObject = "InputObject";
    private protected const string ByDeserialized = "Deserialized";

    private protected ConfigurationCommand()
    {
    }

    /// <summary>The id.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ById, ValueFromPipelineByPropertyName = true)]
    [UnshownText(TakesIds = true)]
    [ArgumentCompleter(typeof(ConfigurationIdCompleter))]
    public Guid Id { get; set; }

    /// <summary>A configuration as Get-LlmConfig gave it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByInputObject, ValueFromPipeline = true)]
    public LlmConfiguration? InputObject { get; set; }

    /// <summary>A configuration that came back from a job or another session.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByDeserialized, ValueFromPipeline = true, DontShow = true)]
    [PSTypeName("Deserialized.LlmConfig.LlmConfiguration")]
    public PSObject? Deserialized { get; set; }

    /// <summary>The configuration that the parameters mean.</summary>
    /// <param name="name">The value of -Name, taken literally.</param>
    private protected LlmConfiguration Select(string? name) => ParameterSetName switch
    {
        ById => Repository.Get(Id),
        ByInputObject => Repository.Get(InputObject!.Id),
        ByDeserialized => ConfigurationSelector.Select(Repository, Deserialized!),

        // A variable that turned out empty does not mean the default.
        _ => MyInvocation.BoundParameters.ContainsKey(ByName) ? Repository.Get(name ?? string.Empty) : Repository.RequireDefault(),
    };
}
