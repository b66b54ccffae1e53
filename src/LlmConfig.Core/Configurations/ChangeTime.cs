namespace LlmConfig;

/// <summary>
/// Times that a file, a label or another machine gives. Clocks differ, but not by days: a time later than that is a mistake or a
/// forgery, and would win over every change to come.
/// </summary>
internal static class ChangeTime
{
    /// <summary>How much later than now a time may be: a day, the most that clocks of machines in use are apart.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromDays(1);

    /// <summary>True for a time that no clock in use can have given.</summary>
    public static bool IsTooLate(DateTime time, DateTime now) => time - now > Tolerance;

    /// <summary>The time itself, or now for one that is too late.</summary>
    public static DateTime Limited(DateTime time, DateTime now) => IsTooLate(time, now) ? now : time;

    /// <summary>
    /// The time of a change: now, or the millisecond after the last one where that is as late, since stores that share a vault go by
    /// it. A last change that is too late does not count.
    /// </summary>
    public static DateTime After(DateTime last, DateTime now) => now > last || IsTooLate(last, now) ? now : last.AddMilliseconds(1);
}
