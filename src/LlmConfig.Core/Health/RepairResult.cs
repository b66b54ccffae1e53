namespace LlmConfig;

/// <summary>
/// What a repair did, or what it found and cannot put right. <see cref="CheckResult.Status"/> is Ok for what was done,
/// Warning for what could not be done yet, Error for what does not work and is not for a repair to decide.
/// </summary>
public sealed record RepairResult : CheckResult
{
    internal RepairResult(string check, CheckStatus status, string target, string message, string? remedy = null)
        : base(check, status, target, message, remedy)
    {
    }

    internal RepairResult(CheckResult found)
        : this(found.Check, found.Status, found.Target, found.Message, found.Remedy)
    {
    }

    /// <summary>True when something was changed. A second repair right after the first gives no such result.</summary>
    public bool Changed { get; internal init; }

    /// <summary>Why a step failed, or <see langword="null"/>.</summary>
    public LlmConfigException? Error { get; internal init; }
}
