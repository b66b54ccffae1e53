using System.Management.Automation;
using System.Security;

namespace LlmConfig.Commands;

/// <summary>Get-LlmConfigKey: the only way to get a key.</summary>
[Cmdlet(VerbsCommon.Get, "LlmConfigKey", DefaultParameterSetName = ByName)]
[OutputType(typeof(SecureString), typeof(string))]
public sealed class GetLlmConfigKeyCommand : LlmConfigCommand
{
    private const string ByName = "Name";
    private const string ById = "Id";
    private const string ByInputObject = "InputObject";
    private const string ByDeserialized = "Deserialized";

    /// <summary>The name, taken literally; the default configuration without one.</summary>
    [Parameter(Position = 0, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    public string? Name { get; set; }

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

    /// <summary>Gives a plain string, which stays in memory and in whatever it is written to.</summary>
    [Parameter]
    public SwitchParameter AsPlainText { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        LlmConfiguration item = ParameterSetName switch
        {
            ById => Repository.Get(Id),
            ByInputObject => Repository.Get(InputObject!.Id),
            ByDeserialized => ConfigurationSelector.Select(Repository, Deserialized!),

            // A variable that turned out empty does not mean the default.
            _ => MyInvocation.BoundParameters.ContainsKey(nameof(Name))
                ? Repository.Get(Name ?? string.Empty)
                : Repository.RequireDefault(),
        };
        using ApiKey key = Repository.GetKey(item, Cancellation);
        WriteObject(AsPlainText ? key.ToPlainText() : key.ToSecureString());
    });
}
