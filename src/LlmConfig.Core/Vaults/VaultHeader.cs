using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// <c>vault/vault.json</c>: which vault this is, what keeps its master key and why, and a check value by which a wrong
/// master key is known before any secret is touched.
/// </summary>
/// <remarks>
/// The vault's id is made of its master key, so a sealed file says which master key it was sealed under, and nobody can give
/// another one out for it.
/// </remarks>
internal sealed record VaultHeader
{
    public const int Version = 1;
    public const int MaximumBytes = 64 * 1024;

    private const int CheckSize = SealedBox.NonceSize + SealedBox.TagSize;
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static ReadOnlySpan<byte> IdPurpose => "LlmConfig vault id 1"u8;

    public required Guid VaultId { get; init; }

    public required ProtectorKind Protector { get; init; }

    /// <summary>Why this protector, as a sentence for people.</summary>
    public required string Reason { get; init; }

    /// <summary>What the protector asked to be kept.</summary>
    public required byte[] Wrapped { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>Nonce and tag of an empty text sealed under the master key, with id and protector, and what is before them, as associated data.</summary>
    public byte[] Check { get; init; } = [];

    /// <summary>While the master key is exchanged: the one before, under which files may still be sealed.</summary>
    public PreviousMasterKey? Previous { get; init; }

    /// <summary>The id of the vault of a master key: a UUID of version 8 (RFC 9562) made of HKDF-SHA256 of the key.</summary>
    public static Guid IdOf(ReadOnlySpan<byte> masterKey)
    {
        Span<byte> id = stackalloc byte[16];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, masterKey, id, salt: [], IdPurpose);
        id[6] = (byte)(0x80 | (id[6] & 0x0F));
        id[8] = (byte)(0x80 | (id[8] & 0x3F));
        return new Guid(id, bigEndian: true);
    }

    /// <summary>The same header with a check value for this master key.</summary>
    public VaultHeader WithCheck(ReadOnlySpan<byte> masterKey)
    {
        byte[] check = RandomNumberGenerator.GetBytes(CheckSize);
        SealedBox.Seal(masterKey, [], check, AssociatedData());
        return this with { Check = check };
    }

    /// <summary>True when the header's id was made of this master key; of the rest of the header that says nothing.</summary>
    public bool IsOf(ReadOnlySpan<byte> masterKey) => masterKey.Length == SealedSecret.MasterKeySize && IdOf(masterKey) == VaultId;

    /// <summary>True when this is the master key that the header was made with.</summary>
    public bool Accepts(ReadOnlySpan<byte> masterKey) => IsOf(masterKey) && SealedBox.TryOpen(masterKey, Check, [], AssociatedData());

    /// <summary>True when both say the same of where the master key is.</summary>
    public bool KeepsAs(VaultHeader other) =>
        VaultId == other.VaultId && Protector == other.Protector && Wrapped.AsSpan().SequenceEqual(other.Wrapped);

    public byte[] ToBytes()
    {
        var buffer = new JsonBuffer(1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("vault", VaultId);
            json.WriteString("protector", Protector.ToString());
            json.WriteString("reason", Reason);
            json.WriteBase64String("wrapped", Wrapped);
            json.WriteBase64String("check", Check);
            json.WriteString("createdAt", ConfigDocumentWriter.Time(CreatedAt));
            if (Previous is { } previous)
            {
                json.WriteStartObject("previous");
                json.WriteString("vault", previous.VaultId);
                json.WriteString("protector", previous.Protector.ToString());
                json.WriteBase64String("wrapped", previous.Wrapped);
                json.WriteBase64String("check", previous.Check);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.ToFile();
    }

    /// <exception cref="StoreFormatException">It is not a header that this version knows.</exception>
    public static VaultHeader Parse(byte[] bytes)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(bytes);
            JsonElement root = json.RootElement;
            int version = root.GetProperty("version").GetInt32();
            if (version != Version)
            {
                throw version > Version ? StoreFormatException.Newer(version) : new StoreFormatException("its version is none");
            }

            PreviousMasterKey key = ParseKey(root);
            return new VaultHeader
            {
                VaultId = key.VaultId,
                Protector = key.Protector,
                Reason = root.GetProperty("reason").GetString() ?? string.Empty,
                Wrapped = key.Wrapped,
                Check = key.Check,
                CreatedAt = root.GetProperty("createdAt").GetDateTimeOffset().UtcDateTime,
                Previous = root.TryGetProperty("previous", out JsonElement previous) ? ParseKey(previous) : null,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new StoreFormatException("it is not a vault header", e);
        }
    }

    private static PreviousMasterKey ParseKey(JsonElement item) =>
        item.GetProperty("protector").GetString() is not { } name || !Enum.TryParse(name, out ProtectorKind kind) || kind.ToString() != name
            ? throw new StoreFormatException("it names a protector that this module does not know")
        : item.GetProperty("check").GetBytesFromBase64() is not { Length: CheckSize } check
            ? throw new StoreFormatException("its check value has the wrong size")
        : new PreviousMasterKey(item.GetProperty("vault").GetGuid(), kind, item.GetProperty("wrapped").GetBytesFromBase64(), check);

    // The master key before is named too: nobody without the present one can put another in its place.
    private byte[] AssociatedData() => Encoding.UTF8.GetBytes(
        Previous is { } previous
            ? $"LlmConfig vault {Version} {VaultId:D} {Protector} after {previous.VaultId:D} {previous.Protector} {Convert.ToBase64String(previous.Check)}"
            : $"LlmConfig vault {Version} {VaultId:D} {Protector}");
}

/// <summary>The master key that a vault had before the present one: what its header said of it, until no file is sealed under it any more.</summary>
internal sealed record PreviousMasterKey(Guid VaultId, ProtectorKind Protector, byte[] Wrapped, byte[] Check)
{
    public PreviousMasterKey(VaultHeader header)
        : this(header.VaultId, header.Protector, header.Wrapped, header.Check)
    {
    }
}
