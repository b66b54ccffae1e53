namespace LlmConfig;

/// <summary>How to import.</summary>
public sealed record ImportOptions
{
    /// <summary>What to do where the store has a configuration of the same id or name.</summary>
    public ImportConflict OnConflict { get; init; } = ImportConflict.Error;

    /// <summary>True to allow plain http to other machines than this one.</summary>
    public bool AllowInsecureBaseUrl { get; init; }

    /// <summary>
    /// The vault for keys that come along; <see langword="null"/> or empty for the one that
    /// <see cref="LlmConfigRepository.GetStore"/> names, and for a key that is replaced for the vault where it lies. An import from a
    /// shared vault leaves keys where they are.
    /// </summary>
    public string? Vault { get; init; }

    /// <summary>Which names to import; <see langword="null"/> for all. Asked of the name in the source and of the name in the store.</summary>
    public Predicate<string>? Names { get; init; }

    /// <summary>Which providers to import, by id; <see langword="null"/> for all.</summary>
    public Predicate<string>? Providers { get; init; }

    internal bool Wants(string name, string provider) => Names?.Invoke(name) != false && Providers?.Invoke(provider) != false;
}
