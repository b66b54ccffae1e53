namespace LlmConfig;

/// <summary>The vaults that a store can use, by name: the built-in one and those of its source.</summary>
internal sealed class KeyVaults(LocalVault local, IKeyVaultSource? others, Func<string, VaultProfile?> profileOf)
{
    public static bool IsBuiltIn(string vault) => string.Equals(vault, LocalVault.VaultName, StringComparison.OrdinalIgnoreCase);

    /// <summary>The vault for new keys, and why it is that one: where the store names none, the source may.</summary>
    public VaultChoice Choose(string? ofStore) =>
        ofStore is not null ? new VaultChoice(ofStore, "It was set with Set-LlmConfigStore -DefaultVault.")
        : others?.DefaultVault ?? new VaultChoice(LocalVault.VaultName, "It is the built-in vault; no other was chosen.");

    /// <exception cref="LlmConfigException">VaultNotFound, VaultUnavailable, SecretManagementMissing.</exception>
    public IKeyVault Open(string name) =>
        IsBuiltIn(name) ? local
        : others is not null ? WithProfile(others.Open(name)) ?? local
        : throw new LlmConfigException(
            LlmConfigErrorCode.VaultNotFound,
            name,
            $"There is no vault '{DisplayText.Of(name)}' here.",
            $"Use the built-in one, {LocalVault.VaultName}, or run the command where that vault is registered.");

    private IKeyVault? WithProfile(IKeyVault? vault)
    {
        if (vault is IProbedVault { Profile: null } probed)
        {
            probed.Profile = profileOf(probed.Name);
        }

        return vault;
    }

    /// <summary>Opens each vault once, for a batch; <see langword="null"/> stands for the vault for new keys of the document.</summary>
    public Func<string?, IKeyVault> Resolver(ConfigDocument? document)
    {
        var opened = new Dictionary<string, IKeyVault>(StringComparer.OrdinalIgnoreCase);
        return wanted =>
        {
            string name = wanted ?? Choose(document?.DefaultVault).Name;
            if (!opened.TryGetValue(name, out IKeyVault? vault))
            {
                vault = Open(name);
                opened.Add(name, vault);
            }

            return vault;
        };
    }
}

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

/// <summary>Which vault new keys go to, and why.</summary>
/// <param name="Name">The vault's name, as configurations will refer to it.</param>
/// <param name="Reason">Why it is this one, as one sentence for people.</param>
public sealed record VaultChoice(string Name, string Reason);
