using System.Text;

namespace LlmConfig;

/// <summary>
/// Whether a key looks like one of its provider, or like something that was pasted in its place. Providers change the form
/// of their keys without notice, so this only ever leads to a warning; none of its texts holds any part of the key.
/// </summary>
internal static class KeyWarnings
{
    // Seven letters and more: by chance, one key in a hundred million holds one of them, letter case and separators apart.
    private static readonly byte[][] PlaceholderWords =
    [
        .. new[]
        {
            "yourapikey", "yourkey", "yoursecret", "yourtoken", "apikeyhere", "keyhere", "tokenhere", "changeme", "replaceme", "replacewith",
            "placeholder", "insertkey", "insertyour", "pasteyour", "putyour", "example", "redacted", "notarealkey", "dummykey", "fakekey",
            "xxxxxxx", "123456789", "abcdefgh",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    /// <summary>The same for the provider with this id, where the key goes to this base URL (blank for the provider's default).</summary>
    public static (string What, string Remedy)? Of(ApiKey key, string provider, string? baseUrl) =>
        LlmProviderCatalog.Find(provider) is { } entry ? Of(key, entry, GoesToProvider(entry, baseUrl)) : null;

    /// <summary>What is odd about a key, as the rest of a sentence that begins with the key, and what to do; or <see langword="null"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="provider">The provider that it is for.</param>
    /// <param name="goesToProvider">False where a base URL of its own sends it elsewhere, so that it may have any form.</param>
    public static (string What, string Remedy)? Of(ApiKey key, LlmProvider provider, bool goesToProvider)
    {
        ReadOnlySpan<byte> text = key.Utf8;
        IReadOnlyList<LlmProvider> owners = LlmProviderCatalog.OwnersOf(text, out int prefixLength);
        if (Placeholder(text, prefixLength, provider.KeyRequired) is { } problem)
        {
            return (problem, "Set-LlmConfig -AskApiKey replaces it.");
        }

        // A server that needs no key takes any; where one is set, it is in the form that its owner chose.
        if (!provider.KeyRequired || !goesToProvider || owners.Contains(provider))
        {
            return null;
        }

        return owners.Count > 0
            ? ($"looks like one of {string.Join(" or ", owners.Select(owner => owner.DisplayName))}, not of {provider.DisplayName}", "Check the provider and the key.")
            : provider.KeyPrefixes.Count > 0
                ? ($"does not begin as keys of {provider.DisplayName} do ({string.Join(", ", provider.KeyPrefixes)})", "Check that all of it was copied; providers do change the form of their keys.")
                : null;
    }

    // Behind a gateway, keys have whatever form the gateway gives them.
    private static bool GoesToProvider(LlmProvider provider, string? baseUrl) =>
        string.IsNullOrWhiteSpace(baseUrl) || provider.DefaultBaseUrl is null || BaseUrl.Origin(baseUrl) == BaseUrl.Origin(provider.DefaultBaseUrl);

    private static string? Placeholder(ReadOnlySpan<byte> text, int prefixLength, bool keyRequired)
    {
        if (text[0] == ' ' || text[^1] == ' ')
        {
            return "begins or ends with a space, which was kept";
        }

        if (text.Length > 1 && text[0] == text[^1] && text[0] is (byte)'"' or (byte)'\'' or (byte)'`')
        {
            return "stands in quotes, which were kept";
        }

        if (IsVariable(text))
        {
            return "looks like the name of a variable instead of its value";
        }

        if ((text[0], text[^1]) is ((byte)'<', (byte)'>') or ((byte)'[', (byte)']') or ((byte)'{', (byte)'}'))
        {
            return "looks like a placeholder in brackets";
        }

        if (text.IndexOf("..."u8) >= 0 || text.IndexOf("…"u8) >= 0 || text.IndexOf("***"u8) >= 0)
        {
            return "looks abbreviated, as consoles show keys that cannot be read again";
        }

        if (text.IndexOfAnyExceptInRange((byte)'!', (byte)'~') >= 0)
        {
            return "holds a space or a letter that no HTTP header carries";
        }

        return keyRequired && IsFiller(text, prefixLength) ? "looks like a placeholder" : null;
    }

    // $env:NAME, ${NAME}, $NAME, %NAME%, env:NAME
    private static bool IsVariable(ReadOnlySpan<byte> text) =>
        (text[0] == '$' && text.Length > 1 && (text[1] is (byte)'{' or (byte)'(' or (byte)'_' || char.IsAsciiLetter((char)text[1])))
        || (text[0] == '%' && text[^1] == '%' && text.Length > 2)
        || (text.Length > 4 && Ascii.EqualsIgnoreCase(text[..4], "env:"u8));

    private static bool IsFiller(ReadOnlySpan<byte> text, int prefixLength)
    {
        using var plain = new SecretBytes(text.Length);
        int length = WithoutSeparators(text, plain.Span);
        ReadOnlySpan<byte> letters = plain.Span[..length];
        foreach (byte[] word in PlaceholderWords)
        {
            if (letters.IndexOf(word) >= 0)
            {
                return true;
            }
        }

        length = WithoutSeparators(text[prefixLength..], plain.Span);
        ReadOnlySpan<byte> rest = plain.Span[..length];
        return rest.IsEmpty || rest.IndexOfAnyExcept(rest[0]) < 0;
    }

    // your_api_key, YOUR-API-KEY and yourApiKey are the same.
    private static int WithoutSeparators(ReadOnlySpan<byte> text, Span<byte> letters)
    {
        int length = 0;
        foreach (byte c in text)
        {
            if (char.IsAsciiLetterOrDigit((char)c))
            {
                letters[length++] = (byte)char.ToLowerInvariant((char)c);
            }
        }

        return length;
    }
}
