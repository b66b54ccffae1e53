namespace LlmConfig.Tests;

/// <summary>One command of a vault that misbehaves in one way.</summary>
/// <param name="Command">The command.</param>
/// <param name="Way">What it does instead of its work.</param>
/// <param name="Labels">How the vault takes metadata.</param>
internal sealed record VaultMode(string Command, VaultWay Way, VaultLabels Labels)
{
    /// <summary>Every command in every way, in a vault with labels and in one without; what is asked for labels only where it is asked.</summary>
    public static IEnumerable<VaultMode> All =>
        from command in MisbehavingVault.Commands
        from way in Enum.GetValues<VaultWay>()
        from labels in command == MisbehavingVault.SetSecretInfo ? new[] { VaultLabels.Afterwards } : [VaultLabels.WithSecret, VaultLabels.None]
        select new VaultMode(command, way, labels);

    public bool TakesLabels => Labels != VaultLabels.None;

    public override string ToString() => $"{Command} {Way} (labels: {Labels})";
}
