namespace LlmConfig;

/// <summary>Finds vaults by name, beyond the built-in one: where LlmConfig runs inside PowerShell, the registered ones.</summary>
public interface IKeyVaultSource
{
    /// <summary>
    /// The vault that new keys go to where neither the command nor the store names one; <see langword="null"/> for the
    /// built-in vault. Cheap: it neither prompts nor unlocks.
    /// </summary>
    string? DefaultVault { get; }

    /// <summary>Opens a vault.</summary>
    /// <param name="name">Its name, as configurations refer to it.</param>
    /// <exception cref="LlmConfigException">VaultNotFound, or SecretManagementMissing where no registered vault can be reached at all.</exception>
    IKeyVault Open(string name);
}
