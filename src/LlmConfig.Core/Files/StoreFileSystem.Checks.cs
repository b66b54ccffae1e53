using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <content>What is refused, and what is warned of.</content>
internal partial class StoreFileSystem
{
    // Set-group-id on a folder, which is not among these, comes from the folder above it and lets nobody in.
    private const UnixFileMode AnyAccess = (UnixFileMode)0x1FF;

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

    /// <summary>What lies at the path, for a look at it: nothing is refused. <see langword="null"/> when nothing does.</summary>
    public EntryInfo? Inspect(string path) => Guard(path, () => Stat(path));

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
        Refuse(path, entry, isFolder ? EntryKind.Folder : EntryKind.File);
        Guard(path, () => SetMode(handle, isFolder));
    }

    /// <summary>True when others may do something with it: what <see cref="Tighten"/> repairs.</summary>
    public static bool IsWide(EntryInfo entry) => (entry.Mode & ~Wanted(entry) & AnyAccess) != 0;

    /// <summary>What makes it wide, in words.</summary>
    public static string WideAccess(EntryInfo entry) =>
        OperatingSystem.IsWindows() ? "an access control list that lets others in" : $"mode {Octal(entry.Mode)}, wider than {Octal(Wanted(entry))}";

    private EntryInfo? FindFolder(string path)
    {
        EntryInfo? entry = Guard(path, () => Stat(path));
        if (entry is not { } found)
        {
            return null;
        }

        Refuse(path, found, EntryKind.Folder);
        WarnIfWide(path, found);
        return found;
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

    private EntryInfo CheckFile(string path, SafeFileHandle handle)
    {
        EntryInfo entry = Guard(path, () => Stat(handle));
        Check(path, entry);
        return entry;
    }

    private void Check(string path, EntryInfo entry)
    {
        Refuse(path, entry);
        WarnIfWide(path, entry);
    }

    private static void Refuse(string path, EntryInfo entry, EntryKind wanted = EntryKind.File)
    {
        if (entry.Kind == EntryKind.Link)
        {
            throw StoreFailure.Link(path);
        }

        if (entry.Kind != wanted)
        {
            throw wanted == EntryKind.Folder ? StoreFailure.NotAFolder(path) : StoreFailure.NotAFile(path);
        }

        if (!entry.OwnedByUser)
        {
            throw StoreFailure.OtherOwner(path);
        }

        // 0 names: it was removed or replaced while it was open, and is as good as before.
        if (wanted == EntryKind.File && entry.LinkCount > 1)
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
