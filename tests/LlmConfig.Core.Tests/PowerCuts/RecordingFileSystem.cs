using Microsoft.Win32.SafeHandles;

namespace LlmConfig.Tests;

/// <summary>The file system of a crash test that also writes down what it did. Processes die between two calls here, never in one.</summary>
internal sealed class RecordingFileSystem(FaultPlan plan, DiskJournal journal) : CrashingFileSystem(plan)
{
    protected override void MakeFolder(string path)
    {
        bool there = Directory.Exists(path);
        base.MakeFolder(path);
        if (!there)
        {
            journal.Add(new DiskCall.MadeFolder(path));
        }
    }

    protected override SafeFileHandle? Open(string path, OpenFlags flags)
    {
        SafeFileHandle? handle = base.Open(path, flags);
        if (handle is not null && flags == OpenFlags.ReadWrite)
        {
            journal.Opened(path, handle);
        }

        return handle;
    }

    protected override SafeFileHandle CreateFile(string path)
    {
        SafeFileHandle handle = base.CreateFile(path);
        journal.Created(path, handle);
        return handle;
    }

    protected override void Write(SafeFileHandle handle, ReadOnlySpan<byte> content, long offset)
    {
        base.Write(handle, content, offset);
        journal.Wrote(handle, content.ToArray(), offset);
    }

    protected override void FlushFile(SafeFileHandle handle)
    {
        base.FlushFile(handle);
        journal.Flushed(handle);
    }

    protected override void Rename(string from, string to)
    {
        base.Rename(from, to);
        journal.Renamed(from, to);
    }

    protected override void Delete(string path)
    {
        base.Delete(path);
        journal.Deleted(path);
    }

    protected override void SyncFolder(string path)
    {
        base.SyncFolder(path);
        journal.Add(new DiskCall.FlushedFolder(path));
    }
}
