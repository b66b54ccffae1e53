using System.ComponentModel;
using System.Diagnostics;

namespace LlmConfig.Cli;

/// <summary>Runs a program and waits for it, where a process cannot become another. Ctrl+C reaches the program as well, and is its to answer.</summary>
internal static class WindowsProgram
{
    private const int FileNotFound = 2;       // ERROR_FILE_NOT_FOUND
    private const int PathNotFound = 3;       // ERROR_PATH_NOT_FOUND

    /// <returns>The program's exit code, or that of the failure.</returns>
    /// <param name="program">The program and its arguments.</param>
    /// <param name="environment">What is changed in its environment.</param>
    /// <param name="complain">Told why it could not be started.</param>
    public static int Run(IReadOnlyList<string> program, LlmEnvironment environment, Action<string> complain)
    {
        var start = new ProcessStartInfo(program[0], program.Skip(1)) { UseShellExecute = false };
        environment.CopyTo(start.Environment);
        Console.CancelKeyPress += (_, press) => press.Cancel = true;
        try
        {
            using Process process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (Win32Exception exception)
        {
            bool missing = exception.NativeErrorCode is FileNotFound or PathNotFound;
            complain(missing
                ? $"There is no program '{ShownText.Of(program[0])}' in the folders of PATH."
                : $"'{ShownText.Of(program[0])}' cannot be run.");
            return missing ? ExitCode.NoProgram : ExitCode.NotExecutable;
        }
    }
}
