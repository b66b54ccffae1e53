using System.Diagnostics;

namespace LlmConfig.Cli.Tests;

/// <summary>The PowerShell that dotnet-tools.json pins, and a script that starts it with a home of the test's own.</summary>
internal static class RealPwsh
{
    private static readonly Lazy<string?> Library = new(Find);

    /// <summary>A program that is PowerShell, with this home; skips the test where there is none.</summary>
    public static string WrapperFor(string home)
    {
        Skip.If(OperatingSystem.IsWindows() || Library.Value is null, "dotnet tool exec powershell gives no PowerShell here: what needs the real one cannot run");
        return Executable.Write(Path.Combine(home, "pwsh"), $"""
            #!/bin/sh
            HOME='{home}' exec dotnet '{Library.Value}' "$@"
            """);
    }

    /// <summary>Runs a script and gives what it wrote.</summary>
    public static string Run(string wrapper, string script)
    {
        var start = new ProcessStartInfo(wrapper, ["-NoProfile", "-NonInteractive", "-Command", "$ErrorActionPreference = 'Stop'; " + script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output + errors.Result);
        return output;
    }

    private static string? Find()
    {
        var start = new ProcessStartInfo("dotnet", ["tool", "exec", "powershell@7.6.9", "-y", "--", "-NoProfile", "-Command", "Join-Path $PSHOME pwsh.dll"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string path = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 && errors.Result is not null && File.Exists(path) ? path : null;
    }
}
