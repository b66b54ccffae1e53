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
    private const string DefaultPath = "/bin:/usr/bin";
    private const string Interpreter = "/bin/sh";

    /// <returns>The exit code, when it could not be done.</returns>
    /// <param name="program">The program and its arguments.</param>
    /// <param name="environment">What is changed in its environment.</param>
    /// <param name="complain">Told why it could not be done.</param>
    public static int Become(IReadOnlyList<string> program, LlmEnvironment environment, Action<string> complain)
    {
        byte** variables = Variables(environment, out int own);
        byte** arguments = Pointers(program);
        RemoveDiagnosticsSocket();

        // The runtime ignores it for itself, and what is ignored stays so in the program: yes | head would not end.
        Signal(SigPipe, 0);
        int errno = Search(program[0], arguments, program.Count, variables);
        for (int i = 0; i < own; i++)
        {
            NativeMemory.Clear(variables[i], (nuint)MemoryMarshal.CreateReadOnlySpanFromNullTerminated(variables[i]).Length);
        }

        string shown = ShownText.Of(program[0]);
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
    private static int Search(string program, byte** arguments, int count, byte** variables)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            return Execute(Encoding.UTF8.GetBytes(program), arguments, count, variables);
        }

        int outcome = NotFound;
        foreach (byte[] folder in Folders(variables))
        {
            // An empty name stands for the current folder.
            byte[] path = [.. folder.Length == 0 ? "."u8 : folder, (byte)'/', .. Encoding.UTF8.GetBytes(program)];
            int errno = Execute(path, arguments, count, variables);
            if (errno is not NotFound and not NotADirectory and not Denied)
            {
                return errno;
            }

            outcome = errno == Denied ? Denied : outcome;
        }

        return outcome;
    }

    private static int Execute(byte[] path, byte** arguments, int count, byte** variables)
    {
        byte[] terminated = [.. path, 0];
        fixed (byte* file = terminated)
        {
            _ = ExecVE(file, arguments, variables);
            int errno = Marshal.GetLastPInvokeError();
            if (errno != NoFormat)
            {
                return errno;
            }

            // A script without a first line that says what runs it.
            byte** script = (byte**)NativeMemory.AllocZeroed((nuint)count + 2, (nuint)sizeof(byte*));
            script[0] = Copy(Encoding.UTF8.GetBytes(Interpreter));
            script[1] = file;
            for (int i = 1; i < count; i++)
            {
                script[i + 1] = arguments[i];
            }

            _ = ExecVE(script[0], script, variables);
            return Marshal.GetLastPInvokeError();
        }
    }

    // The first are ours, the others those of the environment that this process was started with. .NET's own copy of it would
    // not do: it has decoded every value.
    private static byte** Variables(LlmEnvironment environment, out int own)
    {
        byte** inherited = Inherited();
        int count = 0;
        while (inherited[count] is not null)
        {
            count++;
        }

        HashSet<string> changed = [.. environment.Variables];
        byte** result = (byte**)NativeMemory.AllocZeroed((nuint)(count + changed.Count + 1), (nuint)sizeof(byte*));
        own = 0;
        foreach (string name in environment.KeyVariables)
        {
            result[own++] = Copy([.. Encoding.UTF8.GetBytes(name), (byte)'='], environment.KeyUtf8);
        }

        foreach ((string name, string value) in environment.Settings)
        {
            result[own++] = Copy(Encoding.UTF8.GetBytes($"{name}={value}"));
        }

        int at = own;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(inherited[i]);
            int end = entry.IndexOf((byte)'=');
            if (end < 0 || !changed.Contains(Encoding.UTF8.GetString(entry[..end])))
            {
                result[at++] = inherited[i];
            }
        }

        return result;
    }

    private static byte** Pointers(IReadOnlyList<string> texts)
    {
        byte** result = (byte**)NativeMemory.AllocZeroed((nuint)texts.Count + 1, (nuint)sizeof(byte*));
        for (int i = 0; i < texts.Count; i++)
        {
            result[i] = Copy(Encoding.UTF8.GetBytes(texts[i]));
        }

        return result;
    }

    private static byte* Copy(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default)
    {
        byte* result = (byte*)NativeMemory.AllocZeroed((nuint)(first.Length + second.Length + 1));
        first.CopyTo(new Span<byte>(result, first.Length));
        second.CopyTo(new Span<byte>(result + first.Length, second.Length));
        return result;
    }

    private static List<byte[]> Folders(byte** variables)
    {
        ReadOnlySpan<byte> path = Encoding.UTF8.GetBytes(DefaultPath);
        for (int i = 0; variables[i] is not null; i++)
        {
            ReadOnlySpan<byte> entry = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(variables[i]);
            if (entry.StartsWith("PATH="u8))
            {
                path = entry[5..];
                break;
            }
        }

        var folders = new List<byte[]>();
        foreach (Range range in path.Split((byte)':'))
        {
            folders.Add(path[range].ToArray());
        }

        return folders;
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

    private static byte** Inherited() => OperatingSystem.IsMacOS()
        ? *MacEnvironment()
        : *(byte***)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "environ");

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true)]
    private static partial int ExecVE(byte* path, byte** arguments, byte** variables);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);

    [LibraryImport("libSystem", EntryPoint = "_NSGetEnviron")]
    private static partial byte*** MacEnvironment();
}
