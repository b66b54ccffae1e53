namespace LlmConfig;

/// <summary>A change that an import makes, and what it found out while it was tried last.</summary>
internal abstract class ImportingChange(string sourceName, string detail) : PlannedChange
{
    /// <summary>The name in the source, for errors.</summary>
    public string SourceName => sourceName;

    /// <summary>What it is about, in a few words.</summary>
    public string Detail => detail;

    /// <summary>What the last application did, or would do.</summary>
    public ImportOutcome Import { get; private set; } = new(ImportAction.None);

    /// <summary>True when the source has the key and cannot give it.</summary>
    public virtual bool LeavesKeyBehind => false;

    public override ApiKey? Key => null;

    protected ChangeOutcome Done(
        ImportOutcome import, LlmConfiguration result, KeyReference? dropped = null, KeyReference? relabelled = null, KeyReference? kept = null)
    {
        Import = import;
        return new ChangeOutcome(result, import.Existing, dropped, kept, relabelled);
    }

    /// <summary>Does nothing with what is there.</summary>
    protected ChangeOutcome Leave(LlmConfiguration there, ImportAction action = ImportAction.None) =>
        Done(new ImportOutcome(action, there), there);

    protected static LlmConfigException Conflict(string name, LlmConfiguration there) => new(
        LlmConfigErrorCode.DuplicateName,
        DisplayText.Of(name),
        $"There is a configuration '{DisplayText.Of(there.Name)}' already.",
        "Choose what to do with -OnConflict: Skip, Replace or Rename.");
}

/// <summary>What a change of an import did, or would do.</summary>
/// <param name="Action">What it did.</param>
/// <param name="Existing">What was there before, where it found something.</param>
/// <param name="SendsKeptKeyElsewhere">True when it lets a key that did not come along go to a place that nobody here chose.</param>
/// <param name="MovedAside">The configuration that it gave another name, as it is then, since its old one is taken.</param>
/// <param name="Displaced">The configuration that it removed to make room. Its key is another store's, or it has none.</param>
internal sealed record ImportOutcome(
    ImportAction Action,
    LlmConfiguration? Existing = null,
    bool SendsKeptKeyElsewhere = false,
    LlmConfiguration? MovedAside = null,
    LlmConfiguration? Displaced = null);
