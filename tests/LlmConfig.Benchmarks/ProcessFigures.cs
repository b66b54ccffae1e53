using System.Globalization;

namespace LlmConfig.Benchmarks;

/// <summary>Figures of fresh processes: import, first command, memory.</summary>
internal sealed class ProcessFigures(Workplace workplace)
{
    private const int Rounds = 15;

    private readonly Child _child = new(workplace);

    public IEnumerable<Figure> Run(string hundred)
    {
        Samples first = new();
        (Samples import, Samples one) = Samples.Interleave(
            Rounds,
            () =>
            {
                double[] times = _child.FreshShell(hundred, "-Command", Script(Workplace.Module, "$null = Get-LlmConfig"));
                first.Add(times[1]);
                return times[0];
            },
            () => _child.FreshShell(hundred, "-Command", Script(Workplace.OneCmdlet, "$null = Get-One"))[0]);
        yield return Figure.Ratio("`Import-Module` in a fresh shell / a one-cmdlet binary module", import, one, 1.5);
        yield return Figure.Ratio("first `Get-LlmConfig` with import, 100 configurations / that import", first, import, 2);
    }

    /// <summary>New-LlmConfig as a person in a shell meets it: not compiled for good yet.</summary>
    public Figure NewConfiguration()
    {
        double[] times = _child.FreshShell(
            workplace.NewStore("outside", 10), "-File", Path.Combine(AppContext.BaseDirectory, "NewLlmConfig.ps1"), Workplace.Module,
            typeof(DurableWrite).Assembly.Location, workplace.NewFolder("outside-durable"));
        return new Figure(
            "`New-LlmConfig` in a fresh shell, 100 calls after 20 / one durable write of 4 KiB there", times[0] / times[1], 4, "x", false,
            $"{Figure.Time(times[0])} / {Figure.Time(times[1])}");
    }

    /// <summary>Memory of a process that holds 10,000 configurations.</summary>
    public Figure Memory(string store)
    {
        double bytes = new FileInfo(Path.Combine(store, "llm_config.json")).Length;
        var growth = new Samples();
        for (int round = 0; round < 5; round++)
        {
            growth.Add(_child.Numbers(Environment.ProcessPath!, store, "hold", store)[0]);
        }

        return new Figure(
            "memory of a process that holds 10,000 configurations / the file's size", growth.Median / bytes, 6, "x", false,
            string.Create(CultureInfo.InvariantCulture, $"{growth.Median / 1e6:0.0} MB / {bytes / 1e6:0.0} MB"));
    }

    /// <summary>What the child of <see cref="Memory"/> does: how much the process grew, in bytes, by reading the store.</summary>
    public static double Hold(string store)
    {
        // What any program has that uses the core at all is not what configurations take.
        using var other = new LlmConfigRepository(StoreFolder.At(store + ".none"));
        int none = other.GetAll().Count;
        GC.Collect();
        long before = Environment.WorkingSet;
        using var repository = new LlmConfigRepository(StoreFolder.At(store));
        IReadOnlyList<LlmConfiguration> held = repository.GetAll();
        long after = Environment.WorkingSet;
        GC.KeepAlive(held);
        return held.Count > none ? after - before : throw new InvalidOperationException("Nothing was read.");
    }

    private static string Script(string module, string command) =>
        $"$w = [Diagnostics.Stopwatch]::StartNew(); Import-Module '{module}'; $a = $w.Elapsed.TotalMilliseconds; {command}; $b = $w.Elapsed.TotalMilliseconds; "
        + "$a.ToString([cultureinfo]::InvariantCulture); $b.ToString([cultureinfo]::InvariantCulture)";
}
