using System.Diagnostics;
using System.Text;

namespace LlmConfig.Cli.Tests;

/// <summary>The program on a real pseudo-terminal, which <c>script</c> provides.</summary>
internal sealed class PseudoTerminal : IDisposable
{
    private readonly LlmConfigProgram _program;
    private readonly Process _process;
    private readonly StringBuilder _screen = new();
    private readonly Thread _reader;
    private int _seen;

    /// <param name="arguments">The command line.</param>
    /// <param name="program">Whose home is used, and disposed of; a new one where there is none.</param>
    /// <param name="columns">The width of the terminal.</param>
    /// <param name="environment">A variable to set for the program, as NAME=value.</param>
    public PseudoTerminal(string arguments, LlmConfigProgram? program = null, int columns = 100, string environment = "")
    {
        _program = program ?? new LlmConfigProgram();
        Skip.If(!File.Exists("/usr/bin/script"), "script (util-linux) is not installed: the terminal tests cannot run");
        var start = new ProcessStartInfo("/usr/bin/script")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (string argument in new[] { "-qefc", $"stty cols {columns} rows 30; exec env --default-signal=INT {environment} {LlmConfigProgram.Launcher} {arguments}", "/dev/null" })
        {
            start.ArgumentList.Add(argument);
        }

        _program.SetEnvironment(start);
        _process = Process.Start(start)!;
        _reader = new Thread(() =>
        {
            int read;
            while ((read = _process.StandardOutput.Read()) >= 0)
            {
                lock (_screen)
                {
                    _screen.Append((char)read);
                }
            }
        })
        { IsBackground = true };
        _reader.Start();
    }

    /// <summary>Everything that was written to the terminal.</summary>
    public string Screen
    {
        get
        {
            lock (_screen)
            {
                // The line editor ends lines itself, and the terminal's driver adds a return of its own.
                return _screen.ToString().Replace("\r\r\n", "\r\n", StringComparison.Ordinal);
            }
        }
    }

    /// <summary>Waits for text that was not waited for yet.</summary>
    public void Expect(string text)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromSeconds(30))
        {
            int at = Screen.IndexOf(text, _seen, StringComparison.Ordinal);
            if (at >= 0)
            {
                _seen = at + text.Length;
                // The key that follows must find the program reading.
                Thread.Sleep(100);
                return;
            }

            Thread.Sleep(20);
        }

        throw new TimeoutException($"'{text}' never came. The terminal shows:\n{Screen[_seen..]}");
    }

    public void Send(string keys)
    {
        _process.StandardInput.Write(keys);
        _process.StandardInput.Flush();
    }

    public int WaitForExit()
    {
        if (!_process.WaitForExit(TimeSpan.FromSeconds(30)))
        {
            throw new TimeoutException($"llmconfig did not end. The terminal shows:\n{Screen}");
        }

        _reader.Join(TimeSpan.FromSeconds(5));
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        _program.Dispose();
    }
}
