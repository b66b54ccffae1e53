using System.Security.Cryptography;
using System.Text;

namespace LlmConfig;

/// <summary>
/// The format of one sealed file, version 1 (docs/file-formats.md): a header of 36 bytes, the ciphertext of AES-256-GCM,
/// and its tag. Header and name are associated data, so that a file opens only as what it is and under its own name.
/// </summary>
/// <param name="Name">The secret's name.</param>
/// <param name="Type">What it is.</param>
/// <param name="Metadata">A JSON object in UTF-8, or empty.</param>
/// <param name="Value">The secret.</param>
internal sealed record SealedSecret(string Name, SealedSecretType Type, byte[] Metadata, SecretBytes Value) : IDisposable
{
    /// <summary>The largest secret, in bytes: 1 MiB. SecretManagement's own vaults take less.</summary>
    public const int MaximumSecretBytes = 1024 * 1024;

    /// <summary>The largest sealed file: secret, name (16,384 characters), metadata, and what surrounds them.</summary>
    public const int MaximumFileBytes = 2 * MaximumSecretBytes;

    public const byte Version = 1;
    public const int HeaderSize = 36;
    public const int NonceSize = SealedBox.NonceSize;
    public const int TagSize = SealedBox.TagSize;
    public const int MasterKeySize = 32;

    private const int MostOnStack = 1024;
    private const int TypeAt = 5;
    private const int VaultAt = 8;
    private const int NonceAt = 24;

    private static ReadOnlySpan<byte> Magic => "LLMS"u8;

    /// <summary>Seals a secret under a fresh nonce. One is given by the format vectors of the tests only: it must never be used twice.</summary>
    public static byte[] Seal(
        Guid vaultId,
        ReadOnlySpan<byte> masterKey,
        string name,
        SealedSecretType type,
        ReadOnlySpan<byte> metadata,
        ReadOnlySpan<byte> value,
        ReadOnlySpan<byte> nonce = default)
    {
        byte[] nameBytes = Encoding.UTF8.GetBytes(name);
        int plainSize = sizeof(int) + nameBytes.Length + sizeof(int) + metadata.Length + value.Length;
        using var plain = new SecretBytes(plainSize);
        Span<byte> rest = LengthPrefixed.Put(LengthPrefixed.Put(plain.Span, nameBytes), metadata);
        value.CopyTo(rest);

        byte[] file = new byte[HeaderSize + plainSize + TagSize];
        Magic.CopyTo(file);
        file[Magic.Length] = Version;
        file[TypeAt] = (byte)type;
        vaultId.TryWriteBytes(file.AsSpan(VaultAt), bigEndian: true, out _);
        Span<byte> ownNonce = file.AsSpan(NonceAt, NonceSize);
        RandomNumberGenerator.Fill(ownNonce);
        nonce.CopyTo(ownNonce);
        SealedBox.Seal(masterKey, plain.Span, file.AsSpan(NonceAt), AssociatedData(file, SecretName.Hash(name)));
        return file;
    }

    /// <summary>The vault that a sealed file says it belongs to; <see langword="null"/> where it is none of this version.</summary>
    /// <param name="file">The file, or its first 24 bytes.</param>
    public static Guid? VaultOf(ReadOnlySpan<byte> file) => file.Length >= NonceAt && file.StartsWith(Magic) && file[Magic.Length] == Version
        ? new Guid(file.Slice(VaultAt, NonceAt - VaultAt), bigEndian: true)
        : null;

    /// <summary>Opens the file of a secret whose name has this hash (<see cref="SecretName.Hash"/>).</summary>
    /// <exception cref="StoreFormatException">Anything is not as it was sealed; the text never shows content.</exception>
    public static SealedSecret Open(ReadOnlySpan<byte> file, Guid vaultId, ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> nameHash)
    {
        // The version comes first: a newer one may be laid out in another way.
        if (file.Length > Magic.Length && file.StartsWith(Magic) && file[Magic.Length] > Version)
        {
            throw StoreFormatException.Newer(file[Magic.Length]);
        }

        int plainSize = file.Length - HeaderSize - TagSize;
        if (plainSize < 2 * sizeof(int) || !file.StartsWith(Magic) || file[Magic.Length] != Version)
        {
            throw new StoreFormatException("it is no sealed file, or it was cut off");
        }

        if (new Guid(file.Slice(VaultAt, 16), bigEndian: true) != vaultId)
        {
            throw new StoreFormatException("it belongs to another vault");
        }

        // A buffer on the pinned heap costs a microsecond, and most secrets are short.
        using SecretBytes? large = plainSize > MostOnStack ? new SecretBytes(plainSize) : null;
        Span<byte> plain = large is null ? stackalloc byte[plainSize] : large.Span;
        try
        {
            return SealedBox.TryOpen(masterKey, file[NonceAt..], plain, AssociatedData(file, nameHash))
                ? Read((SealedSecretType)file[TypeAt], plain, nameHash)
                : throw new StoreFormatException("it was changed after it was sealed, or it lies under another secret's name");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static SealedSecret Read(SealedSecretType type, ReadOnlySpan<byte> rest, ReadOnlySpan<byte> nameHash)
    {
        string ownName = Encoding.UTF8.GetString(LengthPrefixed.Take(ref rest));
        if (!SecretName.Hash(ownName).AsSpan().SequenceEqual(nameHash))
        {
            throw new StoreFormatException("it lies under another secret's name");
        }

        byte[] metadata = LengthPrefixed.Take(ref rest).ToArray();
        return new SealedSecret(ownName, type, metadata, new SecretBytes(rest));
    }

    public void Dispose() => Value.Dispose();

    // The header as it stands in the file, then the name: neither can be exchanged.
    private static byte[] AssociatedData(ReadOnlySpan<byte> file, ReadOnlySpan<byte> nameHash) => [.. file[..HeaderSize], .. nameHash];
}
