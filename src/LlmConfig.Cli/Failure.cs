namespace LlmConfig.Cli;

/// <summary>An error, as a person and a program get it, in the words of this program.</summary>
/// <param name="Code">A code of <see cref="LlmConfigErrorCode"/>, or <see cref="UsageException.Code"/>.</param>
/// <param name="Message">What happened.</param>
/// <param name="Target">What it happened to.</param>
/// <param name="RecommendedAction">What to do about it.</param>
internal sealed record Failure(string Code, string Message, string? Target, string? RecommendedAction)
{
    public static Failure From(LlmConfigException error) => new(
        Name(error.Code), ProgramWords.Translate(error.Problem), error.Target, ProgramWords.Translate(error.RecommendedAction));

    public static Failure From(UsageException error, string? verb) => new(
        UsageException.Code, error.Message, null, error.Remedy ?? $"llmconfig {(verb is null ? string.Empty : verb + " ")}--help shows the usage.");

    // Enum.GetName is fine under Native AOT; it says so once for all.
    private static string Name(LlmConfigErrorCode code) => Enum.GetName(code) ?? "Failed";
}
