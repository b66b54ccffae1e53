using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace LlmConfig;

/// <summary>The part of macOS's CoreFoundation that the keychain's calls are made of.</summary>
[ExcludeFromCodeCoverage(Justification = "Runs on macOS only, where coverage is not measured.")]
internal static unsafe partial class CoreFoundation
{
    private const string Library = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation";
    private const uint Utf8 = 0x08000100;

    [LibraryImport(Library)]
    public static partial void CFRelease(nint instance);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial CoreFoundationHandle CFStringCreateWithCString(nint allocator, string text, uint encoding);

    [LibraryImport(Library)]
    private static partial CoreFoundationHandle CFDataCreateMutable(nint allocator, nint capacity);

    [LibraryImport(Library)]
    private static partial void CFDataAppendBytes(CoreFoundationHandle data, byte* bytes, nint length);

    [LibraryImport(Library)]
    private static partial byte* CFDataGetMutableBytePtr(CoreFoundationHandle data);

    [LibraryImport(Library)]
    private static partial byte* CFDataGetBytePtr(CoreFoundationHandle data);

    [LibraryImport(Library)]
    private static partial nint CFDataGetLength(CoreFoundationHandle data);

    [LibraryImport(Library)]
    private static partial CoreFoundationHandle CFDictionaryCreateMutable(
        nint allocator, nint capacity, nint keyCallBacks, nint valueCallBacks);

    [LibraryImport(Library)]
    public static partial void CFDictionarySetValue(CoreFoundationHandle dictionary, nint key, nint value);

    [LibraryImport(Library)]
    public static partial void CFDictionarySetValue(CoreFoundationHandle dictionary, nint key, CoreFoundationHandle value);

    /// <summary>kCFBooleanTrue.</summary>
    public static nint True => ReadConstant(Library, "kCFBooleanTrue");

    /// <summary>A CFString.</summary>
    public static CoreFoundationHandle NewString(string text) => CFStringCreateWithCString(0, text, Utf8);

    /// <summary>A dictionary that retains what is put into it.</summary>
    public static CoreFoundationHandle NewDictionary() => CFDictionaryCreateMutable(
        0, 0, FindSymbol(Library, "kCFTypeDictionaryKeyCallBacks"), FindSymbol(Library, "kCFTypeDictionaryValueCallBacks"));

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

    /// <summary>The value of a constant that a framework exports as a variable that holds a reference.</summary>
    public static nint ReadConstant(string library, string name) => Marshal.ReadIntPtr(FindSymbol(library, name));

    private static nint FindSymbol(string library, string name) => NativeLibrary.GetExport(
        NativeLibrary.Load(library, typeof(CoreFoundation).Assembly, DllImportSearchPath.SafeDirectories), name);
}
