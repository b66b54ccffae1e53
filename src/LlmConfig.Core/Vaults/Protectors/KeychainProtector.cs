namespace LlmConfig;

/// <summary>
/// Keeps the master key in the user's login keychain on macOS: a generic password of the service "LlmConfig" whose
/// account is the vault's id. It never shows a dialog.
/// </summary>
/// <remarks>
/// It is the file-based keychain, since the data protection keychain serves only programs that are signed with an
/// entitlement. kSecAttrAccessible (and with it "this device only") is for that one alone: Apple's page says that on macOS it
/// can be used only together with kSecUseDataProtectionKeychain or kSecAttrSynchronizable. What it would keep from other
/// devices stays here all the same, since an item without kSecAttrSynchronizable is not synchronized; it goes with the keychain's file,
/// which is encrypted with the login password. In the file-based keychain kSecUseAuthenticationUIFail does not reach the dialog
/// that asks whether this program may use the item; only SecKeychainSetUserInteractionAllowed does (<see cref="KeychainDialogs"/>).
/// </remarks>
/// <param name="folder">The vault's folder, which the item names as its comment; <see langword="null"/> for none.</param>
/// <param name="timeLimit">How long a call may take; <see langword="null"/> is 5 seconds.</param>
internal sealed class KeychainProtector(string? folder = null, TimeSpan? timeLimit = null) : IMasterKeyProtector
{
    private const int MasterKeyLength = 32;

    private const string UnlockRemedy =
        "Unlock it in Keychain Access, or with security unlock-keychain in this session (SSH has a locked keychain); if another program made the vault, use that one. Or, where the vault works, run Set-LlmConfigStore -Protector KeyFile.";

    private const string OtherRemedy =
        "Open Keychain Access and check the login keychain, or, where the vault works, run Set-LlmConfigStore -Protector KeyFile.";

    private static readonly KeychainDialogs Dialogs = new(
        () =>
        {
            Require(KeychainServices.SecKeychainGetUserInteractionAllowed(out byte allowed));
            return allowed != 0;
        },
        allowed => Require(KeychainServices.SecKeychainSetUserInteractionAllowed(allowed ? (byte)1 : (byte)0)));

    private readonly TimeSpan _timeLimit = timeLimit ?? TimeLimit.Default;

    /// <inheritdoc/>
    public ProtectorKind Kind => ProtectorKind.Keychain;

    /// <summary>True where there is a keychain; a test has a stand-in for it.</summary>
    internal bool IsHere { get; init; } = OperatingSystem.IsMacOS();

