using System.Collections.Concurrent;
using System.Globalization;

namespace LlmConfig;

/// <summary>
/// <c>llm_config.json</c> and its backup: read without a lock, changed under the lock of the store, never read as empty
/// when it is damaged and never overwritten then.
/// </summary>
internal sealed partial class ConfigFile(StoreFolder folder, StoreFileSystem files, LocalVault vault, KeySeals seals, TimeProvider clock, Action<LlmConfigWarning> warn, TimeSpan patience)
{
    /// <summary>The largest file that is read: 64 MiB, about 150,000 configurations.</summary>
    public const int MaximumBytes = 64 * 1024 * 1024;

    private const int MostCached = 16;

    // Shared by all repositories of the process: each command opens its own, and most read what the last one read.
    private static readonly ConcurrentDictionary<string, (FileSnapshot File, ConfigDocument Document)> Cache = new(StringComparer.Ordinal);

    private readonly WaitingLock _lock = new(files, new StorePaths(folder.Path).Lock, patience);

    // What was read last, where it was not older than what was committed.
    private ConfigDocument? _newest;

    private DateTime Now
    {
        get
        {
            DateTime now = clock.GetUtcNow().UtcDateTime;
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
        }
    }

    private StorePaths Paths { get; } = new(folder.Path);

    /// <summary>Whether keys are noted that lie in vaults without labels: a store without a file has lost it then.</summary>
    public Func<bool> HasNotes { get; set; } = () => false;

    /// <summary>
    /// What the store holds now; <see langword="null"/> when there is no store yet. Where the file is damaged or gone,
    /// the backup is served with a warning.
    /// </summary>
    /// <exception cref="LlmConfigException">StoreCorrupt where the backup cannot be used either, StoreVersionUnsupported, or a Store code.</exception>
    public ConfigDocument? Read()
    {
        if (!files.CheckFolder(folder.Path))
        {
            return null;
        }

        (ConfigDocument? document, LlmConfigException? outdated) = ReadAny();
        if (outdated is not null)
        {
            warn(new LlmConfigWarning(Paths.ConfigFile, outdated.Message));
        }

        _newest = outdated is null ? document : null;
        return document;
    }

    /// <summary>The same, for whoever is about to give out a key.</summary>
    /// <exception cref="LlmConfigException">StoreOutdated, and as for <see cref="Read"/>.</exception>
    public ConfigDocument? ReadForKeys()
    {
        (ConfigDocument? document, LlmConfigException? outdated) = files.CheckFolder(folder.Path) ? ReadAny() : default;
        return outdated is null ? document : throw outdated;
    }

    /// <summary>What a vault was found to do, as far as the file can be read.</summary>
    public VaultProfile? FindProfile(string vault)
    {
        try
        {
            return files.CheckFolder(folder.Path) ? Load(Paths.ConfigFile, trustStamp: true)?.Document.Vaults.GetValueOrDefault(vault) ?? TryReadBackup()?.Vaults.GetValueOrDefault(vault) : null;
        }
        catch (LlmConfigException)
        {
            // Whoever needs the file itself says what is wrong with it.
            return TryReadBackup()?.Vaults.GetValueOrDefault(vault);
        }
    }

    /// <summary>The same for a configuration that may have been read just now: the file is not read a second time then.</summary>
    /// <exception cref="LlmConfigException">As for <see cref="ReadForKeys"/>.</exception>
    public void RequireNewest(LlmConfiguration item)
    {
        if (!ReferenceEquals(_newest?.Find(item.Id), item))
        {
            ReadForKeys();
        }
    }

    private (ConfigDocument? Document, LlmConfigException? Outdated) ReadAny()
    {
        try
        {
            return CheckRevision(ReadMain(trustStamp: true));
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.StoreCorrupt)
        {
            ConfigDocument? backup = TryReadBackup();
            if (backup is null)
            {
                throw;
            }

            warn(new LlmConfigWarning(
                Paths.ConfigFile,
                $"{e.Problem} Its backup of revision {backup.Revision} is shown instead; nothing can be changed until it is repaired. {Remedy}"));
            return (backup, backup.Revision < NewestRevision() ? Outdated(backup) : null);
        }
    }

