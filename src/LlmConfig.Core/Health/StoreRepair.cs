using System.Globalization;

namespace LlmConfig;

/// <summary>
/// Plans what puts a store right, and does it step by step. Each step looks again before it changes anything, so that what
/// was planned on an old look does no harm; each follows the write protocol, so that a process that dies in it leaves what
/// the next repair finds.
/// </summary>
internal sealed class StoreRepair(
    StoreFolder folder,
    StoreFileSystem files,
    ConfigFile config,
    IntentLog intents,
    WrittenKeys written,
    LocalVault local,
    KeyVaults vaults,
    KeySeals seals,
    Func<Intent, bool> finish,
    Func<CancellationToken, Action> rebind,
    TimeProvider clock)
{
    private readonly StorePaths _paths = new(folder.Path);

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    // Dated to the second: fit for every file system, and sorted by time.
    private string Suffix => "damaged-" + Now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>What would be done about what was found.</summary>
    /// <param name="findings">What was found.</param>
    /// <param name="storeId">Which store to rebuild, where the vault's keys name several.</param>
    /// <exception cref="LlmConfigException">StoreVersionUnsupported, StoreUnsafe, StoreAccessDenied: nothing can be repaired. StoreCorrupt: the file cannot be restored.</exception>
    public RepairPlan Plan(StoreFindings findings, Guid? storeId)
    {
        RefuseUnrepairable(findings);
        var steps = new List<RepairStep>();
        var checks = new StoreChecks(findings, folder.Path, Now);
        steps.AddRange(findings.Entries.Where(entry => entry.IsWide).Select(Tighten));

        ConfigDocument? document = findings.Main.Document;
        if (findings.IsOutdated)
        {
            // Whatever else is wrong is wrong of the older file: it is looked at once that is settled.
            return new RepairPlan([.. steps, AcceptOlder(findings, document!)], [.. Remaining(findings, checks, document).Select(found => new RepairResult(found))]);
        }

        bool isLost = document is null && IsLost(findings);
        if (isLost)
        {
            document = PlanFile(findings, storeId, steps);
        }
        else if (document is not null
            && (findings.Backup.State is ConfigFileState.Absent or ConfigFileState.Damaged
                || (findings.Backup.Bytes is { } bytes && !bytes.AsSpan().SequenceEqual(findings.Main.Bytes))))
        {
            steps.Add(MendBackup());
        }

        if (document is not null)
        {
            steps.AddRange(findings.Intents.Where(intent => intent.State == IntentState.Dead).Select(FinishIntent));
            steps.AddRange(findings.Intents.Where(intent => intent.State == IntentState.Damaged).Select(MoveIntentAside));
            Dictionary<Guid, KeyReference> replacements = findings.Replacements(document);
            steps.AddRange(replacements.Select(pair => Reattach(
                document.Find(pair.Key)!, pair.Value, findings.Vault(pair.Value.Vault)!.Entries[pair.Value.KeyId].Label?.Configuration)));
            HashSet<string> used = [.. replacements.Values.Select(key => key.KeyId)];
            steps.AddRange(findings.Unreferenced(document)
                .Where(pair => !used.Contains(pair.Entry.KeyId))
                .Select(pair => RemoveOrphan(document, pair.Vault, pair.Entry)));
            steps.AddRange(findings.StaleNotes(document).Select(ForgetNote));
            steps.AddRange(findings.StaleLabels(document).GroupBy(pair => pair.Vault.Name, pair => pair.Item).Select(RenewLabels));
        }

        if (findings.ProvenHeader is { } proven)
        {
            steps.Add(RestoreHeader(proven));
        }

        if (findings.IsRotating)
        {
            steps.Add(FinishRotation());
        }

        steps.AddRange(findings.FileLeftovers.Select(path => RemoveLeftover(path, config.RemoveLeftover)));
        steps.AddRange(findings.VaultLeftovers.Select(RemoveVaultLeftover));
        steps.AddRange(findings.IntentLeftovers.Select(path => RemoveLeftover(path, (leftover, _) => intents.RemoveLeftover(leftover))));
        return new RepairPlan(steps, [.. Remaining(findings, checks, document).Select(found => new RepairResult(found))]);
    }

    /// <summary>Does the steps that are wanted, one after the other.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="isWanted">Asked before each step; no lock is held meanwhile.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <returns>What was done and what failed, then what stays wrong.</returns>
    public static IEnumerable<RepairResult> Run(RepairPlan plan, Func<RepairStep, bool> isWanted, CancellationToken cancellation)
    {
        bool hasFile = true;
        foreach (RepairStep step in plan.Steps)
        {
            cancellation.ThrowIfCancellationRequested();
            bool wanted = isWanted(step);
            RepairResult? result = wanted && (hasFile || !step.NeedsFile) ? Try(step, cancellation) : null;
            hasFile &= step.Check != StoreChecks.File || (wanted && result?.Error is null);
            if (result is not null)
            {
                yield return result;
            }
        }

        foreach (RepairResult remaining in plan.Remaining)
        {
            yield return remaining;
        }
    }

    private static RepairResult? Try(RepairStep step, CancellationToken cancellation)
    {
        try
        {
            return step.Run(cancellation);
        }
        catch (LlmConfigException e)
        {
            return new RepairResult(step.Check, CheckStatus.Error, step.Target, e.Problem, e.RecommendedAction) { Error = e };
        }
    }

    private static RepairResult Done(string check, string target, string message) => new(check, CheckStatus.Ok, target, message) { Changed = true };

    private static RepairResult Later(string check, string target) => new(
        check, CheckStatus.Warning, target, "It could not be finished yet; what is left to do is noted.", "Put right what the warning says, then run Repair-LlmConfig again.");

    private static string Names(IReadOnlyList<string> names)
    {
        const int most = 10;
        string listed = string.Join(", ", names.Take(most).Select(name => $"'{name}'"));
        return names.Count > most ? string.Create(CultureInfo.InvariantCulture, $"{listed} and {names.Count - most} more") : listed;
    }

    private static string KeptAside(IReadOnlyList<string> paths) =>
        paths.Count == 0 ? string.Empty : $" What was damaged is kept as {string.Join(" and ", paths.Select(path => $"'{Path.GetFileName(path)}'"))}.";

    private static void RefuseUnrepairable(StoreFindings findings)
    {
        // A store that cannot be reached, or that a newer version wrote: whatever is done here could be wrong.
        if (findings.Main.State is ConfigFileState.Newer or ConfigFileState.Refused)
        {
            throw findings.Main.Error!;
        }

        if (findings.Main.State != ConfigFileState.Good && findings.Backup.State is ConfigFileState.Newer or ConfigFileState.Refused)
        {
            throw findings.Backup.Error!;
        }
    }

    private static bool IsLost(StoreFindings findings) =>
        findings.Main.State == ConfigFileState.Damaged
        || findings.Backup.State != ConfigFileState.Absent
        || findings.Vaults.Any(vault => StoreRebuild.Stores(vault).Count > 0)
        || findings.HadKeysElsewhere
        || (findings.BuiltIn?.Error is not null && !findings.IsVaultEmpty);

    private ConfigDocument PlanFile(StoreFindings findings, Guid? storeId, List<RepairStep> steps)
    {
        // A configuration whose key cannot be read just now would be missing in what is rebuilt, and its key be taken for an
        // orphan by the next repair.
        if (findings.Vaults.Select(vault => vault.Refused).FirstOrDefault(error => error is not null) is { } refused)
        {
            throw refused;
        }

        bool fromBackup = findings.Backup.Document is not null;
        if (!fromBackup && findings.BuiltIn?.Error is { Code: LlmConfigErrorCode.VaultLocked or LlmConfigErrorCode.VaultUnavailable } closed)
        {
            throw closed;
        }

        ConfigDocument basis = findings.Backup.Document ?? new ConfigDocument(ChooseStore(findings, storeId), 0, null, [], JsonExtras.None);

        // Where it cannot be told what changes were under way, a label may be one of theirs: the backup alone is sure.
        (ConfigDocument planned, IReadOnlyList<string> names) = fromBackup && findings.HasOpaqueIntents
            ? (basis, [])
            : StoreRebuild.Merge(basis, findings.Vaults, findings.KeysInDoubt, seals);
        string action = string.Create(CultureInfo.InvariantCulture, $"{(findings.Main.State == ConfigFileState.Absent ? string.Empty : "Keep the damaged file under a dated name and ")}{(fromBackup ? $"restore revision {basis.Revision} from the backup" : $"rebuild it from what the vaults say beside {names.Count} keys")}");
        if (fromBackup && names.Count > 0)
        {
            action += $", with what the vaults know that is newer ({Names(names)})";
        }

        steps.Add(new RepairStep(StoreChecks.File, _paths.ConfigFile, char.ToUpperInvariant(action[0]) + action[1..], cancellation =>
        {
            // The lock is held in there: it is asked again which backup there is, but not what the vaults hold.
            ConfigFileMended? mended = config.Mend(
                backup => backup is null ? (fromBackup ? throw BackupGone() : planned)
                    : names.Count > 0 && backup.StoreId == basis.StoreId && backup.Revision == basis.Revision ? planned
                    : backup,
                Suffix,
                cancellation);
            return mended is null ? null : Done(
                StoreChecks.File,
                _paths.ConfigFile,
                (fromBackup ? string.Create(CultureInfo.InvariantCulture, $"Revision {basis.Revision} was restored from the backup.") : "It was rebuilt from what the vaults say beside the keys.")
                + (names.Count == 0 ? string.Empty : $" From the vaults came {Names(names)}.")
                + (fromBackup ? string.Empty : " Configurations without a key, the default and the default vault could not be known.")
                + KeptAside(mended.KeptAside));
        }));
        return planned;
    }

    private LlmConfigException BackupGone() => new(
        LlmConfigErrorCode.StoreCorrupt, _paths.Backup, "The backup is gone since the repair was planned.", "Run Repair-LlmConfig again.");

    private Guid ChooseStore(StoreFindings findings, Guid? storeId)
    {
        IReadOnlyList<Guid> own = findings.BuiltIn is { } builtIn ? StoreRebuild.Stores(builtIn) : [];
        List<Guid> all = [.. findings.Vaults.SelectMany(StoreRebuild.Stores).Distinct()];
        if (storeId is { } chosen)
        {
            return all.Contains(chosen) ? chosen : throw CannotRebuild($"No vault that was read has a key of the store {chosen:D}.", Known(all));
        }

        // Other machines' stores share the other vaults; the built-in one lies in this store's own folder.
        return own.Count == 1 ? own[0]
            : all.Count > 0 ? throw CannotRebuild(
                own.Count > 1 ? "The built-in vault has keys of several stores." : "The vaults have keys of other stores too, and the built-in vault does not tell which one this is.", Known(all))
            : findings.BuiltIn?.Error is { } error ? throw new LlmConfigException(error.Code, error.Target, $"The file and its backup are of no use, and the vault cannot be read: {error.Problem}", error.RecommendedAction, error)
            : throw CannotRebuild("No vault that was read has a key with a label.", "Put the file back from a backup of the store's folder, name a vault with keys of this store with -Vault, or move the damaged files aside and create the configurations anew.");

        static string Known(List<Guid> all) => all.Count == 0
            ? "Name the vaults of the store with -Vault."
            : $"Name the store with -StoreId: {string.Join(", ", all.Select(id => id.ToString("D")))}.";
    }

    private LlmConfigException CannotRebuild(string problem, string remedy) =>
        new(LlmConfigErrorCode.StoreCorrupt, _paths.ConfigFile, $"The file and its backup are of no use, and it cannot be rebuilt. {problem}", remedy);

    private RepairStep Tighten(EntryFinding entry) => new(
        StoreChecks.Permission, entry.Path, $"Take access from other users (it has {StoreFileSystem.WideAccess(entry.Entry!.Value)})", _ =>
        {
            files.Tighten(entry.Path, entry.IsFolder);
            return Done(StoreChecks.Permission, entry.Path, "Only you have access to it now.");
        });

    private RepairStep AcceptOlder(StoreFindings findings, ConfigDocument older)
    {
        Dictionary<Guid, KeyVaultEntry> newer = findings.NewerKeys(older);
        string keys = newer.Count == 0 ? string.Empty
            : $", with the newer keys that the built-in vault has of {Names([.. newer.Keys.Select(id => older.Find(id)!.Name)])}";
        return new RepairStep(
            StoreChecks.Revision,
            _paths.ConfigFile,
            string.Create(CultureInfo.InvariantCulture, $"Go on with the older file of revision {older.Revision} instead of revision {findings.NewestRevision}{keys}"),
            cancellation => config.AcceptOlder(
                draft =>
                {
                    foreach ((Guid id, KeyVaultEntry entry) in newer)
                    {
                        if (draft.Find(id) is { } item && seals.Check(item) is null)
                        {
                            draft.Replace(item with
                            {
                                KeyId = entry.KeyId,
                                Vault = LocalVault.VaultName,
                                KeyMark = null,
                                KeyUpdatedAt = entry.Label!.Configuration.KeyUpdatedAt,
                                UpdatedAt = After(item.UpdatedAt),
                            });
                        }
                    }
                },
                cancellation) is { } document
                    ? Done(StoreChecks.Revision, _paths.ConfigFile, string.Create(CultureInfo.InvariantCulture, $"The older file counts, as revision {document.Revision}{keys}. Run Repair-LlmConfig again for what else there is to do."))
                    : null)
        {
            NeedsConsent = true,
        };
    }

    private RepairStep MendBackup() => new(StoreChecks.Backup, _paths.Backup, "Write the backup anew from the file", cancellation =>
        config.MendBackup(Suffix, cancellation) is { } mended
            ? Done(StoreChecks.Backup, _paths.Backup, string.Create(CultureInfo.InvariantCulture, $"It holds revision {mended.Document.Revision} now.{KeptAside(mended.KeptAside)}"))
            : null)
    {
        NeedsFile = true,
    };

    private RepairStep FinishIntent(IntentLook look) => new(
        StoreChecks.Intent,
        look.Path,
        string.Create(CultureInfo.InvariantCulture, $"Finish the change that was left undone: remove those of its {look.Keys.Count} keys that nothing refers to, and write {look.Labels.Count} labels anew"),
        _ =>
        {
            using Intent? intent = intents.TakeOver(look.Path);
            return intent is null ? null
                : finish(intent) ? Done(StoreChecks.Intent, look.Path, "The change that was left undone is finished.")
                : Later(StoreChecks.Intent, look.Path);
        })
    {
        NeedsFile = true,
    };

    private RepairStep MoveIntentAside(IntentLook look) => new(
        StoreChecks.Intent,
        look.Path,
        "Keep the damaged note under a dated name",
        _ => intents.MoveAside(look.Path, Suffix) is { } aside
            ? Done(StoreChecks.Intent, look.Path, $"It is kept as '{Path.GetFileName(aside)}'. Keys that it named and that nothing refers to are found by their labels, by the next repair.")
            : null)
    {
        NeedsFile = true,
    };

    private RepairStep Reattach(LlmConfiguration item, KeyReference key, LlmConfiguration? labelled) => new(
        StoreChecks.Key,
        item.Name,
        $"Let it refer to the key of it that the vault '{ShownText.Of(key.Vault)}' has",
        cancellation => Attach(item, key, labelled, cancellation))
    {
        NeedsFile = true,
    };

    private RepairResult? Attach(LlmConfiguration item, KeyReference key, LlmConfiguration? labelled, CancellationToken cancellation)
    {
        ConfigFile.RequireWorkingLocks();

        // A list may be short by a fault of the vault: it is asked for the keys themselves before the configuration leaves one.
        if (Holds(item.Key!, cancellation) || !Holds(key, cancellation))
        {
            return null;
        }

        bool isSure = false;
        Intent? intent = null;
        try
        {
            config.Change(
                draft =>
                {
                    LlmConfiguration now = draft.Get(item.Id, item.Name);
                    if (now.Key == item.Key)
                    {
                        // Named before the commit: should this process die after it, the label is written by the next one.
                        intent = intents.Begin(draft.StoreId, [], [key]).Single();

                        // Others may write the labels of other vaults, and name any key as this configuration's.
                        isSure = KeyVaults.IsBuiltIn(key.Vault) && labelled is not null && KeySeals.LeadAlike(labelled, now);
                        draft.Replace(
                            now with { KeyId = key.KeyId, Vault = key.Vault, KeyMark = null, KeyUpdatedAt = labelled?.KeyUpdatedAt ?? now.KeyUpdatedAt, UpdatedAt = After(now.UpdatedAt) },
                            isSure ? Sealing.Vouched : Sealing.Kept);
                    }
                },
                null,
                cancellation);
            if (intent is null)
            {
                return null;
            }

            finish(intent);
            return Done(
                StoreChecks.Key,
                item.Name,
                $"It refers to its key in the vault '{ShownText.Of(key.Vault)}' again.{(isSure ? string.Empty : " The key is used once its host was accepted with Set-LlmConfig -AcceptHost.")}");
        }
        catch (UncertainCommitException e)
        {
            throw e.Failure;
        }
        finally
        {
            intent?.Dispose();
        }
    }

    private bool Holds(KeyReference key, CancellationToken cancellation)
    {
        try
        {
            using ApiKey value = vaults.Open(key.Vault).Read(key.KeyId, cancellation);
            return true;
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.KeyMissing)
        {
            return false;
        }
    }

    private DateTime After(DateTime before)
    {
        DateTime now = Now;
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
        return ChangeTime.After(before, now);
    }

    private RepairStep RemoveOrphan(ConfigDocument document, VaultFinding vault, KeyVaultEntry entry)
    {
        var key = new KeyReference(vault.Name, entry.KeyId);
        string what = StoreChecks.OrphanText(document, vault, entry);
        return new RepairStep(StoreChecks.Orphan, entry.KeyId, $"Remove the key from its vault. {what}", _ =>
        {
            if (config.ReadStrictly() is not { } now || now.RefersTo(key) || intents.Look().Any(intent => intent.IsOpaque || intent.Keys.Contains(key) || intent.Labels.Contains(key)))
            {
                return null;
            }

            // The rule of recovery does it: what refers to the key in the end keeps it.
            using Intent intent = intents.Begin(now.StoreId, [key], []).Single();
            return finish(intent) ? Done(StoreChecks.Orphan, entry.KeyId, $"It was removed from the vault '{ShownText.Of(vault.Name)}'.") : Later(StoreChecks.Orphan, entry.KeyId);
        })
        {
            RemovesKey = true,
            NeedsConsent = true,
            NeedsFile = true,
        };
    }

    private RepairStep RenewLabels(IGrouping<string, LlmConfiguration> stale)
    {
        List<KeyReference> keys = [.. stale.Select(item => item.OwnKey!)];
        List<string> names = [.. stale.Select(item => item.Name)];
        return new RepairStep(StoreChecks.Label, ShownText.Of(stale.Key), $"Write anew what it says beside the keys of {Names(names)}", _ =>
        {
            bool complete = true;
            foreach (Intent intent in config.ReadStrictly() is { } now ? intents.Begin(now.StoreId, [], keys) : [])
            {
                using (intent)
                {
                    complete &= finish(intent);
                }
            }

            return complete ? Done(StoreChecks.Label, ShownText.Of(stale.Key), $"It says beside the keys of {Names(names)} what the configurations are.") : Later(StoreChecks.Label, ShownText.Of(stale.Key));
        })
        {
            NeedsFile = true,
        };
    }

    private RepairStep ForgetNote(string keyId) => new(
        StoreChecks.Leftover, keyId, "Remove the note of a key that its vault does not have any more", _ =>
        {
            if (config.ReadStrictly() is not { } now || now.RefersTo(new KeyReference(string.Empty, keyId)) || intents.NamedKeys().Contains(keyId))
            {
                return null;
            }

            written.Remove(keyId);
            return Done(StoreChecks.Leftover, keyId, "The note was removed.");
        })
    {
        NeedsFile = true,
    };

    private RepairStep RestoreHeader(VaultHeader proven) => new(
        StoreChecks.Protector,
        LocalVault.VaultName,
        $"Write the header of the vault anew. {StoreChecks.ProvenText(proven)}",
        cancellation =>
        {
            ConfigFile.RequireWorkingLocks();
            return local.RestoreHeader(Suffix, cancellation) is { } restored
                ? Done(StoreChecks.Protector, LocalVault.VaultName, $"The header says that {restored.Header.Protector} keeps the master key.{KeptAside(restored.KeptAside is { } aside ? [aside] : [])}")
                : null;
        })
    {
        NeedsFile = true,
    };

    private RepairStep FinishRotation() => new(
        StoreChecks.Protector,
        LocalVault.VaultName,
        "Finish the exchange of the master key: seal anew what is still sealed under the old one, and destroy that",
        cancellation =>
        {
            ConfigFile.RequireWorkingLocks();
            return !local.FinishRotation(rebind(cancellation), cancellation) ? null
                : local.IsRotating ? Later(StoreChecks.Protector, LocalVault.VaultName)
                : Done(StoreChecks.Protector, LocalVault.VaultName, "Every key is sealed under the new master key, and the old one is destroyed.");
        })
    {
        NeedsFile = true,
    };

    // A master key that may be another vault's, the only copy of it, is a person's to give up.
    private RepairStep RemoveVaultLeftover(string path) => local.IsSurelyOwn(path)
        ? RemoveLeftover(path, (leftover, cancellation) => local.IsSurelyOwn(leftover) && local.RemoveLeftover(leftover, cancellation))
        : RemoveLeftover(path, local.RemoveLeftover, needsConsent: true);

    private static RepairStep RemoveLeftover(string path, Func<string, CancellationToken, bool> remove, bool needsConsent = false) => new(
        StoreChecks.Leftover, path, $"Remove the file. {StoreChecks.LeftoverText(path)}", cancellation =>
            remove(path, cancellation) ? Done(StoreChecks.Leftover, path, "It was removed.") : null)
    {
        RemovesKey = needsConsent,
        NeedsConsent = needsConsent,
    };

    private static IEnumerable<CheckResult> Remaining(StoreFindings findings, StoreChecks checks, ConfigDocument? document)
    {
        IEnumerable<CheckResult> all = [.. checks.OfOwners(), .. findings.ProvenHeader is not null || (findings.IsRotating && findings.ProtectionError is null) ? [] : checks.OfProtector(), .. checks.OfLooseFiles(document)];
        if (document is not null)
        {
            Dictionary<Guid, KeyReference> replacements = findings.Replacements(document);
            LlmConfiguration[] others = [.. document.Configurations.Where(item => !replacements.ContainsKey(item.Id))];
            all = [.. all, .. checks.OfVaults([.. document.Configurations]), .. checks.OfKeys(document, others), .. checks.OfHosts(others)];
            if (findings.Main.State == ConfigFileState.Good && findings.Backup.State is ConfigFileState.Newer or ConfigFileState.Refused)
            {
                all = all.Append(new CheckResult(StoreChecks.Backup, CheckStatus.Error, findings.Backup.Error!.Target!, findings.Backup.Error.Problem, findings.Backup.Error.RecommendedAction));
            }
        }

        all = all.Concat(findings.Intents.Where(intent => intent.State == IntentState.Newer).Select(StoreChecks.OfIntent));
        return all.Where(result => result.Status != CheckStatus.Ok);
    }
}
