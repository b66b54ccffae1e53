using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Enter-LlmConfig: puts a configuration into the environment until Exit-LlmConfig.</summary>
[Cmdlet(VerbsCommon.Enter, "LlmConfig", DefaultParameterSetName = ByName, HelpUri = HelpPage.Folder + "Enter-LlmConfig.md")]
[OutputType(typeof(void))]
public sealed class EnterLlmConfigCommand : EnvironmentCommand
{
    /// <summary>The name, taken literally; the default configuration without one.</summary>
    [Parameter(Position = 0, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        using LlmEnvironment? environment = ReadEnvironment(Name);
        if (environment is not null)
        {
            EnvironmentFrame.Push([environment], isSession: true);
            LlmConfiguration item = environment.Configuration;
            string[] what = [.. new[] { item.Provider, item.Host, item.Model }.OfType<string>()];
            Tell($"'{item.Name}' is active ({string.Join(", ", what)}) until Exit-LlmConfig.");
        }
    }
}
