using System.Runtime.InteropServices;

namespace LlmConfig.Shell;

/// <summary>
/// Puts the terminal's settings back when it is disposed of. .NET changes them to read keys and restores them when the process
/// ends; <c>exec</c> does not let it end.
/// </summary>
internal sealed unsafe partial class TerminalState : IDisposable
{
    // struct termios is 60 bytes on Linux and 72 on macOS.
    private const int Size = 256;
    private const int Now = 0;    // TCSANOW

    private readonly byte[] _settings = new byte[Size];
    private readonly bool _saved;

    public TerminalState()
    {
        fixed (byte* settings = _settings)
        {
            _saved = !OperatingSystem.IsWindows() && GetAttributes(0, settings) == 0;
        }
    }

    public void Dispose()
    {
        fixed (byte* settings = _settings)
        {
            _ = _saved && SetAttributes(0, Now, settings) == 0;
        }
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, byte* settings);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, byte* settings);
}
