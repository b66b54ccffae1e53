namespace LlmConfig.Tests;

/// <summary>A configuration as the model has it.</summary>
internal sealed record ModelItem(Guid Id, string Name, string? Model, string? Key, string? Vault, bool IsDefault);
