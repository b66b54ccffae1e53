using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>The cmdlets that put a configuration into the environment of this process.</summary>
public abstract class EnvironmentCommand : ConfigurationCommand
{
    private protected EnvironmentCommand()
    {
    }

    /// <summary>The one variable that gets the key, in the place of the provider's own.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ToolVariableCompleter))]
    public string? Variable { get; set; }

    /// <summary>The environment of the configuration that the parameters name, for the caller to dispose of; an error and null when there is none.</summary>
    /// <param name="name">The value of -Name, where it was given.</param>
    /// <param name="toolFor">The tool that it is for, of the configuration; <see langword="null"/> for none.</param>
    private protected LlmEnvironment? ReadEnvironment(string? name, Func<LlmConfiguration, ToolUse?>? toolFor = null)
    {
        LlmEnvironment? environment = null;
        Guard(() =>
        {
            LlmConfiguration item = Select(name);
            environment = Repository.GetEnvironment(item.Id, IsGiven(nameof(Variable)) ? Variable ?? string.Empty : null, toolFor?.Invoke(item), Cancellation);
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
