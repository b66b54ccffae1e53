namespace LlmConfig;

/// <summary>What an import would do, item by item. Nothing has been changed yet.</summary>
public sealed class ImportPlan
{
    internal ImportPlan(IReadOnlyList<ImportStep> steps, int passedOver = 0)
    {
        Steps = steps;
        PassedOver = passedOver;
    }

    /// <summary>One step for each item, those that remove a configuration first.</summary>
    public IReadOnlyList<ImportStep> Steps { get; }

    /// <summary>How many keys of a shared vault say nothing, or nothing valid, of a configuration. Never touched.</summary>
    public int PassedOver { get; }
}

/// <summary>What an import would do with one item, as far as can be told before the store is locked.</summary>
public sealed class ImportStep
{
    private readonly ImportOutcome _outcome;

    internal ImportStep(ImportingChange change)
    {
        Change = change;
        _outcome = change.Import;
        Error = change.Error;
        Configuration = change.Result;
        Effect = Configuration is null ? string.Empty : string.Join("; ", EffectOf(Configuration, change.Outcome?.Dropped));
    }

    /// <summary>The name that the configuration would have, or the name in the source where it cannot be imported.</summary>
    public string Name => Configuration?.Name ?? DisplayText.Of(Change.SourceName);

    /// <summary>What would be done. Of no meaning where there is an <see cref="Error"/>.</summary>
    public ImportAction Action => _outcome.Action;

    /// <summary>True when something of the store would change.</summary>
    public bool Changes => Error is null && Action is ImportAction.Create or ImportAction.Update or ImportAction.Remove;

    /// <summary>Why it cannot be imported, or <see langword="null"/>.</summary>
    public LlmConfigException? Error { get; }

    /// <summary>The configuration as it would be; before its removal where it would be removed; <see langword="null"/> with an <see cref="Error"/>.</summary>
    public LlmConfiguration? Configuration { get; }

    /// <summary>The configuration that is there now and would be changed, kept or removed; <see langword="null"/> where there is none.</summary>
    public LlmConfiguration? Existing => _outcome.Existing;

    /// <summary>
    /// True when a key that does not come along would go to another place (scheme, host or port) than now, or, where the
    /// configuration is new here, to another one than the provider's own. Whoever shows a user interface asks first, as for
    /// <see cref="ConfigurationUpdate.SendsKeptKeyElsewhere"/>.
    /// </summary>
    public bool SendsKeptKeyElsewhere => _outcome.SendsKeptKeyElsewhere;

    /// <summary>What it is about, in a few words fit to be shown: where the key is from, or which configuration is in the way.</summary>
    public string Detail => Change.Detail;

    /// <summary>True when it has a key where it is from, but the key does not come along and there is none here either.</summary>
    public bool LeavesKeyBehind => Change.LeavesKeyBehind && Configuration is { Vault: null };

    /// <summary>
    /// What would be done, in a few words fit to be shown: where the key would go to, from which host to which, which key would be
    /// removed, and what becomes of a configuration that is in the way. Empty with an <see cref="Error"/>.
    /// </summary>
    public string Effect { get; }

    internal ImportingChange Change { get; }

    private IEnumerable<string> EffectOf(LlmConfiguration after, KeyReference? dropped)
    {
        if (Action == ImportAction.Create)
        {
            yield return $"{DisplayText.Of(after.Provider)} at {HostOf(after)}";
        }
        else if (Action == ImportAction.Update && Existing is { } before)
        {
            if (before.Name != after.Name)
            {
                yield return $"renamed from '{before.Name}'";
            }

            yield return before.BaseUrl == after.BaseUrl ? $"still at {HostOf(after)}" : $"from {HostOf(before)} to {HostOf(after)}";
        }
        else if (Action == ImportAction.Remove)
        {
            yield return $"its key in the vault '{DisplayText.Of(after.Vault)}' is not touched";
        }

        if (dropped is not null)
        {
            yield return $"its old key {dropped.KeyId} is removed from the vault '{DisplayText.Of(dropped.Vault)}'";
        }

        if (_outcome.MovedAside is { } moved)
        {
            yield return $"the configuration that has this name keeps its key and is called '{moved.Name}' from then on";
        }

        if (_outcome.Displaced is { } displaced)
        {
            yield return "the configuration that has this name is removed"
                + (displaced.IsDefault && !after.IsDefault ? ", and there is no default one any more" : string.Empty);
        }
    }

    private static string HostOf(LlmConfiguration item) => DisplayText.WithAsciiHost(item.BaseUrl) ?? "an unknown host";

    /// <summary>The name and what would be done.</summary>
    public override string ToString() => $"{Name}: {(Error is null ? Action.ToString() : Error.Code.ToString())}";
}

/// <summary>What an import does, or did, with one item.</summary>
public enum ImportAction
{
    /// <summary>Nothing: the store has it already as it would be imported.</summary>
    None = 1,

    /// <summary>A configuration is created.</summary>
    Create = 2,

    /// <summary>A configuration that is there gets other settings, another key, or both.</summary>
    Update = 3,

    /// <summary>Nothing: the store has another one of its name or id, and <see cref="ImportConflict.Skip"/> was chosen.</summary>
    Skip = 4,

    /// <summary>A configuration that came from a shared vault is removed, since the vault does not have it any more. Its key is not touched.</summary>
    Remove = 5,
}

/// <summary>What became of one item of an import.</summary>
/// <param name="Step">The step as it was planned.</param>
/// <param name="Action">What was done, which another process may have made different from what was planned.</param>
/// <param name="Configuration">
/// The configuration after the import (before it, where it was removed); <see langword="null"/> when it failed.
/// </param>
/// <param name="Error">Why it failed, or <see langword="null"/>. The other items are not affected.</param>
public sealed record ImportResult(ImportStep Step, ImportAction Action, LlmConfiguration? Configuration, LlmConfigException? Error)
{
    internal ImportResult(ImportStep step)
        : this(step, step.Change.Import.Action, step.Change.Result, step.Change.Error)
    {
        if (Error is null)
        {
            RenamedConfiguration = step.Change.Import.MovedAside;
            RemovedConfiguration = step.Change.Import.Displaced;
        }
    }

    /// <summary>The configuration that had the name before and has another one now, as it is now; <see langword="null"/> where there was none.</summary>
    public LlmConfiguration? RenamedConfiguration { get; internal init; }

    /// <summary>The configuration that had the name before and was removed, as it was; its key is another store's, or it had none. <see langword="null"/> where there was none.</summary>
    public LlmConfiguration? RemovedConfiguration { get; internal init; }
}
