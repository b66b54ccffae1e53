using System.Globalization;

namespace LlmConfig.Benchmarks;

/// <summary>One row of the table.</summary>
/// <param name="Name">What is compared with what.</param>
/// <param name="Value">What was measured; <see langword="null"/> where it could not be.</param>
/// <param name="Bar">What it has to keep to.</param>
/// <param name="Unit">Of both: <c>x</c> for a ratio, or <c> ms</c>.</param>
/// <param name="AtLeast">True where more is better.</param>
/// <param name="Detail">The two medians behind the ratio, or why there is none.</param>
internal sealed record Figure(string Name, double? Value, double Bar, string Unit, bool AtLeast, string Detail)
{
    public bool? Passes => Value is { } value ? (AtLeast ? value >= Bar : value <= Bar) : null;

    public string ToRow() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Name} | {(Value is { } value ? Text(value) : "-")} | {(AtLeast ? "at least" : "at most")} {Bar:0.##}{Unit} | {Passes switch { true => "pass", false => "**fail**", _ => "not run" }} | {Detail} |");

    /// <summary>How many milliseconds the median of <paramref name="a"/> is above that of <paramref name="b"/>.</summary>
    public static Figure Difference(string name, Samples a, Samples b, double bar) =>
        new(name, a.Median - b.Median, bar, " ms", false, $"{Time(a.Median)} / {Time(b.Median)}");

    /// <summary>How many times the median of <paramref name="a"/> is that of <paramref name="b"/>.</summary>
    public static Figure Ratio(string name, Samples a, Samples b, double bar, bool atLeast = false) =>
        new(name, a.Median / b.Median, bar, "x", atLeast, $"{Time(a.Median)} / {Time(b.Median)}");

    public static Figure NotRun(string name, double bar, string reason, bool atLeast = false) => new(name, null, bar, "x", atLeast, reason);

    public static string Time(double milliseconds) => milliseconds switch
    {
        >= 10 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms"),
        >= 0.1 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.00} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds * 1000:0.0} µs"),
    };

    private string Text(double value) => value.ToString(value >= 10 ? "0" : "0.00", CultureInfo.InvariantCulture) + Unit;
}
