namespace LlmConfig;

/// <summary><c>llm_config.json</c> or its backup as it was seen.</summary>
/// <param name="State">Whether it is of use.</param>
/// <param name="Bytes">Its bytes, where it validates.</param>
/// <param name="Document">What it holds, where it validates.</param>
/// <param name="Error">Why it is of no use, where it is there.</param>
internal sealed record ConfigFileLook(ConfigFileState State, byte[]? Bytes = null, ConfigDocument? Document = null, LlmConfigException? Error = null);
