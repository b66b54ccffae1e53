using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// The older shape: a bare array of objects with <c>id</c>, <c>customName</c>, <c>provider</c>, <c>baseUrl</c> and
/// <c>useAuthHeader</c>. Its keys lay in a vault of their own and do not come along.
/// </summary>
internal static class LegacyFile
{
    // What the older program called them, by what the catalogue calls them; letters and digits only, lower case.
    private static readonly Dictionary<string, string> Providers = new(StringComparer.Ordinal)
    {
        ["azure"] = "azure-openai",
        ["azureopenai"] = "azure-openai",
        ["claude"] = "anthropic",
        ["gemini"] = "google",
        ["googlegemini"] = "google",
        ["xaigrok"] = "xai",
        ["grok"] = "xai",
        ["togetherai"] = "together",
        ["mistralai"] = "mistral",
        ["amazonbedrock"] = "bedrock",
        ["awsbedrock"] = "bedrock",
        ["custom"] = "openai-compatible",
        ["openaicompatible"] = "openai-compatible",
        ["lmstudio"] = "lmstudio",
        ["llamacpp"] = "llamacpp",
    };

    public static ImportSource Read(string path, ReadOnlySpan<byte> content)
    {
        using JsonDocument json = Parse(content);
        if (json.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw new StoreFormatException("it is no array");
        }

        List<ImportItem> items = [];
        int number = 0;
        foreach (JsonElement element in json.RootElement.EnumerateArray())
        {
            number++;
            Dictionary<string, JsonElement> properties = PropertiesOf(element, number);
            items.Add(new ImportItem
            {
                Id = Text("id") is { } id && Guid.TryParse(id, out Guid parsed) ? parsed : null,
                Name = Text("customName") ?? Text("name") ?? throw new StoreFormatException($"entry {number} has no customName"),
                Provider = ProviderOf(Text("provider") ?? throw new StoreFormatException($"entry {number} has no provider")),
                BaseUrl = Text("baseUrl"),
                UseAuthHeader = Boolean("useAuthHeader"),
                Model = Text("model"),
                LeavesKeyBehind = true,
                Origin = $"entry {number}, without a key",
            });

            string? Text(string name) => !properties.TryGetValue(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
                : value.ValueKind == JsonValueKind.String ? TextOf(value)
                : throw new StoreFormatException($"'{name}' of entry {number} is not a text");

            bool? Boolean(string name) => !properties.TryGetValue(name, out JsonElement value) ? null : value.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                JsonValueKind.Null => null,
                _ => throw new StoreFormatException($"'{name}' of entry {number} is neither true nor false"),
            };
        }

        return new ImportSource(path, items, [], []);
    }

    private static JsonDocument Parse(ReadOnlySpan<byte> content)
    {
        try
        {
            return JsonDocument.Parse(content.ToArray(), new JsonDocumentOptions { MaxDepth = 32 });
        }
        catch (JsonException e)
        {
            throw ImportFile.Unreadable(e);
        }
    }

    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException e)
        {
            throw ImportFile.Unreadable(e);
        }
    }

    private static Dictionary<string, JsonElement> PropertiesOf(JsonElement element, int number)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new StoreFormatException($"entry {number} is no object");
        }

        var properties = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!properties.TryAdd(property.Name, property.Value))
            {
                throw new StoreFormatException($"a property stands twice in entry {number}");
            }
        }

        return properties;
    }

    // An unknown one is left to the rules of a configuration, whose error names the nearest.
    private static string ProviderOf(string provider) =>
        LlmProviderCatalog.Find(provider)?.Id
        ?? Providers.GetValueOrDefault(string.Concat(provider.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant())
        ?? provider;
}
