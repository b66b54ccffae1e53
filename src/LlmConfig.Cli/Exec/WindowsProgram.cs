using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>
/// Runs a program and waits for it, where a process cannot become another. Ctrl+C reaches the program as well, and is its to answer.
/// The program is found here and started by its full path: Windows itself would look in the current folder first.
/// </summary>
internal static class WindowsProgram
{
    // Those that a process can be started from, and what is taken where PATHEXT is not set.
    private const string Extensions = ".COM;.EXE;.BAT;.CMD";

    // Where a batch file is run, the interpreter looks in the current folder as well, unless this is set.
    private const string OnlyPath = "NoDefaultCurrentDirectoryInExePath";

    /// <summary>As <see cref="IProgramStarter.Become"/>.</summary>
    public static int Run(IReadOnlyList<string> program, LlmEnvironment environment, Action<string> complain)
    {
        string shown = DisplayText.Of(program[0]);
        try
        {
            if (Prepare(program) is not { } start)
            {
                complain(IsPath(program[0]) ? $"There is no program '{shown}'." : $"There is no program '{shown}' in the folders of PATH.");
                return ExitCode.NoProgram;
            }

            environment.CopyTo(start.Environment);
            Console.CancelKeyPress += (_, press) => press.Cancel = true;
            using Process process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (Exception e) when (e is Win32Exception or ArgumentException)
        {
            complain($"'{shown}' cannot be run: {e.Message}");
            return ExitCode.NotExecutable;
        }
    }

    /// <summary>How to start a program; <see langword="null"/> when there is none.</summary>
    /// <exception cref="ArgumentException">It is a batch file, and an argument cannot be given to one.</exception>
    public static ProcessStartInfo? Prepare(IReadOnlyList<string> program)
    {
        if (Find(program[0], Environment.GetEnvironmentVariable) is not { } path)
        {
            return null;
        }

        if (Path.GetExtension(path).ToUpperInvariant() is not (".BAT" or ".CMD"))
        {
            return new ProcessStartInfo(path, program.Skip(1)) { UseShellExecute = false };
        }

        var start = new ProcessStartInfo(Path.Combine(Environment.SystemDirectory, "cmd.exe"), BatchLine(path, program.Skip(1))) { UseShellExecute = false };
        start.Environment[OnlyPath] = "1";
        return start;
    }

    /// <summary>The full path of a program: the first of the folders of PATH that has it, with the first ending of PATHEXT that it has there.</summary>
    public static string? Find(string program, Func<string, string?> variable)
    {
        string[] known = Extensions.Split(';');
        string[] endings =
        [
            .. Path.HasExtension(program) ? [string.Empty] : Array.Empty<string>(),
            .. (variable("PATHEXT") ?? Extensions).Split(';').Where(ending => known.Contains(ending, StringComparer.OrdinalIgnoreCase)),
        ];

        // Folders of the path that depend on where one is are skipped: whoever owns that folder would get the key.
        IEnumerable<string> folders = IsPath(program) ? [Environment.CurrentDirectory]
            : (variable("PATH") ?? string.Empty).Split(';').Select(folder => folder.Trim('"')).Where(Path.IsPathFullyQualified);
        return folders.SelectMany(folder => endings.Select(ending => Path.GetFullPath(Path.Combine(folder, program + ending)))).FirstOrDefault(File.Exists);
    }

    /// <summary>
    /// The arguments of cmd.exe that run a batch file, by the rules that Rust adopted for CVE-2024-24576: each argument is quoted, and a
    /// quote in it doubled. What no quote keeps the interpreter from reading is refused.
    /// </summary>
    /// <exception cref="ArgumentException">The path or an argument holds a percent sign or what ends a line.</exception>
    public static string BatchLine(string path, IEnumerable<string> arguments)
    {
        var line = new StringBuilder($"/e:ON /v:OFF /d /c \"\"{Checked(path)}\"");
        foreach (string argument in arguments)
        {
            line.Append(" \"");
            int backslashes = 0;
            foreach (char c in Checked(argument))
            {
                // Those before a quote would take it for themselves.
                line.Append(c == '"' ? new string('\\', backslashes) + "\"\"" : c.ToString());
                backslashes = c == '\\' ? backslashes + 1 : 0;
            }

            line.Append('\\', backslashes).Append('"');
        }

        return line.Append('"').ToString();

        static string Checked(string text) => text.AsSpan().IndexOfAny("%\0\r\n") < 0 ? text
            : throw new ArgumentException("it is a batch file, which can be given no line break and no percent sign.");
    }

    private static bool IsPath(string program) => program.AsSpan().IndexOfAny('/', '\\', ':') >= 0;
}
