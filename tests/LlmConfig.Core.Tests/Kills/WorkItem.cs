namespace LlmConfig.Tests;

/// <summary>One configuration as a model has it.</summary>
internal sealed record WorkItem(string Key, string? Model, string Vault);
