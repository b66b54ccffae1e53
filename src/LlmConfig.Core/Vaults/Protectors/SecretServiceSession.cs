namespace LlmConfig;

/// <summary>
/// One conversation with the keyring, from connecting to the session bus to letting go of it. Nothing is kept in
/// between, so a bus or a keyring that was restarted is simply found again. It belongs to the thread that opened it,
/// and never shows a prompt: where the keyring asks for one, the answer is <see cref="ProtectorState.Locked"/>.
/// </summary>
#pragma warning disable CA2216 // A finalizer runs on another thread, which must not touch this one's main context.
internal sealed class SecretServiceSession : IDisposable
#pragma warning restore CA2216
{
    private const string ElsewhereRemedy =
        "Sign in to the desktop session in which the vault was made; or, in that session, run Set-LlmConfigStore -Protector KeyFile once, so that SSH sessions, cron jobs and services can use the vault too.";

    private const string UnlockRemedy =
        "Unlock it: sign in to the desktop with your password, use Passwords and Keys (seahorse), or run gnome-keyring-daemon --unlock; or, in a session in which it is unlocked, run Set-LlmConfigStore -Protector KeyFile.";

    private const string RestartRemedy =
        "Look for a password dialog that waits for an answer, then restart the keyring (sign out and in again, or kill gnome-keyring-daemon: it starts again when it is asked) and unlock it; or, in a session in which it works, run Set-LlmConfigStore -Protector KeyFile.";

    private const string CollectionRemedy =
        "Make a default keyring: in Passwords and Keys (seahorse) add a password keyring and set it as default, or sign in to the desktop with your password; or use Set-LlmConfigStore -Protector KeyFile.";

    private const string FailureRemedy =
        "See what the keyring logged (journalctl --user -t gnome-keyring-daemon), restart it by signing out and in again, and try once more.";

    // What the vault's item is found by. "xdg:schema" is how libsecret itself stores a schema's name.
    private const string VaultName = "vault";
    private const string Schema = "dev.llmconfig.masterkey";

    private const int NoTimeout = -1;
    private const string NoPrompt = "/";

    private readonly CancellationToken _stop;
    private readonly GObjectHandle _cancellable;
    private readonly CancellationTokenRegistration _registration;
    private readonly nint _context;
    private readonly List<GObjectHandle> _owned = [];
#pragma warning disable CA2213 // It is among those owned.
    private readonly GObjectHandle? _service;
#pragma warning restore CA2213

    private SecretServiceSession(int flags, CancellationToken stop)
    {
        _stop = stop;
        _cancellable = GLib.NewCancellable();
        _registration = stop.Register(() => GLib.Cancel(_cancellable));
        // What GDBus has to tell goes to this context and dies with it, not to the process's default one, which nobody runs.
        _context = GLib.NewMainContext();
        GLib.PushMainContext(_context);
        try
        {
            GObjectHandle bus = Own(GLib.GetBus(GLib.SessionBus, _cancellable, out nint error));
            if (bus.IsInvalid)
            {
                throw Failure(error, duringConnect: true);
            }

            // GDBus would otherwise end the whole process with SIGTERM when the session bus goes away.
            GLib.SetExitOnClose(bus, 0);
            _service = Own(LibSecret.OpenService(LibSecret.GetServiceType(), 0, flags, _cancellable, out error));
            if (_service.IsInvalid)
            {
                throw Failure(error);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Connects to the keyring of this session.</summary>
    /// <param name="withSecrets">Whether secrets will be exchanged; asking for the state needs no encrypted session.</param>
    /// <param name="stop">Ends whatever is under way, with <see cref="ProtectorState.Hung"/>.</param>
    /// <exception cref="ProtectorStateException">There is no keyring here, or it did not answer.</exception>
    public static SecretServiceSession Open(bool withSecrets, CancellationToken stop)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsFreeBSD())
        {
            throw Absent("The Secret Service exists on Linux and FreeBSD desktops only.", "Use the protector of this operating system.");
        }

        if (!LibSecret.IsInstalled)
        {
            throw Absent(
                $"The keyring cannot be reached: the library {LibSecret.Library} is not installed.",
                "Install it (Debian and Ubuntu: libsecret-1-0; Fedora, Alpine, Arch: libsecret), or use Set-LlmConfigStore -Protector KeyFile.");
        }

        if (!HasSessionBus())
        {
            throw Absent(
                "The keyring cannot be reached from this session: it has no D-Bus session bus, as is usual for SSH, cron, services and containers.",
                ElsewhereRemedy);
        }

        return new SecretServiceSession(withSecrets ? LibSecret.OpenSession : 0, stop);
    }

    /// <summary>The keyring that new items go to, unlocked.</summary>
    /// <exception cref="ProtectorStateException">There is none, or it is locked.</exception>
    public GObjectHandle GetUnlockedCollection()
    {
        GObjectHandle collection = Own(LibSecret.GetCollection(_service!, "default", 0, _cancellable, out nint error));
        if (!collection.IsInvalid)
        {
            return LibSecret.IsCollectionLocked(collection) == 0 ? collection : throw Locked(null);
        }

        // No error at all: nothing has the alias. Unknown method: it names a keyring that is gone.
        GErrorException? cause = error == 0 ? null : GLib.TakeError(error);
        throw !_stop.IsCancellationRequested && cause is null or { Domain: "g-dbus-error-quark", Code: 19 }
            ? new ProtectorStateException(
                ProtectorState.NoCollection, "The keyring service runs but has no default keyring to keep anything in.", CollectionRemedy, cause)
            : Failure(cause);
    }

    /// <summary>The items of a vault; those that are not locked come first.</summary>
    public GObjectHandle[] Find(Guid vaultId) => Find([.. Attributes, VaultAttribute(vaultId)]);

    /// <summary>The vaults that have an item for a folder.</summary>
    public IReadOnlyList<Guid> FindVaults(string folder) =>
    [
        .. Find([.. Attributes, FolderAttribute(folder)])
            .Select(item => Guid.TryParse(LibSecret.GetAttribute(item, VaultName), out Guid id) ? id : default(Guid?)).OfType<Guid>(),
    ];

    private GObjectHandle[] Find(KeyValuePair<string, string>[] wanted)
    {
        nint attributes = GLib.NewStringTable(wanted);
        nint list = LibSecret.Search(_service!, 0, attributes, LibSecret.SearchAll, _cancellable, out nint error);
        GLib.ReleaseHashTable(attributes);
        return error == 0 ? Array.ConvertAll(GLib.TakeObjects(list), Own) : throw Failure(error);
    }

    /// <summary>The text in an item. The caller disposes of it.</summary>
    /// <exception cref="ProtectorStateException">The item is locked, or the keyring did not answer.</exception>
    public SecretBytes Read(GObjectHandle item)
    {
        if (LibSecret.IsItemLocked(item) != 0)
        {
            throw Locked(null);
        }

        if (LibSecret.LoadSecret(item, _cancellable, out nint error) == 0)
        {
            throw Failure(error);
        }

        nint value = LibSecret.GetSecret(item);
        if (value == 0)
        {
            throw Failure((GErrorException?)null);
        }

        var text = new SecretBytes(LibSecret.GetBytes(value));
        LibSecret.ReleaseValue(value);
        return text;
    }

    /// <summary>Makes the item of a vault, or replaces the one that is there.</summary>
    /// <remarks>
    /// The call goes to the collection itself. libsecret's own way would ask the user to unlock a collection that was
    /// locked in this very moment, or to make one that is missing; here such a question is never put to anybody.
    /// </remarks>
    public void Write(GObjectHandle collection, Guid vaultId, string? folder, ReadOnlySpan<byte> text)
    {
        nint value = LibSecret.NewText(text);
        nint secret = LibSecret.Encode(_service!, value);
        LibSecret.ReleaseValue(value);
        if (secret == 0)
        {
            throw Failure((GErrorException?)null);
        }

        nint attributes = GLib.NewArray(
            [.. Attributes.Append(VaultAttribute(vaultId)).Concat(folder is null ? [] : [FolderAttribute(folder)]).Select(pair => GLib.NewEntry(GLib.NewString(pair.Key), GLib.NewString(pair.Value)))]);
        nint properties = GLib.NewArray(
            Property("org.freedesktop.Secret.Item.Label", GLib.NewString("LlmConfig: master key of the built-in vault")),
            Property("org.freedesktop.Secret.Item.Attributes", attributes));
        Call(collection, "CreateItem", GLib.NewTuple(properties, secret, GLib.NewBoolean(1)));

        static nint Property(string name, nint value) => GLib.NewEntry(GLib.NewString(name), GLib.NewVariant(value));
    }

    /// <summary>Deletes an item.</summary>
    /// <exception cref="ProtectorStateException">The item is locked, or the keyring did not answer.</exception>
    public void Delete(GObjectHandle item)
    {
        if (LibSecret.IsItemLocked(item) != 0)
        {
            throw Locked(null);
        }

        Call(item, "Delete", 0);
    }

    /// <summary>Lets go of the keyring and the bus.</summary>
    public void Dispose()
    {
        for (int i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }

        // Proxies give their references back through the context; without this the connection would stay for good.
        while (GLib.IterateMainContext(_context, 0) != 0)
        {
        }

        GLib.PopMainContext(_context);
        GLib.ReleaseMainContext(_context);
        _registration.Dispose();
        _cancellable.Dispose();
    }

    /// <summary>What a failure of the libraries themselves means; <see langword="null"/> for any other.</summary>
    public static ProtectorStateException? ToState(Exception failure) => failure switch
    {
        TimeoutException => Hung(failure),
        DllNotFoundException or EntryPointNotFoundException or BadImageFormatException => new ProtectorStateException(
            ProtectorState.Failed,
            $"The keyring cannot be used: {LibSecret.Library} or a library that it needs is damaged or too old.",
            "Install libsecret 0.18 or later with the GLib that it needs, or use Set-LlmConfigStore -Protector KeyFile.",
            failure),
        _ => null,
    };

    private static bool HasSessionBus()
    {
        // Without this check GDBus would start a bus of its own with dbus-launch, with an empty keyring behind it.
        string? address = GLib.GetEnvironmentVariable("DBUS_SESSION_BUS_ADDRESS");
        if (!string.IsNullOrEmpty(address))
        {
            return !address.StartsWith("autolaunch:", StringComparison.Ordinal);
        }

        string? runtimeFolder = GLib.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        return !string.IsNullOrEmpty(runtimeFolder) && File.Exists(Path.Combine(runtimeFolder, "bus"));
    }

    private static KeyValuePair<string, string>[] Attributes => [new("xdg:schema", Schema), new("application", "LlmConfig")];

    private static KeyValuePair<string, string> VaultAttribute(Guid vaultId) => new(VaultName, vaultId.ToString("D"));

    private static KeyValuePair<string, string> FolderAttribute(string folder) => new("folder", folder);

    private static ProtectorStateException Locked(Exception? cause) => new(
        ProtectorState.Locked, "The keyring that keeps the vault's master key is locked.", UnlockRemedy, cause);

    private static ProtectorStateException Hung(Exception? cause) => new(
        ProtectorState.Hung, "The keyring did not answer in time.", RestartRemedy, cause);

    private static ProtectorStateException Absent(string reason, string remedy, Exception? cause = null) => new(
        ProtectorState.Absent, reason, remedy, cause);

    // Let go of in the end, in reverse order.
    private GObjectHandle Own(GObjectHandle handle)
    {
        _owned.Add(handle);
        return handle;
    }

    private void Call(GObjectHandle proxy, string method, nint parameters)
    {
        nint reply = GLib.Call(proxy, method, parameters, 0, NoTimeout, _cancellable, out nint error);
        if (reply == 0)
        {
            throw Failure(error);
        }

        // The last value of the reply is the path of a prompt that would have to be shown before anything happens.
        string prompt = GLib.GetLastString(reply);
        GLib.ReleaseVariant(reply);
        if (prompt != NoPrompt)
        {
            throw Locked(null);
        }
    }

    private ProtectorStateException Failure(nint error, bool duringConnect = false) =>
        Failure(error == 0 ? null : GLib.TakeError(error), duringConnect);

    // Once cancelled, every later call fails at once with whatever it was about to say; all of it means "no answer".
    private ProtectorStateException Failure(GErrorException? error, bool duringConnect = false) => (error?.Domain, error?.Code) switch
    {
        _ when _stop.IsCancellationRequested => Hung(error),
        // G_IO_ERROR_TIMED_OUT; G_DBUS_ERROR_TIMEOUT, _TIMED_OUT.
        ("g-io-error-quark", 24) or ("g-dbus-error-quark", 12 or 20) => Hung(error),
        // SECRET_ERROR_IS_LOCKED.
        ("secret-error", 2) => Locked(error),
        // G_DBUS_ERROR_SERVICE_UNKNOWN, _NAME_HAS_NO_OWNER, _SPAWN_SERVICE_NOT_FOUND.
        ("g-dbus-error-quark", 2 or 3 or 29) => Absent(
            "The keyring cannot be reached from this session: no Secret Service runs on its session bus, and none is installed that could be started.",
            $"Install and start one (gnome-keyring, KWallet, KeePassXC). {ElsewhereRemedy}",
            error),
        _ when duringConnect => Absent(
            $"The keyring cannot be reached from this session: connecting to the D-Bus session bus failed ({error?.Message ?? "no reason given"}).",
            ElsewhereRemedy,
            error),
        _ => new ProtectorStateException(ProtectorState.Failed, $"The keyring failed ({error?.Message ?? "no reason given"}).", FailureRemedy, error),
    };
}
