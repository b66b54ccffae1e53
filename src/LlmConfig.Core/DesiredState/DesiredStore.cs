namespace LlmConfig;

/// <summary>Settings of a store as somebody wants them to be: what is <see langword="null"/> is not decided and stays as it is.</summary>
public sealed record DesiredStore
{
    /// <summary>The vault for new keys; empty for the choice of the program.</summary>
    public string? DefaultVault { get; init; }

    /// <summary>Who keeps the master key of the built-in vault.</summary>
    public ProtectorKind? Protector { get; init; }

    /// <summary>Reads it from JSON, as DSC gives it.</summary>
    /// <param name="utf8">The JSON object; empty for nothing.</param>
    /// <exception cref="LlmConfigException">InvalidArgument: it is no such object, or a property of it is unknown or of another type.</exception>
    public static DesiredStore FromJson(ReadOnlySpan<byte> utf8) => DesiredStateReader.ReadStore(utf8);
}
