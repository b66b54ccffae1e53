using System.Globalization;

namespace LlmConfig;

/// <summary>
/// Whose key it is, kept beside a key: enough to find orphans of one store, to rebuild a lost <c>llm_config.json</c>, and to
/// give a second store that shares the vault what the first one knows. It never holds a key.
/// </summary>
/// <param name="StoreId">The id of the store that wrote the key, and alone may remove it.</param>
/// <param name="Configuration">The configuration as it was when the label was written last.</param>
public sealed record KeyLabel(Guid StoreId, LlmConfiguration Configuration)
{
    /// <summary>The store of a key that its store left to others (<c>Remove-LlmConfig -KeepKey</c>): all zeros. No store removes it.</summary>
    public static readonly Guid NoStore = Guid.Empty;

    // The names of the metadata, as docs/file-formats.md gives them. Flat texts, which every vault that takes metadata takes.
    private const string Store = "store";
    private const string Id = "configuration";
    private const string Name = "name";
    private const string Provider = "provider";
    private const string ExplicitBaseUrl = "baseUrl";
    private const string UseAuthHeader = "useAuthHeader";
    private const string Model = "model";
    private const string Details = "details";
    private const string KeyUpdatedAt = "keyUpdatedAt";
    private const string CreatedAt = "createdAt";
    private const string UpdatedAt = "updatedAt";

    /// <summary>The label as names and texts, for a vault to keep; what is not set is left out.</summary>
    public IReadOnlyDictionary<string, string> ToProperties()
    {
        LlmConfiguration item = Configuration;
        var properties = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Store] = StoreId.ToString("D"),
            [Id] = item.Id.ToString("D"),
            [Name] = item.Name,
            [Provider] = item.Provider,
        };
        if (item.ExplicitBaseUrl is { } baseUrl)
        {
            properties[ExplicitBaseUrl] = baseUrl;
        }

        properties[UseAuthHeader] = item.UseAuthHeader ? "true" : "false";
        if (item.Model is { } model)
        {
            properties[Model] = model;
        }

        if (!item.Details.IsEmpty)
        {
            properties[Details] = ConfigDocumentWriter.Write(item.Details);
        }

        properties[KeyUpdatedAt] = ConfigDocumentWriter.Time(item.KeyUpdatedAt ?? item.UpdatedAt);
        properties[CreatedAt] = ConfigDocumentWriter.Time(item.CreatedAt);
        properties[UpdatedAt] = ConfigDocumentWriter.Time(item.UpdatedAt);
        return properties;
    }

    /// <summary>Reads what <see cref="ToProperties"/> gave, after a vault kept it; further properties are skipped.</summary>
    /// <param name="properties">Names, letter case apart where the dictionary has it so, and values: texts, or what a vault made of them.</param>
    /// <returns><see langword="null"/> where it is no label, or breaks a rule that <c>llm_config.json</c> has for the same
    /// setting, or gives a time that is later than this machine's by more than a day: the latest label of a configuration counts.</returns>
    public static KeyLabel? TryFrom(IReadOnlyDictionary<string, object?> properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        string? baseUrl = Text(ExplicitBaseUrl);
        string? model = Text(Model);
        ConfigurationDetails? details = Text(Details) is { } json ? ConfigDocumentReader.TryReadDetails(json) : ConfigurationDetails.None;
        if (!Guid.TryParse(Text(Store), out Guid store)
            || !Guid.TryParse(Text(Id), out Guid id)
            || Text(Name) is not { } name || !ConfigurationName.IsStored(name)
            || Text(Provider) is not { } provider || !DisplayText.Prints(provider)
            || (baseUrl is not null && BaseUrl.Problem(baseUrl) is not null)
            || (model is not null && !DisplayText.Prints(model))
            || details is null
            || !bool.TryParse(Text(UseAuthHeader), out bool useAuthHeader)
            || Time(CreatedAt) is not { } created)
        {
            return null;
        }

        DateTime updated = Time(UpdatedAt) ?? created;
        DateTime keyUpdated = Time(KeyUpdatedAt) ?? updated;
        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        if (ChangeTime.IsTooLate(created, now) || ChangeTime.IsTooLate(updated, now) || ChangeTime.IsTooLate(keyUpdated, now))
        {
            return null;
        }

        return new KeyLabel(store, new LlmConfiguration
        {
            Id = id,
            Name = name,
            Provider = LlmProviderCatalog.Find(provider)?.Id ?? provider,
            ExplicitBaseUrl = baseUrl,
            UseAuthHeader = useAuthHeader,
            Model = model,
            Details = details,
            KeyUpdatedAt = keyUpdated,
            CreatedAt = created,
            UpdatedAt = updated,
        });

        string? Text(string property) =>
            properties.TryGetValue(property, out object? value) && Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;

        // Some vaults make dates of what looks like one.
        DateTime? Time(string property) => properties.TryGetValue(property, out object? value) && value is DateTime date
            ? ToMilliseconds(date.ToUniversalTime())
            : DateTimeOffset.TryParse(Text(property), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset parsed)
                ? ToMilliseconds(parsed.UtcDateTime)
                : null;
    }

    /// <summary>
    /// True when the key belongs where the configuration sends its key: the same provider at the same place (scheme, host and
    /// port). A key must never be given out with the base URL of another one.
    /// </summary>
    internal bool BelongsTo(LlmConfiguration item) =>
        Configuration.Provider == item.Provider && BaseUrl.Origin(Configuration.BaseUrl) == BaseUrl.Origin(item.BaseUrl);

    /// <summary>True when both say the same of the same configuration, apart from when.</summary>
    internal bool Says(KeyLabel other) =>
        StoreId == other.StoreId && HaveSameLabel(Configuration, other.Configuration);

    /// <summary>True when two states of a configuration differ in nothing that a label holds, apart from when.</summary>
    internal static bool HaveSameLabel(LlmConfiguration one, LlmConfiguration other) =>
        one.Id == other.Id
        && one.Name == other.Name
        && one.Provider == other.Provider
        && one.ExplicitBaseUrl == other.ExplicitBaseUrl
        && one.UseAuthHeader == other.UseAuthHeader
        && one.Model == other.Model
        && one.Details == other.Details;

    private static DateTime ToMilliseconds(DateTime utc) => new(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerMillisecond), DateTimeKind.Utc);
}

/// <summary>What the keys of a vault that several stores share say of the configurations that they belong to.</summary>
internal static class SharedKeys
{
    /// <summary>
    /// For each configuration the entry that holds: while a key is rotated, and after two stores rotated the same one, there
    /// are several. The latest label wins; of two of the same moment the one with the higher key id, so that all stores agree.
    /// </summary>
    public static Dictionary<Guid, KeyVaultEntry> Newest(IEnumerable<KeyVaultEntry> entries) => entries
        .Where(entry => entry.Label is not null)
        .OrderByDescending(entry => entry.Label!.Configuration.UpdatedAt)
        .ThenByDescending(entry => entry.KeyId, StringComparer.Ordinal)
        .DistinctBy(entry => entry.Label!.Configuration.Id)
        .ToDictionary(entry => entry.Label!.Configuration.Id);
}
