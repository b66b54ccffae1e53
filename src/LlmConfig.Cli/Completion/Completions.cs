namespace LlmConfig.Cli;

/// <summary>What may stand where the cursor is.</summary>
/// <param name="Kind">What a shell completes by itself, or <see cref="Words"/>.</param>
/// <param name="Candidates">The words, where the kind is that.</param>
internal sealed record Completions(string Kind, IReadOnlyList<Candidate> Candidates)
{
    public const string Words = "words";
    public const string Files = "files";
    public const string Command = "command";
}
