using System.ComponentModel;
using System.Diagnostics;

namespace LlmConfig.Cli;

/// <summary>Starts real programs.</summary>
internal sealed class ProgramStarter : IProgramStarter
{
    public int Become(IReadOnlyList<string> program, LlmEnvironment environment, Action<string> complain) => OperatingSystem.IsWindows()
        ? WindowsProgram.Run(program, environment, complain)
        : UnixProgram.Become(program, environment, complain);

    public int Read(IReadOnlyList<string> program, Span<byte> output)
    {
        try
        {
            ProcessStartInfo start = (OperatingSystem.IsWindows() ? WindowsProgram.Prepare(program) : new ProcessStartInfo(program[0], program.Skip(1))) ?? throw new FileNotFoundException();
            start.RedirectStandardInput = start.RedirectStandardOutput = true;
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            int count = process.StandardOutput.BaseStream.ReadAtLeast(output, output.Length, throwOnEndOfStream: false);
            if (count == output.Length)
            {
                process.Kill(entireProcessTree: true);
                throw KeyInput.Invalid("The command writes more than any key has.", "Give a command that writes the key and nothing else.");
            }

            process.WaitForExit();
            return process.ExitCode == 0 ? count : throw KeyInput.Invalid(
                $"The command for the key ended with exit code {process.ExitCode}.", "Run it by itself to see what is wrong.");
        }
        catch (Exception e) when (e is Win32Exception or FileNotFoundException or ArgumentException)
        {
            // Its text would name the program, which may be a key that was given in its place.
            throw KeyInput.Invalid("The command for the key cannot be run.", "Name a program that is there; for a pipe or a variable, give sh -c '…'.");
        }
    }
}
