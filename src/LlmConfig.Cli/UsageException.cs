using System.Diagnostics.CodeAnalysis;

namespace LlmConfig.Cli;

/// <summary>The command line made no sense: what is wrong with it, and what would be right. Nothing was done.</summary>
/// <param name="problem">What is wrong, as a full sentence.</param>
/// <param name="remedy">What to type, as a full sentence; <see langword="null"/> for the verb's help.</param>
[SuppressMessage("Design", "CA1032", Justification = "Always made with a problem; never seen outside of the program.")]
[SuppressMessage("Design", "CA1064", Justification = "The same.")]
internal sealed class UsageException(string problem, string? remedy = null) : Exception(problem)
{
    /// <summary>The code of usage errors in <c>--json</c>.</summary>
    public const string Code = "BadUsage";

    /// <summary>What to type instead; <see langword="null"/> for the verb's help.</summary>
    public string? Remedy { get; } = remedy;
}
