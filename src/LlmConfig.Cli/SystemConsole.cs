using System.Text;

namespace LlmConfig.Cli;

/// <summary>The process's own console. Nothing is opened before it is used: .NET's readers and writers would prepare the terminal.</summary>
internal sealed class SystemConsole : IConsole
{
    private Stream? _input;
    private Stream? _output;
    private Stream? _error;

    public Stream Input => _input ??= AsUtf8(Console.OpenStandardInput, InputIsTerminal);

    public Stream Output => _output ??= AsUtf8(Console.OpenStandardOutput, OutputIsTerminal);

    public Stream Error => _error ??= AsUtf8(Console.OpenStandardError, ErrorIsTerminal);

    public bool InputIsTerminal => !Console.IsInputRedirected;

    public bool OutputIsTerminal => !Console.IsOutputRedirected;

    public bool ErrorIsTerminal => !Console.IsErrorRedirected;

    public int Width
    {
        get
        {
            try
            {
                return OutputIsTerminal && Console.WindowWidth is > 0 and int columns ? columns : int.MaxValue;
            }
            catch (IOException)
            {
                return int.MaxValue;
            }
        }
    }

    public string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    // A console of Windows takes bytes for text of a code page that seldom is UTF-8; UTF-16 it takes as it is.
    private static Stream AsUtf8(Func<Stream> open, bool isTerminal)
    {
        if (!OperatingSystem.IsWindows() || !isTerminal)
        {
            return open();
        }

        Console.InputEncoding = Console.OutputEncoding = Encoding.Unicode;
        return Encoding.CreateTranscodingStream(open(), Encoding.Unicode, Encoding.UTF8);
    }

    public string? ReadLine() => Console.ReadLine();

    public ConsoleKeyInfo ReadKey() => Console.ReadKey(intercept: true);
}
