using System.IO.Enumeration;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>
/// The calls into the operating system by which the core touches the disk, one each, so that a test can fail or stop at every one of them.
/// What is created is for the user alone in the creating call itself (0700, 0600, on Windows an ACL that says the same); links are never
/// followed. A call that the core needs beside these is added here, to <see cref="Libc"/> and to <see cref="Win32"/>.
/// </summary>
internal abstract class SystemCalls
{
    /// <summary>Owner may read, write and search: what every folder is created with.</summary>
    public const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Owner may read and write: what every file is created with.</summary>
    public const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

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

    /// <summary>Gives an open file the permission bits of the one that it is to replace; on Windows it stays the user's alone.</summary>
    protected virtual void SetMode(SafeFileHandle handle, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(handle, mode);
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

    /// <summary>All that lies in a folder, but links; nothing where the folder is gone.</summary>
    protected virtual IReadOnlyList<(string Name, bool IsFolder)> ListEntries(string path)
    {
        try
        {
            return [.. new FileSystemEnumerable<(string Name, bool IsFolder)>(
                path, (ref FileSystemEntry entry) => (entry.FileName.ToString(), entry.IsDirectory), new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false })
            {
                // On Windows, files that a cloud keeps are reparse points too.
                ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                    (entry.Attributes & FileAttributes.ReparsePoint) == 0 || entry.ToFileSystemInfo().LinkTarget is null,
            }];
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
}

/// <summary>The ways in which <see cref="Libc"/> and <see cref="Win32"/> open; none follows a link, none is inherited by a child process.</summary>
internal enum OpenFlags
{
    /// <summary>For reading; returns at once where a FIFO lies.</summary>
    ReadOnly = 1,

    /// <summary>For reading and writing.</summary>
    ReadWrite = 2,

    /// <summary>A folder, to flush it or to set its mode.</summary>
    Folder = 3,

    /// <summary>For writing; every write goes to the end.</summary>
    Append = 4,
}
