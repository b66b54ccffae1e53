using System.Collections.Concurrent;

namespace LlmConfig;

/// <summary>
/// <c>llm_config.json</c> and its backup: read without a lock, changed under the lock of the store, never read as empty
/// when it is damaged and never overwritten then.
/// </summary>
internal sealed class ConfigFile(StoreFolder folder, StoreFileSystem files, Action<LlmConfigWarning> warn, TimeSpan patience)
{
    /// <summary>The largest file that is read: 64 MiB, about 150,000 configurations.</summary>
    public const int MaximumBytes = 64 * 1024 * 1024;

    private const int MostCached = 16;

    // Shared by all repositories of the process: each command opens its own, and most read what the last one read.
    private static readonly ConcurrentDictionary<string, (FileSnapshot File, ConfigDocument Document)> Cache = new(StringComparer.Ordinal);

    private readonly WaitingLock _lock = new(files, new StorePaths(folder.Path).Lock, patience);

    private StorePaths Paths { get; } = new(folder.Path);

    /// <summary>
    /// What the store holds now; <see langword="null"/> when there is no store yet. Where the file is damaged or gone,
    /// the backup is served with a warning.
    /// </summary>
    /// <exception cref="LlmConfigException">StoreCorrupt where the backup is of no use either, StoreVersionUnsupported, or a Store code.</exception>
    public ConfigDocument? Read()
    {
        if (!files.CheckFolder(folder.Path))
        {
            return null;
        }

        try
        {
            return ReadMain(trustStamp: true);
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
            return backup;
        }
    }

    /// <summary>
    /// What the store holds now, for a decision that must not rest on the backup, nor on the stamp of the file: the bytes
    /// are compared.
    /// </summary>
    /// <exception cref="LlmConfigException">StoreCorrupt, StoreVersionUnsupported, or another Store code.</exception>
    public ConfigDocument? ReadStrictly() => files.CheckFolder(folder.Path) ? ReadMain(trustStamp: false) : null;

    /// <summary>Creates the folder and an empty store with an id, unless there is one.</summary>
    public ConfigDocument Initialise(CancellationToken cancellation)
    {
        RequireWorkingLocks();
        if (ReadStrictly() is { } present)
        {
            if (present.Revision == 0)
            {
                // Who made it may have died before it was durable; keys are about to be labelled with its id.
                Confirm();
            }

            return present;
        }

        foreach (string level in folder.Levels)
        {
            if (level == folder.Path || !StoreFileSystem.FolderExists(level))
            {
                files.EnsureFolder(level);
            }
        }

        using FileLock held = _lock.Acquire(cancellation);

        // Here and not with the first intent: the first commit makes it durable together with the store.
        files.EnsureFolder(Paths.Pending);
        return ReadStrictly() ?? Commit(new ConfigDocument(Guid.NewGuid(), 0, null, [], JsonExtras.None));
    }

    /// <summary>
    /// Changes the store: takes the lock, reads anew, lets <paramref name="edit"/> work on a draft, and commits the draft
    /// if it changed. Nothing else may be called in <paramref name="edit"/> that waits.
    /// </summary>
    public ConfigDocument Change(Action<ConfigDraft> edit, CancellationToken cancellation)
    {
        RequireWorkingLocks();
        using FileLock held = _lock.Acquire(cancellation);
        ConfigDocument before = ReadStrictly() ?? throw Gone();
        var draft = new ConfigDraft(before);
        edit(draft);

        // The last moment to stop: what is renamed into place counts.
        cancellation.ThrowIfCancellationRequested();
        return draft.IsChanged ? Commit(draft.ToDocument()) : before;
    }

    /// <summary>Makes durable what any process renamed into place, before something is dropped that only the file before it refers to.</summary>
    public void Confirm() => files.FlushFolder(folder.Path);

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

    private const string Remedy =
        $"Run Repair-LlmConfig, or move {StorePaths.ConfigFileName} aside yourself and copy {StorePaths.ConfigFileName}.bak to its place.";

    private ConfigDocument? ReadMain(bool trustStamp)
    {
        if (ReadDocument(Paths.ConfigFile, trustStamp) is { } document)
        {
            return document;
        }

        if (!files.FileExists(Paths.Backup))
        {
            return null;
        }

        // Every commit leaves a backup: a backup alone is a file that was lost, unless the first commit of all was made
        // between the two looks.
        return ReadDocument(Paths.ConfigFile, trustStamp)
            ?? throw new LlmConfigException(
                LlmConfigErrorCode.StoreCorrupt, Paths.ConfigFile, $"'{Paths.ConfigFile}' is gone although its backup is there.", Remedy);
    }

    private ConfigDocument? TryReadBackup()
    {
        try
        {
            return ReadDocument(Paths.Backup, trustStamp: false);
        }
        catch (LlmConfigException)
        {
            // The damage of the file itself is what has to be reported.
            return null;
        }
    }

    private ConfigDocument? ReadDocument(string path, bool trustStamp)
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

            return last.Document;
        }

        try
        {
            ConfigDocument document = ConfigDocumentReader.Read(file.Bytes);
            Remember(path, file, document);
            return document;
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
    private ConfigDocument Commit(ConfigDocument document)
    {
        foreach (string leftover in files.ListFiles(folder.Path, $"{StorePaths.ConfigFileName}*{StorePaths.TemporaryExtension}"))
        {
            files.DeleteFile(leftover);
        }

        byte[] bytes = ConfigDocumentWriter.Write(document);
        if (bytes.Length > MaximumBytes)
        {
            throw StoreFailure.TooLarge(Paths.ConfigFile, MaximumBytes);
        }

        RequireReadable(bytes);
        files.ReplaceFile(Paths.ConfigFile, bytes);
        Remember(Paths.ConfigFile, new FileSnapshot(bytes, null), document);
        try
        {
            if (!files.FileExists(Paths.Backup))
            {
                // A disk may keep the two renames in any order, and a backup alone is read as a file that was lost.
                files.FlushFolder(folder.Path);
            }

            files.ReplaceFile(Paths.Backup, bytes);
        }
        catch (LlmConfigException e)
        {
            // The change is made; a backup that is one change behind is not a reason to report that it was not.
            warn(new LlmConfigWarning(Paths.Backup, $"The change was made, but its backup could not be written. {e.Message}"));
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

        return document;
    }

    // What could not be read back must not replace what can be.
    private void RequireReadable(byte[] bytes)
    {
        try
        {
            ConfigDocumentReader.Read(bytes);
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
