namespace LlmConfig.Cli;

/// <summary>A word that may stand where the cursor is.</summary>
/// <param name="Text">The word, not quoted.</param>
/// <param name="Remark">What it is, in a few words; empty for nothing.</param>
internal sealed record Candidate(string Text, string Remark = "");
