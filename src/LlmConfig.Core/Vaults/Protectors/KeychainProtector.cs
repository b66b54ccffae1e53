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
internal sealed class KeychainProtector(string? folder = null, TimeSpan? timeLimit = null) : SystemProtector(timeLimit)
{
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

    public override ProtectorKind Kind => ProtectorKind.Keychain;

    /// <summary>True where there is a keychain; a test has a stand-in for it.</summary>
    internal bool IsHere { get; init; } = OperatingSystem.IsMacOS();

    protected override T Run<T>(Func<CancellationToken, T> question) =>
        IsHere ? Dialogs.Ask(Limit, () => question(CancellationToken.None)) : base.Run(question);

    protected override string Probe(CancellationToken stop)
    {
        RequireUnlocked();
        return "The login keychain is unlocked.";
    }

    protected override byte[] Store(Guid vaultId, SecretBytes masterKey, CancellationToken stop)
    {
        RequireUnlocked();
        using CoreFoundationHandle data = KeychainServices.NewData(masterKey.Span);
        try
        {
            using CoreFoundationHandle item = NewItem(vaultId);
            item.Set("kSecValueData", data);
            if (folder is not null)
            {
                // Shown in Keychain Access, so that a person sees whose it is.
                item.SetText("kSecAttrComment", folder);
            }

            int status = KeychainServices.SecItemAdd(item, 0);
            if (status == KeychainServices.DuplicateItem)
            {
                using CoreFoundationHandle query = NewQuery(vaultId);
                using CoreFoundationHandle change = KeychainServices.NewDictionary();
                change.Set("kSecValueData", data);
                status = KeychainServices.SecItemUpdate(query, change);
            }

            Require(status);
            return [];
        }
        finally
        {
            KeychainServices.Zero(data);
        }
    }

    protected override SecretBytes? Load(Guid vaultId, byte[] wrapped, CancellationToken stop)
    {
        using CoreFoundationHandle query = NewQuery(vaultId);
        query.SetTrue("kSecReturnData");
        query.Set("kSecMatchLimit", "kSecMatchLimitOne");
        int status = KeychainServices.SecItemCopyMatching(query, out CoreFoundationHandle data);
        using (data)
        {
            // What the framework returns cannot be wiped: it is immutable, and freed right here.
            return !IsFound(status) ? null : new SecretBytes(data.IsInvalid ? [] : KeychainServices.GetBytes(data));
        }
    }

    protected override void Remove(Guid vaultId, CancellationToken stop)
    {
        using CoreFoundationHandle query = NewQuery(vaultId);
        IsFound(KeychainServices.SecItemDelete(query));
    }

    protected override (string Problem, string Remedy) NoKey(Guid vaultId, bool somethingElse) => (
        somethingElse
            ? $"The keychain's item for this vault ({vaultId:D}) holds something that is not a master key."
            : $"The keychain works and has no master key for this vault ({vaultId:D}).",
        "Sign in as the user, and on the Mac, where the vault was made, or restore the login keychain from a backup.");

    protected override ProtectorStateException? ToState(Exception failure) => failure switch
    {
        TimeoutException => new ProtectorStateException(
            ProtectorState.Hung,
            "The keychain did not answer in time.",
            "Look for a dialog that waits for an answer, or sign out and in again; then try once more.",
            failure),
        DllNotFoundException or EntryPointNotFoundException => IsHere
            ? new ProtectorStateException(
                ProtectorState.Failed, "The keychain cannot be used: this macOS lacks a function that is needed.", OtherRemedy, failure)
            : new ProtectorStateException(ProtectorState.Absent, "The keychain exists on macOS only.", "Use the protector of this operating system."),
        _ => null,
    };

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
        CoreFoundationHandle item = KeychainServices.NewDictionary();
        item.Set("kSecClass", "kSecClassGenericPassword");
        item.SetText("kSecAttrService", "LlmConfig");
        item.SetText("kSecAttrAccount", vaultId.ToString("D"));
        return item;
    }

    private static CoreFoundationHandle NewQuery(Guid vaultId)
    {
        CoreFoundationHandle query = NewItem(vaultId);
        query.Set("kSecUseAuthenticationUI", "kSecUseAuthenticationUIFail");
        return query;
    }

    private static bool IsFound(int status)
    {
        if (status == KeychainServices.ItemNotFound)
        {
            // Only a keychain that is open can say that it has no such item.
            RequireUnlocked();
            return false;
        }

        Require(status);
        return true;
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
}
