using System.Text;

namespace LlmConfig.Shell;

/// <summary>The process's own console. Nothing is opened before it is used: most runs need one stream.</summary>
internal sealed class SystemConsole : IConsole
{
    /// <summary>A width for output that goes to a file or a pipe: what tables get that nobody's window limits.</summary>
    private const int RedirectedWidth = 120;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Lazy<TextReader> _in = new(() => new StreamReader(Console.OpenStandardInput(), Utf8));

    private readonly Lazy<TextWriter> _out = new(() => Open(Console.OpenStandardOutput()));

    private readonly Lazy<TextWriter> _error = new(() => Open(Console.OpenStandardError()));

    public bool InputIsTerminal { get; } = !Console.IsInputRedirected;

    public bool OutputIsTerminal { get; } = !Console.IsOutputRedirected;

    public bool ErrorIsTerminal { get; } = !Console.IsErrorRedirected;

    public bool CanEdit => InputIsTerminal && (OutputIsTerminal || ErrorIsTerminal) && !IsDumb;

    public bool WantsColor { get; } =
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && !IsDumb;

    public int Width => Measure(() => Console.WindowWidth, RedirectedWidth);

    public int Height => Measure(() => Console.WindowHeight, 50);

    public TextReader In => _in.Value;

    public TextWriter Out => _out.Value;

    public TextWriter Error => _error.Value;

    public bool KeyAvailable => Console.KeyAvailable;

    private static bool IsDumb =>
        !OperatingSystem.IsWindows() && Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";

    public ConsoleKeyInfo ReadKey() => Console.ReadKey(intercept: true);

    public void TakeControlC(bool asKey) => Console.TreatControlCAsInput = asKey;

    // Flushed by the line: an object must be seen when it comes, not when the script ends.
    private static StreamWriter Open(Stream stream) => new(stream, Utf8) { AutoFlush = true };

    private int Measure(Func<int> size, int fallback)
    {
        if (!OutputIsTerminal)
        {
            return fallback;
        }

        try
        {
            return size() is > 0 and int measured ? measured : fallback;
        }
        catch (IOException)
        {
            return fallback;
        }
    }
}
