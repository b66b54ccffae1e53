using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Set-LlmConfigFolder: makes a configuration the default of a folder.</summary>
[Cmdlet(VerbsCommon.Set, "LlmConfigFolder", DefaultParameterSetName = ByName, SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Set-LlmConfigFolder.md")]
[OutputType(typeof(FolderDefault))]
public sealed class SetLlmConfigFolderCommand : LlmConfigCommand
{
    private const string ByName = "Name";
    private const string ByClear = "Clear";

    /// <summary>The name of the configuration, taken literally.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    public string Name { get; set; } = string.Empty;

    /// <summary>The folder; the current one without it.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = ".";

    /// <summary>Takes the file and the trust in it away.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByClear)]
    public SwitchParameter Clear { get; set; }

    /// <summary>Gives back what the folder asks for.</summary>
    [Parameter(ParameterSetName = ByName)]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        string folder = FilePath.Literal(this, Path);
        string? name = ParameterSetName == ByClear ? null : Repository.Get(Name).Name;
        if (!ShouldProcess(folder, name is null ? "Ask for no configuration" : $"Ask for the configuration '{name}'"))
        {
            return;
        }

        FolderDefault? made = Repository.SetFolderDefault(folder, name);
        if (PassThru && made is not null)
        {
            WriteObject(made);
        }
    });
}
