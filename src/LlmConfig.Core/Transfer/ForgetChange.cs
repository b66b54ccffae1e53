namespace LlmConfig;

/// <summary>
/// Removes a configuration whose key another store wrote into a shared vault and has removed from it since: it was removed
/// there. Nothing of the vault is touched.
/// </summary>
internal sealed class ForgetChange(LlmConfiguration seen) : ImportingChange(seen.Name, $"the vault '{seen.Vault}' does not have it any more")
{
    public Guid Id => seen.Id;

    protected override ChangeOutcome ApplyTo(ConfigDraft draft, Func<string?, IKeyVault> openVault)
    {
        LlmConfiguration? now = draft.Find(seen.Id);
        if (now is null || now.Key != seen.Key || now.KeyStoreId is null)
        {
            // Another process removed it, or gave it a key of its own, after the vault was looked at.
            return Leave(now ?? seen);
        }

        draft.Remove(now.Id);
        return Done(new ImportOutcome(ImportAction.Remove, now), now, kept: now.Key);
    }
}
