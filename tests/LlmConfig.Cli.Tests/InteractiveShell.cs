using System.Diagnostics;
using System.Text;

namespace LlmConfig.Cli.Tests;

/// <summary>A shell on a terminal, typed to as by a person.</summary>
internal sealed class InteractiveShell : IDisposable
{
    // Only to end a test that would never end; nothing is concluded from the time that passes.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Thread _reader;
    private int _seen;
    private int _typed;

    public InteractiveShell(string shell, string home, string path)
    {
        var start = new ProcessStartInfo("/usr/bin/script", ["-qec", shell, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = home,
        };
        start.Environment["HOME"] = home;
        start.Environment["PATH"] = path;
        start.Environment["TERM"] = "dumb";
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment.Remove("LLMCONFIG_HOME");
        _process = Process.Start(start)!;
        _reader = new Thread(Read) { IsBackground = true };
        _reader.Start();
    }

    /// <summary>True where the shell and what gives it a terminal are installed.</summary>
    public static bool Has(string shell) => File.Exists("/usr/bin/script") && (File.Exists($"/usr/bin/{shell}") || File.Exists($"/bin/{shell}"));

    /// <summary>Types a line and waits until the shell has carried it out.</summary>
    public void Type(string line)
    {
        string done = $"done-{++_typed}.";
        // Taken apart, so that the echo of what is typed is not taken for the answer.
        Send($"{line}; echo done''-{_typed}.\n");
        lock (_output)
        {
            long deadline = Stopwatch.GetTimestamp() + (long)(Patience.TotalSeconds * Stopwatch.Frequency);
            while (_output.ToString().IndexOf(done, _seen, StringComparison.Ordinal) is var at)
            {
                if (at >= 0)
                {
                    _seen = at + done.Length;
                    return;
                }

                Assert.True(Stopwatch.GetTimestamp() < deadline && Monitor.Wait(_output, Patience), $"The shell did not come back after: {line}\n{_output}");
            }
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Send(string text)
    {
        _process.StandardInput.BaseStream.Write(Encoding.UTF8.GetBytes(text));
        _process.StandardInput.BaseStream.Flush();
    }

    private void Read()
    {
        byte[] buffer = new byte[4096];
        Decoder decoder = Encoding.UTF8.GetDecoder();
        char[] characters = new char[4096];
        int read;
        while ((read = _process.StandardOutput.BaseStream.Read(buffer)) > 0)
        {
            lock (_output)
            {
                _output.Append(characters, 0, decoder.GetChars(buffer, 0, read, characters, 0));
                Monitor.PulseAll(_output);
            }
        }
    }
}
