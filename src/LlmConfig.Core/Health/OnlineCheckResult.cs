namespace LlmConfig;

/// <summary>What asking the provider of one configuration led to. Holds neither the key nor anything of the answer's text but, at most, the name of a model.</summary>
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

    /// <summary>What the provider listed, to be kept; <see langword="null"/> where it listed nothing.</summary>
    internal ModelList? Listed { get; init; }

    private static CheckStatus StatusOf(OnlineOutcome outcome) => outcome switch
    {
        OnlineOutcome.Works => CheckStatus.Ok,
        OnlineOutcome.Slow or OnlineOutcome.LimitReached or OnlineOutcome.CannotBeChecked or OnlineOutcome.ModelNotListed => CheckStatus.Warning,
        _ => CheckStatus.Error,
    };
}

/// <summary>What a request with the key of a configuration led to; names and numbers never change their meaning.</summary>
public enum OnlineOutcome
{
    /// <summary>The provider answered and took the key, or needs none.</summary>
    Works = 1,

    /// <summary>As <see cref="Works"/>, but it took more than 3 seconds.</summary>
    Slow = 2,

    /// <summary>The key works, but it has reached a rate limit or its quota (429), or there is no credit left (402).</summary>
    LimitReached = 3,

    /// <summary>The catalogue knows no request that fails without a valid key, so none was sent.</summary>
    CannotBeChecked = 4,

    /// <summary>The provider does not take the key, or wants one where there is none.</summary>
    KeyRefused = 5,

    /// <summary>There is no key to send: the configuration has none, its vault did not give it, it was stored for another host, or no HTTP header can carry it.</summary>
    NoKey = 6,

    /// <summary>No answer: no such host, nobody listens, no trusted certificate, or the connection broke off.</summary>
    Unreachable = 7,

    /// <summary>No answer within 10 seconds.</summary>
    TimedOut = 8,

    /// <summary>Something answered that does not look like the provider: not found, a web page, a redirect to another host.</summary>
    WrongHost = 9,

    /// <summary>The provider answered with an error of its own (5xx).</summary>
    ServerError = 10,

    /// <summary>As <see cref="Works"/>, but the provider does not list the configuration's model.</summary>
    ModelNotListed = 11,
}
