namespace LlmConfig.Benchmarks;

/// <summary>The same jobs done with SecretStore, in a real shell.</summary>
internal sealed class SecretStoreFigures(Workplace workplace)
{
    private const string Write = "`Set-Secret` into SecretStore / `New-LlmConfig`";
    private const string Read = "`Get-Secret` from SecretStore / `Get-LlmConfigKey`, warm";

    public IEnumerable<Figure> Run()
    {
        string store = workplace.NewStore("beside-secretstore", 10);
        double[] times = new Child(workplace).FreshShell(
            store, "-File", Path.Combine(AppContext.BaseDirectory, "SecretStore.ps1"), Workplace.Module);
        return times.Length == 0 ? Absent("SecretStore is not installed") :
        [
            new Figure(Write, times[1] / times[0], 8, "x", true, $"{Figure.Time(times[1])} / {Figure.Time(times[0])}"),
            new Figure(Read, times[3] / times[2], 10, "x", true, $"{Figure.Time(times[3])} / {Figure.Time(times[2])}"),
        ];
    }

    private static Figure[] Absent(string reason) => [Figure.NotRun(Write, 8, reason, true), Figure.NotRun(Read, 10, reason, true)];
}
