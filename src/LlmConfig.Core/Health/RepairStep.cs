namespace LlmConfig;

/// <summary>One thing that a repair would do. Planning it changed nothing.</summary>
public sealed class RepairStep
{
    internal RepairStep(string check, string target, string action, Func<CancellationToken, RepairResult?> run)
    {
        Check = check;
        Target = ShownText.Printable(target);
        Action = ShownText.Printable(action);
        Run = run;
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
    internal bool NeedsFile { get; init; }

    /// <summary>Looks again and does it; <see langword="null"/> when there is nothing to do any more.</summary>
    internal Func<CancellationToken, RepairResult?> Run { get; }

    /// <summary>The action and its target.</summary>
    public override string ToString() => $"{Action} ({Target})";
}
