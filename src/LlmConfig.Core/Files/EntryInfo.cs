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
