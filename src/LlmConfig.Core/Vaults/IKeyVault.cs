namespace LlmConfig;

/// <summary>
/// A place that keeps keys under ids that are never reused. Implementations throw <see cref="LlmConfigException"/> for
/// everything that can go wrong, and never put a key into a message.
/// </summary>
public interface IKeyVault
{
    /// <summary>The vault's name, as configurations refer to it.</summary>
    string Name { get; }

    /// <summary>True when the vault keeps a label beside a key. Asking may load or open the vault, but risks no key.</summary>
    /// <exception cref="LlmConfigException">VaultNotFound, VaultLocked, VaultUnavailable or SecretManagementMissing.</exception>
    bool TakesLabels { get; }

    /// <summary>Keeps a key. It may be lost by a power cut until <see cref="Flush"/> returned.</summary>
    /// <param name="keyId">The key's id: letters, digits and dashes. It was never used before.</param>
    /// <param name="key">The key; the caller disposes of it.</param>
    /// <param name="label">Whose key it is. Kept beside the key where the vault takes metadata, else dropped.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt, or a Store code of the built-in vault.</exception>
    void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation);

    /// <summary>Makes durable all that was written and removed.</summary>
    /// <exception cref="LlmConfigException">As for <see cref="Write"/>.</exception>
    void Flush();

    /// <summary>Begins to write the keys of one change.</summary>
    internal IKeyBatch Begin() => new KeyBatch(this);

    /// <summary>Gives a key back.</summary>
    /// <param name="keyId">The key's id, or the name of a secret that somebody else keeps there.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <returns>The key, for the caller to dispose of.</returns>
    /// <exception cref="LlmConfigException">KeyMissing, InvalidKey, VaultLocked, VaultUnavailable or VaultCorrupt.</exception>
    ApiKey Read(string keyId, CancellationToken cancellation);

    /// <summary>Removes a key; nothing happens when it is not there.</summary>
    /// <param name="keyId">The key's id.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <exception cref="LlmConfigException">VaultLocked or VaultUnavailable, or a Store code of the built-in vault.</exception>
    void Remove(string keyId, CancellationToken cancellation);

    /// <summary>
    /// Every key in the vault that has an id of this product's form (<c>llm-api-key-</c> and 32 lower-case hex digits), of
    /// whatever store, without its value. Other secrets are skipped.
    /// </summary>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable or VaultCorrupt: what there is cannot be told.</exception>
    IReadOnlyList<KeyVaultEntry> List(CancellationToken cancellation);

    /// <summary>
    /// The names of all secrets in the vault, of whatever kind and whosever they are, in no particular order; those of this
    /// product's keys among them. For people who look for a secret that is there already: none is read.
    /// </summary>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable or VaultCorrupt: what there is cannot be told.</exception>
    IReadOnlyList<string> ListSecrets(CancellationToken cancellation);

    /// <summary>
    /// Writes the label beside a key anew, the key itself untouched. Nothing happens where the vault keeps no labels or the
    /// key is not there (any more).
    /// </summary>
    /// <param name="keyId">The key's id.</param>
    /// <param name="label">Whose key it is, as of now.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable or VaultCorrupt: the old label stands, and the key is there.</exception>
    void Relabel(string keyId, KeyLabel label, CancellationToken cancellation);
}

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

/// <summary>A key as a vault lists it: without its value.</summary>
/// <param name="KeyId">The key's id in the vault.</param>
/// <param name="Label">Whose key it is; <see langword="null"/> where the vault keeps no labels, or holds one that cannot be read.</param>
public sealed record KeyVaultEntry(string KeyId, KeyLabel? Label);

/// <summary>The keys that one change writes to a vault, and that become durable together. Disposing closes what was not flushed.</summary>
internal interface IKeyBatch : IDisposable
{
    /// <summary>As <see cref="IKeyVault.Write"/>.</summary>
    void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation);

    /// <summary>Begins to make durable what was written: that has to be waited for before anything refers to it.</summary>
    /// <returns><see langword="null"/> where it is durable already.</returns>
    /// <exception cref="LlmConfigException">As for <see cref="IKeyVault.Flush"/>, where it is not waited for.</exception>
    BackgroundWork? StartFlush();
}

/// <summary>The batch of a vault that writes each key by itself.</summary>
internal sealed class KeyBatch(IKeyVault vault) : IKeyBatch
{
    public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation) => vault.Write(keyId, key, label, cancellation);

    public BackgroundWork? StartFlush()
    {
        vault.Flush();
        return null;
    }

    public void Dispose()
    {
    }
}
