using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>
/// An open file with a lock that the operating system releases when the process ends, however it ends.
/// </summary>
internal sealed class FileLock(SafeFileHandle handle, string path) : IDisposable
{
    public SafeFileHandle Handle { get; } = handle;

    public string Path { get; } = path;

    public void Dispose() => Handle.Dispose();
}

/// <summary>
/// A lock between processes for a place that is no store: a file, created for the user alone, that is locked as long as
/// this object lives and that the operating system releases when the process ends. The file is never removed.
/// </summary>
public sealed class ProcessLock : IDisposable
{
    private readonly FileLock _held;

    private ProcessLock(FileLock held)
    {
        _held = held;
    }

    /// <summary>Takes the lock alone; other threads of this process wait for it as other processes do.</summary>
    /// <param name="path">The lock file, in a folder that exists.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="LlmConfigException">StoreBusy, naming who held it for the whole time; a Store code where the file cannot be had.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled while waiting.</exception>
    public static ProcessLock Acquire(string path, TimeSpan patience, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ConfigFile.RequireWorkingLocks();
        return new ProcessLock(new WaitingLock(new StoreFileSystem(), path, patience).Acquire(cancellation));
    }

    /// <summary>Lets go of the lock.</summary>
    public void Dispose() => _held.Dispose();
}
