using System.Text.Json;

namespace LlmConfig;

/// <summary>The models that a provider's answer to the check request lists.</summary>
/// <param name="Names">Their names.</param>
/// <param name="IsWhole">False where the provider has more of them, on further pages.</param>
internal sealed record ListedModels(IReadOnlyList<string> Names, bool IsWhole)
{
    // Google writes it before each name, and takes the name without it.
    private const string Folder = "models/";

    // What Ollama takes a name without a tag for.
    private const string NewestTag = ":latest";

    /// <summary>
    /// Reads the shapes that providers have: a list, or an object with one in <c>data</c> (OpenAI's) or <c>models</c> (Google, Ollama, Cohere), of
    /// objects with an <c>id</c> or a <c>name</c>. <see langword="null"/> for anything else, and where nothing is listed.
    /// </summary>
    public static ListedModels? Read(ReadOnlyMemory<byte> answer)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(answer);
            JsonElement root = json.RootElement;
            JsonElement list = root;
            if (root.ValueKind == JsonValueKind.Object && !root.TryGetProperty("data", out list) && !root.TryGetProperty("models", out list))
            {
                return null;
            }

            string[] names = list.ValueKind != JsonValueKind.Array ? []
                : [.. list.EnumerateArray().Select(item => Text(item, "id") ?? Text(item, "name")).OfType<string>().Select(Plain).Distinct(StringComparer.Ordinal)];
            return names.Length == 0 ? null : new ListedModels(names, !HasMore(root));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>True where a model of this name is listed.</summary>
    public bool Has(string model) => Names.Any(name =>
        string.Equals(name, Plain(model), StringComparison.OrdinalIgnoreCase)
        || string.Equals(name, model + NewestTag, StringComparison.OrdinalIgnoreCase));

    private static string Plain(string name) => name.StartsWith(Folder, StringComparison.Ordinal) ? name[Folder.Length..] : name;

    // Anthropic, Google, Cohere.
    private static bool HasMore(JsonElement root) => root.ValueKind == JsonValueKind.Object
        && ((root.TryGetProperty("has_more", out JsonElement more) && more.ValueKind == JsonValueKind.True)
            || Text(root, "nextPageToken") is { Length: > 0 }
            || Text(root, "next_page_token") is { Length: > 0 });

    private static string? Text(JsonElement item, string property) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(property, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
