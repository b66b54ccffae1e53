using System.Runtime.InteropServices;

namespace LlmConfig;

/// <summary>The functions of macOS's Security framework that are used, and their status codes (SecBase.h).</summary>
/// <remarks>
/// SecItem* does the work. The three older SecKeychain* functions are deprecated and have no successor: only they tell
/// whether the login keychain is locked, and only they keep its access dialog from showing.
/// </remarks>
internal static partial class KeychainServices
{
    /// <summary>errSecSuccess.</summary>
    public const int Success = 0;

    /// <summary>errSecAuthFailed: the item's access list does not have this program, and asking is off.</summary>
    public const int AuthFailed = -25293;

    /// <summary>errSecDuplicateItem.</summary>
    public const int DuplicateItem = -25299;

    /// <summary>errSecItemNotFound.</summary>
    public const int ItemNotFound = -25300;

    /// <summary>errSecInteractionNotAllowed: it would have had to ask.</summary>
    public const int InteractionNotAllowed = -25308;

    /// <summary>errSecInteractionRequired.</summary>
    public const int InteractionRequired = -25315;

    /// <summary>errSecInDarkWake: nothing can be shown while the machine half sleeps.</summary>
    public const int InDarkWake = -25320;

    /// <summary>errSecNotAvailable: no keychain in this session.</summary>
    public const int NotAvailable = -25291;

    /// <summary>errSecNoSuchKeychain.</summary>
    public const int NoSuchKeychain = -25294;

    /// <summary>errSecNoDefaultKeychain.</summary>
    public const int NoDefaultKeychain = -25307;

    /// <summary>kSecUnlockStateStatus.</summary>
    public const uint Unlocked = 1;

    private const string Library = "/System/Library/Frameworks/Security.framework/Security";

    [LibraryImport(Library)]
    public static partial int SecItemAdd(CoreFoundationHandle attributes, nint result);

    [LibraryImport(Library)]
    public static partial int SecItemCopyMatching(CoreFoundationHandle query, out CoreFoundationHandle result);

    [LibraryImport(Library)]
    public static partial int SecItemUpdate(CoreFoundationHandle query, CoreFoundationHandle attributes);

    [LibraryImport(Library)]
    public static partial int SecItemDelete(CoreFoundationHandle query);

    [LibraryImport(Library)]
    public static partial int SecKeychainCopyDefault(out CoreFoundationHandle keychain);

    [LibraryImport(Library)]
    public static partial int SecKeychainGetStatus(CoreFoundationHandle keychain, out uint status);

    [LibraryImport(Library)]
    public static partial int SecKeychainGetUserInteractionAllowed(out byte allowed);

    [LibraryImport(Library)]
    public static partial int SecKeychainSetUserInteractionAllowed(byte allowed);

    /// <summary>One of the framework's CFString constants.</summary>
    public static nint Constant(string name) => CoreFoundation.ReadConstant(Library, name);
}
