namespace LlmConfig;

/// <content>What a repair looks at and does to the file and its backup.</content>
internal sealed partial class ConfigFile
{
    /// <summary>The file and its backup as they are, for a look at them. Changes nothing.</summary>
    public (ConfigFileSnapshot Main, ConfigFileSnapshot Backup) Look() => (Look(Paths.ConfigFile), Look(Paths.Backup));

    /// <summary>What other writers left half-written; none while one is at work.</summary>
    public IReadOnlyList<string> Leftovers() => files.IsHeld(Paths.Lock, exclusive: true) ? [] : ListLeftovers();

    /// <summary>Removes a file that a dead writer left half-written.</summary>
    /// <returns>True when it was there.</returns>
    public bool RemoveLeftover(string path, CancellationToken cancellation)
    {
        RequireWorkingLocks();
        using FileLock held = _lock.Acquire(cancellation);
        bool found = files.Inspect(path) is not null;
        files.DeleteFile(path);
        return found;
    }

    /// <summary>Goes on with a file that is older than what was committed last, which nobody has any more.</summary>
    /// <param name="edit">Changes the draft.</param>
    /// <param name="cancellation">Gives up while the lock is waited for.</param>
    /// <returns>The document; <see langword="null"/> where the file is not older.</returns>
    public ConfigDocument? AcceptOlder(Action<ConfigDraft> edit, CancellationToken cancellation)
    {
        RequireWorkingLocks();
        using FileLock held = _lock.Acquire(cancellation);
        ConfigDocument before = ReadMain(trustStamp: false) ?? throw Gone();
        long newest = NewestRevision();
        if (before.Revision >= newest)
        {
            return null;
        }

        var draft = new ConfigDraft(before, seals);
        edit(draft);
        return Commit(held, draft.ToDocument(newest));
    }

    /// <summary>
    /// Puts a file in the place of one that is damaged or gone: what <paramref name="mend"/> makes of the backup.
    /// What is damaged gets a dated name. At every moment a reader finds the damaged file, or a file or backup that validates.
    /// </summary>
    /// <param name="mend">Given the backup, if it is of use: what is to be there.</param>
    /// <param name="suffix">What the names of damaged files get.</param>
    /// <param name="cancellation">Gives up while the lock is waited for.</param>
    /// <returns>What became of it, or <see langword="null"/> when the file is good: another process was first.</returns>
    /// <exception cref="LlmConfigException">StoreVersionUnsupported, StoreUnsafe, StoreBusy, StoreFull, StoreAccessDenied.</exception>
    public RestoredFile? Restore(Func<ConfigDocument?, ConfigDocument> mend, string suffix, CancellationToken cancellation)
    {
        RequireWorkingLocks();
        folder.Create(files);
        using FileLock held = _lock.Acquire(cancellation);
        (ConfigFileSnapshot main, ConfigFileSnapshot backup) = Look();
        if (main.State == ConfigFileState.Good)
        {
            return null;
        }

        RefuseUnlessDamaged(main);
        RefuseUnlessDamaged(backup);
        ConfigDocument document = mend(backup.Document).AtLeast(NewestRevision());
        byte[] bytes = document == backup.Document ? backup.Bytes! : ToBytes(document);
        List<string> aside = [];
        if (main.State == ConfigFileState.Absent)
        {
            // Nothing there that could be read meanwhile, so the file comes first.
            Replace(Paths.ConfigFile, bytes, document);
            WriteBackup(backup, bytes, suffix, aside);
        }
        else
        {
            // A backup that validates lies there while the damaged file is moved aside: readers are served it.
            WriteBackup(backup, bytes, suffix, aside);
            files.FlushFolder(folder.Path);
            aside.Add(files.MoveAside(Paths.ConfigFile, suffix));
            Replace(Paths.ConfigFile, bytes, document);
        }

        files.FlushFolder(folder.Path);
        Remember(held, document);
        return new RestoredFile(document, aside);
    }

