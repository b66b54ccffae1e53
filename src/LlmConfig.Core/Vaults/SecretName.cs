using System.Security.Cryptography;
using System.Text;

namespace LlmConfig;

/// <summary>
/// The name of a secret in the built-in vault. Letter case does not count, as in SecretManagement: its listing fails as a
/// whole for a vault that holds two names that differ in nothing else.
/// </summary>
internal static class SecretName
{
    /// <summary>The longest name: 16 Ki characters, so that name, metadata and secret fit the limit of a sealed file.</summary>
    public const int MaximumLength = 16 * 1024;

    /// <summary>The SHA-256 of the name without its letter case: the name of the secret's file, and part of its associated data.</summary>
    public static byte[] Hash(string name) => SHA256.HashData(Encoding.UTF8.GetBytes(Fold(name)));

    /// <summary>True when the name is no text, or too long to be kept.</summary>
    public static bool IsUnfit(string name) =>
        name.Length is 0 or > MaximumLength || name.EnumerateRunes().Contains(Rune.ReplacementChar);

    // Two names are one when their capitals are, which is how .NET compares without regard to case. Lower case is what is
    // hashed, so that the id of an API key is hashed as it is; where a capital has no way back from its lower case it stays.
    private static string Fold(string name)
    {
        if (Ascii.IsValid(name))
        {
            return name.ToLowerInvariant();
        }

        var folded = new StringBuilder(name.Length);
        foreach (Rune rune in name.EnumerateRunes())
        {
            Rune upper = Rune.ToUpperInvariant(rune);
            Rune lower = Rune.ToLowerInvariant(upper);
            folded.Append(Rune.ToUpperInvariant(lower) == upper ? lower : upper);
        }

        return folded.ToString();
    }
}
