namespace LlmConfig;

/// <summary>
/// Whose key it is, kept beside a key: enough to find orphans of one store and to rebuild a lost <c>llm_config.json</c>.
/// </summary>
/// <param name="StoreId">The id of the store that wrote the key.</param>
/// <param name="Configuration">The configuration as it was then.</param>
public sealed record KeyLabel(Guid StoreId, LlmConfiguration Configuration);
