using System.Globalization;
using System.Security;
using System.Security.Cryptography;
using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// The format of an export with keys, version 1 (docs/file-formats.md): JSON around one sealed text, which holds an
/// <c>llm_config.json</c> and behind it the keys. AES-256-GCM under a key that PBKDF2 makes of a password.
/// </summary>
internal static class SealedExport
{
    public const string Format = "LlmConfig sealed export";
    public const int Version = 1;

    /// <summary>How many rounds of PBKDF2-HMAC-SHA256 are used: what OWASP's Password Storage Cheat Sheet asks for.</summary>
    public const int Rounds = 600_000;

    /// <summary>The most rounds that are read: a file that asks for more would keep this machine busy for its writer.</summary>
    public const int MostRounds = 10_000_000;

    private const string Kdf = "PBKDF2-SHA256";
    private const string Cipher = "AES-256-GCM";
    private const int SaltSize = 16;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int KeySize = 32;

    // Rounds, salt and nonce are bound by what they do; format and version are bound here.
    private static ReadOnlySpan<byte> AssociatedData => "LlmConfig sealed export 1"u8;

    /// <summary>True when a JSON object says that it is one.</summary>
    public static bool IsSealed(ReadOnlySpan<byte> content) => ImportFile.HasProperty(
        content, (name, value) => name.ValueTextEquals("format"u8) && value.TokenType == JsonTokenType.String && value.ValueTextEquals(Format));

    /// <summary>Seals configurations with their keys.</summary>
    /// <param name="document">The configurations.</param>
    /// <param name="keys">For each of them that refers to a key, in their order, its key.</param>
    /// <param name="password">The password.</param>
    /// <param name="exportedAt">The time, UTC.</param>
    public static byte[] Seal(ConfigDocument document, IReadOnlyList<ApiKey> keys, ReadOnlySpan<byte> password, DateTime exportedAt) => Seal(
        document, keys, password, exportedAt, RandomNumberGenerator.GetBytes(SaltSize), RandomNumberGenerator.GetBytes(NonceSize), Rounds);

    /// <summary>Seals with a given salt and nonce. For the format vectors of the tests only: a nonce must never be used twice.</summary>
    internal static byte[] Seal(
        ConfigDocument document,
        IReadOnlyList<ApiKey> keys,
        ReadOnlySpan<byte> password,
        DateTime exportedAt,
        ReadOnlySpan<byte> salt,
        ReadOnlySpan<byte> nonce,
        int rounds)
    {
        byte[] settings = ConfigDocumentWriter.Write(document);
        using var plain = new SecretBytes(sizeof(int) + settings.Length + keys.Sum(key => sizeof(int) + key.Utf8.Length));
        Span<byte> rest = LengthPrefixed.Put(plain.Span, settings);
        foreach (ApiKey key in keys)
        {
            rest = LengthPrefixed.Put(rest, key.Utf8);
        }

        byte[] data = new byte[plain.Length + TagSize];
        using (SecretBytes sealing = Derive(password, salt, rounds))
        using (var aes = new AesGcm(sealing.Span, TagSize))
        {
            aes.Encrypt(nonce, plain.Span, data.AsSpan(0, plain.Length), data.AsSpan(plain.Length), AssociatedData);
        }

        var buffer = new JsonBuffer(512 + (data.Length * 4 / 3));
        using (var json = new Utf8JsonWriter(buffer, ConfigDocumentWriter.Options))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteNumber("version", Version);
            json.WriteString("exportedAt", ConfigDocumentWriter.Time(exportedAt));
            json.WriteString("kdf", Kdf);
            json.WriteNumber("rounds", rounds);
            json.WriteBase64String("salt", salt);
            json.WriteString("cipher", Cipher);
            json.WriteBase64String("nonce", nonce);
            json.WriteBase64String("data", data);
            json.WriteEndObject();
        }

