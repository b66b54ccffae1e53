namespace LlmConfig;

/// <summary>What a repair of <c>llm_config.json</c> or its backup did.</summary>
/// <param name="Document">What the store holds now.</param>
/// <param name="KeptAside">The paths under which damaged files are kept.</param>
internal sealed record ConfigFileMended(ConfigDocument Document, IReadOnlyList<string> KeptAside);
