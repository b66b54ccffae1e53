using System.Diagnostics;

namespace LlmConfig.Tests;

/// <summary>
/// One of several writers of a store, whose process is killed and started again and again. After each kill it is checked
/// that the store holds all that the process acknowledged, and of the change that it was in the middle of all or nothing.
/// </summary>
internal sealed class KilledWriter(string folder, string prefix, Random random)
{
    private WorkState _state = WorkState.Empty;

    public int Kills { get; private set; }

    public int Acknowledged { get; private set; }

    public List<string> Violations { get; } = [];

    public void Run(Func<bool> goesOn)
    {
        while (goesOn())
        {
            IReadOnlyList<string[]> lines = RunAndKill();
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
        var start = new ProcessStartInfo("dotnet", [ChildProcess.Worker, "work", folder, prefix, "0", seed])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = Path.GetDirectoryName(folder);
        using Process process = Process.Start(start)!;
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

    private void Judge(IReadOnlyList<string[]> lines)
    {
        WorkState expected = _state;
        WorkState? underWay = null;
        foreach (string[] words in lines)
        {
            switch (words[0])
            {
                case "try":
                    underWay = expected.After(words[1], words[2], words[3]);
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
