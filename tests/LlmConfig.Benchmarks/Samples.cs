using System.Diagnostics;

namespace LlmConfig.Benchmarks;

/// <summary>Times of one thing, in milliseconds. Medians, since the machine does other work too.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    public double Median => Percentile(50);

    public double Percentile(double percent)
    {
        double[] sorted = [.. _values.Order()];
        return sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * percent / 100))];
    }

    public void Add(double milliseconds) => _values.Add(milliseconds);

    /// <summary>Times two things turn by turn, so that what disturbs the machine disturbs both; the first round does not count.</summary>
    public static (Samples A, Samples B) Interleave(int rounds, Func<double> a, Func<double> b)
    {
        var first = new Samples();
        var second = new Samples();
        for (int round = 0; round <= rounds; round++)
        {
            // Turn and turn about, since what comes second finds the disk busy with what came first.
            bool swapped = (round & 1) == 1;
            double one = swapped ? b() : a();
            double other = swapped ? a() : b();
            if (round > 0)
            {
                first.Add(swapped ? other : one);
                second.Add(swapped ? one : other);
            }
        }

        return (first, second);
    }

    public static double Time(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
