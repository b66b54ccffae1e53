namespace LlmConfig;

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
