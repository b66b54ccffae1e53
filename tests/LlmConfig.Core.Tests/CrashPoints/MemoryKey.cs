namespace LlmConfig.Tests;

/// <summary>What <see cref="MemoryVault"/> keeps under a key's id.</summary>
internal sealed record MemoryKey(string Value, KeyLabel? Label);
