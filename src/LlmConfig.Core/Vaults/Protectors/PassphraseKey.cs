using System.Security.Cryptography;

namespace LlmConfig;

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
