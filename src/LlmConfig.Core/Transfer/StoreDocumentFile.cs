namespace LlmConfig;

/// <summary><c>llm_config.json</c>, of a store or as an export without keys: settings only.</summary>
internal static class StoreDocumentFile
{
    public static ImportSource Read(string path, ReadOnlySpan<byte> content)
    {
        List<ImportItem> items = [.. ConfigDocumentReader.Read(content.ToArray()).Configurations.Select(item => ItemOf(item, key: null))];
        return new ImportSource(path, items, [], []);
    }

    public static ImportItem ItemOf(LlmConfiguration item, ApiKey? key) => new()
    {
        Id = item.Id,
        Name = item.Name,
        Provider = item.Provider,
        BaseUrl = item.OwnBaseUrl,
        UseAuthHeader = item.UseAuthHeader,
        Model = item.Model,
        IsDefault = item.IsDefault,
        CreatedAt = item.CreatedAt,
        Key = key,
        KeyUpdatedAt = item.KeyUpdatedAt,
        LeavesKeyBehind = key is null && item.Key is not null,
        Origin = key is null ? "without a key" : "with its key",
    };
}
