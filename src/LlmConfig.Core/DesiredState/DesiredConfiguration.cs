namespace LlmConfig;

/// <summary>
/// A configuration as somebody wants it to be: what is <see langword="null"/> is not decided and stays as it is, what is empty goes. The
/// rules are checked when it is planned, not here.
/// </summary>
public sealed record DesiredConfiguration
{
    /// <summary>The name, by which it is found, letter case apart.</summary>
    public required string Name { get; init; }

    /// <summary>False where there is to be none of this name.</summary>
    public bool Exists { get; init; } = true;

    /// <summary>The provider's id in <see cref="LlmProviderCatalog"/>; wanted where there is none of this name yet.</summary>
    public string? Provider { get; init; }

    /// <summary>The base URL; empty for the provider's default.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>True to allow plain http to other machines than this one.</summary>
    public bool AllowInsecureBaseUrl { get; init; }

    /// <summary>True to let the key that it keeps go to another host than now. Without it, that is an error.</summary>
    public bool AcceptHost { get; init; }

    /// <summary>See <see cref="LlmConfiguration.UseAuthHeader"/>.</summary>
    public bool? UseAuthHeader { get; init; }

    /// <summary>The default model; empty for none.</summary>
    public string? Model { get; init; }

    /// <summary>What the provider wants beside the key, and what people note.</summary>
    public ConfigurationDetails? Details { get; init; }

    /// <summary>The vault for the key, or that of <see cref="KeyName"/>.</summary>
    public string? Vault { get; init; }

    /// <summary>The name of a secret that somebody else keeps in <see cref="Vault"/>, to be read at each use.</summary>
    public string? KeyName { get; init; }

    /// <summary>True for the store's default configuration, false for one that is not.</summary>
    public bool? IsDefault { get; init; }

    /// <summary>Where its key is from; <see langword="null"/> leaves the key as it is.</summary>
    public DesiredKey? Key { get; init; }
}

/// <summary>Where the key of a <see cref="DesiredConfiguration"/> is from.</summary>
/// <param name="Kind">What <paramref name="Reference"/> is.</param>
/// <param name="Reference">The name of a variable, the path of a file, or a command line; empty for a value.</param>
public sealed record DesiredKey(DesiredKeyKind Kind, string Reference = "")
{
    /// <summary>The key itself, for <see cref="DesiredKeyKind.Value"/>. Whoever made it disposes of it.</summary>
    public ApiKey? Value { get; init; }
}

/// <summary>The kinds of places where the key of a <see cref="DesiredConfiguration"/> is from.</summary>
public enum DesiredKeyKind
{
    /// <summary>The key itself.</summary>
    Value = 1,

    /// <summary>An environment variable of this process.</summary>
    Environment = 2,

    /// <summary>A file that holds the key and nothing else, such as a secret that is mounted into a container.</summary>
    File = 3,

    /// <summary>The output of a command, which is run without a shell, and only where whoever applies the state allows it.</summary>
    Command = 4,
}
