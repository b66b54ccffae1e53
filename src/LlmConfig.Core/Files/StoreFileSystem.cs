using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>
/// The one seam through which the core touches the disk. Everything is created for the user alone (0700, 0600) in the
/// creating call itself, on Windows with an ACL that says the same; links are never followed, and every failure is an
/// <see cref="LlmConfigException"/>. The protected calls are one system call each, so that a test can fail or stop at every one of them.
/// </summary>
internal class StoreFileSystem
{
    /// <summary>Owner may read, write and search: what every folder is created with.</summary>
    public const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Owner may read and write: what every file is created with.</summary>
    public const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // EEXIST, which .NET puts into HResult on Unix, and the HRESULT of ERROR_FILE_EXISTS.
    private const int AlreadyExists = 17;
    private const int WindowsFileExists = unchecked((int)0x80070050);

    // Set-group-id on a folder, which is not among these, comes from the folder above it and lets nobody in.
    private const UnixFileMode AnyAccess = (UnixFileMode)0x1FF;

    // As much as stays in the processor's cache between reading and comparing.
    private const int CompareBytes = 128 * 1024;

    // Small files on the ext4 of a virtual disk: 0.12 ms each one after the other, 0.07 ms with 4 threads, 0.05 ms with 8.
    private const int MostAtOnce = 8;

    // Folders whose names are known to be on disk, and which folders they were.
    private static readonly ConcurrentDictionary<string, (ulong Device, ulong Inode)> Durable = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, bool> _warned = new(StringComparer.Ordinal);

    /// <summary>Told once of each file or folder that others may read.</summary>
    public Action<LlmConfigWarning>? Warn { get; set; }

    /// <summary>True when a folder is at the path; links are followed, since only the caller's own choice of folder is asked.</summary>
    public static bool FolderExists(string path) => Directory.Exists(path);

    /// <summary>
    /// Creates one folder, or accepts the user's own folder that is there already. Durable when it returns, also where a
    /// process made it that died before it could see to that.
    /// </summary>
    public void EnsureFolder(string path)
    {
        if (FindFolder(path) is not { } folder)
        {
            Guard(path, () => MakeFolder(path));

            // The number of a folder that was removed may be given again.
            Durable.TryRemove(path, out _);
            folder = FindFolder(path) ?? default;
        }

        // Once for each process, not for each change: the same folder stays what it is.
        (ulong Device, ulong Inode)? identity = folder.Stamp is { } stamp ? (stamp.Device, stamp.Inode) : null;
        if (identity is null || !Durable.TryGetValue(path, out (ulong, ulong) known) || known != identity)
        {
            if (TryFlushParent(path) && identity is { } flushed)
            {
                Durable[path] = flushed;
            }
        }
    }

    /// <summary>Refuses a folder that is a link, no folder, or somebody else's. False when nothing is there.</summary>
    public bool CheckFolder(string path) => FindFolder(path) is not null;

    private EntryInfo? FindFolder(string path)
    {
        EntryInfo? entry = Guard(path, () => Stat(path));
        if (entry is not { } found)
        {
            return null;
        }

        if (found.Kind == EntryKind.Link)
        {
            throw StoreFailure.Link(path);
        }

        if (found.Kind != EntryKind.Folder)
        {
            throw StoreFailure.NotAFolder(path);
        }

        if (!found.OwnedByUser)
        {
            throw StoreFailure.OtherOwner(path);
        }

        WarnIfWide(path, found);
        return found;
    }

    /// <summary>Reads a whole file of ours; <see langword="null"/> when nothing is there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The largest size in bytes that is read at all; a larger file is StoreCorrupt.</param>
    public byte[]? ReadFile(string path, int limit)
    {
        using SafeFileHandle? handle = Guard(path, () => Open(path, OpenFlags.ReadOnly));
        if (handle is null)
        {
            return null;
        }

        EntryInfo entry = CheckFile(path, handle);
        return entry.Length > limit ? throw StoreFailure.TooLarge(path, limit) : ReadAll(path, handle, (int)entry.Length);
    }

