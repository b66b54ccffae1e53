namespace LlmConfig;

/// <summary>What is to be changed of a configuration: <see langword="null"/> leaves a setting as it is.</summary>
public sealed record ConfigurationUpdate
{
    /// <summary>Another name.</summary>
    public string? NewName { get; init; }

    /// <summary>Another provider. The base URL that was set stays; without one, the new provider's default holds.</summary>
    public string? Provider { get; init; }

    /// <summary>A new key: the old one is removed from its vault after the change is on disk, unless somebody else keeps it.</summary>
    public ApiKey? Key { get; init; }

    /// <summary>The key that <see cref="Key"/> is the successor of: where the configuration has another one at the commit, nothing is changed.</summary>
    internal KeyReference? ReplacedKey { get; init; }

    /// <summary>
    /// The name of a secret that somebody else keeps in <see cref="Vault"/>, or in the vault of the present key: it is read at each
    /// use from then on, and a key of the configuration's own is removed. Blank leaves the key as it is.
    /// </summary>
    public string? KeyName { get; init; }

    /// <summary>True to take the key away from the configuration and remove it from its vault, unless somebody else keeps it.</summary>
    public bool RemoveKey { get; init; }

    /// <summary>Another base URL; empty for the provider's default.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>True to allow plain http to other machines than this one.</summary>
    public bool AllowInsecureBaseUrl { get; init; }

    /// <summary>See <see cref="LlmConfiguration.UseAuthHeader"/>.</summary>
    public bool? UseAuthHeader { get; init; }

    /// <summary>Another default model; empty for none.</summary>
    public string? Model { get; init; }

    /// <summary>What is to be changed of the details: what is <see langword="null"/> in it stays, what is empty goes.</summary>
    public ConfigurationDetails? Details { get; init; }

    /// <summary>
    /// The configuration as it was shown to who accepts that its key goes where it says, also where the key was stored for another
    /// host, provider or header style: a change that somebody made in the file. Whoever shows a user interface asks first. Where the file
    /// says something else at the commit, that is HostMismatch.
    /// </summary>
    public LlmConfiguration? AcceptHostOf { get; init; }

    /// <summary>Another vault: the key is copied there under a new id, then removed from the old one. A secret that somebody else keeps is not moved.</summary>
    public string? Vault { get; init; }

    /// <summary>True to make it the store's default configuration, false to make it no longer that.</summary>
    public bool? AsDefault { get; init; }

    /// <summary>
    /// True when this update would send the key that the configuration keeps to another place (scheme, host or port)
    /// than now. Whoever shows a user interface asks first.
    /// </summary>
    /// <param name="current">The configuration as it is.</param>
    public bool SendsKeptKeyElsewhere(LlmConfiguration current)
    {
        ArgumentNullException.ThrowIfNull(current);
        if (current.Key is null || Key is not null || RemoveKey || (!string.IsNullOrWhiteSpace(KeyName) && KeyName != current.KeyName))
        {
            return false;
        }

        string? own = BaseUrl is null ? current.ExplicitBaseUrl : BaseUrl.Trim();
        string? next = string.IsNullOrEmpty(own) ? LlmProviderCatalog.Find(Provider ?? current.Provider)?.DefaultBaseUrl : own;
        if (next is null || LlmConfig.BaseUrl.Origin(next) == LlmConfig.BaseUrl.Origin(current.BaseUrl))
        {
            return false;
        }

        // A URL that will be refused sends nothing anywhere: that is what has to be said, and nobody asked.
        return LlmConfig.BaseUrl.Problem(next) is null && (AllowInsecureBaseUrl || !LlmConfig.BaseUrl.IsInsecure(next));
    }

    /// <summary>
    /// What this would change of a configuration, for a person to read: each change on its own, such as <c>model 'gpt-4' → 'gpt-5'</c>. Empty
    /// where nothing differs. Never holds a key, nor a character that steers a terminal; what breaks a rule is described as if it did not.
    /// </summary>
    /// <param name="current">The configuration as it is.</param>
    /// <param name="hasNewKey">True where a key comes with it that is not in <see cref="Key"/> yet.</param>
    public IReadOnlyList<string> Describe(LlmConfiguration current, bool hasNewKey = false)
    {
        ArgumentNullException.ThrowIfNull(current);
        return [.. UpdateText.Of(this, current, hasNewKey || Key is not null)];
    }
}
