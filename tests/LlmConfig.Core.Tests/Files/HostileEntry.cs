using System.Runtime.InteropServices;

namespace LlmConfig.Tests;

/// <summary>Puts a link to somebody's file, or a FIFO, in the place of a file.</summary>
internal static partial class HostileEntry
{
    public static IReadOnlyList<string> Kinds { get; } = OperatingSystem.IsWindows() ? ["hard link"] : ["symbolic link", "hard link", "FIFO"];

    public static void Place(string kind, string path, string victim)
    {
        switch (kind)
        {
            case "symbolic link":
                File.CreateSymbolicLink(path, victim);
                break;
            case "hard link":
                Access.Link(victim, path);
                break;
            default:
                const uint ownerOnly = 0x180; // 0600
                Assert.Equal(0, MakeFifo(path, ownerOnly));
                break;
        }
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
