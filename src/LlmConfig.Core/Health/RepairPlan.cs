namespace LlmConfig;

/// <summary>What a repair would do, in order, and what it cannot repair. Made by <see cref="LlmConfigRepository.PlanRepair"/>.</summary>
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

/// <summary>One thing that a repair would do. Planning it changed nothing.</summary>
public sealed class RepairStep
{
    /// <summary>What a step gives that noted what is left to do, since a vault did not do its part.</summary>
    internal const string Unfinished = "It could not be finished yet; what is left to do is noted.";

    private readonly Func<CancellationToken, string?> _run;

    /// <summary>Plans a step.</summary>
    /// <param name="check">The check that found it.</param>
    /// <param name="target">The file, vault, configuration or key concerned.</param>
    /// <param name="action">What would be done.</param>
    /// <param name="run">Looks again, does it and says what was done; <see langword="null"/> when there is nothing to do any more.</param>
    internal RepairStep(string check, string target, string action, Func<CancellationToken, string?> run)
    {
        Check = check;
        Target = DisplayText.Printable(target);
        Action = DisplayText.Printable(action);
        _run = run;
    }

    /// <summary>The check that found it (see <see cref="CheckResult.Check"/>).</summary>
    public string Check { get; }

    /// <summary>The file, vault, configuration or key concerned.</summary>
    public string Target { get; }

    /// <summary>What would be done, in words that begin with a verb.</summary>
    public string Action { get; }

    /// <summary>True when a key is removed that has not been named by a change that was left undone, or a master key that may be another vault's: it cannot be brought back.</summary>
    public bool RemovesKey { get; internal init; }

    /// <summary>True when a person has to decide: whoever shows a user interface asks first.</summary>
    public bool NeedsConsent { get; internal init; }

    /// <summary>True when it rests on <c>llm_config.json</c> being whole.</summary>
    internal bool NeedsFile { get; init; } = true;

    /// <summary>The action and its target.</summary>
    public override string ToString() => $"{Action} ({Target})";

    /// <summary>Does it; <see langword="null"/> when there is nothing to do any more.</summary>
    internal RepairResult? Run(CancellationToken cancellation)
    {
        try
        {
            return _run(cancellation) switch
            {
                null => null,
                Unfinished => new RepairResult(Check, CheckStatus.Warning, Target, Unfinished, "Put right what the warning says, then run Repair-LlmConfig again."),
                string message => new RepairResult(Check, CheckStatus.Ok, Target, message) { Changed = true },
            };
        }
        catch (LlmConfigException e)
        {
            return new RepairResult(Check, CheckStatus.Error, Target, e.Problem, e.RecommendedAction) { Error = e };
        }
    }
}

/// <summary>
/// What a repair did, or what it found and cannot repair. <see cref="CheckResult.Status"/> is Ok for what was done,
/// Warning for what could not be done yet, Error for what does not work and is not for a repair to decide.
/// </summary>
public sealed record RepairResult : CheckResult
{
    internal RepairResult(string check, CheckStatus status, string target, string message, string? remedy = null)
        : base(check, status, target, message, remedy)
    {
    }

    /// <summary>True when something was changed. A second repair right after the first gives no such result.</summary>
    public bool Changed { get; internal init; }

    /// <summary>Why a step failed, or <see langword="null"/>.</summary>
    public LlmConfigException? Error { get; internal init; }
}
