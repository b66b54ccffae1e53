namespace LlmConfig.Tests;

/// <summary>What was wrong when one operation met one mode.</summary>
internal sealed class VaultVerdict(VaultOperation operation, VaultMode mode)
{
    /// <summary>A key that was acknowledged and cannot be read, or not as it was.</summary>
    public const string Lost = "lost";

    /// <summary>Something in the vault that is not the store's, and nobody was told.</summary>
    public const string Silent = "silent";

    /// <summary>What Test-LlmConfig said, or a command gave, and is not so.</summary>
    public const string Untrue = "untrue";

    /// <summary>An error without a code or a remedy.</summary>
    public const string Errors = "errors";

    /// <summary>A message with a key in it.</summary>
    public const string Leaked = "leaks";

    public static IReadOnlyList<string> Kinds { get; } = [Lost, Silent, Untrue, Errors, Leaked];

    public VaultOperation Operation => operation;

    public VaultMode Mode => mode;

    public List<(string Kind, string What)> Faults { get; } = [];

    public void Add(string kind, string what) => Faults.Add((kind, what));

    public override string ToString() => $"{operation}, {mode}: {string.Join("; ", Faults.Select(fault => $"{fault.Kind}: {fault.What}"))}";
}
