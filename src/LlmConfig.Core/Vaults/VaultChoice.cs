namespace LlmConfig;

/// <summary>Which vault new keys go to, and why.</summary>
/// <param name="Name">The vault's name, as configurations will refer to it.</param>
/// <param name="Reason">Why it is this one, as one sentence for people.</param>
public sealed record VaultChoice(string Name, string Reason);
