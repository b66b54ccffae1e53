using System.Globalization;

namespace LlmConfig;

/// <summary>
/// One property of a configuration that a desired state can name. This table is what is compared; a new property is a line here, one in
/// <see cref="DesiredStateReader"/>, and one in the schema of the resource (module/LlmConfig.Configuration.dsc.resource.json).
/// </summary>
/// <param name="Name">Its name in files and in DSC.</param>
/// <param name="Value">What a configuration has there, as a text that is equal where the values are.</param>
/// <param name="Wanted">Whether a desired configuration decides on it.</param>
internal sealed record DesiredProperty(string Name, Func<LlmConfiguration, string?> Value, Func<DesiredConfiguration, bool> Wanted)
{
    public static readonly DesiredProperty[] All =
    [
        new("provider", item => item.Provider, wanted => wanted.Provider is not null),
        new("baseUrl", item => item.BaseUrl, wanted => wanted.BaseUrl is not null),
        new("useAuthHeader", item => item.UseAuthHeader.ToString(CultureInfo.InvariantCulture), wanted => wanted.UseAuthHeader is not null),
        new("model", item => item.Model, wanted => wanted.Model is not null),
        new("organization", item => item.Organization, wanted => wanted.Details?.Organization is not null),
        new("project", item => item.Project, wanted => wanted.Details?.Project is not null),
        new("apiVersion", item => item.ApiVersion, wanted => wanted.Details?.ApiVersion is not null),
        new("headers", item => string.Join('\n', (item.Headers ?? ConfigurationDetails.NoHeaders).Select(header => $"{header.Key.ToUpperInvariant()}: {header.Value}").Order(StringComparer.Ordinal)), wanted => wanted.Details?.Headers is not null),
        new("description", item => item.Description, wanted => wanted.Details?.Description is not null),
        new("tags", item => item.Tags is { } tags ? string.Join(',', tags) : null, wanted => wanted.Details?.Tags is not null),
        new("owner", item => item.Owner, wanted => wanted.Details?.Owner is not null),
        new("keyExpires", item => item.ExpiresAt is { } date ? ConfigDocumentWriter.Time(date) : null, wanted => wanted.Details?.ExpiresAt is not null),
        new("isDefault", item => item.IsDefault.ToString(CultureInfo.InvariantCulture), wanted => wanted.IsDefault is not null),
        new("vault", item => item.Vault, wanted => !string.IsNullOrWhiteSpace(wanted.Vault)),
        new("keyName", item => item.KeyName, wanted => !string.IsNullOrWhiteSpace(wanted.KeyName)),
    ];
}
