namespace LlmConfig.Shell;

/// <summary>What is to be read, and with which comforts.</summary>
/// <param name="Prompt">Stands before the first line.</param>
internal sealed record LineRequest(string Prompt)
{
    /// <summary>Stands before every further line of an incomplete statement.</summary>
    public string ContinuationPrompt { get; init; } = ">> ";

    /// <summary>Enter ends the input when this says so; otherwise it begins another line.</summary>
    public Func<string, bool> IsComplete { get; init; } = static _ => true;

    /// <summary>What the arrow keys go through.</summary>
    public LineHistory? History { get; init; }

    /// <summary>What the Tab key offers for a text and a cursor.</summary>
    public Func<string, int, LineCompletions?>? Complete { get; init; }
}
