using System.Diagnostics;
using System.Globalization;

namespace LlmConfig.Benchmarks;

/// <summary>Runs another program to its end.</summary>
internal sealed class Child(Workplace workplace)
{
    /// <summary>What it wrote, and how long it took from start to end in milliseconds.</summary>
    public (string Output, double Elapsed) Run(string program, string store, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["HOME"] = workplace.Home;
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        start.Environment["NO_COLOR"] = "1";
        start.Environment[StoreFolder.HomeVariable] = store;

        // SecretStore may be there only, as build.ps1 -Task Modules saves it.
        start.Environment["PSModulePath"] = $"{Environment.GetEnvironmentVariable("PSModulePath")}{Path.PathSeparator}{Path.Combine(Workplace.Out, "modules")}";
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        double elapsed = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        return process.ExitCode == 0
            ? (output, elapsed)
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output}{errors.Result}");
    }

    /// <summary>The numbers that it wrote.</summary>
    public double[] Numbers(string program, string store, params string[] arguments) =>
        [.. Run(program, store, arguments).Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture))];

    /// <summary>The numbers that a script wrote in a fresh shell.</summary>
    public double[] FreshShell(string store, params string[] script) =>
        Numbers("dotnet", store, [Workplace.Pwsh, "-NoProfile", "-NonInteractive", .. script]);
}
