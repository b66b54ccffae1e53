using System.Management.Automation;
using System.Runtime.InteropServices;

namespace LlmConfig.Shell;

/// <summary>
/// Ctrl+C and SIGTERM stop the running command as PowerShell stops one: <c>finally</c> blocks run, and the store is left
/// as the last commit made it. A second signal, or one while nothing runs, ends the process in the system's own way.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private PowerShell? _running;
    private bool _stopping;

    /// <summary>The exit code that the signal asks for, once there was one.</summary>
    public int? ExitCodeWanted { get; private set; }

    public void Listen()
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
    }

    /// <summary>From here on a signal stops <paramref name="command"/>.</summary>
    public Scope Watch(PowerShell command)
    {
        lock (_lock)
        {
            var scope = new Scope(this, _running, _stopping);
            _running = command;
            _stopping = false;
            ExitCodeWanted = null;
            return scope;
        }
    }

    /// <summary>Stops what runs, as Ctrl+C does.</summary>
    /// <returns><see langword="false"/> when nothing runs, or it is being stopped already.</returns>
    public bool Stop(int exitCode)
    {
        PowerShell command;
        lock (_lock)
        {
            ExitCodeWanted = exitCode;
            if (_running is null || _stopping)
            {
                return false;
            }

            _stopping = true;
            command = _running;
        }

        // Not waited for: the signal's thread must be free for the second signal.
        command.BeginStop(null, null);
        return true;
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void OnSignal(PosixSignalContext context) =>
        context.Cancel = Stop(
            context.Signal == PosixSignal.SIGTERM ? ExitCode.Terminated : ExitCode.Interrupted);

    /// <summary>Ends the watch, and goes back to the command around it, if there is one.</summary>
    internal readonly struct Scope(Interrupts owner, PowerShell? outer, bool outerStopping) : IDisposable
    {
        /// <summary>A signal came for this command.</summary>
        public bool Stopped
        {
            get
            {
                lock (owner._lock)
                {
                    return owner._stopping;
                }
            }
        }

        public void Dispose()
        {
            lock (owner._lock)
            {
                owner._running = outer;
                owner._stopping = outerStopping;
            }
        }
    }
}
