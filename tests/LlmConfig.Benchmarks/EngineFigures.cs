using System.Diagnostics;
using System.Globalization;
using System.Security;

namespace LlmConfig.Benchmarks;

/// <summary>Figures of cmdlets in a warm engine, over what the disk allows.</summary>
internal sealed class EngineFigures(Workplace workplace, Engine engine)
{
    private const int Writes = 200;
    private const int Repeats = 100;
    private const string KeyLoop = "$null = Get-LlmConfigKey -Name $args[0]";
    private const string NameLoop = "$null = Get-LlmConfig -Name $args[0]";

    private readonly DurableWrite _durable = new(workplace.NewFolder("durable"));
    private int _created;

    public IEnumerable<Figure> Run(string ten, string tenThousand)
    {
        string fresh = workplace.NewStore("fresh", 10);
        WarmUp(fresh, tenThousand, workplace.NewStore("scratch", 10));
        (Samples byName, Samples byNameOfTen) = Samples.Interleave(
            15, () => Loop(tenThousand, NameLoop, "Team 05000 (EU)"), () => Loop(fresh, NameLoop, "Team 00005 (EU)"));
        yield return Figure.Ratio("`Get-LlmConfig -Name x` at 10,000 / at 10, warm", byName, byNameOfTen, 10);

        string file = Path.Combine(workplace.Folder, "4KiB");
        File.WriteAllBytes(file, new byte[4096]);
        (Samples read, Samples plain) = Samples.Interleave(
            40,
            () => Loop(fresh, KeyLoop, "Team 00005 (EU)"),
            () =>
            {
                var single = new Samples();
                for (int i = 0; i < Repeats; i++)
                {
                    single.Add(Samples.Time(() => File.ReadAllBytes(file)));
                }

                return single.Median;
            });
        yield return Figure.Ratio("`Get-LlmConfigKey`, warm / reading a file of 4 KiB", read, plain, 10);

        (Samples create, Samples write) = Samples.Interleave(Writes, () => Create(ten), () => Samples.Time(_durable.Run));
        yield return Figure.Ratio("`New-LlmConfig`, built-in vault / one durable write of 4 KiB", create, write, 4);
        yield return new Figure(
            "the same, 99th percentile", create.Percentile(99), 100, " ms", false,
            $"{Writes} calls; a durable write: {Figure.Time(write.Percentile(99))}");

        yield return Pipeline();

        string small = workplace.NewStore("small", 10), larger = workplace.NewStore("larger", 200);
        (Samples large, Samples few) = Samples.Interleave(Repeats, () => Create(larger), () => Create(small));
        yield return Figure.Ratio("one `New-LlmConfig` at 200 configurations / at 10", large, few, 1.3);
    }

    // Until what runs is compiled for good, and the stores are no longer ones that were changed just now.
    private void WarmUp(string fresh, string tenThousand, string scratch)
    {
        for (int i = 0; i < Writes; i++)
        {
            Create(scratch);
        }

        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(15))
        {
            Loop(fresh, KeyLoop, "Team 00005 (EU)");
            Loop(fresh, NameLoop, "Team 00005 (EU)");
            Loop(tenThousand, NameLoop, "Team 05000 (EU)");
        }
    }

    // Another one each time: that configurations share a key would be warned of.
    private static SecureString Key(int number)
    {
        var key = new SecureString();
        foreach (char c in string.Create(CultureInfo.InvariantCulture, $"sk-test-benchmark-{number:x16}"))
        {
            key.AppendChar(c);
        }

        return key;
    }

    private Figure Pipeline()
    {
        const int count = 1000;
        using SecureString key = Key(0);
        (Samples pipeline, Samples write) = Samples.Interleave(
            5,
            () =>
            {
                Engine.Use(workplace.NewStore(string.Create(CultureInfo.InvariantCulture, $"pipeline-{_created++}"), 10));
                return engine.Time(
                    "1..$args[0] | ForEach-Object { [pscustomobject]@{ Name = \"piped-$_\"; Provider = 'openai' } } | New-LlmConfig -ApiKey $args[1]",
                    count,
                    key) / count;
            },
            () => Samples.Time(() =>
            {
                for (int i = 0; i < Repeats; i++)
                {
                    _durable.Run();
                }
            }) / Repeats);
        return Figure.Ratio("1,000 configurations through one pipeline, each / one durable write", pipeline, write, 1.3);
    }

    // The command alone: opening a pipeline from outside of the engine, which nobody at a prompt does, is not part of it.
    private double Create(string store)
    {
        using SecureString key = Key(_created);
        Engine.Use(store);
        return 1000.0 * engine.Run<long>(
            "$start = [Diagnostics.Stopwatch]::GetTimestamp(); $null = New-LlmConfig -Name $args[0] -Provider openai -Model gpt-5 -ApiKey $args[1]; "
            + "[Diagnostics.Stopwatch]::GetTimestamp() - $start",
            string.Create(CultureInfo.InvariantCulture, $"created {_created++}"),
            key).Single() / Stopwatch.Frequency;
    }

    // Each call is timed alone: one of them fits between two interruptions of a busy machine, a hundred do not.
    private double Loop(string store, string call, string name)
    {
        Engine.Use(store);
        var single = new Samples();
        foreach (long ticks in engine.Run<long>(
            $"foreach ($i in 1..{Repeats}) {{ $start = [Diagnostics.Stopwatch]::GetTimestamp(); {call}; [Diagnostics.Stopwatch]::GetTimestamp() - $start }}", name))
        {
            single.Add(1000.0 * ticks / Stopwatch.Frequency);
        }

        return single.Median;
    }
}
