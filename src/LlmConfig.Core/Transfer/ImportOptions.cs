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

/// <summary>What an import does where the store has a configuration of the same id or the same name already.</summary>
public enum ImportConflict
{
    /// <summary>It is an error of its own (DuplicateName); the other items of the import are not affected.</summary>
    Error = 1,

    /// <summary>What the store has stays as it is.</summary>
    Skip = 2,

    /// <summary>
    /// What the store has gets the settings that are imported, and the key where one comes along; without one it keeps its
    /// own. Its id stays.
    /// </summary>
    Replace = 3,

    /// <summary>What is imported gets a name that is free: <c>work (2)</c>.</summary>
    Rename = 4,
}
