namespace LlmConfig;

/// <summary>The master key that a vault had before the present one: what its header said of it, until no file is sealed under it any more.</summary>
/// <param name="VaultId">The vault's id then.</param>
/// <param name="Protector">What keeps it.</param>
/// <param name="Wrapped">What the protector asked to be kept.</param>
/// <param name="Check">The header's check value then.</param>
internal sealed record PreviousMasterKey(Guid VaultId, ProtectorKind Protector, byte[] Wrapped, byte[] Check)
{
    public PreviousMasterKey(VaultHeader header)
        : this(header.VaultId, header.Protector, header.Wrapped, header.Check)
    {
    }
}
