using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Cryptography;
using System.Security.Principal;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>
/// The calls of Windows that .NET does not offer, as <see cref="Libc"/> has those of Unix: open without following links and
/// without keeping others from the file, access for the user alone from the creating call on, a rename over a file that is open.
/// </summary>
[ExcludeFromCodeCoverage(Justification = "Runs on Windows only, where coverage is not measured.")]
[SupportedOSPlatform("windows")]
internal static unsafe partial class Win32
{
    private const int Facility = unchecked((int)0x80070000);
    private const int InvalidFunction = 1;          // ERROR_INVALID_FUNCTION
    private const int FileNotFound = 2;
    private const int PathNotFound = 3;
    private const int AccessDenied = 5;
    private const int SharingViolation = 32;
    private const int LockViolation = 33;
    private const int NotSupported = 50;
    private const int InvalidParameter = 87;
    private const int AlreadyExists = 183;
    private const uint DeletePending = 0xC0000056;  // STATUS_DELETE_PENDING

    private const uint ReadData = 0x1;
    private const uint AppendData = 0x4;
    private const uint ReadAttributes = 0x80;
    private const uint DeleteAccess = 0x10000;
    private const uint ReadControl = 0x20000;
    private const uint WriteAcl = 0x40000;
    private const uint GenericWrite = 0x40000000;
    private const uint GenericRead = 0x80000000;

    private const uint ShareAll = 7;
    private const uint CreateNew = 1;
    private const uint OpenExisting = 3;
    private const uint OpenLink = 0x00200000;       // FILE_FLAG_OPEN_REPARSE_POINT
    private const uint FolderToo = 0x02000000;      // FILE_FLAG_BACKUP_SEMANTICS
    private const uint WriteThrough = 0x80000000;

    private const uint Exclusive = 2;
    private const uint NoWait = 1;

    // Where no content is: a lock keeps others from the bytes that it covers.
    private const int LockOffset = 0x40000000;

    private const uint OwnerAndAcl = 1 | 4;
    private const uint AclAlone = 0x80000000 | 4;   // PROTECTED_DACL_SECURITY_INFORMATION: nothing is inherited
    private const int DiskFile = 1;

    private const int RenameInfoEx = 22;
    private const int DispositionInfo = 4;
    private const int DispositionInfoEx = 21;
    private const uint Replace = 1;
    private const uint Posix = 2;

    // A virus scanner or an indexer releases a file in less. Go's tools wait 2 seconds, npm's 60.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly WellKnownSidType[] Trusted =
    [
        WellKnownSidType.LocalSystemSid, WellKnownSidType.BuiltinAdministratorsSid, WellKnownSidType.CreatorOwnerSid, WellKnownSidType.WinCreatorOwnerRightsSid,
    ];

    private static SecurityIdentifier CurrentUser
    {
        get
        {
            using WindowsIdentity identity = WindowsIdentity.GetCurrent();
            return identity.User ?? throw new UnauthorizedAccessException("The current user has no security identifier.");
        }
    }

    /// <summary>Opens what lies at the path, shared with everybody; <see langword="null"/> when nothing does.</summary>
    public static SafeFileHandle? Open(string path, OpenFlags flags) => Open(path, flags switch
    {
        OpenFlags.ReadWrite => GenericRead | GenericWrite,
        OpenFlags.Append => ReadData | AppendData | ReadControl,
        _ => GenericRead,
    });

    /// <summary>Creates a file that must not exist, for the user alone, and opens it for reading and writing.</summary>
    public static SafeFileHandle Create(string path) =>
        WithSecurity(isFolder: false, security => CreateFile(LongPath(path), GenericRead | GenericWrite, ShareAll, security, CreateNew, OpenLink, 0)) is { IsInvalid: false } handle
            ? handle
            : throw Failure(path);

    /// <summary>Creates one folder for the user alone; accepts one that is there.</summary>
    public static void MakeFolder(string path)
    {
        if (WithSecurity(isFolder: true, security => CreateDirectory(LongPath(path), security)) == 0 && Marshal.GetLastPInvokeError() != AlreadyExists)
        {
            throw Failure(path);
        }
    }

