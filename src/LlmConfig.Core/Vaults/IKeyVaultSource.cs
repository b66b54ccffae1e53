namespace LlmConfig;

/// <summary>Finds vaults by name, beyond the built-in one: where LlmConfig runs inside PowerShell, the registered ones.</summary>
public interface IKeyVaultSource
{
    /// <summary>
    /// The vault that new keys go to where neither the command nor the store names one, and why; <see langword="null"/>
    /// where there is no reason for another than the built-in vault. Cheap: it neither prompts nor unlocks.
    /// </summary>
    VaultChoice? DefaultVault { get; }

    /// <summary>Opens a vault.</summary>
    /// <param name="name">Its name, as configurations refer to it.</param>
    /// <returns><see langword="null"/> where it is the built-in vault of this store under another name.</returns>
    /// <exception cref="LlmConfigException">
    /// VaultNotFound, VaultUnavailable, or SecretManagementMissing where no registered vault can be reached at all.
    /// </exception>
    IKeyVault? Open(string name);
}
