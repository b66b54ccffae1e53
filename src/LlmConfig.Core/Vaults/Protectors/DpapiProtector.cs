using System.Security.Cryptography;

namespace LlmConfig;

/// <summary>
/// Wraps the master key with the Data Protection API of Windows, bound to the user's account and to the vault's id. The
/// wrapped key lies in the vault's header; DPAPI itself keeps nothing.
/// </summary>
/// <param name="timeLimit">How long a call may take; <see langword="null"/> is 5 seconds. After a change of password DPAPI may ask a domain controller.</param>
internal sealed class DpapiProtector(TimeSpan? timeLimit = null) : SystemProtector(timeLimit)
{
    // HRESULT of ERROR_INVALID_DATA: the bytes were not made by DPAPI, were damaged, or belong to another vault's id.
    private const int InvalidData = unchecked((int)0x8007000D);

    public override ProtectorKind Kind => ProtectorKind.Dpapi;

    // Only trying shows that the user's DPAPI keys can be reached; it takes a millisecond.
    protected override string Probe(CancellationToken stop)
    {
        using var nothing = new SecretBytes(SealedSecret.MasterKeySize);
        using SecretBytes back = Load(Guid.Empty, Store(Guid.Empty, nothing, stop), stop) ?? throw new CryptographicException(InvalidData);
        return "The Data Protection API of Windows works for this user.";
    }

    protected override byte[] Store(Guid vaultId, SecretBytes masterKey, CancellationToken stop)
    {
        // ProtectedData takes an array only. This one never moves.
        byte[] plain = GC.AllocateUninitializedArray<byte>(masterKey.Length, pinned: true);
        try
        {
            masterKey.Span.CopyTo(plain);
            return OperatingSystem.IsWindows() ? ProtectedData.Protect(plain, Entropy(vaultId), DataProtectionScope.CurrentUser) : throw NotWindows();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    protected override SecretBytes? Load(Guid vaultId, byte[] wrapped, CancellationToken stop)
    {
        byte[] plain = [];
        try
        {
            plain = OperatingSystem.IsWindows()
                ? ProtectedData.Unprotect(wrapped, Entropy(vaultId), DataProtectionScope.CurrentUser)
                : throw NotWindows();
            return new SecretBytes(plain);
        }
        catch (CryptographicException e) when (e.HResult == InvalidData)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    // The wrapped key goes with the vault's header; DPAPI has nothing to forget.
    protected override void Remove(Guid vaultId, CancellationToken stop)
    {
    }

    protected override (string Problem, string Remedy) NoKey(Guid vaultId, bool somethingElse) =>
        ($"The header of the vault ({vaultId:D}) holds no wrapped master key of this vault.", "Restore the vault's header from a backup.");

    protected override ProtectorStateException? ToState(Exception failure) => failure switch
    {
        TimeoutException => new ProtectorStateException(
            ProtectorState.Hung,
            "The Data Protection API of Windows did not answer in time.",
            "Connect to the network of the domain, or sign out and in again; then try once more.",
            failure),
        CryptographicException => new ProtectorStateException(
            ProtectorState.Failed,
            $"The Data Protection API of Windows refused (0x{failure.HResult:X8}).",
            "Sign in as the user, and on the machine (or with the roaming profile), where the vault was made: nobody else can open it, and neither can a session without a loaded profile or after somebody else reset the password. Nothing was deleted.",
            failure),
        FileNotFoundException or FileLoadException or PlatformNotSupportedException => new ProtectorStateException(
            ProtectorState.Absent,
            "System.Security.Cryptography.ProtectedData, which PowerShell brings with it, is missing.",
            "Run in PowerShell 7.4 or later, or add the package.",
            failure),
        _ => null,
    };

    private static ProtectorStateException NotWindows() => new(
        ProtectorState.Absent, "The Data Protection API exists on Windows only.", "Use the protector of this operating system.");

    /// <summary>Not a secret: it binds the wrapped key to its purpose and its vault.</summary>
    private static byte[] Entropy(Guid vaultId) => [.. "LlmConfig master key "u8, .. vaultId.ToByteArray(bigEndian: true)];
}
