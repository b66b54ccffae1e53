namespace LlmConfig;

/// <summary>By what a file is known again: any change of it, or another file in its place, gives another stamp.</summary>
/// <param name="Device">The file system that it lies on.</param>
/// <param name="Inode">Its number there; the number of a file that was removed may be given again.</param>
/// <param name="Changed">
/// When content, owner, mode or name changed last, in nanoseconds since 1970 (st_ctime). No program can set it. It
/// comes in steps, of 10 ms at most on Linux: two changes within one step have the same.
/// </param>
internal readonly record struct FileStamp(ulong Device, ulong Inode, long Changed);
