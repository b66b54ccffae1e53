namespace LlmConfig;

/// <summary>Whether <c>llm_config.json</c> can be read. <see cref="StoreRebuild"/> restores it.</summary>
internal sealed class FileCheck(StoreParts store) : StoreCheck(File, store, staysWrong: false)
{
    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation)
    {
        string path = Store.Paths.ConfigFile;
        ConfigFileSnapshot main = seen.Main;
        string count = Count(main.Document?.Configurations.Count ?? 0, "configuration", "configurations");
        return main.State switch
        {
            ConfigFileState.Good =>
            [
                Ok(path, Invariant($"It holds {count}, revision {main.Document!.Revision}.")),
                new CheckResult(
                    Version, CheckStatus.Ok, path, Invariant($"It has version {ConfigDocument.CurrentVersion}, which this module reads and writes.")),
            ],
            ConfigFileState.Newer => [new CheckResult(Version, CheckStatus.Error, path, main.Error!.Problem, main.Error.RecommendedAction)],
            ConfigFileState.Refused => [Failed(path, main.Error!)],
            ConfigFileState.Damaged => [Error(path, main.Error!.Problem, Repair)],
            _ => [OfAbsent(seen, path)],
        };
    }

    private CheckResult OfAbsent(StoreSnapshot seen, string path) =>
        seen.Backup.State is not ConfigFileState.Absent ? Error(path, "The file is gone although its backup is there.", Repair)
        : seen.BuiltIn is { Error: null } vault && vault.Entries.Values.Any(entry => entry.Label is not null) ? Error(
            path,
            $"The file and its backup are gone, although the built-in vault holds {Count(vault.Entries.Count, "key", "keys")}.",
            "Run Repair-LlmConfig, which rebuilds it from what the vault says beside the keys, before anything else.")
        : seen.HadKeysElsewhere ? Error(
            path,
            "The file and its backup are gone, although vaults that are registered hold keys of it.",
            "Run Repair-LlmConfig -Vault with the vaults of the store.")
        : seen.BuiltIn is { Error: not null } && !seen.IsVaultEmpty ? Error(
            path,
            "The file and its backup are gone, although the built-in vault holds keys, which cannot be opened now.",
            "Put the vault right first, then run Repair-LlmConfig.")
        : Ok(path, "There is no store yet; the first change makes it.");
}

/// <summary>Whether somebody put an older file in the place of the newest one. Going on with it is for a person to decide.</summary>
internal sealed class RevisionCheck(StoreParts store) : StoreCheck(Revision, store)
{
    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation) => !seen.IsOutdated ? [] :
    [
        Error(
            Store.Paths.ConfigFile,
            Invariant($"It has revision {seen.Main.Document!.Revision}, but revision {seen.NewestRevision} was committed: ")
                + "somebody put an older file in its place, and keys in it may be revoked.",
            "Put the newer file back, or go on with the older one by Repair-LlmConfig.",
            AcceptOlder(seen, seen.Main.Document)),
    ];

    private RepairStep AcceptOlder(StoreSnapshot seen, ConfigDocument older)
    {
        Dictionary<Guid, KeyVaultEntry> newer = NewerKeys(seen, older);
        string keys = newer.Count == 0 ? string.Empty
            : $", with the newer keys that the built-in vault has of {Names([.. newer.Keys.Select(id => older.Find(id)!.Name)])}";
        string action = Invariant($"Go on with the older file of revision {older.Revision} instead of revision {seen.NewestRevision}{keys}");
        return Step(Store.Paths.ConfigFile, action, Run, needsConsent: true);

        string? Run(CancellationToken cancellation) => Store.Config.AcceptOlder(draft => TakeKeys(draft, newer), cancellation) is { } document
            ? Invariant($"The older file counts, as revision {document.Revision}{keys}. Run Repair-LlmConfig again for what else there is to do.")
            : null;
    }

    // For each configuration of the older file, the newest key of it that the built-in vault has.
    private static Dictionary<Guid, KeyVaultEntry> NewerKeys(StoreSnapshot seen, ConfigDocument older) =>
        SharedKeys.Newest(seen.BuiltIn?.Entries.Values.Where(entry => entry.Label?.StoreId == older.StoreId) ?? [])
            .Where(pair => older.Find(pair.Key) is { } item
                && item.KeyId != pair.Value.KeyId
                && pair.Value.Label!.Configuration.KeyUpdatedAt > item.KeyUpdatedAt
                && pair.Value.Label.BelongsTo(item))
            .ToDictionary();

    private void TakeKeys(ConfigDraft draft, Dictionary<Guid, KeyVaultEntry> newer)
    {
        foreach ((Guid id, KeyVaultEntry entry) in newer)
        {
            if (draft.Find(id) is { } item && Store.Seals.Check(item) is null)
            {
                draft.Replace(item with
                {
                    KeyId = entry.KeyId,
                    Vault = LocalVault.VaultName,
                    KeyFingerprint = null,
                    KeyUpdatedAt = entry.Label!.Configuration.KeyUpdatedAt,
                    UpdatedAt = ChangeTime.After(item.UpdatedAt, Store.Now),
                });
            }
        }
    }
}

/// <summary>Whether the backup is what the file holds.</summary>
internal sealed class BackupCheck(StoreParts store) : StoreCheck(Backup, store)
{
    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation)
    {
        string path = Store.Paths.Backup;
        (ConfigFileSnapshot main, ConfigFileSnapshot backup) = (seen.Main, seen.Backup);
        DateTime? time = backup.State == ConfigFileState.Absent ? null : StoreParts.Or(() => Store.Files.GetModified(path), default(DateTime?));
        string written = time is { } at ? $" It was written {Ago(Store.Now - at)}." : string.Empty;
        RepairStep fix = Step(path, "Write the backup anew from the file", Restore);
        return backup.State switch
        {
            ConfigFileState.Absent when main.State == ConfigFileState.Absent => [],
            ConfigFileState.Absent => [Warning(path, "There is no backup.", Repair, fix)],
            ConfigFileState.Damaged when main.Document is null => [Error(path, backup.Error!.Problem, Repair, fix)],
            ConfigFileState.Damaged => [Warning(path, backup.Error!.Problem, Repair, fix)],
            ConfigFileState.Newer or ConfigFileState.Refused => [Failed(path, backup.Error!)],
            _ when main.Bytes is { } bytes && !bytes.AsSpan().SequenceEqual(backup.Bytes) =>
            [
                Warning(
                    path,
                    Invariant($"It is not what the file holds: it has revision {backup.Document!.Revision}, ")
                        + Invariant($"the file {main.Document!.Revision}.{written}"),
                    Repair,
                    fix),
            ],
            _ => [Ok(path, Invariant($"It holds revision {backup.Document!.Revision}.{written}"))],
        };
    }

    private string? Restore(CancellationToken cancellation) => Store.Config.RestoreBackup(Store.Suffix, cancellation) is { } mended
        ? Invariant($"It holds revision {mended.Document.Revision} now.{KeptAside(mended.KeptAside)}")
        : null;
}
