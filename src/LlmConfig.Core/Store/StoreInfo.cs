namespace LlmConfig;

/// <summary>Where a store is, what is in it, and how its keys are protected.</summary>
public sealed record StoreInfo
{
    internal StoreInfo()
    {
    }

    /// <summary>The folder of the store.</summary>
    public string Path { get; internal init; } = string.Empty;

    /// <summary>What decided on that folder: the variable's name, or the user's application-data folder.</summary>
    public string PathReason { get; internal init; } = string.Empty;

    /// <summary>False before the first change.</summary>
    public bool Exists { get; internal init; }

    /// <summary>The id of the store; <see langword="null"/> before the first change.</summary>
    public Guid? StoreId { get; internal init; }

    /// <summary>How many changes were committed.</summary>
    public long Revision { get; internal init; }

    /// <summary>How many configurations there are.</summary>
    public int ConfigurationCount { get; internal init; }

    /// <summary>The name of the default configuration, or <see langword="null"/>.</summary>
    public string? DefaultConfiguration { get; internal init; }

    /// <summary>What the current folder asks for by a file <c>.llmconfig</c>, with its path, or why it is not used; <see langword="null"/> without one.</summary>
    public string? FolderDefault { get; internal init; }

    /// <summary>The vault that a new key goes to when the command does not name one.</summary>
    public string DefaultVault { get; internal init; } = string.Empty;

    /// <summary>Why it is that vault, in one sentence.</summary>
    public string DefaultVaultReason { get; internal init; } = string.Empty;

    /// <summary>The vaults of others in which keys of the store lie, or that were tried for one.</summary>
    public IReadOnlyList<VaultInfo> Vaults { get; internal init; } = [];

    /// <summary>
    /// What keeps the master key of the built-in vault, or would keep it: the name of a <see cref="ProtectorKind"/>, which JSON keeps too;
    /// <see langword="null"/> while that cannot be decided.
    /// </summary>
    public string? Protector { get; internal init; }

    /// <summary>Why it is that protector, in one sentence.</summary>
    public string ProtectorReason { get; internal init; } = string.Empty;

    /// <summary>
    /// What the protector answers now: the name of a <see cref="LlmConfig.ProtectorState"/>, <see cref="LlmConfig.ProtectorState.Ready"/> when keys
    /// can be read and written.
    /// </summary>
    public string ProtectorState { get; internal init; } = string.Empty;

    /// <summary>How many changes are under way or were left by dead processes.</summary>
    public int PendingChanges { get; internal init; }
}
