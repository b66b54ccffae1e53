namespace LlmConfig;

/// <summary>Turns what the operating system says about a path into an <see cref="LlmConfigException"/> with its code.</summary>
internal static class StoreFailure
{
    // errno values: Linux <asm-generic/errno.h>, macOS <sys/errno.h>. .NET puts the raw errno into HResult on Unix.
    private const int PermissionDenied = 1;
    private const int AccessDenied = 13;
    private const int IsAFolder = 21;
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private static readonly int TooManyLinks = OperatingSystem.IsMacOS() ? 62 : 40;
    private static readonly int QuotaExceeded = OperatingSystem.IsMacOS() ? 69 : 122;

    // HRESULTs of Windows: ERROR_ACCESS_DENIED, ERROR_WRITE_PROTECT, ERROR_SHARING_VIOLATION, ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL.
    private const int WindowsAccessDenied = unchecked((int)0x80070005);
    private const int WindowsWriteProtect = unchecked((int)0x80070013);
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    public static LlmConfigException From(Exception cause, string path) => cause switch
    {
        UnauthorizedAccessException => Denied(path, cause),
        IOException io => FromErrno(io.HResult, path, cause),
        _ => Failed(path, cause),
    };

    public static LlmConfigException FromErrno(int errno, string path, Exception? cause = null)
    {
        if (errno is NoSpace or WindowsDiskFull or WindowsHandleDiskFull || errno == QuotaExceeded)
        {
            return new LlmConfigException(
                LlmConfigErrorCode.StoreFull,
                path,
                $"There is no room to write '{path}': the disk or your quota is full.",
                "Free some room and run the command again; nothing was changed.",
                cause);
        }

        if (errno is ReadOnlyFileSystem or WindowsWriteProtect)
        {
            return new LlmConfigException(
                LlmConfigErrorCode.StoreAccessDenied,
                path,
                $"'{path}' lies on a disk that is read-only here.",
                "Nothing was changed. Run the command where the disk may be written; what only reads works here too.",
                cause);
        }

        if (errno is PermissionDenied or AccessDenied or WindowsAccessDenied)
        {
            return Denied(path, cause);
        }

        if (errno == WindowsSharingViolation)
        {
            return new LlmConfigException(
                LlmConfigErrorCode.StoreBusy, path, $"Another program has '{path}' open.", "Close it there and run the command again; nothing was changed.", cause);
        }

        if (errno == TooManyLinks)
        {
            return Link(path);
        }

        if (errno == IsAFolder)
        {
            return NotAFile(path);
        }

        return Failed(path, cause ?? new IOException(System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno), errno));
    }

    public static LlmConfigException Link(string path) => Unsafe(
        path,
        $"'{path}' is a symbolic link.",
        "Links could lead keys elsewhere, so they are not followed: remove the link, or set LLMCONFIG_HOME to the folder itself.");

    public static LlmConfigException NotAFile(string path) => Unsafe(
        path,
        $"'{path}' is not a regular file.",
        "Remove what lies there, then run the command again.");

    public static LlmConfigException NotAFolder(string path) => Unsafe(
        path,
        $"'{path}' is not a folder.",
        "Remove what lies there, or set LLMCONFIG_HOME to another folder.");

    public static LlmConfigException OtherOwner(string path) => Unsafe(
        path,
        $"'{path}' belongs to another user.",
        "Run the command as its owner (sudo keeps the HOME of the caller), or set LLMCONFIG_HOME to a folder of your own.");

    public static LlmConfigException SharedFile(string path) => Unsafe(
        path,
        $"'{path}' has a second name (a hard link) elsewhere.",
        "Remove the other name, or replace the file by a copy of itself.");

    public static LlmConfigException TooLarge(string path, long limit) => new(
        LlmConfigErrorCode.StoreCorrupt,
        path,
        $"'{path}' is larger than {limit / 1024} KiB, which no file of this store ever is.",
        "Look at what wrote it; put a good copy in its place.");

    /// <param name="path">The file.</param>
    /// <param name="cause">Says which version the file has.</param>
    /// <param name="known">The highest version that is known here.</param>
    public static LlmConfigException NewerVersion(string path, StoreFormatException cause, int known) => new(
        LlmConfigErrorCode.StoreVersionUnsupported,
        path,
        $"'{path}' was written by a newer version of this module: {cause.Message}, and this one knows {known}.",
        "Update LlmConfig.PowerShell; the file was left as it is.",
        cause);

    public static LlmConfigException Unsafe(string path, string problem, string remedy) =>
        new(LlmConfigErrorCode.StoreUnsafe, path, problem, remedy);

    private static LlmConfigException Denied(string path, Exception? cause) => new(
        LlmConfigErrorCode.StoreAccessDenied,
        path,
        $"Access to '{path}' was denied.",
        "Check who owns it and its permissions.",
        cause);

    private static LlmConfigException Failed(string path, Exception cause) => new(
        LlmConfigErrorCode.StoreAccessDenied,
        path,
        $"'{path}' could not be used: {cause.Message}",
        "Check the disk and the path; nothing was changed.",
        cause);
}
