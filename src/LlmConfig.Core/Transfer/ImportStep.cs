namespace LlmConfig;

/// <summary>What an import would do with one item, as far as can be told before the store is locked.</summary>
public sealed class ImportStep
{
    internal ImportStep(ImportingChange change)
    {
        Change = change;
        Action = change.Action;
        Error = change.Error;
        Existing = change.Existing;
        Configuration = change.Result;
        SendsKeptKeyElsewhere = change.SendsKeptKeyElsewhere;
    }

    /// <summary>The name that the configuration would have, or the name in the source where it cannot be imported.</summary>
    public string Name => Configuration?.Name ?? ShownText.Of(Change.SourceName);

    /// <summary>What would be done. Of no meaning where there is an <see cref="Error"/>.</summary>
    public ImportAction Action { get; }

    /// <summary>True when something of the store would change.</summary>
    public bool Changes => Error is null && Action is ImportAction.Create or ImportAction.Update or ImportAction.Remove;

    /// <summary>Why it cannot be imported, or <see langword="null"/>.</summary>
    public LlmConfigException? Error { get; }

    /// <summary>The configuration as it would be; before its removal where it would be removed; <see langword="null"/> with an <see cref="Error"/>.</summary>
    public LlmConfiguration? Configuration { get; }

    /// <summary>The configuration that is there now and would be changed, kept or removed; <see langword="null"/> where there is none.</summary>
    public LlmConfiguration? Existing { get; }

    /// <summary>
    /// True when the key that the configuration keeps would go to another place (scheme, host or port) than now. Whoever
    /// shows a user interface asks first, as for <see cref="ConfigurationUpdate.SendsKeptKeyElsewhere"/>.
    /// </summary>
    public bool SendsKeptKeyElsewhere { get; }

    /// <summary>What it is about, in a few words fit to be shown: where the key is from, or which configuration is in the way.</summary>
    public string Detail => Change.Detail;

    /// <summary>True when it has a key where it is from, but the key does not come along and there is none here either.</summary>
    public bool LeavesKeyBehind => Change.LeavesKeyBehind && Configuration is { Vault: null };

    internal ImportingChange Change { get; }

    /// <summary>The name and what would be done.</summary>
    public override string ToString() => $"{Name}: {(Error is null ? Action.ToString() : Error.Code.ToString())}";
}
