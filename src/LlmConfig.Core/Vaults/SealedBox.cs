using System.Security.Cryptography;

namespace LlmConfig;

/// <summary>AES-256-GCM as the vault's formats have it: nonce, ciphertext and tag lie one after the other.</summary>
internal static class SealedBox
{
    public const int NonceSize = 12;
    public const int TagSize = 16;

    /// <summary>Seals a text into a box that begins with its nonce: a nonce must never be used twice.</summary>
    public static void Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, Span<byte> box, ReadOnlySpan<byte> associatedData)
    {
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(box[..NonceSize], plain, box[NonceSize..^TagSize], box[^TagSize..], associatedData);
    }

    /// <returns>False where the key is another one, or something was changed.</returns>
    public static bool TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> box, Span<byte> plain, ReadOnlySpan<byte> associatedData)
    {
        using var aes = new AesGcm(key, TagSize);
        try
        {
            aes.Decrypt(box[..NonceSize], box[NonceSize..^TagSize], box[^TagSize..], plain, associatedData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
