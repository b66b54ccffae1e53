using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>
/// The calls of the C library that .NET does not offer: open without following links, the owner of a file, and locks
/// that do not depend on how .NET maps <see cref="FileShare"/>. Only fixed arguments are passed, but for what Linux alone
/// calls, so that the variadic convention of arm64 macOS does not matter.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal static unsafe partial class Libc
{
    private const int NotFound = 2;           // ENOENT
    private const int Interrupted = 4;        // EINTR
    private const int NotADirectory = 20;     // ENOTDIR
    private const int NoSuchDevice = 6;       // ENXIO: a FIFO or socket that nobody reads

    private const int NoSpace = 28;           // ENOSPC

    private const int LockShared = 1;         // LOCK_SH
    private const int LockExclusive = 2;      // LOCK_EX
    private const int LockNoWait = 4;         // LOCK_NB

    private const uint TypeMask = 0xF000;     // S_IFMT
    private const uint TypeFolder = 0x4000;   // S_IFDIR
    private const uint TypeFile = 0x8000;     // S_IFREG
    private const uint TypeLink = 0xA000;     // S_IFLNK

    // <linux/stat.h>: struct statx is 256 bytes and the same on every architecture, unlike struct stat.
    private const int StatxSize = 256;
    private const uint StatxBasic = 0x7FF;    // STATX_BASIC_STATS
    private const int AtCurrentFolder = -100; // AT_FDCWD
    private const int AtNoFollow = 0x100;     // AT_SYMLINK_NOFOLLOW
    private const int AtEmptyPath = 0x1000;   // AT_EMPTY_PATH

    // O_CREAT | O_EXCL of Linux on the architectures that .NET runs on.
    private const int CreateNew = 0x40 | 0x80;

    private static readonly int CloseOnExec = OperatingSystem.IsLinux() ? 0x80000 : 0x1000000;
    private static readonly int NonBlocking = OperatingSystem.IsLinux() ? 0x800 : 0x4;
    private static readonly int AtEnd = OperatingSystem.IsLinux() ? 0x400 : 0x8;     // O_APPEND
    private static readonly int NoFollow = OperatingSystem.IsLinux() ? (OnArm ? 0x8000 : 0x20000) : 0x100;
    private static readonly int FolderOnly = OperatingSystem.IsLinux() ? (OnArm ? 0x4000 : 0x10000) : 0x100000;

    /// <summary>EWOULDBLOCK: somebody else's lock excludes this one.</summary>
    public static int WouldBlock { get; } = OperatingSystem.IsLinux() ? 11 : 35;

    private static bool OnArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64;

    /// <summary>Opens what lies at the path; <see langword="null"/> when nothing does.</summary>
    public static SafeFileHandle? Open(string path, OpenFlags flags)
    {
        int mode = NoFollow | CloseOnExec | flags switch
        {
            OpenFlags.Folder => FolderOnly,
            OpenFlags.ReadWrite => 2 | NonBlocking,
            OpenFlags.Append => 1 | AtEnd | NonBlocking,
            _ => NonBlocking,
        };
        while (true)
        {
            int descriptor = OpenFile(path, mode);
            if (descriptor >= 0)
            {
                return new SafeFileHandle(descriptor, ownsHandle: true);
            }

            int errno = Marshal.GetLastPInvokeError();
            switch (errno)
            {
                case Interrupted:
                    continue;
                case NotFound:
                case NotADirectory when flags != OpenFlags.Folder:
                    return null;
                case NoSuchDevice:
                    throw StoreFailure.NotAFile(path);
                default:
                    throw StoreFailure.FromErrno(errno, path);
            }
        }
    }

    /// <summary>
    /// Creates a file that must not exist, with <see cref="SystemCalls.FileMode"/>, and opens it for reading and writing:
    /// one call, nothing to chmod after, and never through a link.
    /// </summary>
    /// <exception cref="IOException">There is something, or it cannot be created; the errno is the HResult.</exception>
    public static SafeFileHandle Create(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return CreateElsewhere(path);
        }

        while (true)
        {
            int descriptor = CreateFile(path, CreateNew | NoFollow | CloseOnExec | 2, (uint)SystemCalls.FileMode);
            if (descriptor >= 0)
            {
                return new SafeFileHandle(descriptor, ownsHandle: true);
            }

            int errno = Marshal.GetLastPInvokeError();
            if (errno != Interrupted)
            {
                // As of .NET's own calls: the errno is the HResult.
                throw new IOException(Marshal.GetPInvokeErrorMessage(errno), errno);
            }
        }
    }

    /// <summary>What lies at the path, links not followed; <see langword="null"/> when nothing does.</summary>
    public static EntryInfo? Stat(string path)
    {
        byte* buffer = stackalloc byte[StatxSize];
        int result = OperatingSystem.IsLinux()
            ? Statx(AtCurrentFolder, path, AtNoFollow, StatxBasic, buffer)
            : LStat(path, buffer);
        if (result == 0)
        {
            return Read(buffer);
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno is NotFound or NotADirectory ? null : throw StoreFailure.FromErrno(errno, path);
    }

    /// <summary>What an open handle leads to.</summary>
    public static EntryInfo Stat(SafeFileHandle handle)
    {
        byte* buffer = stackalloc byte[StatxSize];
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            int descriptor = (int)handle.DangerousGetHandle();
            int result = OperatingSystem.IsLinux()
                ? Statx(descriptor, string.Empty, AtEmptyPath, StatxBasic, buffer)
                : FStat(descriptor, buffer);
            return result == 0 ? Read(buffer) : throw new IOException(Marshal.GetLastPInvokeErrorMessage(), Marshal.GetLastPInvokeError());
        }
        finally
        {
            if (held)
            {
                handle.DangerousRelease();
            }
        }
    }

    /// <summary>Takes an advisory lock without waiting; false when somebody else's excludes it.</summary>
    public static bool TryLock(SafeFileHandle handle, bool exclusive)
    {
        while (true)
        {
            if (FLock(handle, (exclusive ? LockExclusive : LockShared) | LockNoWait) == 0)
            {
                return true;
            }

            int errno = Marshal.GetLastPInvokeError();
            if (errno == WouldBlock)
            {
                return false;
            }

            if (errno != Interrupted)
            {
                throw new IOException(Marshal.GetPInvokeErrorMessage(errno), errno);
            }
        }
    }

    /// <summary>
    /// One write(2): <see cref="RandomAccess"/> would pass a position, which macOS heeds although the file was opened for
    /// writing at its end.
    /// </summary>
    public static void Append(SafeFileHandle handle, ReadOnlySpan<byte> content)
    {
        fixed (byte* start = content)
        {
            while (true)
            {
                nint written = WriteCall(handle, start, (nuint)content.Length);
                if (written == content.Length)
                {
                    return;
                }

                int errno = Marshal.GetLastPInvokeError();
                if (written >= 0)
                {
                    throw new IOException("Only a part of the line could be written.", NoSpace);
                }

                if (errno != Interrupted)
                {
                    throw new IOException(Marshal.GetPInvokeErrorMessage(errno), errno);
                }
            }
        }
    }

    // The mode of open(2) is a variadic argument, which .NET can pass on Linux only.
    private static SafeFileHandle CreateElsewhere(string path)
    {
        try
        {
            new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
                UnixCreateMode = SystemCalls.FileMode,
            }).Dispose();
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            // It was created: FileStream then takes an advisory lock, and another process that found the new file was first.
        }

        // Opened anew without that lock, so that the only locks are ours.
        return Open(path, OpenFlags.ReadWrite)
            ?? throw new FileNotFoundException($"'{path}' was removed while it was being created.", path);
    }

    private static EntryInfo Read(byte* buffer)
    {
        // Offsets: struct statx of <linux/stat.h>; struct stat with 64-bit inodes of macOS <sys/stat.h>.
        bool linux = OperatingSystem.IsLinux();
        uint mode = linux ? *(ushort*)(buffer + 28) : *(ushort*)(buffer + 4);
        uint owner = linux ? *(uint*)(buffer + 20) : *(uint*)(buffer + 16);
        uint links = linux ? *(uint*)(buffer + 16) : *(ushort*)(buffer + 6);
        long length = linux ? *(long*)(buffer + 40) : *(long*)(buffer + 96);
        EntryKind kind = (mode & TypeMask) switch
        {
            TypeFile => EntryKind.File,
            TypeFolder => EntryKind.Folder,
            TypeLink => EntryKind.Link,
            _ => EntryKind.Other,
        };
        return new EntryInfo(kind, owner == GetEffectiveUser(), (UnixFileMode)(mode & 0xFFF), length, links, ReadStamp(buffer, linux));
    }

    // The same structures: device, inode, and the time of the last change in seconds and nanoseconds.
    private static FileStamp ReadStamp(byte* buffer, bool linux) => linux
        ? new FileStamp(*(ulong*)(buffer + 136), *(ulong*)(buffer + 32), Nanoseconds(*(long*)(buffer + 96), *(uint*)(buffer + 104)))
        : new FileStamp(*(uint*)buffer, *(ulong*)(buffer + 8), Nanoseconds(*(long*)(buffer + 64), *(long*)(buffer + 72)));

    private static long Nanoseconds(long seconds, long rest) => (seconds * 1_000_000_000) + rest;

    private static int Statx(int folder, string path, int flags, uint mask, byte* buffer)
    {
        try
        {
            return StatxCall(folder, path, flags, mask, buffer);
        }
        catch (EntryPointNotFoundException)
        {
            // A C library older than the kernel's call (musl before 1.2.5).
            nint number = RuntimeInformation.ProcessArchitecture switch
            {
                Architecture.X64 => 332,
                Architecture.X86 => 383,
                Architecture.Arm => 397,
                _ => 291,
            };
            return (int)SystemCall(number, folder, path, flags, mask, buffer);
        }
    }

    private static int LStat(string path, byte* buffer) => OnArm ? LStatCall(path, buffer) : LStatInode64(path, buffer);

    private static int FStat(int descriptor, byte* buffer) => OnArm ? FStatCall(descriptor, buffer) : FStatInode64(descriptor, buffer);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateFile(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FLock(SafeFileHandle handle, int operation);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteCall(SafeFileHandle handle, byte* content, nuint length);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatxCall(int folder, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint SystemCall(nint number, int folder, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "lstat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LStatCall(string path, byte* buffer);

    [LibraryImport("libc", EntryPoint = "lstat$INODE64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LStatInode64(string path, byte* buffer);

    [LibraryImport("libc", EntryPoint = "fstat", SetLastError = true)]
    private static partial int FStatCall(int descriptor, byte* buffer);

    [LibraryImport("libc", EntryPoint = "fstat$INODE64", SetLastError = true)]
    private static partial int FStatInode64(int descriptor, byte* buffer);
}
