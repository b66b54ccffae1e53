using System.Diagnostics;

namespace LlmConfig.Tests;

/// <summary>
/// One of several writers of a store, whose process is killed and started again and again. After each kill it is checked
/// that the store holds all that the process acknowledged, and of the change that it was in the middle of all or nothing.
/// </summary>
internal sealed class KilledWriter(string folder, string prefix, bool isProgram, Random random)
{
    private WorkState _state = WorkState.Empty;

    // How long the last change of llmconfig took: a kill comes at a random moment of that, however fast the machine is.
    private TimeSpan _usual = TimeSpan.FromMilliseconds(200);
    private int _number;

    /// <summary>True for llmconfig, of which each change is a process; false for a process of the core alone that makes many.</summary>
    public bool IsProgram => isProgram;

    public int Kills { get; private set; }

    public int Acknowledged { get; private set; }

    /// <summary>What the process was in the middle of at each kill.</summary>
    public List<string> KilledIn { get; } = [];

    public List<string> Violations { get; } = [];

    public void Run(Func<bool> goesOn)
    {
        while (goesOn())
        {
            IReadOnlyList<string[]> lines = isProgram ? ChangeUntilKilled() : RunAndKill();
            Kills++;
            Judge(lines);
        }
    }

    /// <summary>Checks at the very end, when no process is left, against what is known.</summary>
    public void JudgeAtTheEnd(LlmConfigRepository repository)
    {
        WorkState found = WorkState.Of(repository, prefix);
        if (!found.IsSameAs(_state))
        {
            Violations.Add($"{prefix} at the end: '{found}' is not '{_state}'");
        }
    }

    private static bool IsWhole(string line) => line.EndsWith("\t.", StringComparison.Ordinal);

    private IReadOnlyList<string[]> RunAndKill()
    {
        string seed = random.Next().ToString(System.Globalization.CultureInfo.InvariantCulture);
        using Process process = Start("dotnet", ChildProcess.Worker, "work", folder, prefix, "0", seed);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        var lines = new List<string>();

        // One in eight dies while it starts; the others after some changes, somewhere in the next.
        if (random.Next(8) == 0)
        {
            Thread.Sleep(random.Next(120));
        }
        else
        {
            int changes = random.Next(12);
            while (changes >= 0 && process.StandardOutput.ReadLine() is { } line)
            {
                lines.Add(line);
                changes -= line.StartsWith("try", StringComparison.Ordinal) ? 1 : 0;
            }

            Thread.Sleep(TimeSpan.FromMicroseconds(random.Next(20_000)));
        }

        process.Kill();
        while (process.StandardOutput.ReadLine() is { } rest)
        {
            lines.Add(rest);
        }

        process.WaitForExit();
        if (errors.Result.Length > 0)
        {
            Violations.Add($"{prefix} wrote an error: {errors.Result}");
        }

        return [.. lines.Where(IsWhole).Select(line => line.Split('\t'))];
    }

    // One process for each change, until one was killed before it ended.
    private List<string[]> ChangeUntilKilled()
    {
        var lines = new List<string[]>();
        WorkState state = _state;
        int untouched = random.Next(3);
        while (true)
        {
            (string kind, string name, string value, string input, string[] arguments) = Choose(state);
            lines.Add(["try", kind, name, value]);
            var watch = Stopwatch.StartNew();
            using Process process = OperatingSystem.IsWindows() ? Start("dotnet", [SourceTree.Program + ".dll", .. arguments]) : Start(SourceTree.Program, arguments);
            Task<string> errors = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            try
            {
                process.StandardInput.Write(input);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It needed no input and ended.
            }

            bool ended = untouched-- > 0 ? process.WaitForExit(TimeSpan.FromMinutes(2)) : process.WaitForExit(_usual * random.NextDouble());
            if (!ended)
            {
                process.Kill();
                process.WaitForExit();

                // It may have ended by itself in that moment.
                if (process.ExitCode != 0)
                {
                    return lines;
                }
            }

            process.WaitForExit();
            _usual = watch.Elapsed;
            if (process.ExitCode != 0)
            {
                Violations.Add($"{prefix} failed ({string.Join(' ', arguments)}): {output.Result}{errors.Result}");
                return lines;
            }

            lines.Add(["ack"]);
            state = state.After(kind, name, value);
        }
    }

    private (string Kind, string Name, string Value, string Input, string[] Arguments) Choose(WorkState state)
    {
        string fresh = $"{prefix}p{_number++}";
        string[] owned = [.. state.Items.Keys.Order(StringComparer.Ordinal)];
        string name = owned.Length == 0 ? string.Empty : owned[random.Next(owned.Length)];
        return (owned.Length == 0 || (owned.Length < 4 && random.Next(3) == 0) ? 0 : random.Next(1, 10)) switch
        {
            0 => ("create", fresh, fresh, $"sk-test-{fresh}\n", ["new", fresh, "openai", "--key-stdin"]),
            1 or 2 => ("rotate", name, $"sk-test-{fresh}", $"sk-test-{fresh}\n", ["set", name, "--key-stdin"]),
            3 or 4 => ("model", name, $"m{fresh}", string.Empty, ["set", name, "--model", $"m{fresh}"]),
            5 or 6 => ("rename", name, fresh, string.Empty, ["rename", name, fresh]),
            7 => ("masterkey", "-", "-", string.Empty, ["store", "rotate"]),
            _ => ("remove", name, string.Empty, string.Empty, ["remove", name, "--yes"]),
        };
    }

    private Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true, RedirectStandardError = true };
        start.Environment["LLMCONFIG_HOME"] = folder;
        start.Environment["HOME"] = Path.GetDirectoryName(folder);
        return Process.Start(start)!;
    }

    private void Judge(IReadOnlyList<string[]> lines)
    {
        WorkState expected = _state;
        WorkState? underWay = null;
        string kind = string.Empty;
        foreach (string[] words in lines)
        {
            switch (words[0])
            {
                case "try" when Violations.Count > 0:
                    // What should be there is not known any more.
                    return;
                case "try":
                    kind = words[1];
                    underWay = expected.After(kind, words[2], words[3]);
                    break;
                case "ack":
                    expected = underWay!;
                    underWay = null;
                    Acknowledged++;
                    break;
                default:
                    Violations.Add($"{prefix} refused: {string.Join(' ', words)}");
                    underWay = null;
                    break;
            }
        }

        if (underWay is not null)
        {
            KilledIn.Add(kind);
        }

        try
        {
            using LlmConfigRepository repository = KillTests.Open(folder);
            WorkState found = WorkState.Of(repository, prefix);
            if (!found.IsSameAs(expected) && !(underWay is not null && found.IsSameAs(underWay)))
            {
                Violations.Add($"{prefix} after kill {Kills}: '{found}' is not '{expected}'{(underWay is null ? string.Empty : $" nor '{underWay}'")}");
            }

            _state = found;
        }
        catch (LlmConfigException e)
        {
            Violations.Add($"{prefix} after kill {Kills}: {e.Code} {e.Message}");
        }
    }
}
