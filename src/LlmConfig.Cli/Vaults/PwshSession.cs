using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>PowerShell gave no answer: why, as a full sentence without a key.</summary>
/// <param name="problem">Why.</param>
[SuppressMessage("Design", "CA1032", Justification = "Always made with a problem; never seen outside of the program.")]
[SuppressMessage("Design", "CA1064", Justification = "The same.")]
internal sealed class PwshFailureException(string problem) : Exception(problem);

/// <summary>
/// One PowerShell that serves the registered vaults. It loads the module's own adapter, which is part of this program, and is
/// asked over its standard input and output: nothing that this program was given becomes an argument or a script.
/// </summary>
internal sealed class PwshSession : IDisposable
{
    // The same for every run: it loads what comes in and hands over to VaultBridge.
    private const string Script = """
        & {
            [CmdletBinding()] param()
            $ErrorActionPreference = 'Stop'
            $stream = [Console]::OpenStandardInput()
            $reader = [IO.BinaryReader]::new($stream)
            foreach ($part in 1, 2) {
                $bytes = $reader.ReadBytes($reader.ReadInt32())
                $assembly = [Runtime.Loader.AssemblyLoadContext]::Default.LoadFromStream([IO.MemoryStream]::new($bytes))
            }
            $bridge = $assembly.GetType('LlmConfig.VaultBridge')
            $bridge::Serve($PSCmdlet, $stream)
        }
        """;

    private const int LongestComplaint = 2048;

    // A vault that is in the middle of a write gets this long to finish it: SecretStore rewrites its file in place.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);

    private readonly Process _process;
    private readonly TimeSpan _timeout;
    private readonly string _mark = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(VaultMessage.MarkLength / 2));
    private readonly StringBuilder _complaint = new();
    private readonly Task _listening;
    private bool _hasAnswered;
    private bool _isIntroduced;
    private int _isStopped;

    private PwshSession(Process process, TimeSpan timeout)
    {
        _process = process;
        _timeout = timeout;
        _listening = Task.Factory.StartNew(Listen, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>False once it was stopped or gave no answer.</summary>
    public bool IsAlive => _isStopped == 0;

    /// <summary>Starts PowerShell.</summary>
    /// <param name="program">Its full path.</param>
    /// <param name="timeout">The longest wait for one answer.</param>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public static PwshSession Start(string program, TimeSpan timeout)
    {
        string script = Convert.ToBase64String(Encoding.Unicode.GetBytes(Script));
        var start = new ProcessStartInfo(program, ["-NoLogo", "-NoProfile", "-NonInteractive", "-EncodedCommand", script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        start.Environment["POWERSHELL_UPDATECHECK"] = "Off";
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        return new PwshSession(Process.Start(start)!, timeout);
    }

    /// <summary>Asks and waits for the answer. One call at a time.</summary>
    /// <param name="request">What is asked; it is disposed of.</param>
    /// <param name="cancellation">Gives up, and ends PowerShell.</param>
    /// <returns>The answer, for the caller to dispose of.</returns>
    /// <exception cref="PwshFailureException">There is none; PowerShell was ended.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public VaultMessage Ask(VaultMessage request, CancellationToken cancellation)
    {
        // On a thread of its own, since neither writing to a pipe nor reading from one can be given up.
        Task<VaultMessage?> exchange = Task.Factory.StartNew(() => Exchange(request), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        // Ctrl+C ends this program at once, and has to end what it started too.
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Stop());
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Stop());
        try
        {
            if (!exchange.Wait((int)_timeout.TotalMilliseconds, cancellation))
            {
                throw new PwshFailureException($"PowerShell did not answer within {_timeout.TotalSeconds:0} seconds.");
            }

            VaultMessage answer = exchange.Result ?? throw new PwshFailureException(Ending());
            _hasAnswered = true;
            return answer;
        }
        catch (AggregateException e) when (e.InnerException is InvalidDataException broken)
        {
            throw new PwshFailureException($"What PowerShell answered makes no sense. {broken.Message}");
        }
        catch (AggregateException e) when (e.InnerException is IOException or ObjectDisposedException)
        {
            throw new PwshFailureException(Ending());
        }
        finally
        {
            if (!exchange.IsCompletedSuccessfully || exchange.Result is null)
            {
                Stop();
                _ = exchange.ContinueWith(late => late.Result?.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            }
        }
    }

    /// <summary>Lets PowerShell end, and ends it where it does not.</summary>
    public void Dispose()
    {
        Stop();
        _process.Dispose();
    }

    private VaultMessage? Exchange(VaultMessage request)
    {
        Stream input = _process.StandardInput.BaseStream;
        using (request)
        {
            if (!_isIntroduced)
            {
                _isIntroduced = true;
                Introduce(input);
            }

            request.Write(input, _mark);
        }

        return VaultMessage.Read(_process.StandardOutput.BaseStream, _mark);
    }

    private void Introduce(Stream input)
    {
        foreach (string assembly in (string[])["LlmConfig.Core.dll", "LlmConfig.PowerShell.dll"])
        {
            using Stream content = Assembly.GetExecutingAssembly().GetManifestResourceStream(assembly)!;
            input.Write(BitConverter.GetBytes((int)content.Length));
            content.CopyTo(input);
        }

        input.Write(Encoding.ASCII.GetBytes(_mark));
    }

    // What PowerShell complains of before it has seen a key is of use. Later it might repeat one, so it is only taken away.
    private void Listen()
    {
        byte[] buffer = new byte[1024];
        try
        {
            Stream errors = _process.StandardError.BaseStream;
            for (int read = errors.Read(buffer); read > 0; read = errors.Read(buffer))
            {
                lock (_complaint)
                {
                    if (!_hasAnswered && _complaint.Length < LongestComplaint)
                    {
                        _complaint.Append(Encoding.UTF8.GetString(buffer, 0, read));
                    }
                }

                CryptographicOperations.ZeroMemory(buffer);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It was ended.
        }
    }

    private string Ending()
    {
        string code = _process.WaitForExit(Farewell) ? $" (exit code {_process.ExitCode})" : string.Empty;
        string? said = null;
        if (!_hasAnswered && _listening.Wait(Farewell))
        {
            said = _complaint.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault();
        }

        string words = string.Join(' ', (said ?? string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => DisplayText.Of(word)));
        return words.Length == 0 ? $"PowerShell ended without an answer{code}." : $"PowerShell ended without an answer{code}: {words}";
    }

    private void Stop()
    {
        if (Interlocked.Exchange(ref _isStopped, 1) == 1)
        {
            return;
        }

        try
        {
            // The end of its input: it stops the vault that it is waiting for, and ends.
            _process.StandardInput.Close();
            if (!_process.WaitForExit(Farewell))
            {
                _process.Kill(entireProcessTree: true);
                _process.WaitForExit(Farewell);
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended already.
        }
    }
}
