using System.Diagnostics;

namespace LlmConfig.Cli.Tests;

/// <summary>The built program, run as a process of its own with a home of its own.</summary>
internal sealed class LlmConfigProgram : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("llmconfig-test-");

    /// <summary>The program that <c>dotnet build</c> left, or another one, such as the one that <c>dotnet publish</c> made.</summary>
    public static string Launcher { get; } = Environment.GetEnvironmentVariable("LLMCONFIG_TEST_PROGRAM") is { Length: > 0 } path ? path
        : Path.Combine(SourceTree.Root, "out", "llmconfig", "llmconfig");

    public string Home => _home.FullName;

    public (int ExitCode, string Output, string Error) RunWith(string input, params string[] arguments)
    {
        using Process process = Start(arguments);
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading what was there for it.
        }

        return Finish(process);
    }

    public static (int ExitCode, string Output, string Error) Finish(Process process)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(120)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException("llmconfig did not end within two minutes.");
        }

        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }

    public Process Start(params string[] arguments) => Process.Start(WithDefaultSignals([Launcher, .. arguments]))!;

    /// <summary>A shell's commands, with the signals as a shell at a terminal has them.</summary>
    public ProcessStartInfo Shell(string script) => WithDefaultSignals(["/bin/sh", "-c", script]);

    /// <summary>A line of standard output; what came before it is dropped.</summary>
    public static void WaitForLine(Process process, string line)
    {
        while (process.StandardOutput.ReadLine() is { } read)
        {
            if (read == line)
            {
                return;
            }
        }

        throw new InvalidOperationException($"llmconfig ended without writing '{line}'.");
    }

    public void SetEnvironment(ProcessStartInfo start)
    {
        start.Environment["HOME"] = Home;
        start.Environment["LLMCONFIG_HOME"] = Path.Combine(Home, "store");
        start.Environment["TERM"] = "xterm";
        foreach (string name in new[] { "NO_COLOR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "PSModulePath" })
        {
            start.Environment.Remove(name);
        }
    }

    public void Dispose()
    {
        // A pseudo-terminal that was given this home has removed it already.
        if (Directory.Exists(Home))
        {
            _home.Delete(recursive: true);
        }
    }

    // Whoever runs these tests may ignore SIGINT (nohup, a shell's &), and what is ignored stays so in every child: env sets it back.
    private ProcessStartInfo WithDefaultSignals(IEnumerable<string> command)
    {
        var start = new ProcessStartInfo("/usr/bin/env", ["--default-signal=INT,HUP,QUIT,TERM,PIPE,USR1,USR2", .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Home,
        };
        SetEnvironment(start);
        return start;
    }
}
