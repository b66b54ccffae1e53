namespace LlmConfig;

/// <summary>A key as a vault lists it: without its value.</summary>
/// <param name="KeyId">The key's id in the vault.</param>
/// <param name="Label">Whose key it is; <see langword="null"/> where the vault keeps no labels, or holds one that cannot be read.</param>
public sealed record KeyVaultEntry(string KeyId, KeyLabel? Label);
