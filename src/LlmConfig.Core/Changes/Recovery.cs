namespace LlmConfig;

/// <summary>
/// The end of the write protocol (docs/architecture.md), for one's own changes and for those of processes that died: keys that
/// nothing refers to go, labels are written, the intent goes.
/// </summary>
internal sealed class Recovery(
    string folder, ConfigFile config, IntentLog intents, WrittenKeys written, LocalVault local, KeyVaults vaults, KeySeals seals, EventLog log, Action<LlmConfigWarning> warn)
{
    /// <summary>Finishes the changes of dead processes.</summary>
    /// <param name="mayUse">Whether a vault may be used, beside the built-in one: another could prompt.</param>
    /// <param name="cancellation">Stops after the intent at hand.</param>
    /// <returns>How many were finished.</returns>
    public int Run(Func<string, bool> mayUse, CancellationToken cancellation)
    {
        int finished = 0;
        bool found = false;

        // A vault that did not answer for one intent is not waited for again by the next.
        var failed = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (Intent intent in intents.TakeOverDead())
        {
            using (intent)
            {
                cancellation.ThrowIfCancellationRequested();

                // Before the intent goes, which shows that a process died.
                foreach (string path in found ? [] : written.Leftovers())
                {
                    intents.RemoveLeftover(path);
                }

                found = true;
                long started = EventLog.Start();
                if (FinishDead(intent, mayUse, failed))
                {
                    finished++;
                    log.ChangeFinished(started);
                }
            }
        }

        if (found)
        {
            local.RemoveLeftovers();
        }

        return finished;
    }

    /// <summary>Ends a change of this process, however it went.</summary>
    /// <param name="intent">Its intent.</param>
    /// <param name="committed">What was committed under it; <see langword="null"/> where it did not come to that.</param>
    /// <param name="mine">The keys that it may remove: what another process dropped meanwhile is that one's to remove, or to keep for other stores.</param>
    /// <param name="stale">The labels to write anew.</param>
    public void FinishOwn(Intent intent, ConfigDocument? committed, HashSet<KeyReference> mine, IReadOnlyList<KeyReference> stale)
    {
        if (stale.Count == 0 && committed is not null && intent.Keys.All(committed.RefersTo))
        {
            // Nothing is in doubt: whoever drops one of these keys from now on has an intent of its own.
            TryComplete(intent, committed);
            return;
        }

        Finish(intent, [.. intent.Keys.Where(mine.Contains)], [.. intent.Labels.Where(stale.Contains)], _ => true, []);
    }

    /// <summary>Ends a change of a process that died.</summary>
    /// <param name="intent">Its intent.</param>
    /// <param name="mayUse">Whether a vault may be used.</param>
    /// <param name="failed">Gets the vaults that did not answer; those that are in it are not asked.</param>
    /// <returns>False when some key has to wait.</returns>
    public bool FinishDead(Intent intent, Func<string, bool> mayUse, HashSet<string> failed) =>
        Finish(intent, intent.Keys, intent.Labels, vault => !failed.Contains(vault) && (KeyVaults.IsBuiltIn(vault) || mayUse(vault)), failed, isDead: true);

    // The one rule: a named key that no configuration refers to goes, and the label of one that stays says what its configuration says.
    private bool Finish(
        Intent intent, IReadOnlyList<KeyReference> keys, IReadOnlyList<KeyReference> labels, Func<string, bool> mayUse, HashSet<string> failed, bool isDead = false)
    {
        ConfigDocument? now;
        try
        {
            now = config.ReadStrictly();
        }
        catch (LlmConfigException e)
        {
            warn(new LlmConfigWarning(folder, $"Keys of an unfinished change stay in their vault until the store can be read. {e.Message}"));
            return false;
        }

        if (now is null)
        {
            // The store went away under the change. It may come back (a restore, a disk), and refer to these keys again.
            return false;
        }

        if (!intent.IsOwn && intent.Store != now.StoreId)
        {
            warn(new LlmConfigWarning(
                folder,
                $"A record of an unfinished change names keys of another store ({intent.Store:D}): none of them is removed. It came with files of that store; move it there from the folder pending/, or delete it."));
            return false;
        }

        List<KeyReference> unused = [.. keys.Where(key => !now.RefersTo(key))];

        // What was read may be a rename that no process has made durable yet: a power cut could bring back the file that
        // refers to the keys that are to go, or the one that does not yet refer to those that a dead process wrote.
        if ((unused.Count > 0 || isDead) && !TryFlushFolder())
        {
            return false;
        }

        bool complete = true;
        foreach (IGrouping<string, KeyReference> group in unused.GroupBy(key => key.Vault))
        {
            complete &= mayUse(group.Key) && TryRemove(group.Key, [.. group], intent, now.StoreId, failed);
        }

        foreach (IGrouping<string, KeyReference> group in labels.GroupBy(key => key.Vault))
        {
            complete &= mayUse(group.Key) && TryRelabel(group.Key, group, failed);
        }

        return complete && TryComplete(intent, now);
    }

    // A key whose vault cannot say whose it is has to be known as this store's before its intent goes.
    private bool TryComplete(Intent intent, ConfigDocument now)
    {
        try
        {
            written.Add(now.StoreId, intent.Keys.Where(key => !KeyVaults.IsBuiltIn(key.Vault) && now.FindByKey(key)?.RemovableKey is not null && !vaults.Open(key.Vault).TakesLabels));
        }
        catch (LlmConfigException e)
        {
            warn(new LlmConfigWarning(folder, $"The change was made, but its record stays until the next one: which keys are this store's could not be noted. {e.Message}"));
            return false;
        }

        CompleteQuietly(intent);
        return true;
    }

    private bool TryFlushFolder()
    {
        try
        {
            config.FlushFolder();
            return true;
        }
        catch (LlmConfigException e)
        {
            warn(new LlmConfigWarning(folder, $"What an earlier process left undone has to wait. {e.Message}"));
            return false;
        }
    }

    // What this process did not name itself goes only where it is shown to be the store's.
    private bool TryRemove(string name, List<KeyReference> keys, Intent intent, Guid store, HashSet<string> failed)
    {
        try
        {
            IKeyVault vault = vaults.Open(name);
            (List<KeyReference> removable, bool complete) = intent.IsOwn ? (keys, true) : OwnKeys(vault, keys, intent.IsProven, store);
            var removed = new List<KeyReference>();
            LlmConfigException? silent = null;
            foreach (KeyReference key in removable)
            {
                LlmConfigException? error = TryRemove(vault, key, removed);
                complete &= error is null;
                if (error is not null && IsOfVault(error) && (silent is not null || error.Code != LlmConfigErrorCode.VaultUnavailable))
                {
                    throw error;
                }

                silent = error;
                if (error is not null)
                {
                    WarnOfKept(name, error);
                }
            }

            // Gone for good, before the intent that names them goes.
            vault.Flush();
            removed.ForEach(key => written.Remove(key.KeyId));
            return complete;
        }
        catch (LlmConfigException e)
        {
            Remember(failed, name, e);
            WarnOfKept(name, e);
            return false;
        }
    }

    // One key that a vault does not release must not keep the others there. A vault that fails twice in a row is not asked for more.
    private LlmConfigException? TryRemove(IKeyVault vault, KeyReference key, List<KeyReference> removed)
    {
        try
        {
            long started = EventLog.Start();
            vault.Remove(key.KeyId, CancellationToken.None);
            log.KeyRemoved(key, started);
            removed.Add(key);
            return null;
        }
        catch (LlmConfigException e)
        {
            return e;
        }
    }

    private void WarnOfKept(string vault, LlmConfigException error) => warn(new LlmConfigWarning(
        vault, $"A key that is no longer used could not be removed yet; the next change that uses the vault tries again. {error.Message}"));

    private static bool IsOfVault(LlmConfigException error) =>
        error.Code is LlmConfigErrorCode.VaultLocked or LlmConfigErrorCode.VaultUnavailable
            or LlmConfigErrorCode.StoreBusy or LlmConfigErrorCode.VaultNotFound or LlmConfigErrorCode.SecretManagementMissing;

    // An intent is a file, and whoever can write it may not be able to write to the vault: a store's own hand must not remove the keys
    // of another one for it. A key without a label is this store's where its own intent names it, and in the built-in vault, which lies
    // in the same folder: there it is one half-written.
    private (List<KeyReference> Keys, bool AreAllDecided) OwnKeys(IKeyVault vault, List<KeyReference> keys, bool isProven, Guid store)
    {
        bool needsLabel = !isProven && !ReferenceEquals(vault, local);
        ILookup<string, KeyVaultEntry> entries = vault.List(CancellationToken.None).ToLookup(entry => entry.KeyId, StringComparer.Ordinal);
        var own = new List<KeyReference>();
        bool areAllDecided = true;
        foreach (KeyReference key in keys)
        {
            KeyVaultEntry? entry = entries[key.KeyId].FirstOrDefault();
            if (needsLabel ? entry?.Label?.StoreId == store : entry?.Label is not { } label || label.StoreId == store)
            {
                own.Add(key);
            }
            else if (entry?.Label is { } others)
            {
                if (others.StoreId != KeyLabel.NoStore)
                {
                    warn(new LlmConfigWarning(vault.Name, $"The key {key.KeyId} in the vault '{DisplayText.Of(vault.Name)}' is another store's, although a record of an unfinished change names it: it is not removed."));
                }
            }
            else if (entry is not null || Holds(vault, key.KeyId))
            {
                areAllDecided = false;
                warn(new LlmConfigWarning(
                    vault.Name,
                    $"The key {key.KeyId} in the vault '{DisplayText.Of(vault.Name)}' may be left over from an unfinished change, but nothing shows that it is this store's: it is not removed. Remove it with the vault's own commands if no store uses it."));
            }
        }

        return (own, areAllDecided);
    }

    // A list may not tell.
    private static bool Holds(IKeyVault vault, string keyId)
    {
        try
        {
            using ApiKey key = vault.Read(keyId, CancellationToken.None);
            return true;
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.KeyMissing)
        {
            return false;
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.InvalidKey)
        {
            return true;
        }
    }

    // What one key says of itself says nothing of the next; a vault that does not answer does not answer for the next.
    private static void Remember(HashSet<string> failed, string vault, LlmConfigException error)
    {
        if (IsOfVault(error))
        {
            failed.Add(vault);
        }
    }

    private bool TryRelabel(string name, IEnumerable<KeyReference> keys, HashSet<string> failed)
    {
        try
        {
            IKeyVault vault = vaults.Open(name);
            if (vault.TakesLabels)
            {
                foreach (KeyReference key in keys)
                {
                    Relabel(vault, key);
                }

                vault.Flush();
            }
            else if (config.ReadStrictly() is { } now)
            {
                foreach (KeyReference key in keys.Where(key => !now.RefersTo(key)))
                {
                    // It was left to others.
                    written.Remove(key.KeyId);
                }
            }

            return true;
        }
        catch (LlmConfigException e)
        {
            Remember(failed, name, e);
            warn(new LlmConfigWarning(
                name, $"The change was made, but what the vault says beside the key is the old state; the next change that uses the vault repairs it. {e.Message}"));
            return false;
        }
    }

    // Until what was written is what the store holds: a process that changes the configuration at the same moment does
    // the same, so that whoever is last has seen the last state.
    private void Relabel(IKeyVault vault, KeyReference key)
    {
        KeyLabel? label = LabelOf(key);
        if (label is null)
        {
            GiveUp(vault, key);
        }

        while (label is not null)
        {
            long started = EventLog.Start();
            vault.Relabel(key.KeyId, label, CancellationToken.None);
            log.LabelWritten(key, started);
            KeyLabel? now = LabelOf(key);
            label = now is null || now.Says(label) ? null : now;
        }
    }

    // A key that stayed for other stores when its configuration went is no store's from then on, so that no repair takes it for
    // one that was left behind. Where the configuration is there, a change of it did not come to its commit.
    private void GiveUp(IKeyVault vault, KeyReference key)
    {
        if (config.ReadStrictly() is { } now && !now.RefersTo(key)
            // Dropped by another change, which is under way or was left undone: it is to go, not to stay for others.
            && !intents.NamedKeys().Contains(key.KeyId)
            && vault.List(CancellationToken.None).FirstOrDefault(entry => entry.KeyId == key.KeyId)?.Label is { } label
            && label.StoreId == now.StoreId && now.Find(label.Configuration.Id) is null)
        {
            long started = EventLog.Start();
            vault.Relabel(key.KeyId, label with { StoreId = KeyLabel.NoStore }, CancellationToken.None);
            log.LabelWritten(key, started);
        }
    }

    // A host that the key was not stored for does not get into its label.
    private KeyLabel? LabelOf(KeyReference key) =>
        config.ReadStrictly() is { } now && now.FindByKey(key) is { KeyStoreId: null } item && seals.Check(item) is null ? new KeyLabel(now.StoreId, item) : null;

    private void CompleteQuietly(Intent intent)
    {
        try
        {
            intent.Complete();
        }
        catch (LlmConfigException e)
        {
            // The next change finds it, finds nothing to remove, and removes it.
            warn(new LlmConfigWarning(folder, $"The record of a finished change could not be removed yet. {e.Message}"));
        }
    }
}
