namespace LlmConfig;

/// <summary>What is known of a rotation that is under way, or was cut off.</summary>
/// <param name="StartedAt">When the new key was asked for, in UTC.</param>
/// <param name="Old">The key that is to be replaced.</param>
/// <param name="New">The key that takes its place; <see langword="null"/> until it is made.</param>
internal sealed record RotationRecord(DateTime StartedAt, ApiKey Old, ApiKey? New) : IDisposable
{
    public void Dispose()
    {
        Old.Dispose();
        New?.Dispose();
    }
}

/// <summary>
/// The records of rotations: a secret of the built-in vault for each configuration whose key is being rotated, whatever vault has the key
/// (docs/file-formats.md). One is replaced by one rename, is sealed anew with all other secrets, and is in no list.
/// </summary>
internal sealed class RotationRecords(LocalVault vault)
{
    private const string Prefix = "llmconfig-rotation-";
    private const string VersionProperty = "version";
    private const string StartedProperty = "startedAt";
    private const int Version = 1;

    public static bool IsName(string name) => TryGetId(name) is not null;

    /// <summary>The configuration and when its rotation began; <see langword="null"/> for any other secret.</summary>
    public static (Guid Id, DateTime StartedAt)? Of(SealedSecret secret) =>
        TryGetId(secret.Name) is { } id ? (id, StartedAt(SecretMetadata.Decode(secret.Metadata))) : null;

    /// <summary>The record of a configuration, for the caller to dispose of; <see langword="null"/> where none is under way.</summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public RotationRecord? Read(Guid id)
    {
        using SealedSecret? secret = vault.ReadSecret(NameOf(id));
        return secret is null ? null : MasterKeys.Checked(vault.PathOf(NameOf(id)), Version, () => Parse(secret));
    }

    /// <summary>Writes the record, in the place of the one that is there. On the disk when it returns.</summary>
    public void Write(Guid id, RotationRecord record, CancellationToken cancellation)
    {
        ReadOnlySpan<byte> made = record.New is { } key ? key.Utf8 : default;
        using var value = new SecretBytes(sizeof(int) + record.Old.Utf8.Length + made.Length);
        made.CopyTo(LengthPrefixed.Put(value.Span, record.Old.Utf8));
        byte[] metadata = SecretMetadata.Encode(NameOf(id), new Dictionary<string, object?> { [VersionProperty] = Version, [StartedProperty] = record.StartedAt });
        vault.WriteSecret(NameOf(id), SealedSecretType.ByteArray, metadata, value.Span, cancellation);
        vault.Flush();
    }

    public void Remove(Guid id)
    {
        vault.RemoveSecret(NameOf(id), CancellationToken.None);
        vault.Flush();
    }

    private static string NameOf(Guid id) => Prefix + id.ToString("D");

    private static Guid? TryGetId(string name) =>
        name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && Guid.TryParseExact(name.AsSpan(Prefix.Length), "D", out Guid id) ? id : null;

    private static DateTime StartedAt(IReadOnlyDictionary<string, object> metadata) => metadata.GetValueOrDefault(StartedProperty) is DateTime time ? time : default;

    private static RotationRecord Parse(SealedSecret secret)
    {
        IReadOnlyDictionary<string, object> metadata = SecretMetadata.Decode(secret.Metadata);
        if (metadata.GetValueOrDefault(VersionProperty) is > Version and int newer)
        {
            throw StoreFormatException.Newer(newer);
        }

        ReadOnlySpan<byte> rest = secret.Value.Span;
        ReadOnlySpan<byte> old = LengthPrefixed.Take(ref rest);
        return new RotationRecord(
            StartedAt(metadata), ApiKey.FromVault(new SecretBytes(old), secret.Name), rest.IsEmpty ? null : ApiKey.FromVault(new SecretBytes(rest), secret.Name));
    }
}
