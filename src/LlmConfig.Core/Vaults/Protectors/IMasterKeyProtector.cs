namespace LlmConfig;

/// <summary>
/// Keeps the 32-byte master key of one built-in vault, bound to the vault's id. Implementations never prompt (but Passphrase, which
/// asks who was given to it for that), answer within 5 seconds, and throw <see cref="LlmConfigException"/> only. Each of "the key is not there", "locked",
/// "did not answer" and "failed" is an error of its own: none of them may ever be read as "there is no key yet".
/// </summary>
internal interface IMasterKeyProtector
{
    /// <summary>Which protector this is.</summary>
    ProtectorKind Kind { get; }

    /// <summary>Asks, without a prompt, whether a master key could be stored and loaded now. Never throws.</summary>
    ProtectorStatus GetStatus();

    /// <summary>The same for one vault, where that makes a difference. Never throws.</summary>
    ProtectorStatus GetStatus(Guid vaultId) => GetStatus();

    /// <summary>Asks a person for what <see cref="Store"/> will need, before any lock is taken.</summary>
    /// <exception cref="LlmConfigException">VaultLocked, InvalidKey: it was not given.</exception>
    void Prepare()
    {
    }

    /// <summary>Stores the master key of the vault, replacing an earlier one of the same vault.</summary>
    /// <param name="vaultId">The vault's id, from its header.</param>
    /// <param name="masterKey">32 bytes. The caller zeroes them.</param>
    /// <param name="before">The vault's id by the master key before, where it keeps that one: then nobody is asked for anything new.</param>
    /// <returns>
    /// Bytes that the vault must keep in its header and hand to <see cref="Load"/> (the wrapped key of DPAPI);
    /// empty where the protector keeps everything itself.
    /// </returns>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, or a Store code for a protector that writes files.</exception>
    byte[] Store(Guid vaultId, ReadOnlySpan<byte> masterKey, Guid? before = null);

    /// <summary>Loads the master key of the vault.</summary>
    /// <param name="vaultId">The vault's id, from its header.</param>
    /// <param name="wrapped">What <see cref="Store"/> returned.</param>
    /// <returns>32 bytes, on the pinned heap (see <see cref="SecretBytes"/>). The caller disposes of them.</returns>
    /// <exception cref="LlmConfigException">
    /// VaultCorrupt: the protector works and has no such key, or has something that is not a key.
    /// StoreVersionUnsupported: a newer version of this module wrote what it has.
    /// VaultLocked: it is locked. VaultUnavailable: it is absent, did not answer in time, or failed.
    /// </exception>
    SecretBytes Load(Guid vaultId, ReadOnlySpan<byte> wrapped);

    /// <summary>
    /// The vaults whose master keys it keeps outside of the vault's folder for this folder; empty where it keeps everything in it.
    /// Who can write to the folder alone cannot change what is said here.
    /// </summary>
    /// <exception cref="LlmConfigException">VaultLocked or VaultUnavailable.</exception>
    IReadOnlyList<Guid> Vaults() => [];

    /// <summary>Removes the master key of the vault; nothing happens where it has none.</summary>
    /// <param name="vaultId">The vault's id.</param>
    /// <exception cref="LlmConfigException">VaultLocked or VaultUnavailable.</exception>
    void Remove(Guid vaultId);
}
