using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Repair-LlmConfig: repairs what Test-LlmConfig finds.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "LlmConfig", SupportsShouldProcess = true, HelpUri = HelpPage.Folder + "Repair-LlmConfig.md")]
[OutputType(typeof(RepairResult))]
public sealed class RepairLlmConfigCommand : LlmConfigCommand
{
    private bool _cannotAsk;

    /// <summary>Vaults to look into beside the built-in one and those that the configurations name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VaultCompleter))]
    public string[] Vault { get; set; } = [];

    /// <summary>Which store to rebuild, where the vaults have keys of several.</summary>
    [Parameter]
    public Guid StoreId { get; set; }

    /// <summary>Does not ask before keys are removed that nothing refers to, nor before an older file is accepted.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    // What -Confirm:$false means for a change of high impact, it means for the removal of a key here.
    private bool IsAgreed => Force
        || (MyInvocation.BoundParameters.TryGetValue("Confirm", out object? confirm) && confirm is SwitchParameter { IsPresent: false });

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() =>
    {
        var progress = new PipelineProgress(this, "Looking at LLM configurations");
        RepairPlan plan = progress.Run(() => Repository.PlanRepair(Vault, IsGiven(nameof(StoreId)) ? StoreId : null, progress, Cancellation));
        foreach (RepairResult result in Repository.Repair(plan, IsWanted, Cancellation))
        {
            WriteWarnings();
            if (result.Error is { } error)
            {
                WriteError(error);
            }
            else
            {
                WriteObject(result);
            }
        }
    });

    private bool IsWanted(RepairStep step) => ShouldProcess(step.Target, step.Action) && (!step.NeedsConsent || IsAgreed || May(step));

    private bool May(RepairStep step)
    {
        if (_cannotAsk)
        {
            return false;
        }

        bool? answer = step.RemovesKey
            ? Ask($"{step.Action} It cannot be brought back. Remove it?", "Remove a key")
            : Ask($"{step.Action}?", "Repair the store");
        if (answer is null)
        {
            _cannotAsk = true;
            WriteWarning(step.RemovesKey
                ? "Keys that nothing refers to were not removed, since nobody can be asked here. Add -Force to remove them."
                : "The older file was left alone, since nobody can be asked here. Add -Force to go on with it.");
        }

        return answer ?? false;
    }
}
