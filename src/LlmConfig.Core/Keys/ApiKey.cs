using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;

namespace LlmConfig;

/// <summary>
/// An API key in memory: pinned, so that no copy of it stays behind, and zeroed when disposed of. It never shows its
/// value: <see cref="object.ToString"/> gives the type's name.
/// </summary>
public sealed class ApiKey : IDisposable
{
    /// <summary>The longest key in bytes of UTF-8: 16 KiB, above every provider's and below every vault's limit.</summary>
    public const int MaximumBytes = 16 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private const int MostOnStack = 512;

    private readonly SecretBytes _bytes;

    private ApiKey(SecretBytes bytes)
    {
        _bytes = bytes;
    }

    /// <summary>The key in UTF-8, valid until this object is disposed of.</summary>
    public ReadOnlySpan<byte> Utf8 => _bytes.Span;

    /// <summary>True where a person was told what <see cref="GetDoubt"/> says and kept the key: no warning says it again.</summary>
    public bool IsDoubtKnown { get; set; }

    /// <summary>True where the key was given with a line break at its end, which is no part of it: files, commands and pastes have one.</summary>
    internal bool LostLineBreak { get; private init; }

    /// <summary>Takes a key from characters, which stay the caller's to clear.</summary>
    /// <param name="value">
    /// The key: not blank, no control characters, at most <see cref="MaximumBytes"/> bytes of UTF-8. Line breaks at its end are left out.
    /// </param>
    /// <param name="target">The name of the configuration concerned, for the error.</param>
    /// <exception cref="LlmConfigException">InvalidKey; the text says which rule was broken and never repeats the key.</exception>
    public static ApiKey From(ReadOnlySpan<char> value, string? target)
    {
        ReadOnlySpan<char> key = value.TrimEnd("\r\n");
        if (Problem(key) is { } problem)
        {
            throw Invalid(target, problem);
        }

        try
        {
            SecretBytes bytes = SecretBytes.From(key);
            if (bytes.Length <= MaximumBytes)
            {
                return new ApiKey(bytes) { LostLineBreak = key.Length < value.Length };
            }

            bytes.Dispose();
            throw Invalid(target, $"The key is longer than {MaximumBytes / 1024} KiB.");
        }
        catch (EncoderFallbackException)
        {
            // Not kept as the cause: it names the character at fault.
            throw Invalid(target, "The key holds half of a surrogate pair, which is no text.");
        }
    }

    /// <summary>Takes a key from a SecureString, without a copy of it on the managed heap.</summary>
    /// <param name="value">The key, by the rules of <see cref="From(ReadOnlySpan{char}, string)"/>.</param>
    /// <param name="target">The name of the configuration concerned, for the error.</param>
    /// <exception cref="LlmConfigException">InvalidKey.</exception>
    public static ApiKey From(SecureString value, string? target)
    {
        ArgumentNullException.ThrowIfNull(value);
        try
        {
            using SecretBytes bytes = SecretBytes.From(value);
            return FromUtf8(bytes.Span, target);
        }
        catch (ObjectDisposedException)
        {
            throw Invalid(target, "The SecureString with the key was disposed of before.");
        }
        catch (EncoderFallbackException)
        {
            throw Invalid(target, "The key holds half of a surrogate pair, which is no text.");
        }
    }

