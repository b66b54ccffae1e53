namespace LlmConfig;

/// <summary>A change that an import makes, and what it found out while it was tried.</summary>
internal abstract class ImportingChange : PlannedChange
{
    /// <summary>The name in the source, for errors.</summary>
    public abstract string SourceName { get; }

    /// <summary>What the last application did.</summary>
    public ImportAction Action { get; protected set; } = ImportAction.None;

    /// <summary>What was there before the last application, where it found something.</summary>
    public LlmConfiguration? Existing { get; protected set; }

    /// <summary>True when the last application let a key that did not come along go to a place that nobody here chose.</summary>
    public bool SendsKeptKeyElsewhere { get; protected set; }

    /// <summary>The configuration of this store that the last application gave another name, as it is then, since its old one is taken.</summary>
    public LlmConfiguration? MovedAside { get; protected set; }

    /// <summary>The configuration of this store that the last application removed to make room. Its key is another store's, or it has none.</summary>
    public LlmConfiguration? Displaced { get; protected set; }

    /// <summary>True when the source has the key and cannot give it.</summary>
    public virtual bool LeavesKeyBehind => false;

    /// <summary>What it is about, in a few words.</summary>
    public abstract string Detail { get; }

    /// <summary>Says that nothing is done with what is there.</summary>
    protected (LlmConfiguration Result, KeyReference? Dropped) Leave(LlmConfiguration there, ImportAction action = ImportAction.None)
    {
        Action = action;
        Existing = Before = there;
        SendsKeptKeyElsewhere = false;
        MovedAside = Displaced = null;
        return (there, null);
    }

    protected static LlmConfigException Conflict(string name, LlmConfiguration there) => new(
        LlmConfigErrorCode.DuplicateName,
        ShownText.Of(name),
        $"There is a configuration '{ShownText.Of(there.Name)}' already.",
        "Choose what to do with -OnConflict: Skip, Replace or Rename.");

    /// <summary>True when two URLs in force lead to different places.</summary>
    protected static bool LeadElsewhere(LlmConfiguration one, LlmConfiguration other) =>
        BaseUrl.Origin(one.BaseUrl) != BaseUrl.Origin(other.BaseUrl);
}
