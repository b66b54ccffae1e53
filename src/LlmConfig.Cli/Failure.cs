using System.Diagnostics.CodeAnalysis;

namespace LlmConfig.Cli;

/// <summary>What the process hands back; <c>docs/llmconfig.md</c> promises these numbers.</summary>
internal static class ExitCode
{
    /// <summary>All that was asked for was done.</summary>
    public const int Success = 0;

    /// <summary>Something of what was asked for failed.</summary>
    public const int Failure = 1;

    /// <summary>The command line made no sense; nothing was done.</summary>
    public const int BadUsage = 2;

    /// <summary>exec: no program was started, since its configuration or key cannot be read; as env(1) has it.</summary>
    public const int NotStarted = 125;

    /// <summary>exec: the program cannot be run; as shells have it.</summary>
    public const int NotExecutable = 126;

    /// <summary>exec: there is no such program; as shells have it.</summary>
    public const int NoProgram = 127;
}

/// <summary>The command line made no sense: what is wrong with it, and what would be right. Nothing was done.</summary>
/// <param name="problem">What is wrong, as a full sentence.</param>
/// <param name="remedy">What to type, as a full sentence; <see langword="null"/> for the verb's help.</param>
[SuppressMessage("Design", "CA1032", Justification = "Always made with a problem; never seen outside of the program.")]
[SuppressMessage("Design", "CA1064", Justification = "The same.")]
internal sealed class UsageException(string problem, string? remedy = null) : Exception(problem)
{
    /// <summary>What to type instead; <see langword="null"/> for the verb's help.</summary>
    public string? Remedy { get; } = remedy;
}

/// <summary>An error, as a person and a program get it, in the words of this program.</summary>
/// <param name="Code">A code of <see cref="LlmConfigErrorCode"/>, or one of this program's own.</param>
/// <param name="Message">What happened.</param>
/// <param name="Target">What it happened to.</param>
/// <param name="RecommendedAction">What to do about it.</param>
internal sealed record Failure(string Code, string Message, string? Target, string? RecommendedAction)
{
    public Failure(LlmConfigException error)
        : this(error.Code.ToString(), ProgramWords.Translate(error.Problem), error.Target, ProgramWords.Translate(error.RecommendedAction))
    {
    }

    public Failure(UsageException error, string? verb)
        : this("BadUsage", error.Message, null, error.Remedy ?? $"llmconfig {(verb is null ? string.Empty : verb + " ")}--help shows the usage.")
    {
    }
}
