namespace LlmConfig.Tests;

/// <summary>One configuration as a model has it; its key is refused between an edit by hand and the acceptance of the host.</summary>
internal sealed record WorkItem(string Key, string? Model, string Vault, string BaseUrl = "https://api.openai.com/v1", bool IsRefused = false);
