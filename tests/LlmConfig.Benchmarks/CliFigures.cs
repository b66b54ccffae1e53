using System.Diagnostics;

namespace LlmConfig.Benchmarks;

/// <summary>Whole processes of llmconfig, compiled as it is published, beside the programs that people keep keys in today.</summary>
internal sealed class CliFigures(Workplace workplace)
{
    private const int Rounds = 30;
    private const string Key = "sk-test-benchmark-0123456789abcdef0123456789abcdef";

    private readonly Child _child = new(workplace);

    public IEnumerable<Figure> Run(string hundred)
    {
        string llmconfig = Publish("src/LlmConfig.Cli", "llmconfig");
        string oneLine = Publish("tests/LlmConfig.OneLine", "LlmConfig.OneLine");
        const string name = "Team 00000 (EU)";
        yield return Beside("`llmconfig key NAME`, whole process / `pass show`", 0.5, Pass(), () => _child.Run(llmconfig, hundred, "key", name).Elapsed);
        yield return Beside("`llmconfig key NAME`, whole process / `age -d`", 2.5, Age(), () => _child.Run(llmconfig, hundred, "key", name).Elapsed);
        (Samples list, Samples one) = Samples.Interleave(Rounds, () => _child.Run(llmconfig, hundred, "list").Elapsed, () => _child.Run(oneLine, hundred).Elapsed);
        yield return Figure.Difference("`llmconfig list` of 100, whole process - a native program that prints one line", list, one, 10);
    }

    private static Figure Beside(string what, double bar, Func<double>? other, Func<double> llmconfig)
    {
        if (other is null)
        {
            return new Figure(what, null, bar, "x", false, "the other program is not installed");
        }

        (Samples own, Samples others) = Samples.Interleave(Rounds, llmconfig, other);
        return Figure.Ratio(what, own, others, bar);
    }

    private static string Publish(string project, string program)
    {
        string folder = Path.Combine(Workplace.Out, "benchmarks", "native", program);
        _ = Shell($"dotnet publish '{Path.Combine(Workplace.Out, "..", project)}' -c Release -o '{folder}'");
        return Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program);
    }

    private Func<double>? Pass()
    {
        if (!Has("pass") || !Has("gpg"))
        {
            return null;
        }

        // A key of its own without a passphrase: what is left is the program, not a person who types.
        _ = Shell("export HOME=" + workplace.Home + "; gpg --batch --passphrase '' --quick-gen-key benchmark@example.invalid default default never && pass init benchmark@example.invalid && echo " + Key + " | pass insert -e llm/work");
        return () => _child.Run("pass", workplace.Home, "show", "llm/work").Elapsed;
    }

    private Func<double>? Age()
    {
        if (!Has("age"))
        {
            return null;
        }

        string identity = Path.Combine(workplace.Home, "age.txt");
        string file = Path.Combine(workplace.Home, "key.age");
        _ = Shell($"age-keygen -o '{identity}' && echo {Key} | age -r \"$(age-keygen -y '{identity}')\" -o '{file}'");
        return () => _child.Run("age", workplace.Home, "-d", "-i", identity, file).Elapsed;
    }

    private static bool Has(string program) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static string Shell(string script)
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{script} ended with {process.ExitCode}: {output}{errors.Result}");
    }
}
