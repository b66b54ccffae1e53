using System.Management.Automation;
using System.Security;

namespace LlmConfig.Commands;

/// <summary>Get-LlmConfigKey: the only way to get a key.</summary>
[Cmdlet(VerbsCommon.Get, "LlmConfigKey", DefaultParameterSetName = ByName, HelpUri = HelpPage.Folder + "Get-LlmConfigKey.md")]
[OutputType(typeof(SecureString), typeof(string))]
public sealed class GetLlmConfigKeyCommand : ConfigurationCommand
{
    /// <summary>The name, taken literally; the default configuration without one.</summary>
    [Parameter(Position = 0, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    public string? Name { get; set; }

    /// <summary>Gives a plain string, which stays in memory and in whatever it is written to.</summary>
    [Parameter]
    public SwitchParameter AsPlainText { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        using ApiKey key = Repository.GetKey(Select(Name), Cancellation);
        WriteObject(AsPlainText ? key.ToPlainText() : key.ToSecureString());
    });
}
