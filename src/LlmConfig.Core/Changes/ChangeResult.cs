namespace LlmConfig;

/// <summary>What became of one change of a batch.</summary>
/// <param name="Configuration">
/// The configuration after the change (before it, where it was removed); <see langword="null"/> when the change failed.
/// </param>
/// <param name="Error">Why it failed, or <see langword="null"/>. The other changes of the batch are not affected.</param>
public sealed record ChangeResult(LlmConfiguration? Configuration, LlmConfigException? Error);
