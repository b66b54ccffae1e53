namespace LlmConfig;

/// <summary>Removes a configuration, and its key unless that is to stay for other stores.</summary>
internal sealed class RemoveChange(Guid id, string shownName, bool keepKey) : PlannedChange
{
    public override ApiKey? Key => null;

    protected override (LlmConfiguration Result, KeyReference? Dropped) ApplyCore(ConfigDraft draft, Func<string?, IKeyVault> openVault)
    {
        LlmConfiguration before = draft.Get(id, shownName);
        Before = before;
        KeyReference? dropped = keepKey ? null : draft.OwnKeyOf(before);
        draft.Remove(id);
        KeptKey = dropped is null ? before.Key : null;

        // Its label has to say that it is no longer this store's.
        RelabelledKey = keepKey ? before.OwnKey : null;
        return (before, dropped);
    }
}
