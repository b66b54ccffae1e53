namespace LlmConfig;

/// <summary>
/// Writes anew what <c>llm_config.json</c> and the notes in <c>written/</c> hold that was computed under a master key: after that one was exchanged and before it is
/// destroyed. One ordinary commit; repeated, it changes nothing.
/// </summary>
internal sealed class Rebinding(ConfigFile config, LocalVault local, KeyVaults vaults, KeySeals seals, WrittenKeys written, CancellationToken cancellation)
{
    /// <exception cref="LlmConfigException">StoreCorrupt, StoreBusy and the like, or a Vault code: the old master key has to stay.</exception>
    public void Run()
    {
        while (!TryRun())
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }

    // False where others were faster: where the master key was exchanged once more, what was computed under the one before must not be written;
    // where another process wrote the fingerprints meanwhile, those that were read cannot be proven any more.
    private bool TryRun()
    {
        Guid? vault = local.VaultId;
        if (config.ReadStrictly() is not { } seen)
        {
            return true;
        }

        written.Renew(seen.StoreId);

        // Read before the lock is taken. A key never changes under its id, so what was read for one holds.
        Dictionary<string, (ulong? Before, ulong? After)> fingerprints = seen.Configurations
            .Where(item => item.KeyFingerprint is not null)
            .DistinctBy(item => item.KeyId, StringComparer.Ordinal)
            .ToDictionary(item => item.KeyId!, item => (item.KeyFingerprint, FingerprintOf(item)), StringComparer.Ordinal);
        if (fingerprints.Count == 0 && seen.Seal is null)
        {
            return true;
        }

        // Whoever exchanges the master key after this look commits after this one, and finds what it wrote.
        bool isCurrent = true;
        try
        {
            config.Change(
                draft =>
                {
                    isCurrent = local.VaultId == vault && draft.Origin.Configurations.All(item =>
                        item.KeyFingerprint is null || !fingerprints.TryGetValue(item.KeyId!, out (ulong? Before, ulong? After) known) || known.Before == item.KeyFingerprint);
                    if (isCurrent)
                    {
                        Renew(draft, fingerprints);
                    }
                },
                keys: null,
                cancellation);
        }
        catch (UncertainCommitException e)
        {
            throw e.Failure;
        }

        return isCurrent;
    }

    // Under the lock: whoever commits after this one seals under the new master key. A forged seal stays what it is.
    private void Renew(ConfigDraft draft, Dictionary<string, (ulong? Before, ulong? After)> fingerprints)
    {
        ConfigDocument now = draft.Origin;
        if (now.Seal is not null && seals.Knows(now))
        {
            draft.Seal = seals.SealOf(now.StoreId);
        }

        foreach (LlmConfiguration item in now.Configurations.Where(item => item.Key is not null))
        {
            LlmConfiguration after = seals.Check(item) is null ? seals.Seal(item) : item;
            draft.Replace(item.KeyFingerprint is null ? after : after with { KeyFingerprint = fingerprints.GetValueOrDefault(item.KeyId!).After });
        }
    }

    // Where the key cannot be read, there is no fingerprint: it costs a proof, not the key. A key that is not the one that got it keeps
    // its fingerprint, so that it stays refused.
    private ulong? FingerprintOf(LlmConfiguration item)
    {
        try
        {
            using ApiKey key = vaults.Open(item.Vault!).Read(item.KeyId!, cancellation);
            return KeyVaults.IsBuiltIn(item.Vault!) || local.HasFingerprint(key, item.KeyFingerprint!.Value) ? local.Fingerprint(key) : item.KeyFingerprint;
        }
        catch (LlmConfigException e) when (!KeyVaults.IsBuiltIn(item.Vault!)
            || e.Code is LlmConfigErrorCode.KeyMissing or LlmConfigErrorCode.VaultCorrupt or LlmConfigErrorCode.InvalidKey)
        {
            return null;
        }
    }
}
