using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>The functions of macOS's Security and CoreFoundation frameworks that are used, and the status codes (SecBase.h).</summary>
/// <remarks>
/// SecItem* does the work. The older SecKeychain* functions are deprecated and have no successor: only they tell
/// whether the login keychain is locked, and only they keep its access dialog from showing.
/// </remarks>
[ExcludeFromCodeCoverage(Justification = "Runs on macOS only, where coverage is not measured.")]
internal static unsafe partial class KeychainServices
{
    public const int Success = 0;
    public const int DuplicateItem = -25299;
    public const int ItemNotFound = -25300;

    // The item's access list does not have this program, and asking is off.
    public const int AuthFailed = -25293;

    // It would have had to ask. In the dark wake nothing can be shown, since the machine half sleeps.
    public const int InteractionNotAllowed = -25308;
    public const int InteractionRequired = -25315;
    public const int InDarkWake = -25320;

    // No keychain in this session, or none that is the user's own.
    public const int NotAvailable = -25291;
    public const int NoSuchKeychain = -25294;
    public const int NoDefaultKeychain = -25307;

    /// <summary>kSecUnlockStateStatus.</summary>
    public const uint Unlocked = 1;

    private const string Security = "/System/Library/Frameworks/Security.framework/Security";
    private const string CoreFoundation = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation";
    private const uint Utf8 = 0x08000100;

    [LibraryImport(Security)]
    public static partial int SecItemAdd(CoreFoundationHandle attributes, nint result);

    [LibraryImport(Security)]
    public static partial int SecItemCopyMatching(CoreFoundationHandle query, out CoreFoundationHandle result);

    [LibraryImport(Security)]
    public static partial int SecItemUpdate(CoreFoundationHandle query, CoreFoundationHandle attributes);

    [LibraryImport(Security)]
    public static partial int SecItemDelete(CoreFoundationHandle query);

    [LibraryImport(Security)]
    public static partial int SecKeychainCopyDefault(out CoreFoundationHandle keychain);

    [LibraryImport(Security)]
    public static partial int SecKeychainGetStatus(CoreFoundationHandle keychain, out uint status);

    [LibraryImport(Security)]
    public static partial int SecKeychainGetUserInteractionAllowed(out byte allowed);

    [LibraryImport(Security)]
    public static partial int SecKeychainSetUserInteractionAllowed(byte allowed);

    [LibraryImport(CoreFoundation)]
    internal static partial void CFRelease(nint instance);

    [LibraryImport(CoreFoundation, StringMarshalling = StringMarshalling.Utf8)]
    private static partial CoreFoundationHandle CFStringCreateWithCString(nint allocator, string text, uint encoding);

    [LibraryImport(CoreFoundation)]
    private static partial CoreFoundationHandle CFDataCreateMutable(nint allocator, nint capacity);

    [LibraryImport(CoreFoundation)]
    private static partial void CFDataAppendBytes(CoreFoundationHandle data, byte* bytes, nint length);

    [LibraryImport(CoreFoundation)]
    private static partial byte* CFDataGetMutableBytePtr(CoreFoundationHandle data);

    [LibraryImport(CoreFoundation)]
    private static partial byte* CFDataGetBytePtr(CoreFoundationHandle data);

    [LibraryImport(CoreFoundation)]
    private static partial nint CFDataGetLength(CoreFoundationHandle data);

    [LibraryImport(CoreFoundation)]
    private static partial CoreFoundationHandle CFDictionaryCreateMutable(nint allocator, nint capacity, nint keyCallBacks, nint valueCallBacks);

    [LibraryImport(CoreFoundation)]
    private static partial void CFDictionarySetValue(CoreFoundationHandle dictionary, nint key, nint value);

    [LibraryImport(CoreFoundation)]
    private static partial void CFDictionarySetValue(CoreFoundationHandle dictionary, nint key, CoreFoundationHandle value);

    /// <summary>A dictionary that retains what is put into it.</summary>
    public static CoreFoundationHandle NewDictionary() => CFDictionaryCreateMutable(
        0, 0, FindSymbol(CoreFoundation, "kCFTypeDictionaryKeyCallBacks"), FindSymbol(CoreFoundation, "kCFTypeDictionaryValueCallBacks"));

    /// <summary>Sets one of the Security framework's keys.</summary>
    public static void Set(this CoreFoundationHandle dictionary, string key, CoreFoundationHandle value) =>
        CFDictionarySetValue(dictionary, Constant(Security, key), value);

    /// <summary>Sets one of the Security framework's keys to one of its constants.</summary>
    public static void Set(this CoreFoundationHandle dictionary, string key, string constant) =>
        CFDictionarySetValue(dictionary, Constant(Security, key), Constant(Security, constant));

    /// <summary>Sets one of the Security framework's keys to a text.</summary>
    public static void SetText(this CoreFoundationHandle dictionary, string key, string text)
    {
        using CoreFoundationHandle value = CFStringCreateWithCString(0, text, Utf8);
        dictionary.Set(key, value);
    }

    /// <summary>Sets one of the Security framework's keys to kCFBooleanTrue.</summary>
    public static void SetTrue(this CoreFoundationHandle dictionary, string key) =>
        CFDictionarySetValue(dictionary, Constant(Security, key), Constant(CoreFoundation, "kCFBooleanTrue"));

    /// <summary>A CFData with a copy of <paramref name="bytes"/>, mutable so that <see cref="Zero"/> can wipe it.</summary>
    public static CoreFoundationHandle NewData(ReadOnlySpan<byte> bytes)
    {
        CoreFoundationHandle data = CFDataCreateMutable(0, bytes.Length);
        fixed (byte* pointer = bytes)
        {
            CFDataAppendBytes(data, pointer, bytes.Length);
        }

        return data;
    }

    /// <summary>Wipes what <see cref="NewData"/> made.</summary>
    public static void Zero(CoreFoundationHandle data) =>
        CryptographicOperations.ZeroMemory(new Span<byte>(CFDataGetMutableBytePtr(data), checked((int)CFDataGetLength(data))));

    /// <summary>The bytes of a CFData, for as long as the handle lives.</summary>
    public static ReadOnlySpan<byte> GetBytes(CoreFoundationHandle data) =>
        new(CFDataGetBytePtr(data), checked((int)CFDataGetLength(data)));

    // A framework exports a constant as a variable that holds a reference.
    private static nint Constant(string library, string name) => Marshal.ReadIntPtr(FindSymbol(library, name));

    private static nint FindSymbol(string library, string name) => NativeLibrary.GetExport(
        NativeLibrary.Load(library, typeof(KeychainServices).Assembly, DllImportSearchPath.SafeDirectories), name);
}

/// <summary>One reference to a CoreFoundation object; the marshaller makes it and sets it.</summary>
[ExcludeFromCodeCoverage(Justification = "Runs on macOS only, where coverage is not measured.")]
internal sealed class CoreFoundationHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        KeychainServices.CFRelease(handle);
        return true;
    }
}