    /// <summary>Writes the backup anew where it is not the file's bytes; one that is damaged gets a dated name.</summary>
    /// <returns>The names under which something was kept, or <see langword="null"/> when the backup is right.</returns>
    /// <exception cref="LlmConfigException">StoreCorrupt: the file itself is damaged; StoreVersionUnsupported, StoreBusy, StoreFull and the like.</exception>
    public RestoredFile? RestoreBackup(string suffix, CancellationToken cancellation)
    {
        RequireWorkingLocks();
        using FileLock held = _lock.Acquire(cancellation);
        ConfigDocument document = ReadStrictly() ?? throw Gone();
        (ConfigFileSnapshot main, ConfigFileSnapshot backup) = Look();
        if (main.Bytes is not { } bytes || (backup.Bytes is { } present && present.AsSpan().SequenceEqual(bytes)))
        {
            return null;
        }

        RefuseUnlessDamaged(backup);
        List<string> aside = [];
        WriteBackup(backup, bytes, suffix, aside);
        files.FlushFolder(folder.Path);
        return new RestoredFile(document, aside);
    }

    private ConfigFileSnapshot Look(string path)
    {
        try
        {
            return Load(path, trustStamp: false) is { } found
                ? new ConfigFileSnapshot(ConfigFileState.Good, found.File.Bytes, found.Document)
                : new ConfigFileSnapshot(ConfigFileState.Absent);
        }
        catch (LlmConfigException e)
        {
            return new ConfigFileSnapshot(
                e.Code switch
                {
                    LlmConfigErrorCode.StoreCorrupt => ConfigFileState.Damaged,
                    LlmConfigErrorCode.StoreVersionUnsupported => ConfigFileState.Newer,
                    _ => ConfigFileState.Refused,
                },
                Error: e);
        }
    }

    // A file of a newer version may hold what this one does not know; a link or another user's file is for a person to judge.
    private static void RefuseUnlessDamaged(ConfigFileSnapshot look)
    {
        if (look.State is ConfigFileState.Newer or ConfigFileState.Refused)
        {
            throw look.Error!;
        }
    }

    // Under the lock.
    private void WriteBackup(ConfigFileSnapshot backup, byte[] bytes, string suffix, List<string> aside)
    {
        if (backup.Bytes is { } present && present.AsSpan().SequenceEqual(bytes))
        {
            return;
        }

        if (backup.State == ConfigFileState.Damaged)
        {
            aside.Add(files.MoveAside(Paths.Backup, suffix));
        }

        files.ReplaceFile(Paths.Backup, bytes);
    }

    private void Replace(string path, byte[] bytes, ConfigDocument document)
    {
        files.ReplaceFile(path, bytes);
        Remember(path, new FileSnapshot(bytes, null), document);
    }
}

/// <summary><c>llm_config.json</c> or its backup as it was seen.</summary>
/// <param name="State">Whether it is of use.</param>
/// <param name="Bytes">Its bytes, where it validates.</param>
/// <param name="Document">What it holds, where it validates.</param>
/// <param name="Error">Why it cannot be used, where it is there.</param>
internal sealed record ConfigFileSnapshot(ConfigFileState State, byte[]? Bytes = null, ConfigDocument? Document = null, LlmConfigException? Error = null);

/// <summary>What a repair of <c>llm_config.json</c> or its backup did.</summary>
/// <param name="Document">What the store holds now.</param>
/// <param name="KeptAside">The paths under which damaged files are kept.</param>
internal sealed record RestoredFile(ConfigDocument Document, IReadOnlyList<string> KeptAside);

/// <summary>What a look at <c>llm_config.json</c> or its backup found.</summary>
internal enum ConfigFileState
{
    Absent = 1,

    /// <summary>It validates.</summary>
    Good = 2,

    /// <summary>It does not parse, breaks a rule, or is too large.</summary>
    Damaged = 3,

    /// <summary>A newer version of this module wrote it.</summary>
    Newer = 4,

    /// <summary>It is a link, another user's, or cannot be read at all.</summary>
    Refused = 5,
}