    /// <summary>What lies at the path, links not followed; <see langword="null"/> when nothing does.</summary>
    public static EntryInfo? Stat(string path)
    {
        using SafeFileHandle? handle = Open(path, ReadAttributes | ReadControl);
        return handle is null ? null : Stat(handle);
    }

    /// <summary>What an open handle leads to.</summary>
    public static EntryInfo Stat(SafeFileHandle handle)
    {
        if (GetFileType(handle) != DiskFile)
        {
            return new EntryInfo(EntryKind.Other, true, UnixFileMode.None, 0, 1);
        }

        // BY_HANDLE_FILE_INFORMATION: attributes, 3 times, volume, size, links, number of the file.
        uint* info = stackalloc uint[13];
        if (GetFileInformationByHandle(handle, info) == 0)
        {
            throw Failure(null);
        }

        var attributes = (FileAttributes)info[0];
        EntryKind kind = attributes.HasFlag(FileAttributes.ReparsePoint) ? EntryKind.Link
            : attributes.HasFlag(FileAttributes.Directory) ? EntryKind.Folder
            : EntryKind.File;
        RawSecurityDescriptor security = Security(handle);
        SecurityIdentifier user = CurrentUser;

        // What an elevated administrator creates belongs to the Administrators group. The time of the last change can be set by any
        // program, so it proves nothing.
        return new EntryInfo(
            kind,
            security.Owner is { } owner && (owner == user || owner.IsWellKnown(WellKnownSidType.BuiltinAdministratorsSid)),
            LetsOthersIn(security, user) ? UnixFileMode.OtherRead | UnixFileMode.OtherWrite : UnixFileMode.None,
            kind == EntryKind.Folder ? 0 : (long)Pair(info[8], info[9]),
            info[10],
            new FileStamp(info[7], Pair(info[11], info[12]), long.MaxValue));
    }

    /// <summary>Gives what is open an ACL for the user alone.</summary>
    public static void Tighten(SafeFileHandle handle, bool isFolder)
    {
        using SafeFileHandle writable = ReOpenFile(handle, WriteAcl, ShareAll, OpenLink | FolderToo);
        byte[] security = ForUserAlone(isFolder);
        fixed (byte* descriptor = security)
        {
            if (writable.IsInvalid || SetKernelObjectSecurity(writable, AclAlone, descriptor) == 0)
            {
                throw Failure(null);
            }
        }
    }

    /// <summary>Takes a lock without waiting; false when somebody else's excludes it. The end of the process releases it.</summary>
    public static bool TryLock(SafeFileHandle handle, bool exclusive)
    {
        var place = new NativeOverlapped { OffsetHigh = LockOffset };
        return LockFileEx(handle, exclusive ? Exclusive | NoWait : NoWait, 0, 1, 0, &place) != 0
            || (Marshal.GetLastPInvokeError() is LockViolation ? false : throw Failure(null));
    }

    /// <summary>
    /// Writes at the end of a file that was opened for that. One after the other: not every file system finds the end and writes in one step.
    /// </summary>
    public static void Append(SafeFileHandle handle, ReadOnlySpan<byte> content)
    {
        for (long start = Stopwatch.GetTimestamp(); !TryLock(handle, exclusive: true) && Stopwatch.GetElapsedTime(start) < Patience;)
        {
            Thread.Sleep(1);
        }

        RandomAccess.Write(handle, content, RandomAccess.GetLength(handle));
    }

