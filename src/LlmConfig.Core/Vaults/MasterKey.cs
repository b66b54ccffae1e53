using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LlmConfig;

/// <summary>A master key that was opened, and what is computed under it.</summary>
internal sealed record MasterKey(Guid VaultId, SecretBytes Bytes)
{
    private static ReadOnlySpan<byte> FingerprintPurpose => "LlmConfig key mark 1"u8;

    public byte[] Seal(string name, SealedSecretType type, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> value) =>
        SealedSecret.Seal(VaultId, Bytes.Span, name, type, metadata, value);

    /// <exception cref="StoreFormatException">It was not sealed so.</exception>
    public SealedSecret Open(byte[] file, byte[] nameHash) => SealedSecret.Open(file, VaultId, Bytes.Span, nameHash);

    /// <summary>
    /// Tells whether two keys are the same without keeping either: 64 bits of <see cref="Code"/>. Without the master key, a guess cannot be
    /// tried on it; with it, the keys themselves can be read.
    /// </summary>
    public ulong Fingerprint(ApiKey key) => BinaryPrimitives.ReadUInt64BigEndian(Code(FingerprintPurpose, key.Utf8));

    /// <summary>HMAC-SHA256 of a text under a key that HKDF derives from the master key for one purpose.</summary>
    public byte[] Code(ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> text)
    {
        Span<byte> derived = stackalloc byte[SHA256.HashSizeInBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Bytes.Span, derived, salt: [], purpose);
        byte[] code = HMACSHA256.HashData(derived, text);
        CryptographicOperations.ZeroMemory(derived);
        return code;
    }

    public bool Confirms(ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> text, ReadOnlySpan<byte> code) =>
        CryptographicOperations.FixedTimeEquals(Code(purpose, text), code);
}
