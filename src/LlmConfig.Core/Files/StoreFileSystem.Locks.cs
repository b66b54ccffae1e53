using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <content>Files that are locked, and the lines of the log.</content>
internal partial class StoreFileSystem
{
    // EEXIST, which .NET puts into HResult on Unix, and the HRESULT of ERROR_FILE_EXISTS.
    private const int AlreadyExists = 17;
    private const int WindowsFileExists = unchecked((int)0x80070050);

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
    public static byte[] ReadLocked(FileLock file, int limit)
    {
        long length = Guard(file.Path, () => RandomAccess.GetLength(file.Handle));
        return length > limit ? throw StoreFailure.TooLarge(file.Path, limit) : ReadAll(file.Path, file.Handle, (int)length);
    }

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

    /// <summary>True when a process holds a lock on the file that excludes the one asked for; false also when there is no file.</summary>
    /// <param name="path">The file. It is neither created nor changed.</param>
    /// <param name="exclusive">True to find any holder, false to find one that holds it alone.</param>
    public bool IsHeld(string path, bool exclusive)
    {
        using SafeFileHandle? handle = Guard(path, () => Open(path, OpenFlags.ReadOnly));
        return handle is not null && !Guard(path, () => TryLock(handle, exclusive));
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

    // False when another process is about to do it: the line then goes to the file as it is.
    private bool Rotate(string path, SafeFileHandle handle, long largest)
    {
        if (!Guard(path, () => TryLock(handle, exclusive: true)))
        {
            return false;
        }

        // Its lock is the right to rename it, as long as it still has this name: who opened it before another renamed it holds the
        // lock of a file that is done, and leaves the new one to its own writers.
        EntryInfo opened = Guard(path, () => Stat(handle));
        if (opened.Length > largest && Inspect(path) is { } now && (now.Stamp?.Device, now.Stamp?.Inode) == (opened.Stamp?.Device, opened.Stamp?.Inode))
        {
            Guard(path, () => Rename(path, path + ".1"));
        }

        return true;
    }
}
