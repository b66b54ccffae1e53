using System.Diagnostics;

namespace LlmConfig.Tests;

/// <summary>Runs a program to its end, within a minute.</summary>
internal static class ChildProcess
{
    private const int LimitMilliseconds = 60_000;

    public static string Worker => Path.Combine(AppContext.BaseDirectory, "LlmConfig.Worker.dll");

    public static (int Code, string Output) Run(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.WorkingDirectory = folder ?? string.Empty;
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            if (value is null)
            {
                _ = start.Environment.Remove(name);
            }
            else
            {
                start.Environment[name] = value;
            }
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(LimitMilliseconds))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} did not end within a minute.");
        }

        return (process.ExitCode, output.Result + errors.Result);
    }

    /// <summary>Starts the worker with its standard streams open.</summary>
    public static Process StartWorker(string command, IReadOnlyDictionary<string, string?> environment)
    {
        var start = new ProcessStartInfo("dotnet", [Worker, command]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach ((string name, string? value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
