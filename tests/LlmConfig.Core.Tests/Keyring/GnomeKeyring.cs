using System.Diagnostics;
using System.Text;

namespace LlmConfig.Tests;

/// <summary>
/// A session of its own: a private message bus and a real gnome-keyring on it, in a temporary home, in one of the
/// states that a session can be in. Nothing of the real session is read or written.
/// </summary>
internal sealed class GnomeKeyring : IDisposable
{
    private const string Password = "the keyring's password";
    private const string Service = "org.freedesktop.secrets";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("llmk").FullName;
    private readonly Dictionary<string, string?> _environment;
    private readonly List<Process> _processes = [];
    private readonly StringBuilder _traffic = new();
    private readonly StringBuilder _spoken = new();
#pragma warning disable CA2213 // Both are among _processes.
    private Process? _bus;
    private Process? _keyring;
#pragma warning restore CA2213
    private MuteBus? _muteBus;

    private GnomeKeyring()
    {
        foreach (string name in new[] { "data", "run", "bin", "config" })
        {
            Directory.CreateDirectory(Path.Combine(_folder, name));
        }

        // Would be started by GDBus in a session without a bus, and makes one.
        string launcher = Path.Combine(_folder, "bin", "dbus-launch");
        File.WriteAllText(launcher, $"#!/bin/sh\ntouch {LauncherMark}\nexit 1\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(launcher, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        _environment = new Dictionary<string, string?>
        {
            ["HOME"] = _folder,
            ["XDG_DATA_HOME"] = Path.Combine(_folder, "data"),
            ["XDG_CONFIG_HOME"] = Path.Combine(_folder, "config"),
            ["XDG_RUNTIME_DIR"] = Path.Combine(_folder, "run"),
            ["PATH"] = $"{_folder}/bin:{Environment.GetEnvironmentVariable("PATH")}",
            ["DBUS_SESSION_BUS_ADDRESS"] = BusAddress,
            ["DISPLAY"] = ":97",
            ["WAYLAND_DISPLAY"] = null,
            ["GNOME_KEYRING_CONTROL"] = null,
            ["SSH_AUTH_SOCK"] = null,
        };
        // The runner may be stopped in the middle of a test.
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    /// <summary>What is not installed, in one line; <see langword="null"/> when everything is there.</summary>
    public static string? Missing { get; } = FindMissing();

    public string BusAddress => $"unix:path={_folder}/bus";

    /// <summary>Exists when somebody tried to start a bus.</summary>
    public string LauncherMark => Path.Combine(_folder, "launched");

    /// <summary>Everything that workers wrote to both of their streams.</summary>
    public string Spoken => Read(_spoken);

    /// <summary>Everything that crossed the bus.</summary>
    public string Traffic => Read(_traffic);

    public static GnomeKeyring Start(KeyringState state)
    {
        var session = new GnomeKeyring();
        try
        {
            session.Enter(state);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Runs the worker's <c>keyring</c> command in this session.</summary>
    public KeyringAnswer[] Ask(params string[] operations)
    {
        using KeyringDialogue dialogue = Talk(operations);
        return [.. operations.Where(operation => !operation.StartsWith("set=", StringComparison.Ordinal)).Select(_ => dialogue.Next())];
    }

    /// <summary>Starts the worker's <c>keyring</c> command in this session.</summary>
    public KeyringDialogue Talk(params string[] operations) => new(
        StartProcess("dotnet", [Path.Combine(AppContext.BaseDirectory, "LlmConfig.Worker.dll"), "keyring", .. operations], keepErrors: true), _spoken);

    /// <summary>Runs a program in this session and returns what it wrote.</summary>
    public string Run(string program, string[] arguments, string input = "")
    {
        using Process process = StartProcess(program, arguments);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        return process.WaitForExit(Patience) ? output : throw new TimeoutException(program);
    }

    /// <summary>What secret-tool shows of this product's items: labels and attributes, and secrets where it can.</summary>
    public string Items() => _bus is null ? "" : Run("secret-tool", ["search", "--all", "application", "LlmConfig"]);

    /// <summary>How many items of this product the keyring has; none where there is no keyring.</summary>
    public int CountItems() => Items().Split('\n').Count(line => line.StartsWith("label = ", StringComparison.Ordinal));

    public void Lock() => Send("Lock", "array:objpath:/org/freedesktop/secrets/collection/login");

    /// <summary>Starts the keyring anew on the same bus.</summary>
    public void Restart(bool unlock)
    {
        Kill(_keyring!);
        WaitUntil("the keyring left the bus", () => !HasService());
        StartKeyring(unlock);
    }

    /// <summary>Replaces the bus, at the same address, and the keyring on it.</summary>
    public void RestartBus()
    {
        Kill(_keyring!);
        Kill(_bus!);
        StartBus();
        StartKeyring(unlock: true);
    }

    /// <summary>Lets everything go on that was stopped.</summary>
    public void Thaw()
    {
        foreach (Process process in new[] { _bus, _keyring }.OfType<Process>())
        {
            Signal(process, "CONT");
        }
    }

    /// <summary>Leaves the bus to be found where systemd puts it, instead of by its address.</summary>
    public void MoveBusToRuntimeFolder()
    {
        _environment["DBUS_SESSION_BUS_ADDRESS"] = null;
        File.Move(Path.Combine(_folder, "bus"), Path.Combine(_folder, "run", "bus"));
    }

    /// <summary>Whether anybody asked the keyring to show a dialog, once everything before has crossed the bus.</summary>
    public bool WasPromptShown()
    {
        if (_bus is null)
        {
            return false;
        }

        string mark = $"org.example.Mark{Guid.NewGuid():N}";
        WaitUntil("the monitor saw the mark", () =>
        {
            _ = Run("dbus-send", ["--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner", $"string:{mark}"]);
            return Traffic.Contains(mark, StringComparison.Ordinal);
        });
        return Traffic.Contains("member=Prompt", StringComparison.Ordinal);
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        KillAll();
        _muteBus?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string? FindMissing()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        bool complete = OperatingSystem.IsLinux()
            && new[] { "dbus-daemon", "dbus-monitor", "dbus-send", "gnome-keyring-daemon", "secret-tool" }
                .All(program => folders.Any(folder => File.Exists(Path.Combine(folder, program))))
            && LibSecret.IsInstalled;
        return complete ? null : "needs Linux and: apt-get install gnome-keyring libsecret-1-0 libsecret-tools dbus";
    }

    private static void WaitUntil(string what, Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > Patience)
            {
                throw new TimeoutException($"waited in vain until {what}");
            }

            Thread.Sleep(20);
        }
    }

    private static void Signal(Process process, string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static void Kill(Process process)
    {
        process.Kill();
        process.WaitForExit();
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    private void Enter(KeyringState state)
    {
        switch (state)
        {
            case KeyringState.None:
                _environment["DBUS_SESSION_BUS_ADDRESS"] = null;
                return;
            case KeyringState.DeadBus:
                return;
            case KeyringState.MuteBus:
                _muteBus = new MuteBus(Path.Combine(_folder, "bus"));
                return;
        }

        StartBus();
        if (state == KeyringState.NoService)
        {
            return;
        }

        StartKeyring(unlock: state != KeyringState.NoCollection);
        switch (state)
        {
            case KeyringState.LockedFromStart:
                Restart(unlock: false);
                break;
            case KeyringState.LockedLater:
                Lock();
                break;
            case KeyringState.Hung:
                Signal(_keyring!, "STOP");
                break;
            case KeyringState.HungBus:
                Signal(_bus!, "STOP");
                break;
        }
    }

    private void StartBus()
    {
        string configuration = Path.Combine(_folder, "bus.conf");
        // No service folder: nothing can be started by asking for it, such as a keyring of the real session.
        File.WriteAllText(configuration, $"""
            <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig>
              <type>session</type>
              <listen>{BusAddress}</listen>
              <auth>EXTERNAL</auth>
              <policy context="default">
                <allow send_destination="*" eavesdrop="true"/>
                <allow eavesdrop="true"/>
                <allow own="*"/>
              </policy>
            </busconfig>
            """);
        File.Delete(Path.Combine(_folder, "bus"));
        _bus = StartProcess("dbus-daemon", [$"--config-file={configuration}", "--nofork", "--print-address"]);
        _ = _bus.StandardOutput.ReadLine();
        Process monitor = StartProcess("dbus-monitor", ["--address", BusAddress]);
        monitor.OutputDataReceived += (_, line) =>
        {
            lock (_traffic)
            {
                _traffic.AppendLine(line.Data);
            }
        };
        monitor.BeginOutputReadLine();
        WaitUntil("the monitor is on the bus", () =>
        {
            _ = HasService();
            return Traffic.Contains("NameHasOwner", StringComparison.Ordinal);
        });
    }

    private void StartKeyring(bool unlock)
    {
        _keyring = StartProcess(
            "gnome-keyring-daemon",
            unlock ? ["--foreground", "--components=secrets", "--unlock"] : ["--foreground", "--components=secrets"]);
        if (unlock)
        {
            _keyring.StandardInput.Write(Password);
        }

        _keyring.StandardInput.Close();
        WaitUntil("the keyring is on the bus", HasService);
        if (unlock)
        {
            WaitUntil("the keyring has a default collection", () =>
                Send("ReadAlias", "string:default").Contains("collection/login", StringComparison.Ordinal));
        }
    }

    private bool HasService() => Run(
        "dbus-send", ["--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner", $"string:{Service}"])
        .Contains("true", StringComparison.Ordinal);

    private string Send(string method, string argument) => Run(
        "dbus-send",
        ["--print-reply", $"--dest={Service}", "/org/freedesktop/secrets", $"org.freedesktop.Secret.Service.{method}", argument]);

    private Process StartProcess(string program, string[] arguments, bool keepErrors = false)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        foreach ((string name, string? value) in _environment)
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) =>
        {
            if (keepErrors)
            {
                lock (_spoken)
                {
                    _spoken.AppendLine(line.Data);
                }
            }
        };
        process.BeginErrorReadLine();
        lock (_processes)
        {
            _processes.Add(process);
        }

        return process;
    }

    private void OnExit(object? sender, EventArgs e) => KillAll();

    private void KillAll()
    {
        lock (_processes)
        {
            foreach (Process process in _processes)
            {
                try
                {
                    // SIGKILL reaches a stopped process too.
                    Kill(process);
                }
                catch (InvalidOperationException)
                {
                    // Disposed of by Run, which waits for its end.
                }

                process.Dispose();
            }

            _processes.Clear();
        }
    }
}
