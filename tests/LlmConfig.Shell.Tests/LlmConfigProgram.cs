using System.Diagnostics;

namespace LlmConfig.Shell.Tests;

/// <summary>The built program, run as a process of its own with a home of its own.</summary>
internal sealed class LlmConfigProgram : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("llmconfig-test-");

    public static string Assembly { get; } = Path.Combine(FindRoot(), "out", "llmconfig", "llmconfig.dll");

    public string Home => _home.FullName;

    public static (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        using var program = new LlmConfigProgram();
        return program.RunWith(string.Empty, arguments);
    }

    public (int ExitCode, string Output, string Error) RunWith(string input, params string[] arguments)
    {
        using Process process = Start(arguments);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        return Finish(process);
    }

    public static (int ExitCode, string Output, string Error) Finish(Process process)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException("llmconfig did not end within a minute.");
        }

        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }

    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Home,
        };
        start.ArgumentList.Add(Assembly);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        SetEnvironment(start);
        return Process.Start(start)!;
    }

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

    public void Dispose() => _home.Delete(recursive: true);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LlmConfig.PowerShell.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests run inside the repository.");
    }
}