    /// <summary>Renames a file, durably. What it replaces may be open, where the file system can do that; else it is waited for.</summary>
    public static void Rename(string from, string to, bool overwrite)
    {
        string target = LongPath(to);
        int error = Retry(
            () =>
            {
                using SafeFileHandle? file = Open(from, DeleteAccess, WriteThrough) ?? throw new FileNotFoundException($"Could not find the file '{from}'.", from);
                return TryRename(file, target, overwrite ? Replace | Posix : Posix) is var result and not (InvalidFunction or NotSupported or InvalidParameter) ? result
                    : MoveFileEx(LongPath(from), target, overwrite ? 1u | 8u : 8u) != 0 ? 0
                    : Marshal.GetLastPInvokeError();
            },
            error => error == SharingViolation || (error == AccessDenied && overwrite && MayBeReplaced(to)));
        if (error != 0)
        {
            throw error != AccessDenied || !overwrite ? Failure(to, error)
                : Stat(to)?.Kind == EntryKind.Folder ? StoreFailure.NotAFile(to)
                : Failure(to, MayBeReplaced(to) ? SharingViolation : error);
        }
    }

    /// <summary>Removes a file; its name is free at once, where the file system can do that.</summary>
    public static void Delete(string path)
    {
        using SafeFileHandle? file = Open(path, DeleteAccess);
        uint how = Replace | Posix;
        if (file is not null && SetFileInformationByHandle(file, DispositionInfoEx, &how, sizeof(uint)) == 0
            && (Marshal.GetLastPInvokeError() is not (InvalidFunction or NotSupported or InvalidParameter) || SetFileInformationByHandle(file, DispositionInfo, &how, 1) == 0))
        {
            throw Failure(path);
        }
    }

    /// <summary>Flushes a folder's names, where the file system knows such a thing. Renames are durable by themselves.</summary>
    public static void SyncFolder(string path)
    {
        using SafeFileHandle? folder = Open(path, GenericWrite);
        if (folder is not null && FlushFileBuffers(folder) == 0 && Marshal.GetLastPInvokeError() is not (InvalidFunction or NotSupported or InvalidParameter))
        {
            throw Failure(path);
        }
    }

    // Then it is refused only because somebody has it open.
    private static bool MayBeReplaced(string path)
    {
        try
        {
            using SafeFileHandle? handle = Open(path, DeleteAccess | ReadControl);
            return handle is null || Stat(handle).Kind == EntryKind.File;
        }
        catch (IOException e)
        {
            return e.HResult == (Facility | SharingViolation);
        }
    }

    private static SafeFileHandle? Open(string path, uint access, uint flags = 0)
    {
        SafeFileHandle? handle = null;
        uint status = 0;
        int error = Retry(
            () =>
            {
                handle?.Dispose();
                handle = CreateFile(LongPath(path), access, ShareAll, 0, OpenExisting, OpenLink | FolderToo | flags, 0);
                status = RtlGetLastNtStatus();
                return handle.IsInvalid ? Marshal.GetLastPInvokeError() : 0;
            },
            error => error == SharingViolation);
        return error == 0 ? handle
            : error is FileNotFound or PathNotFound || status == DeletePending ? null
            : throw Failure(path, error);
    }

    // Other programs keep files open for moments, and do not always share them.
    private static int Retry(Func<int> call, Func<int, bool> passes)
    {
        for (long start = Stopwatch.GetTimestamp(); ; Thread.Sleep(RandomNumberGenerator.GetInt32(1, 8)))
        {
            int error = call();
            if (error == 0 || !passes(error) || Stopwatch.GetElapsedTime(start) > Patience)
            {
                return error;
            }
        }
    }