    /// <summary>Reads a whole file of ours, unless it is as it was; <see langword="null"/> when nothing is there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The largest size in bytes that is read at all; a larger file is StoreCorrupt.</param>
    /// <param name="known">What it held when it was read last; <see langword="null"/> when that is not known.</param>
    /// <param name="trustStamp">False to compare the bytes all the same.</param>
    /// <returns>Its <see cref="FileSnapshot.Bytes"/> are those of <paramref name="known"/> where nothing changed.</returns>
    public FileSnapshot? ReadFile(string path, int limit, FileSnapshot? known, bool trustStamp)
    {
        using SafeFileHandle? handle = Guard(path, () => Open(path, OpenFlags.ReadOnly));
        if (handle is null)
        {
            return null;
        }

        EntryInfo entry = CheckFile(path, handle);
        if (entry.Length > limit)
        {
            throw StoreFailure.TooLarge(path, limit);
        }

        if (trustStamp && known?.Stamp is { } stamp && entry.Stamp == stamp)
        {
            return known;
        }

        FileStamp? proof = FileSnapshot.Prove(entry.Stamp, DateTimeOffset.UtcNow);
        return known is not null && known.Bytes.Length == entry.Length && Holds(path, handle, known.Bytes)
            ? known.Stamp == proof ? known : known with { Stamp = proof }
            : new FileSnapshot(ReadAll(path, handle, (int)entry.Length), proof);
    }

    /// <summary>
    /// Reads a file that a person named and that is none of the store's: links are followed, and its owner and mode are the
    /// person's business. What is no regular file is refused; <see langword="null"/> when nothing is there.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The largest size in bytes that is read at all; a larger file is StoreCorrupt.</param>
    public SecretBytes? ReadOthersFile(string path, int limit)
    {
        string target = Guard(path, () => File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path);
        using SafeFileHandle? handle = Guard(path, () => Open(target, OpenFlags.ReadOnly));
        if (handle is null)
        {
            return null;
        }

        EntryInfo entry = Guard(path, () => Stat(handle));
        if (entry.Kind != EntryKind.File)
        {
            throw StoreFailure.Unsafe(path, $"'{path}' is not a regular file.", "Name a file.");
        }

        return entry.Length > limit
            ? throw new LlmConfigException(
                LlmConfigErrorCode.StoreCorrupt, path, $"'{path}' is larger than {limit / 1024 / 1024} MiB.", "Nothing was imported. Look at whether it is the right file.")
            : ReadSecret(path, handle, (int)entry.Length);
    }

    /// <summary>
    /// Writes a file that a person named and that is none of the store's, with mode 0600, whole or not at all, and makes it
    /// durable. A link that lies there is replaced, not followed.
    /// </summary>
    /// <exception cref="LlmConfigException">DuplicateName: there is a file and it is not to be overwritten; or a Store code.</exception>
    public void WriteOthersFile(string path, ReadOnlySpan<byte> content, bool overwrite)
    {
        CheckPlace(path, overwrite);
        string sibling = WriteSibling(path, content);
        try
        {
            // Without overwriting: a hard link and then one name less, so that nobody's file of the same moment is replaced.
            Guard(path, () =>
            {
                if (overwrite)
                {
                    Rename(sibling, path);
                }
                else
                {
                    RenameNew(sibling, path);
                }
            });
        }
        catch
        {
            DeleteQuietly(sibling);
            CheckPlace(path, overwrite);
            throw;
        }

        TryFlushParent(path);
    }

    /// <summary>Reads a file of a vault: too large means damaged there too, under the vault's own code.</summary>
    public byte[]? ReadVaultFile(string path, int limit) => AsVault(path, () => ReadFile(path, limit));

    /// <summary>The same for a file that may be as it was.</summary>
    public FileSnapshot? ReadVaultFile(string path, int limit, FileSnapshot? known, bool trustStamp) =>
        AsVault(path, () => ReadFile(path, limit, known, trustStamp));

