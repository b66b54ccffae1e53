using System.Management.Automation;
using System.Security;
using System.Text;

namespace LlmConfig.Commands;

/// <summary>Export-LlmConfig: writes configurations to a file or into the pipeline, with their keys only under a password.</summary>
[Cmdlet(VerbsData.Export, "LlmConfig", SupportsShouldProcess = true, DefaultParameterSetName = ByName, HelpUri = HelpPage.Folder + "Export-LlmConfig.md")]
[OutputType(typeof(string))]
public sealed class ExportLlmConfigCommand : LlmConfigCommand
{
    private const string ByName = "Name";
    private const string ByInputObject = "InputObject";

    private readonly List<Guid> _ids = [];
    private bool _failed;

    /// <summary>Names or patterns; all without one.</summary>
    [Parameter(Position = 0, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Configurations as Get-LlmConfig gave them, also those that came back from a job or another session.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByInputObject, ValueFromPipeline = true)]
    [ConfigurationArgument]
    public LlmConfiguration[] InputObject { get; set; } = [];

    /// <summary>The file; without one, the text goes into the pipeline.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Exports the keys too, sealed with the password.</summary>
    [Parameter]
    public SwitchParameter IncludeKey { get; set; }

    /// <summary>The password that seals the keys.</summary>
    [Parameter]
    [SecureStringOnly]
    public SecureString? Password { get; set; }

    /// <summary>Replaces a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case ByInputObject:
                foreach (LlmConfiguration item in InputObject)
                {
                    Collect(() => [Repository.Get(item.Id)]);
                }

                break;
            default:
                foreach (string name in Name)
                {
                    Collect(() => Select(name));
                }

                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() =>
    {
        SecureString? password = SecretParameters.ToPassword(Password);
        if (password is not null && !IncludeKey)
        {
            throw SecretParameters.Invalid(string.Empty, "A password was given, but nothing is exported that it would protect.", "Add -IncludeKey to export the keys too, or leave -Password out.");
        }

        if (_failed)
        {
            // An export that lacks what was asked for would be taken for a whole one.
            return;
        }

        if (_ids.Count == 0 && MyInvocation.ExpectingInput)
        {
            // Nor is an empty one what anybody piped nothing for; with -Force it would replace a good one.
            WriteWarning("Nothing was piped in, so nothing was exported.");
            return;
        }

        string? path = Path is null ? null : FilePath.Literal(this, Path);
        if (path is not null && !ShouldProcess(path, $"Export {_ids.Count} LLM configurations{(IncludeKey ? " with their keys" : string.Empty)}"))
        {
            return;
        }

        if (IncludeKey && password is null)
        {
            password = Own(new HostPrompter(Host, () => Stopping).AskNewPassword("Whoever imports the file needs a password of 8 characters or more."))
                ?? throw SecretParameters.Invalid(string.Empty, "Keys leave the store only under a password.", "Give one with -Password, such as (Read-Host -AsSecureString), or leave -IncludeKey out.");
        }

        var progress = new PipelineProgress(this, "Exporting LLM configurations", _ids.Count);
        byte[] content = progress.Run(() => password is null ? Repository.Export(_ids) : Repository.Export(_ids, password, progress, Cancellation));
        if (path is null)
        {
            WriteObject(Encoding.UTF8.GetString(content).TrimEnd('\n'));
            return;
        }

        Repository.WriteExport(path, content, Force);
        WriteVerbose($"Exported {_ids.Count} configurations to '{path}'{(IncludeKey ? ", with their keys, sealed" : ", without keys")}.");
    });

    private IEnumerable<LlmConfiguration> Select(string name)
    {
        try
        {
            return ConfigurationSelector.Select(Repository, name);
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.NotFound && Path is null && System.IO.Path.HasExtension(name))
        {
            throw new LlmConfigException(
                e.Code, e.Target, e.Problem, $"If it is meant to be the file, give it with -Path; names come first. {e.RecommendedAction}", e);
        }
    }

    private void Collect(Func<IEnumerable<LlmConfiguration>> select) =>
        _failed |= !Guard(() => _ids.AddRange(select().Select(item => item.Id).Except(_ids).ToList()));
}
