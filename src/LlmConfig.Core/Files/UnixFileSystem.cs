using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>Linux, macOS and the like.</summary>
[UnsupportedOSPlatform("windows")]
internal class UnixFileSystem : StoreFileSystem
{
    protected override EntryInfo? Stat(string path) => Libc.Stat(path);

    protected override EntryInfo Stat(SafeFileHandle handle) => Libc.Stat(handle);

    protected override void MakeFolder(string path) => Directory.CreateDirectory(path, FolderMode);

    protected override SafeFileHandle? OpenFolder(string path) => Libc.Open(path, OpenFlags.Folder);

    // fchmod(2).
    protected override void SetMode(SafeFileHandle handle, UnixFileMode mode) => File.SetUnixFileMode(handle, mode);

    protected override SafeFileHandle? OpenForAppending(string path) => Libc.Open(path, OpenFlags.Append);

    protected override void Append(SafeFileHandle handle, ReadOnlySpan<byte> content) => Libc.Append(handle, content);

    protected override SafeFileHandle? OpenForReading(string path) => Libc.Open(path, OpenFlags.ReadOnly);

    protected override SafeFileHandle? OpenForWriting(string path, bool exclusive) => Libc.Open(path, OpenFlags.ReadWrite);

    // O_CREAT | O_EXCL with the mode: one call, nothing to chmod after, and never through a link.
    protected override SafeFileHandle CreateFile(string path, bool keepOpen)
    {
        if (OperatingSystem.IsLinux())
        {
            return Libc.Create(path);
        }

        try
        {
            new FileStream(path, new FileStreamOptions
            {
                Mode = System.IO.FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
                UnixCreateMode = FileMode,
            }).Dispose();
        }
        catch (IOException e) when (e.HResult == Libc.WouldBlock)
        {
            // It was created: FileStream then takes an advisory lock, and another process that found the new file was first.
        }

        // Opened anew without that lock, so that the only locks are ours.
        return Libc.Open(path, OpenFlags.ReadWrite)
            ?? throw new FileNotFoundException($"'{path}' was removed while it was being created.", path);
    }

    protected override bool TryLock(SafeFileHandle handle, bool exclusive) => Libc.TryLock(handle, exclusive);

    protected override void SyncFolder(string path)
    {
        using SafeFileHandle handle = Libc.Open(path, OpenFlags.Folder)
            ?? throw new DirectoryNotFoundException($"Could not find the folder '{path}'.");
        RandomAccess.FlushToDisk(handle);
    }
}
