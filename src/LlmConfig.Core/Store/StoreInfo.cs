namespace LlmConfig;

/// <summary>Where a store is, what is in it, and how its keys are protected.</summary>
public sealed record StoreInfo
{
    internal StoreInfo()
    {
    }

    /// <summary>The folder of the store.</summary>
    public required string Path { get; init; }

    /// <summary>What decided on that folder: the variable's name, or the user's application-data folder.</summary>
    public required string PathReason { get; init; }

    /// <summary>False before the first change.</summary>
    public required bool Exists { get; init; }

    /// <summary>The id of the store; <see langword="null"/> before the first change.</summary>
    public Guid? StoreId { get; init; }

    /// <summary>How many changes were committed.</summary>
    public required long Revision { get; init; }

    /// <summary>How many configurations there are.</summary>
    public required int ConfigurationCount { get; init; }

    /// <summary>The name of the default configuration, or <see langword="null"/>.</summary>
    public string? DefaultConfiguration { get; init; }

    /// <summary>The vault that a new key goes to when the command does not name one.</summary>
    public required string DefaultVault { get; init; }

    /// <summary>Why it is that vault, in one sentence.</summary>
    public required string DefaultVaultReason { get; init; }

    /// <summary>What keeps the master key of the built-in vault, or would keep it; <see langword="null"/> while that cannot be decided.</summary>
    public ProtectorKind? Protector { get; init; }

    /// <summary>Why it is that protector, in one sentence.</summary>
    public required string ProtectorReason { get; init; }

    /// <summary>What the protector answers now: <see cref="LlmConfig.ProtectorState.Ready"/> when keys can be read and written.</summary>
    public required ProtectorState ProtectorState { get; init; }

    /// <summary>How many changes are under way or were left by dead processes.</summary>
    public required int PendingChanges { get; init; }
}
