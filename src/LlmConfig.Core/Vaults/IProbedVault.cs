namespace LlmConfig;

/// <summary>A vault of others, which shows what it can do before it gets a key: vaults differ in what they take, and in what they tell.</summary>
public interface IProbedVault : IKeyVault
{
    /// <summary>What it was found to do; <see langword="null"/> while it was not tried. Set by whoever opens the vault, before it is used.</summary>
    VaultProfile? Profile { get; set; }

    /// <summary>True before it was tried, and when another module serves it since.</summary>
    bool NeedsProbe { get; }

    /// <summary>
    /// Tries the vault with a throwaway secret: writes it, reads it back, lists it, puts a label beside it, removes it, and looks
    /// for it again. <see cref="Profile"/> is what was found from then on.
    /// </summary>
    /// <param name="keyId">The name of the throwaway secret: an id that was never used.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <exception cref="LlmConfigException">
    /// VaultUnavailable: it cannot serve, with what it did and what to do; VaultLocked.
    /// </exception>
    VaultProfile Probe(string keyId, CancellationToken cancellation);
}
