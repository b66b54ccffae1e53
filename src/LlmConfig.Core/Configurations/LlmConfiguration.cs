namespace LlmConfig;

/// <summary>
/// One configuration as it was when the store was read: a snapshot. It has no property that holds a key, so no view,
/// JSON, CLIXML or log of it can leak one.
/// </summary>
public sealed record LlmConfiguration
{
    internal LlmConfiguration()
    {
    }

    /// <summary>The id: made once, never changed, never used again.</summary>
    public Guid Id { get; internal init; }

    /// <summary>The name: 1 to 100 characters, unique in its store without regard to case.</summary>
    public string Name { get; internal init; } = string.Empty;

    /// <summary>The provider's id in <see cref="LlmProviderCatalog"/>.</summary>
    public string Provider { get; internal init; } = string.Empty;

    /// <summary>
    /// The base URL in force: the one that was set, else the provider's default; <see langword="null"/> only for a
    /// provider that this version does not know.
    /// </summary>
    public string? BaseUrl => ExplicitBaseUrl ?? LlmProviderCatalog.Find(Provider)?.DefaultBaseUrl;

    /// <summary>
    /// Where requests go: the host of <see cref="BaseUrl"/> in ASCII, with the port where it is not the scheme's own;
    /// <see langword="null"/> without a base URL.
    /// </summary>
    public string? Host => LlmConfig.BaseUrl.Host(BaseUrl);

    /// <summary>True: the key goes out as <c>Authorization: Bearer</c>. False: in the provider's own header.</summary>
    public bool UseAuthHeader { get; internal init; }

    /// <summary>The default model, or <see langword="null"/>.</summary>
    public string? Model { get; internal init; }

    /// <summary>The organization that the provider bills, or <see langword="null"/>.</summary>
    public string? Organization => Details.Organization;

    /// <summary>The project that the provider counts usage for, or <see langword="null"/>.</summary>
    public string? Project => Details.Project;

    /// <summary>The version of the provider's API, or <see langword="null"/>.</summary>
    public string? ApiVersion => Details.ApiVersion;

    /// <summary>Further headers of each request by name, none of them a credential; <see langword="null"/> for none.</summary>
    public IReadOnlyDictionary<string, string>? Headers => Details.Headers;

    /// <summary>What it is for, or <see langword="null"/>.</summary>
    public string? Description => Details.Description;

    /// <summary>Words to find it by; <see langword="null"/> for none.</summary>
    public IReadOnlyList<string>? Tags => Details.Tags;

    /// <summary>Who answers for it, or <see langword="null"/>.</summary>
    public string? Owner => Details.Owner;

    /// <summary>When its key expires, in UTC, to the millisecond, as somebody noted it; <see langword="null"/> where nobody did.</summary>
    public DateTime? ExpiresAt => Details.ExpiresAt;

    /// <summary>The vault that holds the key; <see langword="null"/> for a configuration without a key.</summary>
    public string? Vault { get; internal init; }

    /// <summary>
    /// The store that wrote the key, where it was not this one: a key that came with an import from a vault that stores
    /// share. This store reads it and never removes it. <see langword="null"/> for a key of its own, and without a key.
    /// </summary>
    public Guid? KeyStoreId { get; internal init; }

    /// <summary>
    /// The name of the secret in <see cref="Vault"/> that is its key, where somebody else keeps it under a name of their own: it is
    /// read at each use, and never written, moved or removed. <see langword="null"/> for a key that a store wrote, and without a key.
    /// </summary>
    public string? KeyName => KeyId is null || KeyReference.IsKeyId(KeyId) ? null : KeyId;

    /// <summary>True for the store's default configuration.</summary>
    public bool IsDefault { get; internal init; }

    /// <summary>
    /// When the key was set last, in UTC, to the millisecond; where somebody else keeps it (<see cref="KeyName"/>), when it was
    /// named, since then it may have been rotated there. <see langword="null"/> without a key.
    /// </summary>
    public DateTime? KeyUpdatedAt { get; internal init; }

    /// <summary>How many days ago, at this moment, the key was set last (<see cref="KeyUpdatedAt"/>), with four decimals; <see langword="null"/> without a key.</summary>
    public double? KeyAge => KeyUpdatedAt is { } set ? Math.Round(Math.Max(0, (DateTime.UtcNow - set).TotalDays), 4) : null;

    /// <summary>The name of the <see cref="DesiredState"/> that made it, which removes it once it does not describe it any more; <see langword="null"/> for one that a person made.</summary>
    public string? ManagedBy { get; internal init; }

    /// <summary>When the configuration was created, in UTC, to the millisecond.</summary>
    public DateTime CreatedAt { get; internal init; }

    /// <summary>When anything of it was changed last, in UTC, to the millisecond.</summary>
    public DateTime UpdatedAt { get; internal init; }

    /// <summary>The base URL that was set for it; <see langword="null"/> where the provider's default holds.</summary>
    internal string? ExplicitBaseUrl { get; init; }

    /// <summary>The name under which its key lies in <see cref="Vault"/>: an id of a store's, or <see cref="KeyName"/>.</summary>
    internal string? KeyId { get; init; }

    /// <summary>
    /// What tells whether two keys are the same, and nothing else about them: a keyed hash under the master key of the
    /// built-in vault (<see cref="LocalVault.Fingerprint"/>). <see langword="null"/> without a key, and for a key that never lay there.
    /// </summary>
    internal ulong? KeyFingerprint { get; init; }

    /// <summary>Where its key may go; <see langword="null"/> without a key, and where the file does not say.</summary>
    internal KeySeal? Seal { get; init; }

    /// <summary>Where the key lies, or <see langword="null"/>.</summary>
    internal KeyReference? Key => KeyId is null || Vault is null ? null : new KeyReference(Vault, KeyId);

    /// <summary>The key that goes when the configuration stops referring to it: none where another store wrote it, or somebody else keeps it.</summary>
    internal KeyReference? RemovableKey => KeyStoreId is null && KeyName is null ? Key : null;

    /// <summary>True when the file gives a time that is later than now by more than a day; now was read in its place.</summary>
    internal bool HasLateTime { get; init; }

    /// <summary>What the provider wants beside the key, and what people noted.</summary>
    internal ConfigurationDetails Details { get; init; } = ConfigurationDetails.None;

    /// <summary>Properties of the entry that this version does not know.</summary>
    internal JsonExtras Extras { get; init; } = JsonExtras.None;

    /// <summary>Properties of the entry's key object that this version does not know.</summary>
    internal JsonExtras KeyExtras { get; init; } = JsonExtras.None;

    /// <summary>True when one of its tags matches a pattern of <c>*</c> and <c>?</c>, letter case apart.</summary>
    /// <param name="pattern">The pattern, or a tag.</param>
    public bool HasTag(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return Tags is { } tags && tags.Any(tag => ConfigurationName.Matches(pattern.Trim(), tag));
    }

    /// <summary>The same, as the default configuration or not.</summary>
    internal LlmConfiguration AsDefault(bool isDefault) => IsDefault == isDefault ? this : this with { IsDefault = isDefault };

    /// <summary>Stands for a configuration of which only the id is known here, such as one that came back from another process: the rest is empty.</summary>
    /// <param name="id">The id, by which <see cref="LlmConfigRepository.Get(Guid)"/> finds it.</param>
    public static LlmConfiguration WithId(Guid id) => new() { Id = id };

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
