namespace LlmConfig.Tests;

/// <summary>Finds <see cref="FakeVault"/>s by name.</summary>
internal sealed class FakeVaults(params FakeVault[] vaults) : IKeyVaultSource
{
    public VaultChoice? DefaultVault { get; init; }

    public IKeyVault? Open(string name) =>
        vaults.FirstOrDefault(vault => string.Equals(vault.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new LlmConfigException(LlmConfigErrorCode.VaultNotFound, name, "There is no such fake vault.", "Name another.");
}
