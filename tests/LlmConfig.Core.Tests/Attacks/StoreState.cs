namespace LlmConfig.Tests;

/// <summary>All files of a store by their paths in it, and what a shared vault holds.</summary>
internal sealed record StoreState(
    IReadOnlyDictionary<string, byte[]> Files, IReadOnlyDictionary<string, string> Keys, IReadOnlyDictionary<string, KeyLabel> Labels);
