namespace LlmConfig;

/// <summary>
/// The one exception of this library for everything that can go wrong with a store, a configuration or a key.
/// Neither <see cref="Exception.Message"/> nor <see cref="RecommendedAction"/> ever holds a key, the user info of a URL, or a
/// character that steers a terminal.
/// </summary>
public sealed class LlmConfigException : Exception
{
    /// <summary>Makes an exception that says what happened, to what, and what to do about it.</summary>
    /// <param name="code">What went wrong.</param>
    /// <param name="target">The name of the configuration, vault, file or setting concerned; <see langword="null"/> where there is none.</param>
    /// <param name="problem">What happened, as a full sentence.</param>
    /// <param name="recommendedAction">What to do next, as a full sentence.</param>
    /// <param name="cause">The exception that led here, if any.</param>
    public LlmConfigException(
        LlmConfigErrorCode code, string? target, string problem, string recommendedAction, Exception? cause = null)
        : base(DisplayText.Line($"{problem} {recommendedAction}"), cause)
    {
        Code = code;
        Target = target;
        Problem = DisplayText.Line(problem);
        RecommendedAction = DisplayText.Line(recommendedAction);
    }

    /// <summary>What went wrong, for programs.</summary>
    public LlmConfigErrorCode Code { get; }

    /// <summary>The name of the configuration, vault, file or setting concerned, or <see langword="null"/>.</summary>
    public string? Target { get; }

    /// <summary>What happened: the first part of <see cref="Exception.Message"/>.</summary>
    public string Problem { get; }

    /// <summary>What to do next: the second part of <see cref="Exception.Message"/>.</summary>
    public string RecommendedAction { get; }

    /// <summary>True once the log was told of it: an error passes through several members on its way out.</summary>
    internal bool IsLogged { get; set; }

    /// <summary>The same about a configuration: what a vault says names the vault or a file, and the caller asked for a configuration.</summary>
    internal LlmConfigException About(string? name) =>
        name is null || Target == name ? this : new LlmConfigException(Code, name, Problem, RecommendedAction, this);
}
