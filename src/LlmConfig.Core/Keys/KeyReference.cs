using System.Buffers;
using System.Security.Cryptography;

namespace LlmConfig;

/// <summary>Where a key lies: a vault and the key's id in it.</summary>
/// <param name="Vault">The vault's name.</param>
/// <param name="KeyId">
/// The key id, <c>llm-api-key-</c> and 32 lower-case hex digits: letters, digits and dashes, which every vault takes; or the
/// name of a secret that somebody else keeps there (<see cref="NamedSecret"/>).
/// </param>
internal sealed record KeyReference(string Vault, string KeyId)
{
    private const string Prefix = "llm-api-key-";
    private const int RandomBytes = 16;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>An id that was never used before, in any store.</summary>
    public static string NewKeyId() => Prefix + RandomNumberGenerator.GetHexString(2 * RandomBytes, lowercase: true);

    public static bool IsKeyId(string text) =>
        text.Length == Prefix.Length + (2 * RandomBytes)
        && text.StartsWith(Prefix, StringComparison.Ordinal)
        && text.AsSpan(Prefix.Length).IndexOfAnyExcept(HexDigits) < 0;
}
