using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig.Benchmarks;

/// <summary>The least that a durable write costs: 4 KiB written beside the file, flushed, renamed over it, the folder flushed.</summary>
internal sealed partial class DurableWrite(string folder)
{
    private static readonly byte[] Content = new byte[4096];

    public void Run()
    {
        string path = Path.Combine(folder, "durable");
        using (SafeFileHandle file = File.OpenHandle(path + ".tmp", FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.Write(file, Content, 0);
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
