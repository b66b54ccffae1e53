using System.Runtime.InteropServices;

namespace LlmConfig;

/// <summary>
/// The functions of libsecret that are used. Those that may show a prompt by themselves (store, lookup, unlock, clear,
/// secret_item_delete) are left out on purpose, and so is loading secrets in a search, which cannot be cancelled.
/// </summary>
internal static unsafe partial class LibSecret
{
    /// <summary>The library; the number is that of its binary interface, which never changed.</summary>
    public const string Library = "libsecret-1.so.0";

    /// <summary>SECRET_SERVICE_OPEN_SESSION: agree on a key, so that secrets cross the bus encrypted.</summary>
    public const int OpenSession = 1 << 1;

    /// <summary>SECRET_SEARCH_ALL.</summary>
    public const int SearchAll = 1 << 1;

    /// <summary>Whether the library is installed.</summary>
    public static bool IsInstalled =>
        NativeLibrary.TryLoad(Library, typeof(LibSecret).Assembly, DllImportSearchPath.SafeDirectories, out _);

    [LibraryImport(Library, EntryPoint = "secret_service_get_type")]
    public static partial nuint GetServiceType();

    // Not secret_service_get_sync: its instance lives as long as the process and outlasts a keyring that restarts.
    [LibraryImport(Library, EntryPoint = "secret_service_open_sync")]
    public static partial GObjectHandle OpenService(nuint type, nint busName, int flags, GObjectHandle cancellable, out nint error);

    [LibraryImport(Library, EntryPoint = "secret_collection_for_alias_sync", StringMarshalling = StringMarshalling.Utf8)]
    public static partial GObjectHandle GetCollection(
        GObjectHandle service, string alias, int flags, GObjectHandle cancellable, out nint error);

    [LibraryImport(Library, EntryPoint = "secret_collection_get_locked")]
    public static partial int IsCollectionLocked(GObjectHandle collection);

    [LibraryImport(Library, EntryPoint = "secret_service_search_sync")]
    public static partial nint Search(
        GObjectHandle service, nint schema, nint attributes, int flags, GObjectHandle cancellable, out nint error);

    [LibraryImport(Library, EntryPoint = "secret_item_get_locked")]
    public static partial int IsItemLocked(GObjectHandle item);

    [LibraryImport(Library, EntryPoint = "secret_item_get_attributes")]
    private static partial nint GetAttributes(GObjectHandle item);

    [LibraryImport(Library, EntryPoint = "secret_item_load_secret_sync")]
    public static partial int LoadSecret(GObjectHandle item, GObjectHandle cancellable, out nint error);

    [LibraryImport(Library, EntryPoint = "secret_item_get_secret")]
    public static partial nint GetSecret(GObjectHandle item);

    [LibraryImport(Library, EntryPoint = "secret_value_new", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint NewValue(byte* secret, nint length, string contentType);

    [LibraryImport(Library, EntryPoint = "secret_value_get")]
    private static partial byte* GetValue(nint value, out nuint length);

    // Zeroes the value with the last reference: it lies in memory that libsecret locks and wipes.
    [LibraryImport(Library, EntryPoint = "secret_value_unref")]
    public static partial void ReleaseValue(nint value);

    [LibraryImport(Library, EntryPoint = "secret_service_encode_dbus_secret")]
    public static partial nint Encode(GObjectHandle service, nint value);

    /// <summary>The value of an item's attribute, or <see langword="null"/>.</summary>
    public static string? GetAttribute(GObjectHandle item, string name)
    {
        nint table = GetAttributes(item);
        string? value = GLib.LookUp(table, name);
        GLib.ReleaseHashTable(table);
        return value;
    }

    /// <summary>A SecretValue with a copy of <paramref name="text"/>.</summary>
    public static nint NewText(ReadOnlySpan<byte> text)
    {
        fixed (byte* pointer = text)
        {
            return NewValue(pointer, text.Length, "text/plain");
        }
    }

    /// <summary>The bytes of a SecretValue, for as long as the caller holds its reference.</summary>
    public static ReadOnlySpan<byte> GetBytes(nint value)
    {
        byte* bytes = GetValue(value, out nuint length);
        return new ReadOnlySpan<byte>(bytes, checked((int)length));
    }
}