    // FILE_RENAME_INFO: flags, a folder that is not given, length and text of the name.
    private static int TryRename(SafeFileHandle file, string target, uint flags)
    {
        int name = (2 * sizeof(nint)) + sizeof(uint);
        byte[] info = new byte[name + ((target.Length + 1) * sizeof(char))];
        MemoryMarshal.Write(info, flags);
        MemoryMarshal.Write(info.AsSpan(2 * sizeof(nint)), (uint)(target.Length * sizeof(char)));
        MemoryMarshal.AsBytes(target.AsSpan()).CopyTo(info.AsSpan(name));
        fixed (byte* start = info)
        {
            return SetFileInformationByHandle(file, RenameInfoEx, start, (uint)info.Length) != 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    private static RawSecurityDescriptor Security(SafeFileHandle handle)
    {
        for (uint size = 512; ;)
        {
            byte[] descriptor = new byte[size];
            fixed (byte* start = descriptor)
            {
                if (GetKernelObjectSecurity(handle, OwnerAndAcl, start, size, out uint needed) != 0)
                {
                    return new RawSecurityDescriptor(descriptor, 0);
                }

                size = needed > size ? needed : throw Failure(null);
            }
        }
    }

    // Without a list everybody is let in.
    private static bool LetsOthersIn(RawSecurityDescriptor security, SecurityIdentifier user) =>
        security.DiscretionaryAcl is not { } list || list.OfType<QualifiedAce>().Any(entry =>
            entry.AceQualifier == AceQualifier.AccessAllowed
            && !entry.AceFlags.HasFlag(AceFlags.InheritOnly)
            && entry.SecurityIdentifier != user
            && !Array.Exists(Trusted, entry.SecurityIdentifier.IsWellKnown));

    private static T WithSecurity<T>(bool isFolder, Func<nint, T> create)
    {
        fixed (byte* descriptor = ForUserAlone(isFolder))
        {
            var attributes = new SecurityAttributes { Length = (uint)sizeof(SecurityAttributes), Descriptor = descriptor };
            return create((nint)(&attributes));
        }
    }

    // What is created in a folder of ours by another program inherits its list.
    private static byte[] ForUserAlone(bool isFolder)
    {
        SecurityIdentifier user = CurrentUser;
        var security = new RawSecurityDescriptor($"O:{user}D:P(A;{(isFolder ? "OICI" : string.Empty)};FA;;;{user})");
        byte[] bytes = new byte[security.BinaryLength];
        security.GetBinaryForm(bytes, 0);
        return bytes;
    }

    private static string LongPath(string path) =>
        Path.GetFullPath(path) is var full && (full.Length < 248 || full.StartsWith(@"\\?\", StringComparison.Ordinal)) ? full
        : full.StartsWith(@"\\", StringComparison.Ordinal) ? @"\\?\UNC\" + full[2..]
        : @"\\?\" + full;

    private static ulong Pair(uint high, uint low) => ((ulong)high << 32) | low;

    private static Exception Failure(string? path) => Failure(path, Marshal.GetLastPInvokeError());

    private static Exception Failure(string? path, int error) => error is FileNotFound or PathNotFound
        ? new FileNotFoundException(Marshal.GetPInvokeErrorMessage(error), path)
        : new IOException(Marshal.GetPInvokeErrorMessage(error), Facility | error);

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial SafeFileHandle CreateFile(string path, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32", EntryPoint = "CreateDirectoryW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial int CreateDirectory(string path, nint security);

    [LibraryImport("kernel32", EntryPoint = "MoveFileExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial int MoveFileEx(string from, string to, uint flags);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial SafeFileHandle ReOpenFile(SafeFileHandle handle, uint access, uint share, uint flags);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int GetFileType(SafeFileHandle handle);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int GetFileInformationByHandle(SafeFileHandle handle, uint* info);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int SetFileInformationByHandle(SafeFileHandle handle, int kind, void* info, uint size);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int LockFileEx(SafeFileHandle handle, uint flags, uint reserved, uint length, uint lengthHigh, NativeOverlapped* place);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int FlushFileBuffers(SafeFileHandle handle);

    [LibraryImport("advapi32", SetLastError = true)]
    private static partial int GetKernelObjectSecurity(SafeFileHandle handle, uint parts, byte* descriptor, uint size, out uint needed);

    [LibraryImport("advapi32", SetLastError = true)]
    private static partial int SetKernelObjectSecurity(SafeFileHandle handle, uint parts, byte* descriptor);

    [LibraryImport("ntdll")]
    private static partial uint RtlGetLastNtStatus();

    private struct SecurityAttributes
    {
        public uint Length;
        public byte* Descriptor;
        public int Inherit;
    }
}
