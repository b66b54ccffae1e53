using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Perfolizer.Horology;

namespace LlmConfig.Benchmarks;

/// <summary>Figures of the core alone, by BenchmarkDotNet: in this process, in several passes, so that both sides take turns.</summary>
internal static class CoreFigures
{
    private const int Passes = 3;

    public static IEnumerable<Figure> Run()
    {
        var times = new Dictionary<(string Method, int Count), Samples>();
        for (int pass = 0; pass < Passes; pass++)
        {
            Summary summary = BenchmarkRunner.Run<StoreReads>(Configuration());
            foreach (BenchmarkReport report in summary.Reports)
            {
                var key = (report.BenchmarkCase.Descriptor.WorkloadMethod.Name, (int)report.BenchmarkCase.Parameters["Count"]);
                if (!times.TryGetValue(key, out Samples? samples))
                {
                    times.Add(key, samples = new Samples());
                }

                foreach (Measurement measurement in report.GetResultRuns())
                {
                    samples.Add(measurement.Nanoseconds / measurement.Operations / 1e6);
                }
            }
        }

        foreach (int count in StoreReads.Stores.Keys)
        {
            string many = count.ToString("N0", CultureInfo.InvariantCulture);
            yield return Figure.Ratio(
                $"reading {many} configurations / reading and parsing the bytes with `JsonDocument`",
                times[(nameof(StoreReads.GetAllOfChangedFile), count)],
                times[(nameof(StoreReads.ReadAndParse), count)],
                2);
            yield return Figure.Ratio(
                $"the same, file unchanged / reading the bytes ({many})",
                times[(nameof(StoreReads.GetAllOfUnchangedFile), count)],
                times[(nameof(StoreReads.Read), count)],
                1.2);
        }
    }

    private static ManualConfig Configuration() => ManualConfig.CreateEmpty()
        .AddJob(Job.Default
            .WithToolchain(InProcessNoEmitToolchain.Instance)
            .WithStrategy(RunStrategy.Throughput)
            .WithWarmupCount(5)
            .WithIterationCount(15)
            .WithIterationTime(TimeInterval.FromMilliseconds(20)))
        .AddLogger(NullLogger.Instance)
        .WithArtifactsPath(Path.Combine(Workplace.Out, "benchmarks", "artifacts"))
        .WithOptions(ConfigOptions.DisableOptimizationsValidator);
}
