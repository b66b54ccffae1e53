using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LlmConfig;

/// <summary>
/// Seals the master key under a key that is derived from a passphrase, into the header itself (docs/file-formats.md). For machines
/// with nothing but files: who copies the folder has to find the passphrase too.
/// </summary>
/// <remarks>
/// PBKDF2 and not a memory-hard derivation: .NET has none, the core ships no package, and a private copy of Argon2 would be
/// cryptography of our own (docs/architecture.md).
/// </remarks>
internal sealed class PassphraseProtector(
    string folder, PassphraseSource source, PassphraseKeys keys, TimeSpan time, TimeProvider clock, int rounds = PassphraseKey.RoundsWritten)
    : IMasterKeyProtector, IDisposable
{
    private const byte Version = 1;
    private const byte Pbkdf2Sha512 = 1;
    private const int RoundsAt = 2;
    private const int SaltAt = 6;
    private const int NonceAt = SaltAt + PassphraseKey.SaltSize;
    private const int Size = NonceAt + SealedBox.NonceSize + SealedSecret.MasterKeySize + SealedBox.TagSize;

    private PassphraseKey? _chosen;

    public ProtectorKind Kind => ProtectorKind.Passphrase;

    public ProtectorStatus GetStatus() => new(ProtectorState.Ready, "A passphrase works everywhere.");

    public ProtectorStatus GetStatus(Guid vaultId)
    {
        using PassphraseKey? key = keys.Find(vaultId);
        return key is null
            ? new ProtectorStatus(ProtectorState.Locked, "The passphrase was not given yet, or the time that it holds is over.")
            : new ProtectorStatus(ProtectorState.Ready, "The passphrase was given.");
    }

    /// <summary>Asks for a new passphrase: before a lock is taken, since a person answers.</summary>
    public void Prepare()
    {
        using SecretBytes passphrase = source.Get(new PassphraseRequest(folder, IsNew: true), PasswordBytes.ShortestToSeal);
        _chosen?.Dispose();
        _chosen = PassphraseKey.Derive(passphrase.Span, RandomNumberGenerator.GetBytes(PassphraseKey.SaltSize), rounds);
    }

    // A new master key is no reason to ask for another passphrase.
    public byte[] Store(Guid vaultId, ReadOnlySpan<byte> masterKey, Guid? before = null)
    {
        if (before is null && _chosen is null)
        {
            Prepare();
        }

        using PassphraseKey key = (before is { } present ? keys.Find(present) : _chosen)
            ?? throw PassphraseSource.Locked("The passphrase that was given does not hold any more.");
        _chosen = before is null ? null : _chosen;
        byte[] wrapped = new byte[Size];
        wrapped[0] = Version;
        wrapped[1] = Pbkdf2Sha512;
        BinaryPrimitives.WriteInt32BigEndian(wrapped.AsSpan(RoundsAt), key.Rounds);
        key.Salt.CopyTo(wrapped, SaltAt);
        RandomNumberGenerator.Fill(wrapped.AsSpan(NonceAt, SealedBox.NonceSize));
        SealedBox.Seal(key.Bytes.Span, masterKey, wrapped.AsSpan(NonceAt), AssociatedData(vaultId, wrapped));
        keys.Keep(vaultId, key, time, clock);
        return wrapped;
    }

    public SecretBytes Load(Guid vaultId, ReadOnlySpan<byte> wrapped)
    {
        int written = wrapped.Length == Size ? BinaryPrimitives.ReadInt32BigEndian(wrapped[RoundsAt..]) : 0;
        if (wrapped.Length != Size || wrapped[0] != Version || wrapped[1] != Pbkdf2Sha512 || written is < PassphraseKey.FewestRounds or > PassphraseKey.MostRounds)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.VaultCorrupt,
                LocalVault.VaultName,
                "The header of the vault holds no master key that was sealed with a passphrase.",
                "Restore the vault's header from a backup. Nothing was deleted from the vault.");
        }

        byte[] salt = wrapped.Slice(SaltAt, PassphraseKey.SaltSize).ToArray();
        using PassphraseKey? kept = keys.Find(vaultId);
        if (kept?.IsOf(salt, written) == true && Open(vaultId, wrapped, kept) is { } opened)
        {
            return opened;
        }

        using SecretBytes passphrase = source.Get(new PassphraseRequest(folder, IsNew: false), shortest: 1);
        using PassphraseKey key = PassphraseKey.Derive(passphrase.Span, salt, written);
        if (Open(vaultId, wrapped, key) is not { } masterKey)
        {
            source.IsRefused = true;
            throw PassphraseSource.Locked("The passphrase is wrong, or the header of the vault was changed.");
        }

        keys.Keep(vaultId, key, time, clock);
        return masterKey;
    }

    /// <summary>Forgets what was derived from the passphrase.</summary>
    public void Lock(Guid vaultId) => keys.Forget(vaultId);

    /// <summary>Lets a passphrase that was given hold for this time from now on.</summary>
    public void KeepUnlocked(Guid vaultId, TimeSpan wanted)
    {
        using PassphraseKey? key = keys.Find(vaultId);
        if (key is not null)
        {
            keys.Keep(vaultId, key, wanted, clock);
        }
    }

    public void Remove(Guid vaultId) => keys.Forget(vaultId);

    public void Dispose() => _chosen?.Dispose();

    private static SecretBytes? Open(Guid vaultId, ReadOnlySpan<byte> wrapped, PassphraseKey key)
    {
        var masterKey = new SecretBytes(SealedSecret.MasterKeySize);
        if (SealedBox.TryOpen(key.Bytes.Span, wrapped[NonceAt..], masterKey.Span, AssociatedData(vaultId, wrapped)))
        {
            return masterKey;
        }

        masterKey.Dispose();
        return null;
    }

    // The vault and the parameters: neither can be exchanged.
    private static byte[] AssociatedData(Guid vaultId, ReadOnlySpan<byte> wrapped) =>
        [.. Encoding.ASCII.GetBytes($"LlmConfig passphrase {vaultId:D} "), .. wrapped[..NonceAt]];
}
