using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig.Benchmarks;

/// <summary>The least that a durable write costs: written beside the file, flushed, renamed over it, the folder flushed.</summary>
public sealed partial class DurableWrite(string folder, int bytes = 4096)
{
    private readonly byte[] _content = new byte[bytes];

    public void Run()
    {
        string path = Path.Combine(folder, "durable");
        using (SafeFileHandle file = File.OpenHandle(path + ".tmp", FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.Write(file, _content, 0);
            RandomAccess.FlushToDisk(file);
        }

        File.Move(path + ".tmp", path, overwrite: true);
        if (!OperatingSystem.IsWindows())
        {
            FlushFolder(folder);
        }
    }

    private static void FlushFolder(string path)
    {
        int descriptor = Open(path, 0);
        if (descriptor < 0)
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.FlushToDisk(handle);
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
