using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>The cmdlets that put a configuration into the environment of this process.</summary>
public abstract class EnvironmentCommand : LlmConfigCommand
{
    private protected const string ByName = "Name";
    private protected const string ById = "Id";
    private protected const string ByInputObject = "InputObject";
    private protected const string ByDeserialized = "Deserialized";

    private protected EnvironmentCommand()
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

    /// <summary>The one variable that gets the key, in the place of the provider's own.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ToolVariableCompleter))]
    public string? Variable { get; set; }

    /// <summary>The environment of the configuration that the parameters name, for the caller to dispose of; an error and null when there is none.</summary>
    /// <param name="name">The value of -Name, where it was given.</param>
    private protected LlmEnvironment? ReadEnvironment(string? name)
    {
        LlmEnvironment? environment = null;
        Guard(() =>
        {
            Guid id = ParameterSetName switch
            {
                ById => Id,
                ByInputObject => InputObject!.Id,
                ByDeserialized => ConfigurationSelector.Select(Repository, Deserialized!).Id,

                // A variable that turned out empty does not mean the default.
                _ => MyInvocation.BoundParameters.ContainsKey(ByName)
                    ? Repository.Get(name ?? string.Empty).Id
                    : Repository.RequireDefault().Id,
            };
            environment = Repository.GetEnvironment(id, IsGiven(nameof(Variable)) ? Variable ?? string.Empty : null, Cancellation);
        });
        if (environment is not null)
        {
            string[] set = [.. environment.KeyVariables, .. environment.Settings.Keys];
            WriteVerbose($"'{environment.Configuration.Name}' sets {List(set)} and clears {List(environment.ClearedVariables)}.");
        }

        return environment;
    }

    private protected static string List(IReadOnlyList<string> names) => names.Count == 0 ? "nothing" : string.Join(", ", names);
}