    /// <summary>
    /// What the store holds now, for a decision that must not rest on the backup, nor on the stamp of the file: the bytes
    /// are compared.
    /// </summary>
    /// <exception cref="LlmConfigException">StoreCorrupt, StoreOutdated, StoreVersionUnsupported, or another Store code.</exception>
    public ConfigDocument? ReadStrictly()
    {
        (ConfigDocument? document, LlmConfigException? outdated) = files.CheckFolder(folder.Path) ? CheckRevision(ReadMain(trustStamp: false)) : default;
        return outdated is null ? document : throw outdated;
    }

    /// <summary>Creates the folder and an empty store with an id, unless there is one.</summary>
    /// <param name="seen">What <see cref="ReadStrictly"/> gave just now: a store that is there keeps its id.</param>
    /// <param name="cancellation">Gives up while the lock is waited for.</param>
    public ConfigDocument Initialise(ConfigDocument? seen, CancellationToken cancellation)
    {
        RequireWorkingLocks();
        if (seen is { } present)
        {
            if (present.Revision == 0)
            {
                // Who made it may have died before it was durable; keys are about to be labelled with its id.
                FlushFolder();
            }

            return present;
        }

        folder.Create(files);
        using FileLock held = _lock.Acquire(cancellation);

        // Here and not with the first intent: the first commit makes it durable together with the store.
        files.EnsureFolder(Paths.Pending);
        if (ReadMain(trustStamp: false) is { } made)
        {
            return made;
        }

        if (NewestRevision() > 0)
        {
            // What a store that was here before has left in the lock file is not this one's.
            _lock.Remark(held, RevisionWord + "0");
        }

        return Commit(held, new ConfigDocument(Guid.NewGuid(), 0, null, [], JsonExtras.None));
    }

    /// <summary>
    /// Makes the vault, or opens it, before keys are sealed. One that holds nothing, and whose master key nothing relies on, gets a new
    /// one: under the lock, so that nobody seals a key with the old one meanwhile.
    /// </summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt, or a Store code.</exception>
    public void PrepareVault(CancellationToken cancellation)
    {
        // Without the lock: somebody may have to be asked for a passphrase.
        if (vault.TryOpen() && vault.HoldsSecrets)
        {
            return;
        }

        using FileLock held = _lock.Acquire(cancellation);
        vault.Make(renew: true, cancellation);
    }

    /// <summary>
    /// Changes the store: takes the lock, reads anew, lets <paramref name="edit"/> work on a draft, and commits the draft
    /// if it changed. Nothing else may be called in <paramref name="edit"/> that waits.
    /// </summary>
    /// <param name="edit">Changes the draft.</param>
    /// <param name="keys">Makes durable what the file is about to refer to; where it failed, nothing is changed.</param>
    /// <param name="cancellation">Gives up as long as nothing is committed.</param>
    public ConfigDocument Change(Action<ConfigDraft> edit, BackgroundWork? keys, CancellationToken cancellation)
    {
        RequireWorkingLocks();
        using FileLock held = _lock.Acquire(cancellation);
        ConfigDocument before = ReadStrictly() ?? throw Gone();
        var draft = new ConfigDraft(before, seals);
        edit(draft);

        // The last moment to stop: what is renamed into place counts.
        cancellation.ThrowIfCancellationRequested();
        return draft.IsChanged ? Commit(held, draft.ToDocument(), keys) : before;
    }

    /// <summary>The revision that was committed last, as far as it is known: 0 where it is not.</summary>
    public long NewestRevision() => ReadRemark().Revision;

