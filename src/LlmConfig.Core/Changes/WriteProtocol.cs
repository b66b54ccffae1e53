namespace LlmConfig;

/// <summary>Carries out a batch of changes by the write protocol (docs/architecture.md), which keeps file and vaults in step.</summary>
internal sealed class WriteProtocol(
    ConfigFile config, IntentLog intentLog, LocalVault local, KeyVaults vaults, KeyReader keys, KeySeals seals, Recovery recovery, EventLog log, Action<LlmConfigWarning> warn)
{
    // A move is repeated when its key is rotated by another process meanwhile; three such coincidences are no coincidence.
    private const int MostRounds = 3;

    // What is refused is tried on what the store holds then, as long as it goes on changing: a busy store changes some times in a try.
    private const int MostTries = 10;

    /// <summary>Tries changes on a draft of what the store holds: whatever breaks a rule is an error of its own.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="seen">What the store holds.</param>
    /// <param name="open">Opens a vault.</param>
    /// <param name="seals">Refuses what rests on a forged host; <see langword="null"/> where the vault is not to be opened.</param>
    public static ConfigDraft Try(IReadOnlyList<PlannedChange> changes, ConfigDocument seen, Func<string?, IKeyVault> open, KeySeals? seals = null)
    {
        var trial = new ConfigDraft(seen, seals);
        foreach (PlannedChange change in changes)
        {
            change.Apply(trial, open);
        }

        return trial;
    }

    /// <summary>Warns of what is allowed and may be a mistake.</summary>
    public void WarnOf(IReadOnlyList<PlannedChange> changes, ConfigDocument document)
    {
        foreach (LlmConfigWarning warning in ChangeWarnings.Of(changes, document))
        {
            warn(warning);
        }
    }

    /// <summary>Check, intent, keys, locked commit, deletion, intent gone.</summary>
    public IReadOnlyList<ChangeResult> Run(IReadOnlyList<PlannedChange> changes, IProgress<int>? progress, CancellationToken cancellation)
    {
        ConfigFile.RequireWorkingLocks();
        ConfigDocument? there = config.ReadStrictly();
        ConfigDocument seen = there ?? ConfigDocument.Empty;
        Func<string?, IKeyVault> open = vaults.Resolver(seen);
        ConfigDraft trial = Try(changes, ref there, open);
        seen = there ?? seen;
        if (trial.IsChanged)
        {
            ReadNamed(changes, open, cancellation);
        }

        List<PlannedChange> good = [.. changes.Where(change => change.Error is null)];
        if (good.Count > 0 && trial.IsChanged)
        {
            ConfigDocument store = Initialise(there, cancellation);
            PrepareVault(good, cancellation);
            good = [.. good.Where(change => change.Error is null)];
            HashSet<string> used = [.. KeysOf(good).Select(key => key.Vault), .. good.Select(change => change.Outcome?.Kept?.Vault).OfType<string>()];
            recovery.Run(used.Contains, cancellation);
            Dictionary<string, VaultProfile> profiles = Probe(good, store.StoreId, open, cancellation);
            good = [.. good.Where(change => change.Error is null)];
            for (int round = 1; good.Count > 0; round++)
            {
                seen = Commit(good, store.StoreId, open, profiles, progress, cancellation) ?? seen;
                good = Restart(good, open, round);
            }

            WarnOf(changes, seen);
        }

        return [.. changes.Select(change => change.ToResult())];
    }

    // A rotation of the master key that ends between a look at the file and one at the vault makes true seals seem false. That of the
    // store says nothing of those of its keys: a commit during the rotation may have made it anew, and left those of other keys.
    private ConfigDraft Try(IReadOnlyList<PlannedChange> changes, ref ConfigDocument? there, Func<string?, IKeyVault> open)
    {
        List<PlannedChange> tried = [.. changes.Where(change => change.Error is null)];
        for (int round = 1; ; round++)
        {
            ConfigDraft trial = Try(changes, there ?? ConfigDocument.Empty, open, there is null ? null : seals);
            List<PlannedChange> refused = tried.FindAll(change => change.Error?.Code is LlmConfigErrorCode.HostMismatch or LlmConfigErrorCode.VaultCorrupt);
            if (round == MostTries || refused.Count == 0 || config.ReadStrictly() is not { } now || ReferenceEquals(now, there))
            {
                return trial;
            }

            there = now;
            refused.ForEach(change => change.Retry());
        }
    }

    // Changes whose key another process rotated or moved at the same moment.
    private List<PlannedChange> Restart(List<PlannedChange> changes, Func<string?, IKeyVault> open, int round)
    {
        List<PlannedChange> outdated = [.. changes.Where(change => change.IsOutdated)];
        if (outdated.Count == 0)
        {
            return outdated;
        }

        var trial = new ConfigDraft(config.ReadStrictly()!);
        foreach (PlannedChange change in outdated)
        {
            change.Restart();
            change.Apply(trial, open);
            if (round == MostRounds && change.Error is null)
            {
                change.Fail(new LlmConfigException(
                    LlmConfigErrorCode.StoreBusy,
                    change.Result?.Name,
                    "Other processes change the key of this configuration again and again.",
                    "Run the command again; nothing was changed."));
            }
        }

        return [.. outdated.Where(change => change.Error is null)];
    }

    /// <summary>Makes the store, unless there is one: keys carry its id, so it has to be on disk before the first key.</summary>
    /// <param name="seen">The store as it was read just now, or <see langword="null"/> where there is none.</param>
    /// <param name="cancellation">Gives up while the lock is waited for.</param>
    public ConfigDocument Initialise(ConfigDocument? seen, CancellationToken cancellation)
    {
        try
        {
            return config.Initialise(seen, cancellation);
        }
        catch (UncertainCommitException e)
        {
            // An empty store is nothing to lose; the commit that follows flushes the same folder.
            return config.ReadStrictly() ?? throw e.Failure;
        }
    }

    // A wrong name of a secret that others keep, or a wrong vault, is an error before anything is written. Whoever does not
    // answer is not asked for the next one.
    private static void ReadNamed(IReadOnlyList<PlannedChange> changes, Func<string?, IKeyVault> open, CancellationToken cancellation)
    {
        var failed = new Dictionary<string, LlmConfigException>();
        foreach (PlannedChange change in changes.Where(change => change.Error is null && change.Plan.Named is not null))
        {
            cancellation.ThrowIfCancellationRequested();
            (KeyReference named, LlmConfiguration item) = (change.Plan.Named!, change.Result!);
            if (failed.TryGetValue(named.Vault, out LlmConfigException? error))
            {
                change.Fail(error.About(item.Name));
                continue;
            }

            try
            {
                using ApiKey key = NamedSecret.ReadFirst(open(named.Vault), named.KeyId, item.Name, cancellation);
                change.Plan.NamedWarning = ChangeWarnings.OfKey(key, item);
            }
            catch (LlmConfigException e)
            {
                change.Fail(e);
                if (e.Code is LlmConfigErrorCode.VaultLocked or LlmConfigErrorCode.VaultUnavailable or LlmConfigErrorCode.StoreBusy)
                {
                    failed.Add(named.Vault, e);
                }
            }
        }
    }

    // A vault that cannot be had is asked once, not once for each key.
    private void PrepareVault(List<PlannedChange> changes, CancellationToken cancellation)
    {
        List<PlannedChange> sealing = changes.FindAll(change => change.NeedsSeal);
        try
        {
            if (sealing.Count > 0)
            {
                config.PrepareVault(cancellation);
            }
        }
        catch (LlmConfigException e) when (e.Code is LlmConfigErrorCode.VaultLocked or LlmConfigErrorCode.VaultUnavailable or LlmConfigErrorCode.VaultCorrupt)
        {
            sealing.ForEach(change => change.Fail(e.About(change.Result?.Name)));
        }
    }

    // A vault that is to get its first key is tried with a throwaway secret. That one is named by an intent too: should this process
    // die, the next change removes it.
    private Dictionary<string, VaultProfile> Probe(List<PlannedChange> changes, Guid storeId, Func<string?, IKeyVault> open, CancellationToken cancellation)
    {
        var profiles = new Dictionary<string, VaultProfile>(StringComparer.OrdinalIgnoreCase);
        foreach (IGrouping<string, PlannedChange> group in changes.Where(change => change.Plan.New is not null).GroupBy(change => change.Plan.New!.Vault))
        {
            if (open(group.Key) is not IProbedVault { NeedsProbe: true } vault)
            {
                continue;
            }

            try
            {
                profiles.Add(vault.Name, Probe(vault, storeId, cancellation));
            }
            catch (LlmConfigException e)
            {
                foreach (PlannedChange change in group)
                {
                    change.Fail(e.About(change.Result?.Name));
                }
            }
        }

        return profiles;
    }

    /// <summary>Tries a vault with a throwaway secret.</summary>
    public VaultProfile Probe(IProbedVault vault, Guid storeId, CancellationToken cancellation)
    {
        string keyId = KeyReference.NewKeyId();
        using Intent intent = intentLog.Begin(storeId, [new KeyReference(vault.Name, keyId)], []).Single();
        try
        {
            VaultProfile profile = vault.Probe(keyId, cancellation);
            intent.Complete();
            return profile;
        }
        catch (LlmConfigException)
        {
            // What the vault did not release, the error names: it is no key. Where the process ends, the next change looks for it.
            intent.Complete();
            throw;
        }
    }

    private static List<KeyReference> KeysOf(IEnumerable<PlannedChange> changes) =>
        [.. changes.SelectMany(change => new[] { change.Plan.New, change.Outcome?.Dropped }).OfType<KeyReference>().Distinct()];

    private static List<KeyReference> LabelsOf(IEnumerable<PlannedChange> changes) =>
        [.. changes.Select(change => change.StaleLabel).OfType<KeyReference>().Distinct()];

    private ConfigDocument? Commit(
        List<PlannedChange> changes,
        Guid storeId,
        Func<string?, IKeyVault> open,
        Dictionary<string, VaultProfile> profiles,
        IProgress<int>? progress,
        CancellationToken cancellation)
    {
        var intents = new List<Intent>();
        List<KeyReference> written = [];
        bool certain = true;
        ConfigDocument? after = null;
        try
        {
            List<KeyReference> doubtful = KeysOf(changes);
            List<KeyReference> stale = LabelsOf(changes);
            if (doubtful.Count + stale.Count > 0)
            {
                intents.AddRange(intentLog.Begin(storeId, doubtful, stale));
            }

            written = [.. changes.Select(change => change.Plan.New).OfType<KeyReference>()];
            SealCode? masterKey = written.Count == 0 ? null : seals.ForOneLook(looked: true).SealOf(storeId);

            // It goes on while the file that refers to the keys is written.
            BackgroundWork? flush = WriteKeys(changes, storeId, open, progress, cancellation);
            if (changes.Any(change => change.Error is null))
            {
                after = config.Change(
                    draft =>
                    {
                        if (masterKey is not null && seals.SealOf(storeId) != masterKey)
                        {
                            FingerprintAnew(changes);
                        }

                        Apply(changes, storeId, draft, open, intents);
                        foreach ((string vault, VaultProfile profile) in profiles)
                        {
                            draft.SetProfile(vault, profile);
                        }
                    },
                    flush,
                    cancellation);
            }

            return after;
        }
        catch (UncertainCommitException e)
        {
            certain = false;
            throw e.Failure;
        }
        finally
        {
            // A key that another process dropped meanwhile is its to remove, or to keep for other stores; without a commit
            // nothing was dropped here.
            HashSet<KeyReference> mine = after is null ? [.. written] : [.. written, .. KeysOf(changes)];

            // However it went: what is on disk decides which of the keys stay.
            foreach (Intent intent in intents)
            {
                using (intent)
                {
                    if (certain)
                    {
                        recovery.FinishOwn(intent, after, mine, after is null ? [] : LabelsOf(changes));
                    }
                }
            }
        }
    }

    private void Apply(List<PlannedChange> changes, Guid storeId, ConfigDraft draft, Func<string?, IKeyVault> open, List<Intent> intents)
    {
        foreach (PlannedChange change in changes)
        {
            change.Apply(draft, open);
        }

        // Another process may have rotated a key since the intent was written: then another key is dropped than it names.
        List<KeyReference> more = [.. KeysOf(changes).Except(intents.SelectMany(intent => intent.Keys))];
        List<KeyReference> stale = [.. LabelsOf(changes).Except(intents.SelectMany(intent => intent.Labels))];
        if (more.Count + stale.Count > 0)
        {
            intents.AddRange(intentLog.Begin(storeId, more, stale));
        }
    }

    // Returns what still has to become durable before a commit refers to it.
    private BackgroundWork? WriteKeys(
        List<PlannedChange> changes, Guid storeId, Func<string?, IKeyVault> open, IProgress<int>? progress, CancellationToken cancellation)
    {
        int done = 0;
        BackgroundWork? flush = null;
        foreach (IGrouping<string, PlannedChange> group in changes.Where(change => change.Plan.New is not null).GroupBy(change => change.Plan.New!.Vault))
        {
            using IKeyBatch batch = open(group.Key).Begin();
            var written = new List<PlannedChange>();
            LlmConfigException? busy = null;
            foreach (PlannedChange change in group)
            {
                cancellation.ThrowIfCancellationRequested();
                if (busy is not null)
                {
                    // Waited for once, and long: who holds the vault would be waited for again by each key.
                    change.Fail(busy.About(change.Result?.Name));
                    progress?.Report(++done);
                    continue;
                }

                try
                {
                    long started = EventLog.Start();
                    WriteKey(change, batch, storeId, cancellation);
                    log.KeyWritten(change.Plan.New!, started);
                    written.Add(change);
                }
                catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.KeyMissing && WasRotated(change))
                {
                    // The key to be copied was rotated, moved or removed meanwhile. Under the lock the change finds its plan outdated.
                    change.Plan.New = null;
                }
                catch (LlmConfigException e)
                {
                    busy = e.Code == LlmConfigErrorCode.StoreBusy ? e : null;
                    change.Fail(e.About(change.Result?.Name));
                }

                progress?.Report(++done);
            }

            flush = Flush(batch, written) ?? flush;
        }

        return flush;
    }

    private void WriteKey(PlannedChange change, IKeyBatch batch, Guid storeId, CancellationToken cancellation)
    {
        var label = new KeyLabel(storeId, change.Result!);
        change.Plan.Label = label;
        if (change.Key is { } key)
        {
            WriteKey(change, batch, key, label, cancellation);
            return;
        }

        using ApiKey moved = keys.ReadForCopy(change.Result! with { Vault = change.Plan.Copied!.Vault, KeyId = change.Plan.Copied.KeyId }, cancellation);
        WriteKey(change, batch, moved, label, cancellation);
    }

    private void WriteKey(PlannedChange change, IKeyBatch batch, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        batch.Write(change.Plan.New!.KeyId, key, label, cancellation);
        change.Plan.Fingerprint = local.Fingerprint(key);
    }

    // The master key was exchanged since the keys got their fingerprints. The value of a copy is not here any more: without a fingerprint,
    // a proof is missing, and not the key.
    private void FingerprintAnew(List<PlannedChange> changes)
    {
        foreach (PlannedChange change in changes.Where(change => change.Plan.Fingerprint is not null))
        {
            change.Plan.Fingerprint = change.Key is { } key ? local.Fingerprint(key) : null;
        }
    }

    private bool WasRotated(PlannedChange change) =>
        change.Plan.Copied is { } copied && config.ReadStrictly()?.Find(change.Result!.Id)?.Key != copied;

    private static BackgroundWork? Flush(IKeyBatch batch, List<PlannedChange> written)
    {
        try
        {
            return written.Count == 0 ? null : batch.StartFlush();
        }
        catch (LlmConfigException e)
        {
            written.ForEach(change => change.Fail(e.About(change.Result?.Name)));
            return null;
        }
    }
}
