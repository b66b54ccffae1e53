namespace LlmConfig.Cli;

/// <summary>Repairs what test finds.</summary>
internal sealed class RepairVerb() : Verb(
    "repair",
    "Repairs what llmconfig test finds. Keys that nothing refers to are removed only after a question, or with --yes.",
    ["llmconfig repair", "llmconfig repair --dry-run"],
    Values("--vault", "VAULT", "look into this vault too; may be given several times"),
    Value("--store-id", "ID", "which store to rebuild, where the vaults have keys of several"),
    Flag("--dry-run", "only show what would be done"))
{
    public override void Run(Session session)
    {
        Guid? storeId = session.Line.Text("--store-id") is not { } text ? null
            : Guid.TryParse(text, out Guid id) ? id
            : throw new UsageException("--store-id takes an id, such as llmconfig store shows.");
        RepairPlan plan = session.Repository.PlanRepair(session.Line.Texts("--vault"), storeId);
        if (session.Line.Flag("--dry-run"))
        {
            session.Output.Show(plan.Steps, Views.RepairStep);
            return;
        }

        bool isLeft = false;
        List<RepairResult> results = [.. session.Repository.Repair(plan, step => IsWanted(session, step, ref isLeft))];
        session.Output.Fail(results.Select(result => result.Error));
        List<CheckResult> done = [.. results.Where(result => result.Error is null)];
        session.Output.Show(done, Views.Check);
        session.Output.Done(
            isLeft ? "What needs a yes was left. Add --yes to do it."
            : done.Count == 0 && !session.Output.HasFailed ? "There was nothing to repair."
            : string.Empty);
        session.Code = done.Exists(result => result.IsFailure()) ? ExitCode.Failure : ExitCode.Success;
    }

    private static bool IsWanted(Session session, RepairStep step, ref bool isLeft)
    {
        if (!step.NeedsConsent)
        {
            return true;
        }

        bool? answer = session.Confirm($"{ProgramWords.Translate(step.Action)} ({DisplayText.Of(step.Target)}) {(step.RemovesKey ? "It cannot be brought back. Remove it?" : "Do it?")}");
        isLeft |= answer is null;
        return answer ?? false;
    }
}