    private static T? AsVault<T>(string path, Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.StoreCorrupt)
        {
            throw new LlmConfigException(LlmConfigErrorCode.VaultCorrupt, path, e.Problem, e.RecommendedAction, e);
        }
    }

    /// <summary>True when a regular file of ours is at the path; throws for a link or anything else there.</summary>
    public bool FileExists(string path)
    {
        EntryInfo? entry = Guard(path, () => Stat(path));
        if (entry is not { } found)
        {
            return false;
        }

        Check(path, found);
        return true;
    }

    /// <summary>
    /// Puts <paramref name="content"/> at the path so that a reader sees the old file or the new one: a sibling is
    /// written, flushed to disk and renamed over. The caller flushes the folder afterwards (<see cref="FlushFolder"/>).
    /// </summary>
    public void ReplaceFile(string path, ReadOnlySpan<byte> content)
    {
        using StagedFile staged = StageDurably(path, content);
        staged.Place();
    }

    /// <summary>Writes a sibling of what is to lie at the path, and neither flushes nor renames it.</summary>
    public StagedFile Stage(string path, ReadOnlySpan<byte> content)
    {
        FileExists(path);
        string sibling = SiblingOf(path);
        SafeFileHandle? handle = null;
        try
        {
            handle = Guard(path, () => CreateFile(sibling));
            WriteAll(path, handle, content);
            return new StagedFile(this, handle, sibling, path);
        }
        catch
        {
            handle?.Dispose();
            DeleteQuietly(sibling);
            throw;
        }
    }

    /// <summary>Writes a sibling of what is to lie at the path, flushes and closes it.</summary>
    public StagedFile StageDurably(string path, ReadOnlySpan<byte> content)
    {
        StagedFile staged = Stage(path, content);
        try
        {
            Flush(staged);
            staged.Handle.Dispose();
            return staged;
        }
        catch
        {
            staged.Dispose();
            throw;
        }
    }

    /// <summary>Makes the content of what was staged durable.</summary>
    public void Flush(StagedFile staged)
    {
        if (!staged.Handle.IsClosed)
        {
            Guard(staged.Path, () => FlushFile(staged.Handle));
        }
    }

    /// <summary>
    /// Writes and flushes at once, since a disk takes little longer for several files than for one. For what may become durable in
    /// any order only.
    /// </summary>
    /// <param name="work">What is to be done, each to something else.</param>
    /// <returns>What failed of each; <see langword="null"/> for what did not.</returns>
    public LlmConfigException?[] AtOnce(IReadOnlyList<Action> work)
    {
        var failures = new LlmConfigException?[work.Count];
        if (!Overlaps || work.Count == 1)
        {
            for (int i = 0; i < work.Count; i++)
            {
                Run(i);
            }

            return failures;
        }

        // Whoever comes first takes the next, the caller's thread too, and only what was taken is waited for: a busy thread pool
        // delays nothing. (Parallel.For waits for its helpers to start.)
        int taken = -1;
        ExceptionDispatchInfo? unexpected = null;
        var open = new CountdownEvent(work.Count);
        for (int helper = 1; helper < Math.Min(work.Count, MostAtOnce); helper++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => TakeAll(), null);
        }

        TakeAll();
        open.Wait();
        unexpected?.Throw();
        return failures;

        void TakeAll()
        {
            for (int i = Interlocked.Increment(ref taken); i < work.Count; i = Interlocked.Increment(ref taken))
            {
                try
                {
                    Run(i);
                }
#pragma warning disable CA1031 // Thrown again by the caller's thread; on one of the pool it would end the process.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    Interlocked.CompareExchange(ref unexpected, ExceptionDispatchInfo.Capture(e), null);
                }
                finally
                {
                    open.Signal();
                }
            }
        }

        void Run(int i)
        {
            try
            {
                work[i]();
            }
            catch (LlmConfigException e)
            {
                failures[i] = e;
            }
        }
    }

    /// <summary>Begins something that goes on meanwhile.</summary>
    /// <param name="work">What is to be done; it returns what failed.</param>
    public StartedWork Start(Func<LlmConfigException?> work) => new(work, Overlaps);

    /// <summary>Renames what was staged into place. On Windows most programs cannot read a file that is open for writing: it is closed before.</summary>
    public void Place(StagedFile staged, string sibling)
    {
        if (OperatingSystem.IsWindows())
        {
            Flush(staged);
            staged.Handle.Dispose();
        }

        SafeFileHandle? replaced = OpenReplaced(staged.Path);
        try
        {
            Guard(staged.Path, () => Rename(sibling, staged.Path));
        }
        finally
        {
            Release(replaced);
        }
    }

    /// <summary>
    /// Closes a file that has no name any more, meanwhile: whoever closes such a file last waits until its blocks are free, which
    /// nothing depends on.
    /// </summary>
    public void Release(SafeFileHandle? handle)
    {
        if (handle is null)
        {
            return;
        }

        if (Overlaps && !OperatingSystem.IsWindows())
        {
            ThreadPool.UnsafeQueueUserWorkItem(closed => closed.Dispose(), handle, preferLocal: false);
        }
        else
        {
            handle.Dispose();
        }
    }

    /// <summary>Removes a file that is of no use, if that can be done.</summary>
    public void DeleteQuietly(string path)
    {
        try
        {
            Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next writer removes what is left over.
        }
    }

    /// <summary>Creates a file with this content that the caller holds locked until the returned object is disposed of.</summary>
    public FileLock CreateLockedFile(string path, ReadOnlySpan<byte> content)
    {
        while (true)
        {
            if (TryCreateLockedFile(path, content) is { } held)
            {
                return held;
            }
        }
    }

    /// <summary>
    /// Opens a permanent lock file, creating it when it is not there, and tries to lock it.
    /// </summary>
    /// <returns><see langword="null"/> when another process, or another part of this one, holds a lock that excludes this one.</returns>
    public FileLock? TryLockFile(string path, bool exclusive)
    {
        while (true)
        {
            if ((Guard(path, () => Open(path, OpenFlags.ReadWrite)) ?? TryCreate(path)) is { } handle)
            {
                return Lock(path, handle, exclusive);
            }
        }
    }

    /// <summary>
    /// Opens a file that another process may hold, and locks it. <see langword="null"/> when it is held, or gone.
    /// </summary>
    public FileLock? TryLockExistingFile(string path)
    {
        SafeFileHandle? handle = Guard(path, () => Open(path, OpenFlags.ReadWrite));
        return handle is null ? null : Lock(path, handle, exclusive: true);
    }

    /// <summary>Reads what a locked file holds, from its beginning.</summary>
    public static byte[] ReadLocked(FileLock file, int limit) => ReadToEnd(file.Path, file.Handle, limit);

    /// <summary>Overwrites what a locked file holds. Not atomic: for notes that a reader may find torn.</summary>
    public void WriteLocked(FileLock file, ReadOnlySpan<byte> content)
    {
        WriteAll(file.Path, file.Handle, content);
        long length = content.Length;
        Guard(file.Path, () => RandomAccess.SetLength(file.Handle, length));
    }

    /// <summary>Makes durable what was written to a locked file.</summary>
    public void Flush(FileLock file) => Guard(file.Path, () => FlushFile(file.Handle));

    /// <summary>Reads a file that may be torn, missing or unreadable, for a message only; never throws.</summary>
    public byte[]? ReadNote(string path, int limit)
    {
        try
        {
            return ReadFile(path, limit);
        }
        catch (LlmConfigException)
        {
            return null;
        }
    }

    /// <summary>What lies at the path, for a look at it: nothing is refused. <see langword="null"/> when nothing does.</summary>
    public EntryInfo? Inspect(string path) => Guard(path, () => Stat(path));

    /// <summary>When the file was written last, in UTC.</summary>
    public DateTime GetModified(string path) => Guard(path, () => Modified(path));

    /// <summary>True when a process holds a lock on the file that excludes the one asked for; false also when there is no file.</summary>
    /// <param name="path">The file. It is neither created nor changed.</param>
    /// <param name="exclusive">True to find any holder, false to find one that holds it alone.</param>
    public bool IsHeld(string path, bool exclusive)
    {
        using SafeFileHandle? handle = Guard(path, () => Open(path, OpenFlags.ReadOnly));
        return handle is not null && !Guard(path, () => TryLock(handle, exclusive));
    }

    /// <summary>
    /// Takes from others what they may do with a file or folder of ours. Through a handle that was checked, so that nothing
    /// that is put there meanwhile, and nothing that a link leads to, is changed.
    /// </summary>
    public void Tighten(string path, bool isFolder)
    {
        using SafeFileHandle? handle = Guard(path, () => Open(path, isFolder ? OpenFlags.Folder : OpenFlags.ReadOnly));
        if (handle is null)
        {
            return;
        }

        EntryInfo entry = Guard(path, () => Stat(handle));
        if (!isFolder)
        {
            Refuse(path, entry);
        }
        else if (!entry.OwnedByUser)
        {
            throw StoreFailure.OtherOwner(path);
        }

        Guard(path, () => SetMode(handle, isFolder));
    }

    /// <summary>True when others may do something with it: what <see cref="Tighten"/> puts right.</summary>
    public static bool IsWide(EntryInfo entry) => (entry.Mode & ~Wanted(entry) & AnyAccess) != 0;

    /// <summary>What makes it wide, in words.</summary>
    public static string WideAccess(EntryInfo entry) =>
        OperatingSystem.IsWindows() ? "an access control list that lets others in" : $"mode {Octal(entry.Mode)}, wider than {Octal(Wanted(entry))}";

    /// <summary>
    /// Gives a file that is of no use another name in its folder, and never one that is taken. Under the lock of whoever
    /// writes there. The caller flushes the folder.
    /// </summary>
    /// <returns>The new path: the old one with a dot and <paramref name="suffix"/>, and a number where that is taken.</returns>
    public string MoveAside(string path, string suffix)
    {
        for (int number = 1; ; number++)
        {
            string aside = number == 1 ? $"{path}.{suffix}" : $"{path}.{suffix}-{number}";
            if (Inspect(aside) is null)
            {
                Guard(path, () => Rename(path, aside));
                return aside;
            }
        }
    }

    /// <summary>
    /// Adds a line to the end of a file of ours in one write, so that the lines of several processes do not mix. A file that
    /// would grow beyond <paramref name="limit"/> is renamed to <c>&lt;path&gt;.1</c> first, in the place of an earlier one.
    /// </summary>
    /// <param name="path">The file, created with <see cref="FileMode"/> when it is not there.</param>
    /// <param name="line">The line with its end.</param>
    /// <param name="limit">The largest size of the file in bytes.</param>
    public void AppendLine(string path, ReadOnlySpan<byte> line, long limit)
    {
        byte[] copy = line.ToArray();
        while (true)
        {
            using SafeFileHandle? handle = Guard(path, () => Open(path, OpenFlags.Append));
            if (handle is null)
            {
                CreateUnlessThere(path);
                continue;
            }

            EntryInfo entry = Guard(path, () => Stat(handle));
            Refuse(path, entry);
            if (entry.Length > 0 && entry.Length + copy.Length > limit && Rotate(path, handle, limit - copy.Length))
            {
                continue;
            }

            Guard(path, () => Append(handle, copy));
            return;
        }
    }

    /// <summary>Removes a file; nothing happens when it is not there.</summary>
    public void DeleteFile(string path) => Guard(path, () => Delete(path));

    /// <summary>Makes the names in a folder durable: what was created, renamed or removed there survives a power cut.</summary>
    public void FlushFolder(string path) => Guard(path, () => SyncFolder(path));

    /// <summary>The full paths of the files in a folder whose names match a pattern; empty when there is no folder.</summary>
    public IReadOnlyList<string> ListFiles(string path, string pattern) => Guard(path, () => List(path, pattern));

    /// <summary>Some of them, as the folder gives them: what they are is told without a look at all.</summary>
    public IReadOnlyList<string> ListSome(string path, string pattern, int most) => Guard(path, () => List(path, pattern, most));

    /// <summary>False where calls have to come one after the other.</summary>
    protected virtual bool Overlaps => true;

    /// <summary>What lies at the path, links not followed; <see langword="null"/> when nothing does.</summary>
    protected virtual EntryInfo? Stat(string path) => OperatingSystem.IsWindows() ? Win32.Stat(path) : Libc.Stat(path);

    /// <summary>What an open handle leads to.</summary>
    protected virtual EntryInfo Stat(SafeFileHandle handle) => OperatingSystem.IsWindows() ? Win32.Stat(handle) : Libc.Stat(handle);

    protected virtual DateTime Modified(string path) => File.GetLastWriteTimeUtc(path);

    /// <summary>Opens without following a link and without waiting on a FIFO; <see langword="null"/> when missing.</summary>
    protected virtual SafeFileHandle? Open(string path, OpenFlags flags) => OperatingSystem.IsWindows() ? Win32.Open(path, flags) : Libc.Open(path, flags);

    /// <summary>Lets nobody but the user use what an open handle leads to.</summary>
    protected virtual void SetMode(SafeFileHandle handle, bool isFolder)
    {
        if (OperatingSystem.IsWindows())
        {
            Win32.Tighten(handle, isFolder);
        }
        else
        {
            // fchmod(2).
            File.SetUnixFileMode(handle, isFolder ? FolderMode : FileMode);
        }
    }

    /// <summary>Writes at the end of a file that was opened for it, in one call.</summary>
    protected virtual void Append(SafeFileHandle handle, ReadOnlySpan<byte> content)
    {
        if (OperatingSystem.IsWindows())
        {
            Win32.Append(handle, content);
        }
        else
        {
            Libc.Append(handle, content);
        }
    }

    /// <summary>Creates one folder with <see cref="FolderMode"/>; accepts one that is there.</summary>
    protected virtual void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Win32.MakeFolder(path);
        }
        else
        {
            Directory.CreateDirectory(path, FolderMode);
        }
    }

    /// <summary>Creates a file that must not exist, with <see cref="FileMode"/>. Throws <see cref="IOException"/> when it exists.</summary>
    protected virtual SafeFileHandle CreateFile(string path) => OperatingSystem.IsWindows() ? Win32.Create(path) : Libc.Create(path);

    /// <summary>Locks an open file without waiting; false when another open file excludes it.</summary>
    protected virtual bool TryLock(SafeFileHandle handle, bool exclusive) =>
        OperatingSystem.IsWindows() ? Win32.TryLock(handle, exclusive) : Libc.TryLock(handle, exclusive);

    protected virtual void Write(SafeFileHandle handle, ReadOnlySpan<byte> content, long offset) =>
        RandomAccess.Write(handle, content, offset);

    protected virtual void FlushFile(SafeFileHandle handle) => RandomAccess.FlushToDisk(handle);

    // rename(2) on Unix; File.Replace would remove the backup and then throw when the target is missing.
    protected virtual void Rename(string from, string to) => Rename(from, to, overwrite: true);

    protected virtual void RenameNew(string from, string to) => Rename(from, to, overwrite: false);

    protected virtual void Delete(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Win32.Delete(path);
            }
            else
            {
                File.Delete(path);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Not there: what was wanted.
        }
    }

    /// <summary>Flushes a folder's names to disk, where the file system knows such a thing.</summary>
    protected virtual void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Win32.SyncFolder(path);
            return;
        }

        using SafeFileHandle handle = Libc.Open(path, OpenFlags.Folder)
            ?? throw new DirectoryNotFoundException($"Could not find the folder '{path}'.");
        RandomAccess.FlushToDisk(handle);
    }

    protected virtual IReadOnlyList<string> List(string path, string pattern, int most = int.MaxValue)
    {
        try
        {
            return most == int.MaxValue ? Directory.GetFiles(path, pattern) : [.. Directory.EnumerateFiles(path, pattern).Take(most)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static void Rename(string from, string to, bool overwrite)
    {
        if (OperatingSystem.IsWindows())
        {
            Win32.Rename(from, to, overwrite);
        }
        else
        {
            File.Move(from, to, overwrite);
        }
    }

    // Kept open over the rename that takes its name away, to be closed by Release. Windows would refuse the rename.
    private SafeFileHandle? OpenReplaced(string path)
    {
        try
        {
            return OperatingSystem.IsWindows() ? null : Guard(path, () => Open(path, OpenFlags.ReadOnly));
        }
        catch (LlmConfigException)
        {
            // One that does not let itself be read is replaced all the same.
            return null;
        }
    }

    // A folder that is not ours may not let itself be opened; its own writers flush it then.
    private bool TryFlushParent(string path)
    {
        try
        {
            SyncFolder(Path.GetDirectoryName(path)!);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LlmConfigException)
        {
            // The folder is there; what is written into it is flushed with it.
            return false;
        }
    }

    private void CheckPlace(string path, bool overwrite)
    {
        if (Guard(path, () => Stat(path)) is not { } there)
        {
            return;
        }

        if (there.Kind is EntryKind.Folder or EntryKind.Other)
        {
            throw StoreFailure.Unsafe(path, $"'{path}' is not a regular file.", "Name a file.");
        }

        if (!overwrite)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.DuplicateName, path, $"There is a file '{path}' already.", "Name another one, or replace it with -Force.");
        }
    }

    private static SecretBytes ReadSecret(string path, SafeFileHandle handle, int length)
    {
        var bytes = new SecretBytes(length);
        try
        {
            int read = 0;
            while (read < length)
            {
                int at = read;
                int count = Guard(path, () => RandomAccess.Read(handle, bytes.Span[at..], at));
                if (count == 0)
                {
                    throw new LlmConfigException(
                        LlmConfigErrorCode.StoreCorrupt, path, $"'{path}' became shorter while it was read.", "Run the command again once nothing writes it.");
                }

                read += count;
            }

            return bytes;
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    private static string SiblingOf(string path) =>
        $"{path}.{Convert.ToHexString(Guid.NewGuid().ToByteArray().AsSpan(0, 6))}{StorePaths.TemporaryExtension}";

    private static byte[] ReadAll(string path, SafeFileHandle handle, int length)
    {
        // The file may shrink or grow while it is read: what was read is then judged by whoever parses it. The first buffer
        // is the one returned, so that no copy of a master key stays behind.
        byte[] buffer = new byte[length];
        int read = 0;
        while (read < length)
        {
            int at = read;
            int count = Guard(path, () => RandomAccess.Read(handle, buffer.AsSpan(at), at));
            if (count == 0)
            {
                return buffer[..read];
            }

            read += count;
        }

        return buffer;
    }

    private static byte[] ReadToEnd(string path, SafeFileHandle handle, int limit)
    {
        byte[] buffer = new byte[Math.Min(limit, 4096)];
        int read = 0;
        while (true)
        {
            int at = read;
            int count = Guard(path, () => RandomAccess.Read(handle, buffer.AsSpan(at), at));
            read += count;
            if (count == 0)
            {
                return buffer[..read];
            }

            if (read == buffer.Length)
            {
                Array.Resize(ref buffer, read < limit ? (int)Math.Min(limit, 2L * read) : throw StoreFailure.TooLarge(path, limit));
            }
        }
    }

    // Piece by piece, so that a large file that did not change costs no memory.
    private static bool Holds(string path, SafeFileHandle handle, byte[] content)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CompareBytes);
        try
        {
            int count;
            for (int at = 0; at < content.Length; at += count)
            {
                int offset = at;
                count = Guard(path, () => RandomAccess.Read(handle, buffer.AsSpan(0, Math.Min(buffer.Length, content.Length - offset)), offset));
                if (count == 0 || !buffer.AsSpan(0, count).SequenceEqual(content.AsSpan(at, count)))
                {
                    return false;
                }
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Guard(string path, Action call) => Guard(path, () =>
    {
        call();
        return true;
    });

    private static T Guard<T>(string path, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.From(e, path);
        }
    }

    // null when another process, on its way through leftovers, took the new file for one before it was locked.
    private FileLock? TryCreateLockedFile(string path, ReadOnlySpan<byte> content)
    {
        // Written under another name first: whoever finds the final name finds all of its content.
        string sibling = SiblingOf(path);
        SafeFileHandle? handle = null;
        try
        {
            handle = CreateFile(sibling);
            if (!TryLock(handle, exclusive: true) || Stat(handle).LinkCount == 0)
            {
                handle.Dispose();
                DeleteQuietly(sibling);
                return null;
            }

            WriteAll(path, handle, content);
            FlushFile(handle);
            Rename(sibling, path);
            return new FileLock(handle, path);
        }
        catch (FileNotFoundException) when (handle is null)
        {
            return null;
        }
        catch (Exception e)
        {
            handle?.Dispose();
            DeleteQuietly(sibling);
            if (e is IOException or UnauthorizedAccessException)
            {
                throw StoreFailure.From(e, path);
            }

            throw;
        }
    }

    private string WriteSibling(string path, ReadOnlySpan<byte> content)
    {
        string sibling = SiblingOf(path);
        try
        {
            using (SafeFileHandle handle = Guard(path, () => CreateFile(sibling)))
            {
                WriteAll(path, handle, content);
                Guard(path, () => FlushFile(handle));
            }

            return sibling;
        }
        catch
        {
            DeleteQuietly(sibling);
            throw;
        }
    }

    private unsafe void WriteAll(string path, SafeFileHandle handle, ReadOnlySpan<byte> content)
    {
        // A span cannot be captured; its address can, for as long as it is pinned here.
        fixed (byte* start = content)
        {
            nint address = (nint)start;
            int length = content.Length;
            Guard(path, () => Write(handle, new ReadOnlySpan<byte>((void*)address, length), 0));
        }
    }

    // Who rotates at the same moment may create it first, and even rename it again before this process looks.
    private void CreateUnlessThere(string path)
    {
        try
        {
            CreateFile(path).Dispose();
        }
        catch (IOException e) when (e is FileNotFoundException || e.HResult is AlreadyExists or WindowsFileExists)
        {
            // The caller opens what is there, or tries again.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.From(e, path);
        }
    }

    private SafeFileHandle? TryCreate(string path)
    {
        try
        {
            return CreateFile(path);
        }
        catch (IOException) when (FileExists(path))
        {
            // Another process was first.
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.From(e, path);
        }
    }

    private FileLock? Lock(string path, SafeFileHandle handle, bool exclusive)
    {
        try
        {
            CheckFile(path, handle);
            if (Guard(path, () => TryLock(handle, exclusive)))
            {
                return new FileLock(handle, path);
            }
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        handle.Dispose();
        return null;
    }

    private EntryInfo CheckFile(string path, SafeFileHandle handle)
    {
        EntryInfo entry = Guard(path, () => Stat(handle));
        Check(path, entry);
        return entry;
    }

    // False when another process is about to do it: the line then goes to the file as it is.
    private bool Rotate(string path, SafeFileHandle handle, long largest)
    {
        if (!Guard(path, () => TryLock(handle, exclusive: true)))
        {
            return false;
        }

        // Under the lock of the old file: was it renamed between the opening and the lock, a new one is there.
        if (Inspect(path) is { } now && now.Length > largest)
        {
            Guard(path, () => Rename(path, path + ".1"));
        }

        return true;
    }

    private void Check(string path, EntryInfo entry)
    {
        Refuse(path, entry);
        WarnIfWide(path, entry);
    }

    private static void Refuse(string path, EntryInfo entry)
    {
        if (entry.Kind == EntryKind.Link)
        {
            throw StoreFailure.Link(path);
        }

        if (entry.Kind != EntryKind.File)
        {
            throw StoreFailure.NotAFile(path);
        }

        if (!entry.OwnedByUser)
        {
            throw StoreFailure.OtherOwner(path);
        }

        // 0 names: it was removed or replaced while it was open, and is as good as before.
        if (entry.LinkCount > 1)
        {
            throw StoreFailure.SharedFile(path);
        }
    }

    private void WarnIfWide(string path, EntryInfo entry)
    {
        if (IsWide(entry) && Warn is { } warn && _warned.TryAdd(path, true))
        {
            string remedy = OperatingSystem.IsWindows() ? "Run Repair-LlmConfig." : $"Run Repair-LlmConfig, or chmod {Octal(Wanted(entry))}.";
            warn(new LlmConfigWarning(path, $"'{path}' has {WideAccess(entry)}: other users may be able to read it. {remedy}"));
        }
    }

    private static UnixFileMode Wanted(EntryInfo entry) => entry.Kind == EntryKind.Folder ? FolderMode : FileMode;

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
}
