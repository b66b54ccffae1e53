namespace LlmConfig;

/// <summary>What asking the provider of one configuration led to. Holds neither the key nor anything of the answer's text.</summary>
public sealed record OnlineCheckResult : CheckResult
{
    internal OnlineCheckResult(Guid id, string name, OnlineOutcome outcome, string message, string? remedy = null)
        : base("Online", StatusOf(outcome), name, message, remedy)
    {
        Id = id;
        Outcome = outcome;
    }

    /// <summary>The configuration's id; its name is <see cref="CheckResult.Target"/>.</summary>
    public Guid Id { get; }

    /// <summary>What the request led to.</summary>
    public OnlineOutcome Outcome { get; }

    /// <summary>The HTTP status code of the answer, 100 to 599; <see langword="null"/> without an answer.</summary>
    public int? HttpStatus { get; internal init; }

    /// <summary>From the start of the request to its outcome; <see langword="null"/> where none was sent.</summary>
    public TimeSpan? Duration { get; internal init; }

    private static CheckStatus StatusOf(OnlineOutcome outcome) => outcome switch
    {
        OnlineOutcome.Works => CheckStatus.Ok,
        OnlineOutcome.Slow or OnlineOutcome.LimitReached or OnlineOutcome.CannotBeChecked => CheckStatus.Warning,
        _ => CheckStatus.Error,
    };
}
