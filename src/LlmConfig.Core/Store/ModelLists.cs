using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// <c>models.json</c>: which models providers listed when they were asked last, for completion. Nothing rests on it: where it is damaged or
/// cannot be written, it is as if nobody had been asked yet. It holds no key.
/// </summary>
internal sealed class ModelLists(string folder, StoreFileSystem files)
{
    /// <summary>The version of the format that this product writes, and the highest that it reads.</summary>
    public const int Version = 1;

    /// <summary>The most lists that are kept: the newest.</summary>
    public const int MostLists = 50;

    /// <summary>The most models of one list that are kept: the first.</summary>
    public const int MostModels = 1000;

    private const int MaximumBytes = 8 * 1024 * 1024;

    private readonly string _path = new StorePaths(folder).Models;

    /// <summary>The lists, newest first; none where there is no file that can be read.</summary>
    public IReadOnlyList<ModelList> Read() => TryRead() ?? [];

    /// <summary>Keeps lists, each in the place of an older one of the same provider and base URL.</summary>
    public void Add(IReadOnlyList<ModelList> lists)
    {
        try
        {
            if (lists.Count > 0 && files.CheckFolder(folder) && TryRead() is { } kept)
            {
                files.ReplaceFile(_path, Write([.. lists.Reverse().Concat(kept).DistinctBy(list => (list.Provider, list.BaseUrl)).Take(MostLists)]));
            }
        }
        catch (LlmConfigException)
        {
            // A disk that is full or read-only: what was found out counts, and the list is only a help.
        }
    }

    /// <summary>True for a name that is fit to be shown and typed: it prints, is no longer than is shown, and cannot be a key that a server sent back.</summary>
    public static bool IsFit(string model) => model.Length > 0 && model.Trim().Length == model.Length && DisplayText.Of(model) == model;

    // Null for a file of a later version, which stays as it is; a damaged one is as none.
    private List<ModelList>? TryRead()
    {
        try
        {
            if (!files.CheckFolder(folder) || files.ReadFile(_path, MaximumBytes) is not { } bytes)
            {
                return [];
            }

            using JsonDocument json = JsonDocument.Parse(bytes);
            return json.RootElement.GetProperty("version").GetInt32() > Version
                ? null
                : [.. json.RootElement.GetProperty("lists").EnumerateArray().Select(Read).OfType<ModelList>().Take(MostLists)];
        }
        catch (Exception e) when (e is LlmConfigException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return [];
        }
    }

    private static ModelList? Read(JsonElement item)
    {
        string provider = item.GetProperty("provider").GetString() ?? string.Empty;
        string baseUrl = item.GetProperty("baseUrl").GetString() ?? string.Empty;
        return LlmProviderCatalog.Find(provider) is null || BaseUrl.Problem(baseUrl) is not null ? null : new ModelList(
            provider,
            baseUrl,
            item.GetProperty("askedAt").GetDateTime().ToUniversalTime(),
            [.. item.GetProperty("models").EnumerateArray().Select(model => model.GetString() ?? string.Empty).Where(IsFit).Take(MostModels)]);
    }

    private static byte[] Write(IReadOnlyList<ModelList> lists)
    {
        var buffer = new JsonBuffer(4096);
        using (var json = new Utf8JsonWriter(buffer, ConfigDocumentWriter.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteStartArray("lists");
            foreach (ModelList list in lists)
            {
                json.WriteStartObject();
                json.WriteString("provider", list.Provider);
                json.WriteString("baseUrl", list.BaseUrl);
                json.WriteString("askedAt", ConfigDocumentWriter.Time(list.AskedAt));
                json.WriteStartArray("models");
                foreach (string model in list.Models.Take(MostModels))
                {
                    json.WriteStringValue(model);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToFile();
    }
}

/// <summary>What one provider listed at one base URL.</summary>
/// <param name="Provider">The provider's id.</param>
/// <param name="BaseUrl">The base URL that was asked.</param>
/// <param name="AskedAt">When, in UTC.</param>
/// <param name="Models">The names of the models, each fit to be shown (<see cref="ModelLists.IsFit"/>).</param>
internal sealed record ModelList(string Provider, string BaseUrl, DateTime AskedAt, IReadOnlyList<string> Models);

/// <summary>A model that could be meant.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">Where the name is from, in a few words: the configurations that use it, or the provider that listed it.</param>
public sealed record KnownModel(string Name, string Source);
