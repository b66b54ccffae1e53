using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Find-LlmConfigKey: searches files for stored keys in plain text, and says where they stand.</summary>
[Cmdlet(VerbsCommon.Find, "LlmConfigKey", DefaultParameterSetName = ByPath, HelpUri = HelpPage.Folder + "Find-LlmConfigKey.md")]
[OutputType(typeof(FoundKey))]
public sealed class FindLlmConfigKeyCommand : LlmConfigCommand
{
    private const string ByPath = "Path";
    private const string ByLiteralPath = "LiteralPath";

    private readonly List<string> _paths = [];

    /// <summary>Files and folders, wildcards allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByPath, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Files and folders, every character taken as it is.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByLiteralPath, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Names or patterns: only the keys of these configurations.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in ParameterSetName == ByPath ? Path : LiteralPath)
        {
            Guard(() => _paths.AddRange(ParameterSetName == ByPath ? FilePath.Resolve(this, path) : [FilePath.Literal(this, path)]), mayEnd: false);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var ids = new HashSet<Guid>();
        foreach (string name in Name ?? [])
        {
            Guard(() => ids.UnionWith(ConfigurationSelector.Select(Repository, name).Select(item => item.Id)), mayEnd: false);
        }

        // What was named and is not there was said, and nothing is left to search for or in.
        if (_paths.Count > 0 && (Name is null || ids.Count > 0))
        {
            var progress = new PipelineProgress(this, "Searching files for keys", unit: "MB");
            Guard(() => progress.Run(() => Write(Repository.FindKeys(_paths, Name is null ? null : [.. ids], progress, Cancellation))));
        }
    }

    private int Write(IEnumerable<FoundKey> found)
    {
        int count = 0;
        foreach (FoundKey place in found)
        {
            WriteWarnings();
            WriteObject(place);
            count++;
        }

        return count;
    }
}
