using System.Runtime.InteropServices;
using System.Security.AccessControl;
using System.Security.Principal;

namespace LlmConfig.Tests;

/// <summary>Who may use a file or folder, as this system says it: a mode, or on Windows an access control list.</summary>
internal static partial class Access
{
    /// <summary>Makes a folder for the user alone.</summary>
    public static void MakeFolder(string path)
    {
        Directory.CreateDirectory(path);
        Restrict(path);
    }

    /// <summary>Lets nobody but the user use it.</summary>
    public static void Restrict(string path) => Set(path, Directory.Exists(path) ? StoreFileSystem.FolderMode : StoreFileSystem.FileMode);

    /// <summary>Lets everybody read it.</summary>
    public static void LetOthersRead(string path) => Set(path, (UnixFileMode)(Directory.Exists(path) ? 0b111_101_101 : 0b110_100_100));

    /// <summary>Lets others do what a mode lets them, and the user everything.</summary>
    public static void Set(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
            return;
        }

        using WindowsIdentity user = WindowsIdentity.GetCurrent();
        FileSystemSecurity security = Directory.Exists(path) ? new DirectorySecurity() : new FileSecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        security.AddAccessRule(new FileSystemAccessRule(user.User!, FileSystemRights.FullControl, AccessControlType.Allow));
        if ((mode & (UnixFileMode)0b000_111_111) != 0)
        {
            security.AddAccessRule(new FileSystemAccessRule(new SecurityIdentifier(WellKnownSidType.WorldSid, null), mode.HasFlag(UnixFileMode.OtherWrite) ? FileSystemRights.FullControl : FileSystemRights.Read, AccessControlType.Allow));
        }

        if (security is DirectorySecurity ofFolder)
        {
            new DirectoryInfo(path).SetAccessControl(ofFolder);
        }
        else
        {
            new FileInfo(path).SetAccessControl((FileSecurity)security);
        }
    }

    /// <summary>True when nobody but the user may use it.</summary>
    public static bool IsOfUserAlone(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            return File.GetUnixFileMode(path) == (Directory.Exists(path) ? StoreFileSystem.FolderMode : StoreFileSystem.FileMode);
        }

        using WindowsIdentity user = WindowsIdentity.GetCurrent();
        return Security(path).GetAccessRules(true, true, typeof(SecurityIdentifier)).Cast<FileSystemAccessRule>()
            .All(rule => rule.AccessControlType == AccessControlType.Deny || rule.IdentityReference == user.User || IsSystem((SecurityIdentifier)rule.IdentityReference));
    }

    /// <summary>The same text as long as the same users may do the same.</summary>
    public static string Describe(string path) => OperatingSystem.IsWindows()
        ? Security(path).GetSecurityDescriptorSddlForm(AccessControlSections.Access)
        : Convert.ToString((int)File.GetUnixFileMode(path), 8);

    /// <summary>Gives a file a second name.</summary>
    public static void Link(string path, string other) =>
        Assert.True(OperatingSystem.IsWindows() ? CreateHardLink(other, path, 0) != 0 : LinkCall(path, other) == 0, $"'{path}' got no second name '{other}'.");

    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    private static FileSystemSecurity Security(string path) =>
        Directory.Exists(path) ? new DirectoryInfo(path).GetAccessControl() : new FileInfo(path).GetAccessControl();

    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    private static bool IsSystem(SecurityIdentifier user) =>
        user.IsWellKnown(WellKnownSidType.LocalSystemSid) || user.IsWellKnown(WellKnownSidType.BuiltinAdministratorsSid);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16)]
    private static partial int CreateHardLink(string name, string existing, nint security);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkCall(string existing, string name);
}
