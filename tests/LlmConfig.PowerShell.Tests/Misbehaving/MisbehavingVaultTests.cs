using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>
/// Each command of a vault misbehaves in each way during each operation. After that no key is lost, none is left in the vault without a
/// warning, an intent or a finding, and Test-LlmConfig has said nothing that was not so.
/// </summary>
public sealed class MisbehavingVaultTests(ITestOutputHelper output)
{
    private static readonly VaultMode[] Modes = [.. VaultMode.All];

    [Fact]
    public void Whatever_a_vault_does_no_key_is_lost_or_left_in_silence_and_Test_tells_the_truth()
    {
        Assert.InRange(Modes.Select(mode => (mode.Command, mode.Way)).Distinct().Count(), 40, int.MaxValue);
        using var bench = new VaultBench();
        var verdicts = new List<VaultVerdict>();
        foreach (VaultOperation operation in VaultOperation.All)
        {
            int before = verdicts.Count;
            verdicts.AddRange(Modes.Where(mode => mode.TakesLabels || !operation.NeedsLabels).Select(mode => bench.Judge(operation, mode)));
            output.WriteLine($"{operation}: {verdicts.Count - before}");
        }

        List<VaultVerdict> wrong = verdicts.FindAll(verdict => verdict.Faults.Count > 0);
        IEnumerable<string> counts = VaultVerdict.Kinds.Select(kind => $"{kind}: {wrong.Sum(verdict => verdict.Faults.Count(fault => fault.Kind == kind))}");
        Figures.Print(output, $"misbehaving vault: {verdicts.Count} cases, {string.Join(", ", counts)}");
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong.Take(40)));
    }
}
