using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;

namespace LlmConfig;

/// <summary>
/// The value of a secret of the built-in vault, in pinned memory that is zeroed when this object is disposed of. What it
/// gives back (texts, arrays) is the caller's to clear. It never shows its value.
/// </summary>
public sealed class VaultSecret : IDisposable
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly SecretBytes _bytes;

    internal VaultSecret(SealedSecretType type, SecretBytes bytes)
    {
        Type = type;
        _bytes = bytes;
    }

    /// <summary>What it is.</summary>
    public SealedSecretType Type { get; }

    /// <summary>The value as it is sealed (docs/file-formats.md): bytes as they are, texts in UTF-8. Valid until disposal.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>A secret of bytes, copied.</summary>
    /// <param name="value">The bytes, which stay the caller's to clear.</param>
    public static VaultSecret From(ReadOnlySpan<byte> value) => new(SealedSecretType.ByteArray, new SecretBytes(value));

    /// <summary>A secret text.</summary>
    /// <param name="value">The text.</param>
    /// <exception cref="ArgumentException">It holds half of a surrogate pair.</exception>
    public static VaultSecret From(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new VaultSecret(SealedSecretType.String, SecretBytes.From(value));
    }

    /// <summary>A secret text from a SecureString, without a copy on the managed heap.</summary>
    /// <param name="value">The text, which stays the caller's.</param>
    /// <exception cref="ArgumentException">It holds half of a surrogate pair.</exception>
    public static VaultSecret From(SecureString value) => new(SealedSecretType.SecureString, SecretBytes.From(value));

    /// <summary>A user name with a password.</summary>
    /// <param name="userName">The user name.</param>
    /// <param name="password">The password, which stays the caller's.</param>
    /// <exception cref="ArgumentException">One of them holds half of a surrogate pair.</exception>
    public static VaultSecret From(string userName, SecureString password)
    {
        ArgumentNullException.ThrowIfNull(userName);
        using SecretBytes name = SecretBytes.From(userName);
        using SecretBytes word = SecretBytes.From(password);
        var bytes = new SecretBytes(sizeof(int) + name.Length + word.Length);
        word.Span.CopyTo(LengthPrefixed.Put(bytes.Span, name.Span));
        return new VaultSecret(SealedSecretType.Credential, bytes);
    }

    /// <summary>Named values of the other types, in their order.</summary>
    /// <param name="values">The values, copied; they stay the caller's to dispose of.</param>
    /// <exception cref="ArgumentException">A value is a table itself, or a name is no text.</exception>
    public static VaultSecret FromTable(IReadOnlyCollection<KeyValuePair<string, VaultSecret>> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Any(item => item.Value.Type == SealedSecretType.Hashtable))
        {
            throw new ArgumentException("A value of a hashtable is a hashtable itself.", nameof(values));
        }

        List<(byte[] Name, VaultSecret Value)> items = [.. values.Select(item => (Strict.GetBytes(item.Key), item.Value))];
        var bytes = new SecretBytes(items.Sum(item => sizeof(int) + item.Name.Length + 1 + sizeof(int) + item.Value.Bytes.Length));
        Span<byte> rest = bytes.Span;
        foreach ((byte[] name, VaultSecret value) in items)
        {
            rest = LengthPrefixed.Put(rest, name);
            rest[0] = (byte)value.Type;
            rest = LengthPrefixed.Put(rest[1..], value.Bytes);
        }

        return new VaultSecret(SealedSecretType.Hashtable, bytes);
    }

    /// <summary>The text of a <see cref="SealedSecretType.String"/> or <see cref="SealedSecretType.SecureString"/>.</summary>
    /// <exception cref="InvalidOperationException">It is of another type.</exception>
    public string ToText() => Strict.GetString(BytesOf(SealedSecretType.String, SealedSecretType.SecureString));

    /// <summary>The text of a <see cref="SealedSecretType.String"/> or <see cref="SealedSecretType.SecureString"/>, read-only, for the caller to dispose of.</summary>
    /// <exception cref="InvalidOperationException">It is of another type.</exception>
    public SecureString ToSecureString() => Decode(BytesOf(SealedSecretType.String, SealedSecretType.SecureString));

    /// <summary>User name and password of a <see cref="SealedSecretType.Credential"/>; the password is the caller's to dispose of.</summary>
    /// <exception cref="InvalidOperationException">It is of another type, or no credential that this version wrote.</exception>
    public (string UserName, SecureString Password) ToCredential()
    {
        ReadOnlySpan<byte> rest = BytesOf(SealedSecretType.Credential);
        string userName = Strict.GetString(Take(ref rest));
        return (userName, Decode(rest));
    }

    /// <summary>The named values of a <see cref="SealedSecretType.Hashtable"/>, for the caller to dispose of.</summary>
    /// <exception cref="InvalidOperationException">It is of another type, or no table that this version wrote.</exception>
    public IReadOnlyList<KeyValuePair<string, VaultSecret>> ToTable()
    {
        var items = new List<KeyValuePair<string, VaultSecret>>();
        ReadOnlySpan<byte> rest = BytesOf(SealedSecretType.Hashtable);
        while (rest.Length > 0)
        {
            string name = Strict.GetString(Take(ref rest));
            if (rest.IsEmpty)
            {
                throw Broken();
            }

            var type = (SealedSecretType)rest[0];
            rest = rest[1..];
            items.Add(new(name, new VaultSecret(type, new SecretBytes(Take(ref rest)))));
        }

        return items;
    }

    /// <summary>Zeroes the value.</summary>
    public void Dispose() => _bytes.Dispose();

    private ReadOnlySpan<byte> BytesOf(params SealedSecretType[] types) =>
        types.Contains(Type) ? Bytes : throw new InvalidOperationException($"The secret is a {Type}.");

    private static unsafe SecureString Decode(ReadOnlySpan<byte> utf8)
    {
        char[] characters = GC.AllocateUninitializedArray<char>(Strict.GetCharCount(utf8), pinned: true);
        try
        {
            Strict.GetChars(utf8, characters);
            fixed (char* start = characters)
            {
                var result = start is null ? new SecureString() : new SecureString(start, characters.Length);
                result.MakeReadOnly();
                return result;
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(characters.AsSpan()));
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest)
    {
        try
        {
            return LengthPrefixed.Take(ref rest);
        }
        catch (StoreFormatException e)
        {
            throw Broken(e);
        }
    }

    private static InvalidOperationException Broken(Exception? cause = null) => new("The parts of the secret do not fit its size.", cause);
}

/// <summary>A secret as the built-in vault lists it: without its value.</summary>
/// <param name="Name">The name, in the letter case in which it was last written.</param>
/// <param name="Type">What it is.</param>
/// <param name="Metadata">What is kept beside it, by name: texts, whole numbers (<see cref="int"/>), <see cref="bool"/> or <see cref="DateTime"/>.</param>
public sealed record VaultSecretInfo(string Name, SealedSecretType Type, IReadOnlyDictionary<string, object> Metadata);

/// <summary>The type of a secret in the built-in vault, by the numbers that SecretManagement gives its types.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "SecretManagement's own names.")]
public enum SealedSecretType
{
    /// <summary>Bytes.</summary>
    ByteArray = 1,

    /// <summary>A text.</summary>
    String = 2,

    /// <summary>A text that is handed out as a <see cref="System.Security.SecureString"/>; API keys are kept so.</summary>
    SecureString = 3,

    /// <summary>A user name with a password.</summary>
    Credential = 4,

    /// <summary>Named values of the other types.</summary>
    Hashtable = 5,
}