    /// <summary>True when the store had keys in vaults of others at its last commit: a store without a file has lost it then.</summary>
    public bool HadKeysElsewhere() => ReadRemark().HasKeysElsewhere || HasNotes();

    private (long Revision, bool HasKeysElsewhere) ReadRemark()
    {
        string remark = _lock.ReadRemark();
        bool hasKeysElsewhere = remark.EndsWith(KeysElsewhere, StringComparison.Ordinal);
        string number = hasKeysElsewhere ? remark[..^KeysElsewhere.Length] : remark;
        return number.StartsWith(RevisionWord, StringComparison.Ordinal)
            && long.TryParse(number.AsSpan(RevisionWord.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long revision)
            && revision < ConfigDocument.HighestRevision
                ? (revision, hasKeysElsewhere)
                : (0, false);
    }

    /// <summary>Makes durable what any process renamed into place, before something is dropped that only the file before it refers to.</summary>
    public void FlushFolder() => files.FlushFolder(folder.Path);

    /// <summary>Refuses to write where .NET was told not to lock files: other programs' locks would not hold then.</summary>
    public static void RequireWorkingLocks()
    {
        bool disabled = AppContext.TryGetSwitch("System.IO.DisableFileLocking", out bool off) && off;
        string? variable = Environment.GetEnvironmentVariable("DOTNET_SYSTEM_IO_DISABLEFILELOCKING");
        if (disabled || variable is "1" || string.Equals(variable, "true", StringComparison.OrdinalIgnoreCase))
        {
            throw StoreFailure.Unsafe(
                "DOTNET_SYSTEM_IO_DISABLEFILELOCKING",
                "File locking is switched off in this process, so two processes could overwrite each other's changes.",
                "Unset DOTNET_SYSTEM_IO_DISABLEFILELOCKING and run the command again.");
        }
    }

    private const string RevisionWord = "revision ";
    private const string KeysElsewhere = ", with keys in vaults of others";

    private const string Remedy =
        $"Run Repair-LlmConfig, or move {StorePaths.ConfigFileName} aside yourself and copy {StorePaths.ConfigFileName}.bak to its place.";

    // The lists of models and of folders are written without the lock: whoever writes one at this moment does without it.
    private IReadOnlyList<string> ListLeftovers() =>
    [
        .. files.ListFiles(folder.Path, $"{StorePaths.ConfigFileName}*{StorePaths.TemporaryExtension}"),
        .. files.ListFiles(folder.Path, $"{StorePaths.ModelsFileName}*{StorePaths.TemporaryExtension}"),
        .. files.ListFiles(folder.Path, $"{StorePaths.FoldersFileName}*{StorePaths.TemporaryExtension}"),
    ];

    private ConfigDocument? ReadMain(bool trustStamp)
    {
        if (Load(Paths.ConfigFile, trustStamp) is { } found)
        {
            return found.Document;
        }

        if (!files.FileExists(Paths.Backup))
        {
            // Keys are written after the file: keys alone are those of a file that was lost.
            int keys = CountLostKeys();
            return keys == 0 ? RequireNoKeysElsewhere(trustStamp)
                : Load(Paths.ConfigFile, trustStamp)?.Document
                    ?? throw new LlmConfigException(
                        LlmConfigErrorCode.StoreCorrupt,
                        Paths.ConfigFile,
                        $"'{Paths.ConfigFile}' and its backup are gone, although the built-in vault holds {(keys == 1 ? "a key" : "keys")} of it.",
                        $"Run Repair-LlmConfig, which rebuilds it from what the vault says beside the keys. To begin anew, move the folder '{Paths.Vault}' aside.");
        }

        // Every commit leaves a backup: a backup alone is a file that was lost, unless the first commit of all was made
        // between the two looks.
        return Load(Paths.ConfigFile, trustStamp)?.Document
            ?? throw new LlmConfigException(
                LlmConfigErrorCode.StoreCorrupt, Paths.ConfigFile, $"'{Paths.ConfigFile}' is gone although its backup is there.", Remedy);
    }

    private ConfigDocument? RequireNoKeysElsewhere(bool trustStamp) =>
        !HadKeysElsewhere() ? null
        : Load(Paths.ConfigFile, trustStamp)?.Document
            ?? throw new LlmConfigException(
                LlmConfigErrorCode.StoreCorrupt,
                Paths.ConfigFile,
                $"'{Paths.ConfigFile}' and its backup are gone, although vaults that are registered hold keys of it.",
                $"Put the file back from a backup of the store's folder, or run Repair-LlmConfig -Vault with the vaults of the store. To begin anew, move the folder '{folder.Path}' aside.");

    private int CountLostKeys()
    {
        try
        {
            return vault.CountKeys();
        }
        catch (LlmConfigException) when (!files.FileExists(Paths.Lock))
        {
            // Whatever the vault holds, no store of ours was ever here: others keep secrets in it through SecretManagement.
            return 0;
        }
    }

    private ConfigDocument? TryReadBackup()
    {
        try
        {
            return Load(Paths.Backup, trustStamp: false)?.Document;
        }
        catch (LlmConfigException)
        {
            // The damage of the file itself is what has to be reported.
            return null;
        }
    }

    private (FileSnapshot File, ConfigDocument Document)? Load(string path, bool trustStamp)
    {
        bool cached = Cache.TryGetValue(path, out (FileSnapshot File, ConfigDocument Document) last);
        if (files.ReadFile(path, MaximumBytes, cached ? last.File : null, trustStamp) is not { } file)
        {
            return null;
        }

        if (cached && ReferenceEquals(file.Bytes, last.File.Bytes))
        {
            if (!ReferenceEquals(file, last.File))
            {
                Remember(path, file, last.Document);
            }

            return (file, last.Document);
        }

        try
        {
            ConfigDocument document = ConfigDocumentReader.Read(file.Bytes, Now);
            Remember(path, file, document);
            return (file, document);
        }
        catch (StoreFormatException e) when (e.NewerVersion is not null)
        {
            throw StoreFailure.NewerVersion(path, e, ConfigDocument.CurrentVersion);
        }
        catch (StoreFormatException e)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.StoreCorrupt, path, $"'{path}' is damaged: {e.Message}.", Remedy, e);
        }
    }

    // Who puts an older file in the place of a newer one is seen by it.
    private void Remember(FileLock held, ConfigDocument document)
    {
        bool hasKeysElsewhere = document.Configurations.Any(item => item.RemovableKey is { } key && !KeyVaults.IsBuiltIn(key.Vault));
        try
        {
            _lock.Remark(held, string.Create(CultureInfo.InvariantCulture, $"{RevisionWord}{document.Revision}{(hasKeysElsewhere ? KeysElsewhere : string.Empty)}"));
        }
        catch (LlmConfigException)
        {
            // The change is made; an older revision is remembered then.
        }
    }

    // A commit that comes between the two looks is no reason for an alarm: the file is read again after the revision.
    private (ConfigDocument? Document, LlmConfigException? Outdated) CheckRevision(ConfigDocument? document)
    {
        const int looks = 3;
        for (int look = 0; look < looks; look++)
        {
            long newest = NewestRevision();
            if (document is null || document.Revision >= newest)
            {
                return (document, null);
            }

            document = ReadMain(trustStamp: false);
            if (document is null || document.Revision >= newest)
            {
                return (document, null);
            }
        }

        return (document, Outdated(document!));
    }

    private LlmConfigException Outdated(ConfigDocument document) => new(
        LlmConfigErrorCode.StoreOutdated,
        Paths.ConfigFile,
        string.Create(CultureInfo.InvariantCulture, $"'{Paths.ConfigFile}' has revision {document.Revision}, but revision {NewestRevision()} was committed: somebody put an older file in its place, and keys in it may be revoked."),
        "Put the newer file back, or go on with the older one by Repair-LlmConfig.");

    private static void Remember(string path, FileSnapshot file, ConfigDocument document)
    {
        if (Cache.Count >= MostCached && !Cache.ContainsKey(path))
        {
            Cache.Clear();
        }

        Cache[path] = (file, document);
    }

    // Under the lock. The file first, since its rename is the commit; the backup then follows it, so that whatever
    // damages the file later costs nothing. Old keys are only removed after both.
    private ConfigDocument Commit(FileLock held, ConfigDocument document, BackgroundWork? keys = null)
    {
        foreach (string leftover in ListLeftovers())
        {
            files.DeleteFile(leftover);
        }

        byte[] bytes = ToBytes(document);
        bool hasBackup = HasBackup();
        var staged = new StagedFile?[2];
        try
        {
            LlmConfigException?[] failures = files.AtOnce(
            [
                () => staged[0] = files.StageDurably(Paths.ConfigFile, bytes),
                () => staged[1] = files.StageDurably(Paths.Backup, bytes),
            ]);
            if (failures[0] is { } failure)
            {
                throw failure;
            }

            keys?.Wait();

            staged[0]!.Place();
            Remember(Paths.ConfigFile, new FileSnapshot(bytes, null), document);
            PlaceBackup(staged[1], failures[1], hasBackup);
        }
        finally
        {
            Array.ForEach(staged, file => file?.Dispose());
        }

        try
        {
            files.FlushFolder(folder.Path);
        }
        catch (LlmConfigException e)
        {
            // Readers see the change already: the failure must not say that nothing was changed.
            throw new UncertainCommitException(new LlmConfigException(
                e.Code,
                e.Target,
                $"The change was made, but the disk did not confirm it: after a power cut it could be undone. {e.Problem}",
                "Check the disk, then look at what the store holds before you run the command again.",
                e));
        }

        // Not before the disk has confirmed the file: it must not be taken for an older one after a power cut.
        Remember(held, document);
        return document;
    }

    // On this thread: what there is to warn of is told to the caller. What is wrong with it is found again when it is written.
    private bool HasBackup()
    {
        try
        {
            return files.FileExists(Paths.Backup);
        }
        catch (LlmConfigException)
        {
            return true;
        }
    }

    private void PlaceBackup(StagedFile? backup, LlmConfigException? failure, bool hasBackup)
    {
        try
        {
            if (backup is null)
            {
                throw failure!;
            }

            if (!hasBackup)
            {
                // A disk may keep the two renames in any order, and a backup alone is read as a file that was lost.
                files.FlushFolder(folder.Path);
            }

            backup.Place();
        }
        catch (LlmConfigException e)
        {
            // The change is made; a backup that is one change behind is not a reason to report that it was not.
            warn(new LlmConfigWarning(Paths.Backup, $"The change was made, but its backup could not be written. {e.Message}"));
        }
    }

    // What could not be read back must not replace what can be.
    private byte[] ToBytes(ConfigDocument document)
    {
        byte[] bytes = ConfigDocumentWriter.Write(document);
        if (bytes.Length > MaximumBytes)
        {
            throw StoreFailure.TooLarge(Paths.ConfigFile, MaximumBytes);
        }

        try
        {
            ConfigDocumentReader.Read(bytes, written: document);
            return bytes;
        }
        catch (StoreFormatException e)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.StoreCorrupt,
                Paths.ConfigFile,
                $"The change would have made '{Paths.ConfigFile}' unreadable: {e.Message}.",
                "Nothing was changed; please report this, with the command that led to it.",
                e);
        }
    }

    private LlmConfigException Gone() => new(
        LlmConfigErrorCode.StoreCorrupt,
        Paths.ConfigFile,
        $"'{Paths.ConfigFile}' was removed while it was in use.",
        "Look at what removed it; nothing was changed.");
}
