namespace LlmConfig;

/// <summary>A protector's state with the words for people.</summary>
/// <param name="State">The state.</param>
/// <param name="Reason">One sentence that says why, fit to be shown; never a secret.</param>
public sealed record ProtectorStatus(ProtectorState State, string Reason);
