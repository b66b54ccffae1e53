using System.ComponentModel;
using System.Diagnostics;

namespace LlmConfig.Cli;

/// <summary>The only place from which other programs are started: what exec was given, and the commands that give, make and revoke keys.</summary>
internal interface IProgramStarter
{
    /// <summary>Becomes a program, or runs it and waits where a process cannot become another.</summary>
    /// <param name="program">The program and its arguments.</param>
    /// <param name="environment">What is changed in its environment.</param>
    /// <param name="complain">Told why it could not be done.</param>
    /// <returns>The exit code of a failure, or of the program.</returns>
    int Become(IReadOnlyList<string> program, LlmEnvironment environment, Action<string> complain);

    /// <summary>Runs a program and reads what it writes on standard output.</summary>
    /// <param name="program">The program and its arguments; no shell is involved.</param>
    /// <param name="output">Where its output goes; more than fits is an error. Empty where it goes nowhere.</param>
    /// <param name="input">The keys that it finds on standard input, a line each.</param>
    /// <returns>How many bytes it wrote.</returns>
    /// <exception cref="LlmConfigException">InvalidKey: it cannot be run, fails, or writes too much.</exception>
    int Read(IReadOnlyList<string> program, Span<byte> output, params ReadOnlySpan<ApiKey> input);
}

/// <summary>Starts real programs.</summary>
internal sealed class ProgramStarter : IProgramStarter
{
    public int Become(IReadOnlyList<string> program, LlmEnvironment environment, Action<string> complain) => OperatingSystem.IsWindows()
        ? WindowsProgram.Run(program, environment, complain)
        : UnixProgram.Become(program, environment, complain);

    public int Read(IReadOnlyList<string> program, Span<byte> output, params ReadOnlySpan<ApiKey> input)
    {
        try
        {
            ProcessStartInfo start = (OperatingSystem.IsWindows() ? WindowsProgram.Prepare(program) : new ProcessStartInfo(program[0], program.Skip(1))) ?? throw new FileNotFoundException();
            start.RedirectStandardInput = start.RedirectStandardOutput = true;
            using Process process = Process.Start(start)!;
            Give(process, input);
            int count = process.StandardOutput.BaseStream.ReadAtLeast(output, output.Length, throwOnEndOfStream: false);
            if (output.IsEmpty)
            {
                process.StandardOutput.BaseStream.CopyTo(Stream.Null);
            }
            else if (count == output.Length)
            {
                process.Kill(entireProcessTree: true);
                throw SecretInput.Invalid("The command writes more than any key has.", "Give a command that writes the key and nothing else.");
            }

            process.WaitForExit();
            return process.ExitCode == 0 ? count : throw SecretInput.Invalid(
                $"The command for the key ended with exit code {process.ExitCode}.", "Run it by itself to see what is wrong.");
        }
        catch (Exception e) when (e is Win32Exception or FileNotFoundException or ArgumentException)
        {
            // Its text would name the program, which may be a key that was given in its place.
            throw SecretInput.Invalid("The command for the key cannot be run.", "Name a program that is there; for a pipe or a variable, give sh -c '…'.");
        }
    }

    private static void Give(Process process, ReadOnlySpan<ApiKey> input)
    {
        try
        {
            foreach (ApiKey key in input)
            {
                process.StandardInput.BaseStream.Write(key.Utf8);
                process.StandardInput.BaseStream.Write("\n"u8);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading it; how it ended says whether that is an error.
        }
    }
}
