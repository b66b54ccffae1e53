namespace LlmConfig;

/// <summary>
/// Removes a configuration whose key another store wrote into a shared vault and has removed from it since: it was removed
/// there. Nothing of the vault is touched.
/// </summary>
internal sealed class ForgetChange(LlmConfiguration seen) : ImportingChange
{
    public Guid Id => seen.Id;

    public override ApiKey? Key => null;

    public override string SourceName => seen.Name;

    public override string Detail => $"the vault '{seen.Vault}' does not have it any more";

    protected override (LlmConfiguration Result, KeyReference? Dropped) ApplyCore(ConfigDraft draft, Func<string?, IKeyVault> openVault)
    {
        if (draft.Find(seen.Id) is not { } now || now.Key != seen.Key || now.KeyStoreId is null)
        {
            // Another process removed it, or gave it a key of its own, after the vault was looked at.
            return Leave(draft.Find(seen.Id) ?? seen);
        }

        Action = ImportAction.Remove;
        Existing = now;
        KeptKey = now.Key;
        draft.Remove(now.Id);
        return (now, null);
    }
}
