namespace LlmConfig;

/// <summary>What a rotation needs of the provider, and what the caller lets it leave out.</summary>
public sealed record KeyRotationSteps
{
    /// <summary>
    /// Makes a new key at the provider: gets the old one, which stays the repository's, and gives the new one, which is disposed of. It is
    /// kept as soon as this returns. What this throws passes through, and the old key stays.
    /// </summary>
    public required Func<ApiKey, ApiKey> MakeKey { get; init; }

    /// <summary>
    /// Revokes the old key, which comes first, at the provider; the new one, which is in use, comes along. May be called again with the same key: after a process that died
    /// before it could note that this was done. <see langword="null"/> to leave the old key to the caller, with a warning.
    /// </summary>
    public Action<ApiKey, ApiKey>? Revoke { get; init; }

    /// <summary>True to use the new key without asking the provider whether it works.</summary>
    public bool SkipOnlineCheck { get; init; }
}
