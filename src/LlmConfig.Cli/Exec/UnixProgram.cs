using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>
/// Replaces this process by a program (execve(2)). Exit code, signals, job control, standard streams and the process id are the
/// program's own then, without anybody in between. Variables that are not changed are handed on byte by byte.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal static unsafe partial class UnixProgram
{
    private const int NotFound = 2;          // ENOENT
    private const int TooLong = 7;           // E2BIG
    private const int NoFormat = 8;          // ENOEXEC
    private const int Denied = 13;           // EACCES
    private const int NotADirectory = 20;    // ENOTDIR
    private const int SigPipe = 13;

    // confstr(_CS_PATH) of Linux and macOS, which is searched where PATH is not set.
    private static ReadOnlySpan<byte> DefaultPath => "/bin:/usr/bin"u8;

    private static ReadOnlySpan<byte> Interpreter => "/bin/sh"u8;

    /// <summary>As <see cref="IProgramStarter.Become"/>; returns only where it could not be done.</summary>
    public static int Become(IReadOnlyList<string> program, LlmEnvironment environment, Action<string> complain)
    {
        nint[] own = [.. Own(environment)];
        nint[] variables = [.. own, .. Inherited([.. environment.Variables, LlmEnvironment.ActiveVariable]), 0];
        RemoveDiagnosticsSocket();

        // The runtime ignores it for itself, and what is ignored stays so in the program: yes | head would not end.
        Signal(SigPipe, 0);
        int errno = Search(program[0], [.. program.Select(Marshal.StringToCoTaskMemUTF8), 0], variables);
        foreach (nint variable in own)
        {
            NativeMemory.Clear((void*)variable, (nuint)Text(variable).Length);
        }

        string shown = DisplayText.Of(program[0]);
        complain(errno switch
        {
            NotFound or NotADirectory when program[0].Contains('/', StringComparison.Ordinal) => $"There is no program '{shown}'.",
            NotFound or NotADirectory => $"There is no program '{shown}' in the folders of PATH.",
            Denied => $"'{shown}' is not an executable file, or may not be run.",
            TooLong => $"'{shown}' cannot be run: its arguments and its environment are too long.",
            _ => $"'{shown}' cannot be run: {Marshal.GetPInvokeErrorMessage(errno)}.",
        });
        return errno is NotFound or NotADirectory ? ExitCode.NoProgram : ExitCode.NotExecutable;
    }

    // As execvp(3) searches, in the PATH that the program gets.
    private static int Search(string program, nint[] arguments, nint[] variables)
    {
        byte[] name = Encoding.UTF8.GetBytes(program + '\0');
        if (program.Contains('/', StringComparison.Ordinal))
        {
            return Execute(name, arguments, variables);
        }

        nint named = Array.Find(variables, variable => variable != 0 && Text(variable).StartsWith("PATH="u8));
        ReadOnlySpan<byte> path = named == 0 ? DefaultPath : Text(named)[5..];
        int outcome = NotFound;
        foreach (Range range in path.Split((byte)':'))
        {
            // An empty name stands for the current folder.
            ReadOnlySpan<byte> folder = path[range].IsEmpty ? "."u8 : path[range];
            int errno = Execute([.. folder, (byte)'/', .. name], arguments, variables);
            if (errno is not (NotFound or NotADirectory or Denied))
            {
                return errno;
            }

            outcome = errno == Denied ? Denied : outcome;
        }

        return outcome;
    }

    private static int Execute(byte[] file, nint[] arguments, nint[] variables)
    {
        _ = ExecVE(file, arguments, variables);
        int errno = Marshal.GetLastPInvokeError();
        if (errno != NoFormat)
        {
            return errno;
        }

        // A script without a first line that says what runs it.
        fixed (byte* script = file)
        {
            _ = ExecVE([.. Interpreter, 0], [Copy(Interpreter), (nint)script, .. arguments.Skip(1)], variables);
            return Marshal.GetLastPInvokeError();
        }
    }

    private static List<nint> Own(LlmEnvironment environment)
    {
        var own = new List<nint>();
        foreach (string name in environment.KeyVariables)
        {
            own.Add(Copy(Encoding.UTF8.GetBytes(name + '='), environment.KeyUtf8));
        }

        own.Add(Marshal.StringToCoTaskMemUTF8($"{LlmEnvironment.ActiveVariable}={environment.Configuration.Name}"));
        own.AddRange(environment.Settings.Select(setting => Marshal.StringToCoTaskMemUTF8($"{setting.Key}={setting.Value}")));
        return own;
    }

    // Those of the environment that this process was started with, but for the ones that are changed. .NET's own copy of it would not
    // do: it has decoded every value.
    private static List<nint> Inherited(HashSet<string> changed)
    {
        nint* all = OperatingSystem.IsMacOS() ? *MacEnvironment() : *(nint**)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "environ");
        var kept = new List<nint>();
        for (; *all != 0; all++)
        {
            int end = Text(*all).IndexOf((byte)'=');
            if (end < 0 || !changed.Contains(Encoding.UTF8.GetString(Text(*all)[..end])))
            {
                kept.Add(*all);
            }
        }

        return kept;
    }

    private static ReadOnlySpan<byte> Text(nint start) => MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)start);

    private static nint Copy(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default)
    {
        byte* result = (byte*)NativeMemory.AllocZeroed((nuint)(first.Length + second.Length + 1));
        first.CopyTo(new Span<byte>(result, first.Length));
        second.CopyTo(new Span<byte>(result + first.Length, second.Length));
        return (nint)result;
    }

    // The runtime removes the sockets and pipes for its diagnostics when it ends, which it does not do here.
    private static void RemoveDiagnosticsSocket()
    {
        foreach (string pattern in new[] { $"dotnet-diagnostic-{Environment.ProcessId}-*", $"clr-debug-pipe-{Environment.ProcessId}-*" })
        {
            try
            {
                foreach (string file in Directory.EnumerateFiles(Path.GetTempPath(), pattern))
                {
                    File.Delete(file);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // An empty file stays behind; nothing depends on it.
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true)]
    private static partial int ExecVE(byte[] path, nint[] arguments, nint[] variables);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);

    [LibraryImport("libSystem", EntryPoint = "_NSGetEnviron")]
    private static partial nint** MacEnvironment();
}
