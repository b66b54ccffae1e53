using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace LlmConfig;

/// <summary>
/// Wraps the master key with the Data Protection API of Windows, bound to the user's account and to the vault's id. The
/// wrapped key lies in the vault's header; DPAPI itself keeps nothing.
/// </summary>
/// <param name="timeLimit">How long a call may take; <see langword="null"/> is 5 seconds. After a change of password DPAPI may ask a domain controller.</param>
internal sealed class DpapiProtector(TimeSpan? timeLimit = null) : IMasterKeyProtector
{
    private const int MasterKeyLength = 32;

    // HRESULT of ERROR_INVALID_DATA: the bytes were not made by DPAPI, were damaged, or belong to another vault's id.
    private const int InvalidData = unchecked((int)0x8007000D);

    private const string ProfileRemedy =
        "Sign in as the user, and on the machine (or with the roaming profile), where the vault was made: nobody else can open it, and neither can a session without a loaded profile or after somebody else reset the password. Nothing was deleted.";

    private readonly TimeSpan _timeLimit = timeLimit ?? TimeLimit.Default;

    /// <inheritdoc/>
    public ProtectorKind Kind => ProtectorKind.Dpapi;

    /// <inheritdoc/>
    public ProtectorStatus GetStatus()
    {
        try
        {
            // Only trying shows that the user's DPAPI keys can be reached; it takes a millisecond.
            return Ask(() =>
            {
                _ = Unprotect(Guid.Empty, Protect(Guid.Empty, new byte[MasterKeyLength]));
                return new ProtectorStatus(ProtectorState.Ready, "The Data Protection API of Windows works for this user.");
            });
        }
        catch (CryptographicException e)
        {
            return Failure(e).ToStatus();
        }
        catch (ProtectorStateException e)
        {
            return e.ToStatus();
        }
    }

    /// <inheritdoc/>
    public byte[] Store(Guid vaultId, ReadOnlySpan<byte> masterKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(masterKey.Length, MasterKeyLength);
        // ProtectedData takes an array only. This one never moves; the other thread owns and zeroes it.
        byte[] copy = GC.AllocateUninitializedArray<byte>(masterKey.Length, pinned: true);
        masterKey.CopyTo(copy);
        try
        {
            return Ask(() =>
            {
                try
                {
                    return Protect(vaultId, copy);
                }
                finally
                {
                    CryptographicOperations.ZeroMemory(copy);
                }
            });
        }
        catch (CryptographicException e)
        {
            throw Failure(e).ToError();
        }
        catch (ProtectorStateException e)
        {
            throw e.ToError();
        }
    }

    /// <inheritdoc/>
    public SecretBytes Load(Guid vaultId, ReadOnlySpan<byte> wrapped)
    {
        byte[] bytes = wrapped.ToArray();
        SecretBytes key;
        try
        {
            key = Ask(() => Unprotect(vaultId, bytes));
        }
        catch (CryptographicException e) when (e.HResult != InvalidData)
        {
            throw Failure(e).ToError();
        }
        catch (CryptographicException e)
        {
            throw NotAKey(vaultId, e);
        }
        catch (ProtectorStateException e)
        {
            throw e.ToError();
        }

        if (key.Length == MasterKeyLength)
        {
            return key;
        }

        key.Dispose();
        throw NotAKey(vaultId, null);
    }

    /// <inheritdoc/>
    public void Remove(Guid vaultId)
    {
        // The wrapped key goes with the vault's header; DPAPI has nothing to forget.
    }

    private static LlmConfigException NotAKey(Guid vaultId, Exception? cause) => new(
        LlmConfigErrorCode.VaultCorrupt,
        "LlmConfig",
        $"The header of the vault ({vaultId:D}) holds no wrapped master key of this vault.",
        "Restore the vault's header from a backup. Nothing was deleted from the vault.",
        cause);

    private static ProtectorStateException Failure(CryptographicException cause) => new(
        ProtectorState.Failed,
        $"The Data Protection API of Windows refused (0x{cause.HResult:X8}).",
        ProfileRemedy,
        cause);

    [SupportedOSPlatform("windows")]
    private static byte[] ProtectOnWindows(Guid vaultId, byte[] masterKey) =>
        ProtectedData.Protect(masterKey, Entropy(vaultId), DataProtectionScope.CurrentUser);

    [SupportedOSPlatform("windows")]
    private static SecretBytes UnprotectOnWindows(Guid vaultId, byte[] wrapped)
    {
        byte[] plain = ProtectedData.Unprotect(wrapped, Entropy(vaultId), DataProtectionScope.CurrentUser);
        var key = new SecretBytes(plain);
        CryptographicOperations.ZeroMemory(plain);
        return key;
    }

    private static byte[] Protect(Guid vaultId, byte[] masterKey) =>
        OperatingSystem.IsWindows() ? ProtectOnWindows(vaultId, masterKey) : throw Absent(null);

    private static SecretBytes Unprotect(Guid vaultId, byte[] wrapped) =>
        OperatingSystem.IsWindows() ? UnprotectOnWindows(vaultId, wrapped) : throw Absent(null);

    /// <summary>Not a secret: it binds the wrapped key to its purpose and its vault.</summary>
    private static byte[] Entropy(Guid vaultId) => [.. "LlmConfig master key "u8, .. vaultId.ToByteArray(bigEndian: true)];

    private static ProtectorStateException Absent(Exception? cause) => new(
        ProtectorState.Absent,
        cause is null
            ? "The Data Protection API exists on Windows only."
            : "System.Security.Cryptography.ProtectedData, which PowerShell brings with it, is missing.",
        cause is null ? "Use the protector of this operating system." : "Run in PowerShell 7.4 or later, or add the package.",
        cause);

    private T Ask<T>(Func<T> question)
    {
        try
        {
            return TimeLimit.Run(_timeLimit, _ => question());
        }
        catch (TimeoutException e)
        {
            throw new ProtectorStateException(
                ProtectorState.Hung,
                "The Data Protection API of Windows did not answer in time.",
                "Connect to the network of the domain, or sign out and in again; then try once more.",
                e);
        }
        catch (Exception e) when (e is FileNotFoundException or FileLoadException or PlatformNotSupportedException)
        {
            throw Absent(e);
        }
    }
}
