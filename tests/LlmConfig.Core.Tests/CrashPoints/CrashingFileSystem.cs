using Microsoft.Win32.SafeHandles;

namespace LlmConfig.Tests;

/// <summary>The real file system behind a <see cref="FaultPlan"/>: every call of the seam can be the one that fails.</summary>
internal class CrashingFileSystem(FaultPlan plan) : StoreFileSystem
{
    protected override EntryInfo? Stat(string path) => plan.Run("stat", () => base.Stat(path));

    protected override EntryInfo Stat(SafeFileHandle handle) => plan.Run("fstat", () => base.Stat(handle));

    protected override DateTime Modified(string path) => plan.Run("modified", () => base.Modified(path));

    protected override SafeFileHandle? Open(string path, OpenFlags flags) => plan.Run("open", () => base.Open(path, flags));

    protected override void SetMode(SafeFileHandle handle, bool isFolder) => plan.Run("chmod", () => base.SetMode(handle, isFolder));

    protected override void Append(SafeFileHandle handle, ReadOnlySpan<byte> content)
    {
        byte[] copy = content.ToArray();
        plan.Run("append", () => base.Append(handle, copy));
    }

    protected override void MakeFolder(string path) => plan.Run("mkdir", () => base.MakeFolder(path));

    protected override SafeFileHandle CreateFile(string path) => plan.Run("create", () => base.CreateFile(path));

    protected override bool TryLock(SafeFileHandle handle, bool exclusive) => plan.Run("lock", () => base.TryLock(handle, exclusive));

    protected override void Write(SafeFileHandle handle, ReadOnlySpan<byte> content, long offset)
    {
        byte[] copy = content.ToArray();
        plan.Run(
            "write",
            () => RandomAccess.Write(handle, copy, offset),
            () => RandomAccess.Write(handle, copy.AsSpan(0, copy.Length / 2), offset));
    }

    protected override void FlushFile(SafeFileHandle handle) => plan.Run("flush", () => base.FlushFile(handle));

    // So that each call can be told from the next; what is flushed at once may be kept in any order anyway.
    protected override bool Overlaps => false;

    protected override void Rename(string from, string to) => plan.Run("rename", () => base.Rename(from, to));

    protected override void Delete(string path) => plan.Run("delete", () => base.Delete(path));

    protected override void SyncFolder(string path) => plan.Run("flush folder", () => base.SyncFolder(path));

    protected override IReadOnlyList<string> List(string path, string pattern, int most) => plan.Run("list", () => base.List(path, pattern, most));
}