        return buffer.ToFile();
    }

    /// <summary>Opens a sealed export.</summary>
    /// <exception cref="StoreFormatException">It is not of the format, or of a newer version.</exception>
    /// <exception cref="LlmConfigException">VaultLocked: there is no password, or it does not open the file; InvalidKey.</exception>
    public static void Read(ImportSource source, ReadOnlySpan<byte> content, SecureString? password)
    {
        string path = source.Description;
        (int rounds, byte[] salt, byte[] nonce, byte[] data) = ReadHeader(content);
        if (password is null)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.VaultLocked, path, $"'{path}' is sealed with a password.", "Give it with -Password, such as (Read-Host -AsSecureString).");
        }

        using var plain = new SecretBytes(data.Length - TagSize);
        using (SecretBytes secret = PasswordBytes.From(password, shortest: 1))
        using (SecretBytes sealing = Derive(secret.Span, salt, rounds))
        using (var aes = new AesGcm(sealing.Span, TagSize))
        {
            try
            {
                aes.Decrypt(nonce, data.AsSpan(0, plain.Length), data.AsSpan(plain.Length), plain.Span, AssociatedData);
            }
            catch (AuthenticationTagMismatchException e)
            {
                // A seal cannot tell which of the two it is.
                throw new LlmConfigException(
                    LlmConfigErrorCode.VaultLocked,
                    path,
                    $"'{path}' does not open: the password is wrong, or the file was changed after it was sealed.",
                    "Check the password; where it is right, take another copy of the file.",
                    e);
            }
        }

        ReadOnlySpan<byte> rest = plain.Span;
        foreach (LlmConfiguration item in ConfigDocumentReader.Read(LengthPrefixed.Take(ref rest).ToArray()).Configurations)
        {
            source.Add(ImportItem.Of(item, item.Key is null ? null : ApiKey.FromUtf8(LengthPrefixed.Take(ref rest), item.Name)));
        }

        if (!rest.IsEmpty)
        {
            throw Misfit();
        }
    }

    private static (int Rounds, byte[] Salt, byte[] Nonce, byte[] Data) ReadHeader(ReadOnlySpan<byte> content)
    {
        using JsonDocument json = JsonDocument.Parse(content.ToArray());
        string[] names = [.. json.RootElement.EnumerateObject().Select(property => property.Name)];
        if (names.Distinct().Count() < names.Length)
        {
            throw new StoreFormatException("a property stands twice in it");
        }

        int version = Number("version");
        if (version > Version)
        {
            throw new StoreFormatException($"it has version {version}, and this one knows {Version}") { NewerVersion = version };
        }

        int rounds = Number("rounds");
        byte[] data = Bytes("data", null);
        return version != Version || Text("kdf") != Kdf || Text("cipher") != Cipher
            ? throw new StoreFormatException($"it is sealed in a way that version {Version} does not know")
            : rounds is < Rounds or > MostRounds
            ? throw new StoreFormatException(string.Create(
                CultureInfo.InvariantCulture, $"its rounds are not from {Rounds} to {MostRounds}: fewer protect too little, more only keep this machine busy"))
            : data.Length < sizeof(int) + TagSize ? throw Misfit()
            : (rounds, Bytes("salt", SaltSize), Bytes("nonce", NonceSize), data);

        JsonElement Property(string name) =>
            json.RootElement.TryGetProperty(name, out JsonElement value) ? value : throw new StoreFormatException($"the property '{name}' is missing");

        int Number(string name) => Property(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out int number)
            ? number
            : throw new StoreFormatException($"'{name}' is not a whole number");

        string Text(string name) => Property(name) is { ValueKind: JsonValueKind.String } value
            ? value.GetString()!
            : throw new StoreFormatException($"'{name}' is not a text");

        byte[] Bytes(string name, int? size) => Property(name) is { ValueKind: JsonValueKind.String } value
            && value.TryGetBytesFromBase64(out byte[]? bytes) && (size is null || bytes.Length == size)
                ? bytes
                : throw new StoreFormatException($"'{name}' is not base64 of the right size");
    }

    private static SecretBytes Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int rounds)
    {
        var key = new SecretBytes(KeySize);
        Rfc2898DeriveBytes.Pbkdf2(password, salt, key.Span, rounds, HashAlgorithmName.SHA256);
        return key;
    }

    private static StoreFormatException Misfit() => new("its parts do not fit its size");
}