    /// <inheritdoc/>
    public ProtectorStatus GetStatus()
    {
        try
        {
            return Ask(() =>
            {
                RequireUnlocked();
                return new ProtectorStatus(ProtectorState.Ready, "The login keychain is unlocked.");
            });
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
        // A copy that the other thread owns and zeroes, however late: the caller's bytes are gone when this returns.
#pragma warning disable CA2000 // See above.
        var key = new SecretBytes(masterKey);
#pragma warning restore CA2000
        return AskOrThrow(() =>
        {
            RequireUnlocked();
            using CoreFoundationHandle data = CoreFoundation.NewData(key.Span);
            try
            {
                using CoreFoundationHandle item = NewItem(vaultId);
                SetValue(item, data);
                if (folder is not null)
                {
                    // Shown in Keychain Access, so that a person sees whose it is.
                    using CoreFoundationHandle comment = CoreFoundation.NewString(folder);
                    CoreFoundation.CFDictionarySetValue(item, KeychainServices.Constant("kSecAttrComment"), comment);
                }

                int status = KeychainServices.SecItemAdd(item, 0);
                if (status == KeychainServices.DuplicateItem)
                {
                    using CoreFoundationHandle query = NewQuery(vaultId);
                    using CoreFoundationHandle change = CoreFoundation.NewDictionary();
                    SetValue(change, data);
                    status = KeychainServices.SecItemUpdate(query, change);
                }

                Require(status);
                return Array.Empty<byte>();
            }
            finally
            {
                CoreFoundation.Zero(data);
            }
        }, key);

        static void SetValue(CoreFoundationHandle dictionary, CoreFoundationHandle data) =>
            CoreFoundation.CFDictionarySetValue(dictionary, KeychainServices.Constant("kSecValueData"), data);
    }

    /// <inheritdoc/>
    public SecretBytes Load(Guid vaultId, ReadOnlySpan<byte> wrapped)
    {
        SecretBytes? key = AskOrThrow(() =>
        {
            using CoreFoundationHandle query = NewQuery(vaultId);
            CoreFoundation.CFDictionarySetValue(query, KeychainServices.Constant("kSecReturnData"), CoreFoundation.True);
            CoreFoundation.CFDictionarySetValue(
                query, KeychainServices.Constant("kSecMatchLimit"), KeychainServices.Constant("kSecMatchLimitOne"));
            int status = KeychainServices.SecItemCopyMatching(query, out CoreFoundationHandle data);
            using (data)
            {
                if (status == KeychainServices.ItemNotFound)
                {
                    // Only a keychain that is open can say that it has no such item.
                    RequireUnlocked();
                    return null;
                }

                Require(status);
                // What the framework returns cannot be wiped: it is immutable, and freed right here.
                return data.IsInvalid ? new SecretBytes(0) : new SecretBytes(CoreFoundation.GetBytes(data));
            }
        });
        if (key is { Length: MasterKeyLength })
        {
            return key;
        }

        key?.Dispose();
        throw new LlmConfigException(
            LlmConfigErrorCode.VaultCorrupt,
            "LlmConfig",
            key is null
                ? $"The keychain works and has no master key for this vault ({vaultId:D})."
                : $"The keychain's item for this vault ({vaultId:D}) holds something that is not a master key.",
            "Sign in as the user, and on the Mac, where the vault was made, or restore the login keychain from a backup. Nothing was deleted from the vault.");
    }

    /// <inheritdoc/>
    public void Remove(Guid vaultId) => AskOrThrow(() =>
    {
        using CoreFoundationHandle query = NewQuery(vaultId);
        int status = KeychainServices.SecItemDelete(query);
        if (status == KeychainServices.ItemNotFound)
        {
            RequireUnlocked();
            return true;
        }

        Require(status);
        return true;
    });

    /// <summary>What a status code means.</summary>
    internal static ProtectorStateException ToFailure(int status) => status switch
    {
        KeychainServices.InteractionNotAllowed
            or KeychainServices.InteractionRequired
            or KeychainServices.AuthFailed
            or KeychainServices.InDarkWake => new ProtectorStateException(
                ProtectorState.Locked,
                $"The keychain that keeps the vault's master key is locked, or would ask whether this program may use it (OSStatus {status}).",
                UnlockRemedy),
        KeychainServices.NotAvailable => new ProtectorStateException(
            ProtectorState.Absent, $"This session has no keychain (OSStatus {status}).", OtherRemedy),
        KeychainServices.NoSuchKeychain or KeychainServices.NoDefaultKeychain => new ProtectorStateException(
            ProtectorState.NoCollection, $"The user has no default keychain (OSStatus {status}).", OtherRemedy),
        _ => new ProtectorStateException(
            ProtectorState.Failed, $"The keychain failed (OSStatus {status}).", OtherRemedy),
    };

    private static CoreFoundationHandle NewItem(Guid vaultId)
    {
        CoreFoundationHandle item = CoreFoundation.NewDictionary();
        using CoreFoundationHandle service = CoreFoundation.NewString("LlmConfig");
        using CoreFoundationHandle account = CoreFoundation.NewString(vaultId.ToString("D"));
        CoreFoundation.CFDictionarySetValue(
            item, KeychainServices.Constant("kSecClass"), KeychainServices.Constant("kSecClassGenericPassword"));
        CoreFoundation.CFDictionarySetValue(item, KeychainServices.Constant("kSecAttrService"), service);
        CoreFoundation.CFDictionarySetValue(item, KeychainServices.Constant("kSecAttrAccount"), account);
        return item;
    }

    private static CoreFoundationHandle NewQuery(Guid vaultId)
    {
        CoreFoundationHandle query = NewItem(vaultId);
        CoreFoundation.CFDictionarySetValue(
            query, KeychainServices.Constant("kSecUseAuthenticationUI"), KeychainServices.Constant("kSecUseAuthenticationUIFail"));
        return query;
    }

    private static void RequireUnlocked()
    {
        int result = KeychainServices.SecKeychainCopyDefault(out CoreFoundationHandle keychain);
        using (keychain)
        {
            Require(result);
            Require(KeychainServices.SecKeychainGetStatus(keychain, out uint status));
            if ((status & KeychainServices.Unlocked) == 0)
            {
                throw ToFailure(KeychainServices.InteractionNotAllowed);
            }
        }
    }

    private static void Require(int status)
    {
        if (status != KeychainServices.Success)
        {
            throw ToFailure(status);
        }
    }

    private T AskOrThrow<T>(Func<T> question, SecretBytes? secret = null)
    {
        try
        {
            return Ask(question, secret);
        }
        catch (ProtectorStateException e)
        {
            throw e.ToError();
        }
    }

    private T Ask<T>(Func<T> question, SecretBytes? secret = null)
    {
        try
        {
            if (!IsHere)
            {
                secret?.Dispose();
                throw new ProtectorStateException(
                    ProtectorState.Absent, "The keychain exists on macOS only.", "Use the protector of this operating system.");
            }

            return Dialogs.Ask(_timeLimit, () =>
            {
                using (secret)
                {
                    return question();
                }
            });
        }
        catch (TimeoutException e)
        {
            throw new ProtectorStateException(
                ProtectorState.Hung,
                "The keychain did not answer in time.",
                "Look for a dialog that waits for an answer, or sign out and in again; then try once more.",
                e);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new ProtectorStateException(
                ProtectorState.Failed, "The keychain cannot be used: this macOS lacks a function that is needed.", OtherRemedy, e);
        }
    }
}
