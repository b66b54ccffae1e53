using System.Security.Cryptography;

namespace LlmConfig;

/// <summary>
/// Keys that were derived from passphrases, for as long as they are to be kept: then they are zeroed. Shared by all vaults of the
/// process, since each command opens its own. Safe to use from several threads.
/// </summary>
internal sealed class PassphraseKeys
{
    /// <summary>How long one is kept unless somebody says otherwise.</summary>
    public static readonly TimeSpan DefaultTime = TimeSpan.FromMinutes(15);

    /// <summary>The longest time that can be asked for.</summary>
    public static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);

    private readonly object _gate = new();
    private readonly Dictionary<Guid, (PassphraseKey Key, Func<bool> IsOver, ITimer Timer)> _keys = [];

    /// <summary>Those of this process.</summary>
    public static PassphraseKeys OfProcess { get; } = new();

    /// <summary>Keeps a copy of a key for a time, by a clock that setting the system's clock does not change; not at all where it is zero.</summary>
    public void Keep(Guid vaultId, PassphraseKey key, TimeSpan time, TimeProvider clock)
    {
        lock (_gate)
        {
            Forget(vaultId);
            if (time > TimeSpan.Zero)
            {
                long since = clock.GetTimestamp();

                // It goes then, also where nobody asks again.
                ITimer timer = clock.CreateTimer(_ => ForgetIfOver(vaultId), null, time, Timeout.InfiniteTimeSpan);
                _keys.Add(vaultId, (key.Copy(), () => clock.GetElapsedTime(since) >= time, timer));
            }
        }
    }

    /// <summary>A copy of the key of a vault, for the caller to dispose of; <see langword="null"/> where there is none, or its time is over.</summary>
    public PassphraseKey? Find(Guid vaultId)
    {
        lock (_gate)
        {
            ForgetIfOver(vaultId);
            return _keys.TryGetValue(vaultId, out var kept) ? kept.Key.Copy() : null;
        }
    }

    /// <summary>Forgets the key of a vault.</summary>
    public void Forget(Guid vaultId)
    {
        lock (_gate)
        {
            if (_keys.Remove(vaultId, out var kept))
            {
                kept.Timer.Dispose();
                kept.Key.Dispose();
            }
        }
    }

    private void ForgetIfOver(Guid vaultId)
    {
        lock (_gate)
        {
            if (_keys.TryGetValue(vaultId, out var kept) && kept.IsOver())
            {
                Forget(vaultId);
            }
        }
    }
}

/// <summary>A key of 32 bytes that was derived from a passphrase, and what it was derived with: PBKDF2-HMAC-SHA512 (RFC 8018).</summary>
/// <param name="Salt">16 bytes, random for each passphrase.</param>
/// <param name="Rounds">How often the hash was made.</param>
/// <param name="Bytes">The key.</param>
internal sealed record PassphraseKey(byte[] Salt, int Rounds, SecretBytes Bytes) : IDisposable
{
    /// <summary>What is written: several times the advice of OWASP (210,000 for SHA-512), a quarter of a second.</summary>
    public const int RoundsWritten = 600_000;

    /// <summary>The fewest that are read: OWASP's Password Storage Cheat Sheet.</summary>
    public const int FewestRounds = 210_000;

    /// <summary>The most that are read, so that a header cannot keep a program busy for minutes.</summary>
    public const int MostRounds = 10_000_000;

    public const int SaltSize = 16;
    private const int Size = 32;

    /// <summary>Derives the key; the passphrase stays the caller's.</summary>
    public static PassphraseKey Derive(ReadOnlySpan<byte> passphrase, byte[] salt, int rounds)
    {
        var bytes = new SecretBytes(Size);
        Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, bytes.Span, rounds, HashAlgorithmName.SHA512);
        return new PassphraseKey(salt, rounds, bytes);
    }

    /// <summary>A copy of its own life.</summary>
    public PassphraseKey Copy() => this with { Bytes = new SecretBytes(Bytes.Span) };

    /// <summary>True when it was derived with these.</summary>
    public bool IsOf(ReadOnlySpan<byte> salt, int rounds) => rounds == Rounds && salt.SequenceEqual(Salt);

    public void Dispose() => Bytes.Dispose();
}
