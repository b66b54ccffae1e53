namespace LlmConfig;

/// <summary>What the file system says of one path or open file, links not followed.</summary>
/// <param name="Kind">File, folder, link or anything else (FIFO, socket, device).</param>
/// <param name="OwnedByUser">True when the effective user of this process is the owner.</param>
/// <param name="Mode">The permission bits; on Windows those of others where the access control list lets anybody in but the user, the system and administrators.</param>
/// <param name="Length">Size in bytes.</param>
/// <param name="LinkCount">How many names the file has.</param>
/// <param name="Stamp">By what it is known again; <see langword="null"/> where nothing does that.</param>
internal readonly record struct EntryInfo(
    EntryKind Kind, bool OwnedByUser, UnixFileMode Mode, long Length, uint LinkCount, FileStamp? Stamp = null);

/// <summary>What lies at a path, links not followed.</summary>
internal enum EntryKind
{
    File = 1,
    Folder = 2,
    Link = 3,
    Other = 4,
}

/// <summary>By what a file is known again: any change of it, or another file in its place, gives another stamp.</summary>
/// <param name="Device">The file system that it lies on.</param>
/// <param name="Inode">Its number there; the number of a file that was removed may be given again.</param>
/// <param name="Changed">
/// When content, owner, mode or name changed last, in nanoseconds since 1970 (st_ctime). No program can set it. It
/// comes in steps, of 10 ms at most on Linux: two changes within one step have the same.
/// </param>
internal readonly record struct FileStamp(ulong Device, ulong Inode, long Changed);

/// <summary>What a file held when it was read, and by what the next reader knows that it still does.</summary>
/// <param name="Bytes">All of it.</param>
/// <param name="Stamp">The stamp that it had before it was read; <see langword="null"/> where the stamp would prove nothing.</param>
internal sealed record FileSnapshot(byte[] Bytes, FileStamp? Stamp)
{
    // Far above the steps in which file systems count time (10 ms here, 2 s on FAT), and above what a clock is set right by.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(4);

    /// <summary>
    /// The stamp, if it proves that nothing changed as long as it stays the same: a file that was changed just now may be
    /// changed again within the same step of its clock.
    /// </summary>
    public static FileStamp? Prove(FileStamp? stamp, DateTimeOffset now) =>
        stamp is { } found && (now - DateTimeOffset.UnixEpoch).Ticks * 100 - found.Changed > Settled.Ticks * 100 ? found : null;
}
