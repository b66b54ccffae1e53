using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>
/// Windows: folders are created with a protected ACL for the user alone, which the files in them inherit; a lock is a
/// handle that shares nothing. Written to the documentation, not yet run (see docs/architecture.md).
/// </summary>
[ExcludeFromCodeCoverage(Justification = "Runs on Windows only, where coverage is not measured.")]
[SupportedOSPlatform("windows")]
internal sealed class WindowsFileSystem : StoreFileSystem
{
    // HRESULTs of ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION.
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int LockViolation = unchecked((int)0x80070021);

    private static SecurityIdentifier CurrentUser
    {
        get
        {
            using WindowsIdentity identity = WindowsIdentity.GetCurrent();
            return identity.User ?? throw new UnauthorizedAccessException("The current user has no security identifier.");
        }
    }

    protected override EntryInfo? Stat(string path)
    {
        FileAttributes attributes;
        try
        {
            attributes = File.GetAttributes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        bool folder = (attributes & FileAttributes.Directory) != 0;
        EntryKind kind = (attributes & FileAttributes.ReparsePoint) != 0 ? EntryKind.Link
            : folder ? EntryKind.Folder
            : (attributes & FileAttributes.Device) != 0 ? EntryKind.Other
            : EntryKind.File;
        bool owned = kind == EntryKind.Link || IsOwned(folder
            ? new DirectoryInfo(path).GetAccessControl(AccessControlSections.Owner)
            : new FileInfo(path).GetAccessControl(AccessControlSections.Owner));
        return new EntryInfo(kind, owned, UnixFileMode.None, folder ? 0 : new FileInfo(path).Length, 1);
    }

    protected override EntryInfo Stat(SafeFileHandle handle) =>
        new(EntryKind.File, true, UnixFileMode.None, RandomAccess.GetLength(handle), 1);

    protected override void MakeFolder(string path)
    {
        var security = new DirectorySecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        security.SetOwner(CurrentUser);
        security.AddAccessRule(new FileSystemAccessRule(
            CurrentUser,
            FileSystemRights.FullControl,
            InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit,
            PropagationFlags.None,
            AccessControlType.Allow));
        new DirectoryInfo(path).Create(security);
    }

    // The ACL with which the store's folder was made stands; there is no mode to set.
    protected override SafeFileHandle? OpenFolder(string path) => null;

    protected override void SetMode(SafeFileHandle handle, UnixFileMode mode)
    {
    }

    protected override SafeFileHandle? OpenForAppending(string path)
    {
        RefuseLink(path);
        try
        {
            return File.OpenHandle(path, System.IO.FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    // Two processes in the same microsecond may overwrite each other's line: .NET has no call that appends to a handle.
    protected override void Append(SafeFileHandle handle, ReadOnlySpan<byte> content) =>
        RandomAccess.Write(handle, content, RandomAccess.GetLength(handle));

    protected override SafeFileHandle? OpenForReading(string path)
    {
        RefuseLink(path);
        try
        {
            return File.OpenHandle(path, System.IO.FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    protected override SafeFileHandle? OpenForWriting(string path, bool exclusive)
    {
        RefuseLink(path);
        try
        {
            return File.OpenHandle(
                path,
                System.IO.FileMode.Open,
                exclusive ? FileAccess.ReadWrite : FileAccess.Read,
                exclusive ? FileShare.Delete : FileShare.Read | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException
            || (e is IOException && e.HResult is SharingViolation or LockViolation))
        {
            return null;
        }
    }

    protected override SafeFileHandle CreateFile(string path, bool keepOpen) => File.OpenHandle(
        path,
        System.IO.FileMode.CreateNew,
        FileAccess.ReadWrite,
        keepOpen ? FileShare.Delete : FileShare.None);

    // Opening was locking: what shares nothing excludes everybody.
    protected override bool TryLock(SafeFileHandle handle, bool exclusive) => true;

    protected override void SyncFolder(string path)
    {
        // NTFS journals names with the rename itself; there is no call to flush a folder.
    }

    private static bool IsOwned(FileSystemSecurity security)
    {
        var owner = (SecurityIdentifier?)security.GetOwner(typeof(SecurityIdentifier));

        // What an elevated administrator creates belongs to the Administrators group.
        return owner is not null
            && (owner == CurrentUser || owner.IsWellKnown(WellKnownSidType.BuiltinAdministratorsSid));
    }

    private static void RefuseLink(string path)
    {
        if (new FileInfo(path).LinkTarget is not null)
        {
            throw StoreFailure.Link(path);
        }
    }
}
