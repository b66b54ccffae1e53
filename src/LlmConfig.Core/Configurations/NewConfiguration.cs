namespace LlmConfig;

/// <summary>What a configuration is to be created with. The rules are checked when it is created, not here.</summary>
public sealed record NewConfiguration
{
    /// <summary>The name: 1 to 100 characters after trimming, unique in the store without regard to case.</summary>
    public required string Name { get; init; }

    /// <summary>The provider's id in <see cref="LlmProviderCatalog"/>, letter case apart.</summary>
    public required string Provider { get; init; }

    /// <summary>The key, or <see langword="null"/> for none. Whoever made it disposes of it, after the call.</summary>
    public ApiKey? Key { get; init; }

    /// <summary>
    /// The name of a secret that somebody else keeps in <see cref="Vault"/>, to be read at each use in the place of a
    /// <see cref="Key"/> of its own; <see langword="null"/> or blank for none.
    /// </summary>
    public string? KeyName { get; init; }

    /// <summary>The base URL; <see langword="null"/> or empty for the provider's default.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>True to allow plain http to other machines than this one.</summary>
    public bool AllowInsecureBaseUrl { get; init; }

    /// <summary>See <see cref="LlmConfiguration.UseAuthHeader"/>; <see langword="null"/> for what the provider's SDK does.</summary>
    public bool? UseAuthHeader { get; init; }

    /// <summary>The default model; <see langword="null"/> or empty for none.</summary>
    public string? Model { get; init; }

    /// <summary>What the provider wants beside the key, and what people note; <see langword="null"/> for nothing.</summary>
    public ConfigurationDetails? Details { get; init; }

    /// <summary>The vault for the key, or that of <see cref="KeyName"/>; <see langword="null"/> or empty for the one that <see cref="LlmConfigRepository.GetStore"/> names.</summary>
    public string? Vault { get; init; }

    /// <summary>See <see cref="LlmConfiguration.ManagedBy"/>.</summary>
    internal string? ManagedBy { get; init; }

    /// <summary>True to make it the store's default configuration, false not to; <see langword="null"/> makes the first one of a store that.</summary>
    public bool? AsDefault { get; init; }
}
