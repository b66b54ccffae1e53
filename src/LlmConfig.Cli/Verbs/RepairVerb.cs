using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>Repairs what test finds.</summary>
internal sealed class RepairVerb : Verb
{
    private readonly Option<string[]> _vaults = new("--vault") { Description = "look into this vault too; may be given several times", HelpName = "VAULT", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> _storeId = new("--store-id") { Description = "which store to rebuild, where the vaults have keys of several", HelpName = "ID" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "only show what would be done" };

    public RepairVerb()
        : base("repair", "Repairs what llmconfig test finds. Keys that nothing refers to are removed only after a question, or with --yes.", "llmconfig repair", "llmconfig repair --dry-run")
    {
        Take(_vaults, _storeId, _dryRun);
    }

    public override int Run(ParseResult line, Session session)
    {
        Guid? storeId = line.GetValue(_storeId) is not { } text ? null
            : Guid.TryParse(text, out Guid id) ? id
            : throw new UsageException("--store-id takes an id, such as llmconfig store shows.");
        RepairPlan plan = session.Repository.PlanRepair(line.GetValue(_vaults) ?? [], storeId);
        if (line.GetValue(_dryRun))
        {
            session.Output.Show(plan.Steps, new RepairStepView());
            return ExitCode.Success;
        }

        var results = new List<CheckResult>();
        bool isLeft = false;
        foreach (RepairResult result in session.Repository.Repair(plan, step => IsWanted(session, step, ref isLeft)))
        {
            if (result.Error is { } error)
            {
                session.Output.Fail(error);
            }
            else
            {
                results.Add(result);
            }
        }

        session.Output.Show(results, new CheckView());
        session.Output.Done(
            isLeft ? "What needs a yes was left. Add --yes to do it."
            : results.Count == 0 && !session.Output.HasFailed ? "There was nothing to repair."
            : string.Empty);
        return results.Exists(result => result.IsFailure()) ? ExitCode.Failure : ExitCode.Success;
    }

    private static bool IsWanted(Session session, RepairStep step, ref bool isLeft)
    {
        if (!step.NeedsConsent)
        {
            return true;
        }

        bool? answer = session.Confirm($"{ProgramWords.Translate(step.Action)} ({ShownText.Of(step.Target)}) {(step.RemovesKey ? "It cannot be brought back. Remove it?" : "Do it?")}");
        isLeft |= answer is null;
        return answer ?? false;
    }
}
