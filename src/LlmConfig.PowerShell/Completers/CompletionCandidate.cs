namespace LlmConfig;

/// <summary>Something that could be completed.</summary>
/// <param name="Text">What is put on the command line.</param>
/// <param name="Tip">What is said about it.</param>
internal sealed record CompletionCandidate(string Text, string Tip)
{
    /// <summary>What a list of completions shows; it completes what was typed as well.</summary>
    public string Listed { get; init; } = Text;

    public bool BeginsWith(string typed) =>
        Text.StartsWith(typed, StringComparison.OrdinalIgnoreCase) || Listed.StartsWith(typed, StringComparison.OrdinalIgnoreCase);
}
