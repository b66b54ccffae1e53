namespace LlmConfig;

/// <summary>How the built-in vault of a store keeps its keys.</summary>
/// <param name="Exists">False before the first key was kept.</param>
/// <param name="Protector">What keeps the master key, or would keep it if the vault were made now.</param>
/// <param name="Reason">Why it is this protector, in one sentence.</param>
/// <param name="Status">What the protector answers now.</param>
internal sealed record LocalVaultInfo(bool Exists, ProtectorKind? Protector, string Reason, ProtectorStatus Status);
