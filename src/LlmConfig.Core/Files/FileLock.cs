using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>
/// An open file with a lock that the operating system lets go of when the process ends, however it ends.
/// </summary>
internal sealed class FileLock(SafeFileHandle handle, string path) : IDisposable
{
    public SafeFileHandle Handle { get; } = handle;

    public string Path { get; } = path;

    public void Dispose() => Handle.Dispose();
}