    /// <summary>Takes a key from bytes of UTF-8, which stay the caller's to clear.</summary>
    /// <param name="utf8">The key, by the rules of <see cref="From(ReadOnlySpan{char}, string)"/>.</param>
    /// <param name="target">The name of the configuration concerned, for the error.</param>
    /// <exception cref="LlmConfigException">InvalidKey.</exception>
    public static ApiKey FromUtf8(ReadOnlySpan<byte> utf8, string? target)
    {
        if (utf8.Length > MaximumBytes)
        {
            throw Invalid(target, $"The key is longer than {MaximumBytes / 1024} KiB.");
        }

        if (!System.Text.Unicode.Utf8.IsValid(utf8))
        {
            throw Invalid(target, "The key is not valid UTF-8.");
        }

        char[] characters = GC.AllocateUninitializedArray<char>(Strict.GetCharCount(utf8), pinned: true);
        try
        {
            Strict.GetChars(utf8, characters);
            return From(characters.AsSpan(), target);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(characters.AsSpan()));
        }
    }

    /// <summary>Takes a key from an environment variable of this process. The variable stays as it is.</summary>
    /// <param name="variable">The variable's name.</param>
    /// <param name="target">The name of the configuration concerned, for the error.</param>
    /// <exception cref="LlmConfigException">
    /// InvalidKey: the variable is not set, or its value breaks the rules. The text never repeats the variable's name,
    /// since a key that was given in its place would be shown.
    /// </exception>
    public static ApiKey FromEnvironment(string variable, string? target)
    {
        string? value = string.IsNullOrWhiteSpace(variable) || variable.AsSpan().IndexOfAny('=', '\0') >= 0
            ? null
            : Environment.GetEnvironmentVariable(variable);
        return value is null
            ? throw new LlmConfigException(
                LlmConfigErrorCode.InvalidKey,
                target,
                "The environment variable that should hold the key is not set.",
                "Give the variable's name (not the key itself), such as OPENAI_API_KEY, and check that it is set in this process.")
            : From(value, target);
    }

    /// <summary>Takes a key from a file of UTF-8. A byte order mark, and the line break that ends a file, are no part of it. The file stays as it is.</summary>
    /// <param name="path">The file.</param>
    /// <param name="target">The name of the configuration concerned, for the error.</param>
    /// <exception cref="LlmConfigException">
    /// InvalidKey: the file cannot be read, or what it holds breaks the rules. The text never repeats the path, since a key that
    /// was given in its place would be shown.
    /// </exception>
    public static ApiKey FromFile(string path, string? target)
    {
        // Room for what is left out, and for one byte that says that there is more.
        byte[] buffer = GC.AllocateArray<byte>(MaximumBytes + 6, pinned: true);
        try
        {
            // No buffer of its own, which would keep the key.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            ReadOnlySpan<byte> text = buffer.AsSpan(0, file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
            return FromUtf8(WithoutFileMarks(text), target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidKey,
                target,
                "The file that should hold the key cannot be read.",
                "Give the path of a file that is there and that you may read (not the key itself).");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>A text without a byte order mark and without one line break at its end, as every command and editor writes them.</summary>
    internal static ReadOnlySpan<byte> WithoutFileMarks(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> rest = text.StartsWith(Encoding.UTF8.Preamble) ? text[3..] : text;
        return rest.EndsWith("\r\n"u8) ? rest[..^2] : rest.EndsWith("\n"u8) ? rest[..^1] : rest;
    }

    /// <summary>
    /// What is odd about this as a key of a provider, as the rest of a sentence that begins with the key, such as "looks like a placeholder";
    /// <see langword="null"/> where nothing is. It holds no part of the key, and can be wrong: providers change the form of their keys.
    /// </summary>
    /// <param name="provider">The provider's id.</param>
    /// <param name="baseUrl">Where the key goes; <see langword="null"/> or blank for the provider's default.</param>
    public string? GetDoubt(string provider, string? baseUrl) => KeyWarnings.Of(this, provider, baseUrl)?.What;

    /// <summary>A SecureString with the key, read-only, for the caller to dispose of.</summary>
    public unsafe SecureString ToSecureString()
    {
        int count = Strict.GetCharCount(Utf8);
        Span<char> characters = count <= MostOnStack ? stackalloc char[count] : GC.AllocateUninitializedArray<char>(count, pinned: true);
        try
        {
            Strict.GetChars(Utf8, characters);
            fixed (char* start = characters)
            {
                var result = new SecureString(start, characters.Length);
                result.MakeReadOnly();
                return result;
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(characters));
        }
    }

    /// <summary>The key as a plain string, which stays in memory until it is collected, and in every copy made of it.</summary>
    public string ToPlainText() => Strict.GetString(Utf8);

    /// <summary>True when both hold the same key; takes the same time wherever they differ.</summary>
    /// <param name="other">The other key.</param>
    public bool HasSameValue(ApiKey other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return CryptographicOperations.FixedTimeEquals(Utf8, other.Utf8);
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _bytes.Dispose();

    /// <summary>Takes what a vault gave back, and zeroes it in the end; a key that broke the rules could only have been put there by others.</summary>
    internal static ApiKey FromVault(SecretBytes utf8, string target)
    {
        if (utf8.Length > MaximumBytes || !System.Text.Unicode.Utf8.IsValid(utf8.Span))
        {
            utf8.Dispose();
            throw Invalid(target, "What the vault holds under the key's id is no key.");
        }

        return new ApiKey(utf8);
    }

    private static string? Problem(ReadOnlySpan<char> value)
    {
        if (value.Length == 0)
        {
            return "The key is empty.";
        }

        if (value.IsWhiteSpace())
        {
            return "The key is blank.";
        }

        // More characters than bytes allowed can only be too long; said before anything is copied.
        if (value.Length > MaximumBytes)
        {
            return $"The key is longer than {MaximumBytes / 1024} KiB.";
        }

        foreach (char c in value)
        {
            if (char.IsControl(c))
            {
                return "The key holds a control character, such as a line break from a copied text.";
            }
        }

        return null;
    }

    private static LlmConfigException Invalid(string? target, string problem) =>
        new(LlmConfigErrorCode.InvalidKey, target, problem, "Copy the key again from the provider's console, all of it and nothing else.");
}
