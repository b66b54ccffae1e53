using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Test-LlmConfig: looks at the store, its vaults and its keys, and changes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "LlmConfig")]
[OutputType(typeof(CheckResult), typeof(bool))]
public sealed class TestLlmConfigCommand : LlmConfigCommand
{
    private readonly HashSet<Guid> _ids = [];
    private bool _isNamed;
    private bool _hasFailed;

    /// <summary>Names or patterns: only the checks of these configurations. Without one, everything.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Warns of keys that were set longer ago; a number means days.</summary>
    [Parameter]
    [Days]
    public TimeSpan MaxKeyAge { get; set; }

    /// <summary>Gives one boolean: false when a check came out as an error.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // What a pipeline without input never binds is no name.
        _isNamed |= MyInvocation.ExpectingInput || IsGiven(nameof(Name));
        foreach (string name in Name)
        {
            try
            {
                _ids.UnionWith(ConfigurationSelector.Select(Repository, name).Select(item => item.Id));
            }
            catch (LlmConfigException e)
            {
                _hasFailed = true;
                WriteError(LlmConfigErrorRecord.From(e));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() =>
    {
        var progress = new PipelineProgress(this, "Testing LLM configurations");
        TimeSpan? maximumAge = IsGiven(nameof(MaxKeyAge)) ? MaxKeyAge : null;
        IReadOnlyList<CheckResult> results = progress.Run(() => Repository.Check(_isNamed ? [.. _ids] : null, maximumAge, progress, Cancellation));
        if (Quiet)
        {
            WriteObject(!_hasFailed && results.All(result => result.Status != CheckStatus.Error));
            return;
        }

        WriteObject(results, enumerateCollection: true);
    });
}
