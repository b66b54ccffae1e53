namespace LlmConfig;

/// <summary>Removes a configuration, and its key unless that is to stay for other stores.</summary>
internal sealed class RemoveChange(Guid id, string shownName, bool keepKey) : PlannedChange
{
    public override ApiKey? Key => null;

    protected override ChangeOutcome ApplyTo(ConfigDraft draft, Func<string?, IKeyVault> openVault)
    {
        LlmConfiguration before = draft.Get(id, shownName);
        KeyReference? dropped = keepKey ? null : draft.RemovableKeyOf(before);
        draft.Remove(id);

        // The label of a key that stays has to say that it is no longer this store's.
        return new ChangeOutcome(before, before, dropped, Kept: dropped is null ? before.Key : null, Relabelled: keepKey ? before.RemovableKey : null);
    }
}
