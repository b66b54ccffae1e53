namespace LlmConfig;

/// <summary>What a repair would do, in order, and what it cannot put right. Made by <see cref="LlmConfigRepository.PlanRepair"/>.</summary>
public sealed class RepairPlan
{
    internal RepairPlan(IReadOnlyList<RepairStep> steps, IReadOnlyList<RepairResult> remaining)
    {
        Steps = steps;
        Remaining = remaining;
    }

    /// <summary>The steps; empty when there is nothing to do.</summary>
    public IReadOnlyList<RepairStep> Steps { get; }

    /// <summary>What stays wrong whatever is done here, each with its remedy.</summary>
    public IReadOnlyList<RepairResult> Remaining { get; }
}
