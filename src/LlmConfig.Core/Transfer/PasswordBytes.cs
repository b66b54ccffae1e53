using System.Security;
using System.Text;

namespace LlmConfig;

/// <summary>A password as bytes of UTF-8, without a copy of it on the managed heap that is not zeroed.</summary>
internal static class PasswordBytes
{
    /// <summary>The shortest password that seals, in UTF-16 code units: NIST SP 800-63B, 3.1.1.2, allows none below 8.</summary>
    public const int ShortestToSeal = 8;

    /// <summary>The password's bytes, for the caller to dispose of.</summary>
    /// <exception cref="LlmConfigException">InvalidKey: it is empty, shorter than <paramref name="shortest"/>, disposed of, or no text.</exception>
    public static SecretBytes From(SecureString password, int shortest)
    {
        try
        {
            return password.Length >= shortest
                ? SecretBytes.From(password)
                : throw Invalid(password.Length == 0 ? "The password is empty." : $"The password has fewer than {shortest} characters: whoever gets the file could find it by trying.");
        }
        catch (ObjectDisposedException)
        {
            throw Invalid("The SecureString with the password was disposed of before.");
        }
        catch (EncoderFallbackException)
        {
            throw Invalid("The password holds half of a surrogate pair, which is no text.");
        }
    }

    private static LlmConfigException Invalid(string problem) => new(
        LlmConfigErrorCode.InvalidKey, null, problem, "Give another one with -Password, such as (Read-Host -AsSecureString).");
}
