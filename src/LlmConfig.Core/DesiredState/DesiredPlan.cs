namespace LlmConfig;

/// <summary>What differs between a <see cref="DesiredState"/> and a store. Nothing has been changed yet.</summary>
public sealed class DesiredPlan
{
    internal DesiredPlan(IReadOnlyList<DesiredStep> steps, string? defaultVault = null) => (Steps, DefaultVault) = (steps, defaultVault);

    /// <summary>One step for each configuration that is described, and for each that is to go; those first.</summary>
    public IReadOnlyList<DesiredStep> Steps { get; }

    /// <summary>The vault that new keys are to go to from now on, empty for the choice of the program; <see langword="null"/> where that stays as it is.</summary>
    public string? DefaultVault { get; }

    /// <summary>True when the store is as it is to be.</summary>
    public bool IsInDesiredState => DefaultVault is null && Steps.All(step => step.IsInDesiredState);

    /// <summary>The same plan with some of its steps.</summary>
    /// <param name="isWanted">Says which.</param>
    public DesiredPlan Where(Func<DesiredStep, bool> isWanted) => new([.. Steps.Where(isWanted)], DefaultVault);
}

/// <summary>What is to be done, or was done, with one configuration of a <see cref="DesiredState"/>.</summary>
public sealed record DesiredStep
{
    internal DesiredStep()
    {
    }

    /// <summary>The name of the configuration.</summary>
    public string Name { get; internal init; } = string.Empty;

    /// <summary>What is to be done, or was done; <see cref="ImportAction.None"/> where it is as it is to be. Of no meaning with an <see cref="Error"/>.</summary>
    public ImportAction Action { get; internal init; } = ImportAction.None;

    /// <summary>
    /// The names of the properties that differ, of those that are decided on: as the file has them, and <c>apiKey</c> for another key. Of a configuration that
    /// is not as it is to be there at all, <c>_exist</c> alone.
    /// </summary>
    public IReadOnlyList<string> Differences { get; internal init; } = [];

    /// <summary>The configuration as it was found; <see langword="null"/> where there was none.</summary>
    public LlmConfiguration? Before { get; internal init; }

    /// <summary>The configuration as it will be, or is now; <see langword="null"/> where there is none then, and with an <see cref="Error"/>.</summary>
    public LlmConfiguration? After { get; internal init; }

    /// <summary>Why it cannot be brought into the desired state, or was not; <see langword="null"/> otherwise. The others are not affected.</summary>
    public LlmConfigException? Error { get; internal init; }

    /// <summary>True when nothing is to be done.</summary>
    public bool IsInDesiredState => Error is null && Action == ImportAction.None;

    /// <summary>True when something is to be changed, or was.</summary>
    public bool Changed => Error is null && Action != ImportAction.None;

    /// <summary>True where the key that is kept would go to another host, and nobody said that it may.</summary>
    internal bool SendsKeptKeyElsewhere { get; init; }

    /// <summary>What does it; <see langword="null"/> where there is nothing to do.</summary>
    internal PlannedChange? Change { get; init; }

    /// <summary>What is to be done, in a few words fit to be shown.</summary>
    public override string ToString() => Error is { } error ? $"{DisplayText.Of(Name)}: {error.Code}"
        : $"{DisplayText.Of(Name)}: {Action}{(Differences is [] or ["_exist"] ? string.Empty : $" ({string.Join(", ", Differences)})")}";
}
