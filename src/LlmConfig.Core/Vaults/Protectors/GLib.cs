using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LlmConfig;

/// <summary>The functions of GLib, GObject and GIO that libsecret is used with. None takes variable arguments: .NET cannot pass them everywhere.</summary>
internal static unsafe partial class GLib
{
    /// <summary>G_BUS_TYPE_SESSION.</summary>
    public const int SessionBus = 2;

    private const string LibGLib = "libglib-2.0.so.0";
    private const string LibGObject = "libgobject-2.0.so.0";
    private const string LibGio = "libgio-2.0.so.0";

    [LibraryImport(LibGLib, EntryPoint = "g_getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetEnvironment(string name);

    [LibraryImport(LibGLib, EntryPoint = "g_strdup", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint CopyString(string text);

    [LibraryImport(LibGLib, EntryPoint = "g_main_context_new")]
    public static partial nint NewMainContext();

    [LibraryImport(LibGLib, EntryPoint = "g_main_context_push_thread_default")]
    public static partial void PushMainContext(nint context);

    [LibraryImport(LibGLib, EntryPoint = "g_main_context_pop_thread_default")]
    public static partial void PopMainContext(nint context);

    [LibraryImport(LibGLib, EntryPoint = "g_main_context_iteration")]
    public static partial int IterateMainContext(nint context, int mayBlock);

    [LibraryImport(LibGLib, EntryPoint = "g_main_context_unref")]
    public static partial void ReleaseMainContext(nint context);

    [LibraryImport(LibGLib, EntryPoint = "g_hash_table_new_full")]
    private static partial nint NewHashTable(nint hash, nint equal, nint freeKey, nint freeValue);

    [LibraryImport(LibGLib, EntryPoint = "g_hash_table_insert")]
    private static partial int InsertIntoHashTable(nint table, nint key, nint value);

    // The table keeps what is given back.
    [LibraryImport(LibGLib, EntryPoint = "g_hash_table_lookup", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint LookUpInHashTable(nint table, string key);

    [LibraryImport(LibGLib, EntryPoint = "g_hash_table_unref")]
    public static partial void ReleaseHashTable(nint table);

    [LibraryImport(LibGLib, EntryPoint = "g_list_free")]
    private static partial void FreeList(nint list);

    [LibraryImport(LibGLib, EntryPoint = "g_quark_to_string")]
    private static partial nint QuarkToString(uint quark);

    [LibraryImport(LibGLib, EntryPoint = "g_error_free")]
    private static partial void FreeError(nint error);

    [LibraryImport(LibGLib, EntryPoint = "g_variant_new_string", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint NewString(string text);

    [LibraryImport(LibGLib, EntryPoint = "g_variant_new_boolean")]
    public static partial nint NewBoolean(int value);

    [LibraryImport(LibGLib, EntryPoint = "g_variant_new_variant")]
    public static partial nint NewVariant(nint value);

    [LibraryImport(LibGLib, EntryPoint = "g_variant_new_dict_entry")]
    public static partial nint NewEntry(nint key, nint value);

    [LibraryImport(LibGLib, EntryPoint = "g_variant_new_array")]
    private static partial nint NewArray(nint type, nint[] children, nuint count);

    [LibraryImport(LibGLib, EntryPoint = "g_variant_new_tuple")]
    private static partial nint NewTuple(nint[] children, nuint count);

    [LibraryImport(LibGLib, EntryPoint = "g_variant_n_children")]
    private static partial nuint CountChildren(nint variant);

    [LibraryImport(LibGLib, EntryPoint = "g_variant_get_child_value")]
    private static partial nint GetChild(nint variant, nuint index);

    [LibraryImport(LibGLib, EntryPoint = "g_variant_get_string")]
    private static partial nint GetString(nint variant, out nuint length);

    [LibraryImport(LibGLib, EntryPoint = "g_variant_unref")]
    public static partial void ReleaseVariant(nint variant);

    [LibraryImport(LibGObject, EntryPoint = "g_object_unref")]
    public static partial void ReleaseObject(nint instance);

    [LibraryImport(LibGio, EntryPoint = "g_cancellable_new")]
    public static partial GObjectHandle NewCancellable();

    [LibraryImport(LibGio, EntryPoint = "g_cancellable_cancel")]
    public static partial void Cancel(GObjectHandle cancellable);

    [LibraryImport(LibGio, EntryPoint = "g_bus_get_sync")]
    public static partial GObjectHandle GetBus(int busType, GObjectHandle cancellable, out nint error);

    [LibraryImport(LibGio, EntryPoint = "g_dbus_connection_set_exit_on_close")]
    public static partial void SetExitOnClose(GObjectHandle connection, int exit);

    [LibraryImport(LibGio, EntryPoint = "g_dbus_proxy_call_sync", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint Call(
        GObjectHandle proxy, string method, nint parameters, int flags, int timeoutMilliseconds, GObjectHandle cancellable, out nint error);

    /// <summary>
    /// An environment variable as the native libraries see it. What .NET sets with Environment.SetEnvironmentVariable
    /// (PowerShell: $env:NAME = …) stays inside .NET.
    /// </summary>
    public static string? GetEnvironmentVariable(string name) => Marshal.PtrToStringUTF8(GetEnvironment(name));

    /// <summary>The string that a GHashTable of strings has for a key, or <see langword="null"/>.</summary>
    public static string? LookUp(nint table, string key) => Marshal.PtrToStringUTF8(LookUpInHashTable(table, key));

    /// <summary>A GHashTable of strings, which frees them.</summary>
    public static nint NewStringTable(IEnumerable<KeyValuePair<string, string>> entries)
    {
        // The system's own libraries, already loaded by the imports above.
        nint library = NativeLibrary.Load(LibGLib, typeof(GLib).Assembly, DllImportSearchPath.SafeDirectories);
        nint free = NativeLibrary.GetExport(library, "g_free");
        nint table = NewHashTable(
            NativeLibrary.GetExport(library, "g_str_hash"), NativeLibrary.GetExport(library, "g_str_equal"), free, free);
        foreach ((string key, string value) in entries)
        {
            _ = InsertIntoHashTable(table, CopyString(key), CopyString(value));
        }

        return table;
    }

    /// <summary>Takes the elements out of a GList of objects and frees the list; the caller owns the objects.</summary>
    public static GObjectHandle[] TakeObjects(nint list)
    {
        var objects = new List<GObjectHandle>();
        for (var node = (ListNode*)list; node is not null; node = node->Next)
        {
            objects.Add(new GObjectHandle(node->Data));
        }

        FreeList(list);
        return [.. objects];
    }

    /// <summary>A GVariant array; takes over the (floating) children, of which there must be one.</summary>
    public static nint NewArray(params nint[] children) => NewArray(0, children, (nuint)children.Length);

    /// <summary>A GVariant tuple; takes over the (floating) children.</summary>
    public static nint NewTuple(params nint[] children) => NewTuple(children, (nuint)children.Length);

    /// <summary>The last element of a tuple whose last element is a string or an object path.</summary>
    public static string GetLastString(nint tuple)
    {
        nint child = GetChild(tuple, CountChildren(tuple) - 1);
        string text = Marshal.PtrToStringUTF8(GetString(child, out _))!;
        ReleaseVariant(child);
        return text;
    }

    /// <summary>Reads a GError and frees it.</summary>
    public static GErrorException TakeError(nint error)
    {
        var native = (NativeError*)error;
        var exception = new GErrorException(
            Marshal.PtrToStringUTF8(QuarkToString(native->Domain)) ?? "",
            native->Code,
            Marshal.PtrToStringUTF8(native->Message) ?? "");
        FreeError(error);
        return exception;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct NativeError
    {
        public uint Domain;
        public int Code;
        public nint Message;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ListNode
    {
        public nint Data;
        public ListNode* Next;
        public ListNode* Previous;
    }
}

/// <summary>One reference to a GObject; the marshaller makes it and sets it.</summary>
internal sealed class GObjectHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    /// <summary>Takes over a reference.</summary>
    public GObjectHandle(nint instance)
        : this() => SetHandle(instance);

    protected override bool ReleaseHandle()
    {
        GLib.ReleaseObject(handle);
        return true;
    }
}

/// <summary>A GError: what a library of the GLib family, or the service behind it, answered. Its text names no secret: none is ever sent where it could be repeated.</summary>
#pragma warning disable CA1064 // It is only ever the cause of an LlmConfigException.
internal sealed class GErrorException(string domain, int code, string message) : Exception(message)
#pragma warning restore CA1064
{
    /// <summary>The name of the error domain, for example <c>g-io-error-quark</c>.</summary>
    public string Domain { get; } = domain;

    /// <summary>The code within the domain.</summary>
    public int Code { get; } = code;
}
