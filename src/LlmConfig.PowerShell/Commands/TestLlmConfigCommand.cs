using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Test-LlmConfig: looks at the store, its vaults and its keys, and changes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "LlmConfig", HelpUri = HelpPage.Folder + "Test-LlmConfig.md")]
[OutputType(typeof(CheckResult), typeof(bool))]
public sealed class TestLlmConfigCommand : LlmConfigCommand
{
    private readonly HashSet<Guid> _ids = [];
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

    /// <summary>Asks the providers also whether the keys work.</summary>
    [Parameter]
    public SwitchParameter Online { get; set; }

    /// <summary>Looks instead what this tool would use, here and now, alone and with the configuration; the default configuration without a name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ToolCompleter))]
    public string? Tool { get; set; }

    /// <summary>Looks instead whether the store is as this file describes it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? DesiredState { get; set; }

    /// <summary>Lets a vault ask for its password; without it, one that is locked is said to be so.</summary>
    [Parameter]
    public SwitchParameter Interactive { get; set; }

    /// <summary>Gives one boolean: false when something does not work, or when it cannot be told whether it works.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override bool MayAsk => Interactive;

    // A pipeline that gave nothing names nothing, which is not the same as naming none.
    private bool IsNamed => MyInvocation.ExpectingInput || IsGiven(nameof(Name));

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            _hasFailed |= !Guard(() => _ids.UnionWith(ConfigurationSelector.Select(Repository, name).Select(item => item.Id)), mayEnd: false);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (IsNamed && _ids.Count == 0)
        {
            // Nothing of what was named is there: that was said, and nothing is left to look at.
            WriteQuiet();
            return;
        }

        if (Tool is not null || DesiredState is not null)
        {
            // Not in one assignment: what is written meanwhile fails too.
            bool isDone = Guard(Tool is not null ? TestTool : TestDesiredState, mayEnd: false);
            _hasFailed |= !isDone;
            WriteQuiet();
            return;
        }

        Guard(() =>
        {
            var progress = new PipelineProgress(this, "Testing LLM configurations");
            TimeSpan? maximumAge = IsGiven(nameof(MaxKeyAge)) ? MaxKeyAge : null;
            Write(progress.Run(() => Repository.Check(IsNamed ? [.. _ids] : null, maximumAge, progress, Cancellation)));
        });
        if (Online)
        {
            // Without a store that can be read there is nobody to ask; what is wrong with it was written before.
            bool isAsked = Guard(() =>
            {
                IReadOnlyList<Guid> ids = IsNamed ? [.. _ids] : [.. Repository.GetAll().Select(item => item.Id)];
                var progress = new PipelineProgress(this, "Asking the providers", ids.Count);
                Write(progress.Run(() => Repository.CheckOnline(ids, progress, Cancellation).ToList()));
            }, mayEnd: false);
            _hasFailed |= !isAsked;
        }

        WriteQuiet();
    }

    private void TestTool()
    {
        var use = new ToolUse(LlmToolCatalog.Get(Tool!), id => ToolProgram.KeyCommand(SessionState, Repository, id));
        foreach (Guid id in IsNamed ? [.. _ids] : new[] { Repository.RequireDefault().Id })
        {
            Write(Repository.CheckTool(id, use, Cancellation));
        }
    }

    private void TestDesiredState()
    {
        using LlmConfig.DesiredState wanted = LlmConfig.DesiredState.FromFile(FilePath.Literal(this, DesiredState!));
        Write(Repository.CheckDesiredState(wanted, Cancellation));
    }

    private void WriteQuiet()
    {
        if (Quiet)
        {
            WriteObject(!_hasFailed);
        }
    }

    private void Write(IEnumerable<CheckResult> results)
    {
        foreach (CheckResult result in results)
        {
            _hasFailed |= result.IsFailure();
            if (!Quiet)
            {
                WriteObject(result);
            }
        }
    }
}
