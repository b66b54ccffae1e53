using System.Diagnostics.CodeAnalysis;

namespace LlmConfig.Cli;

/// <summary>PowerShell gave no answer: why, as a full sentence without a key.</summary>
/// <param name="problem">Why.</param>
[SuppressMessage("Design", "CA1032", Justification = "Always made with a problem; never seen outside of the program.")]
[SuppressMessage("Design", "CA1064", Justification = "The same.")]
internal sealed class PwshFailureException(string problem) : Exception(problem);
