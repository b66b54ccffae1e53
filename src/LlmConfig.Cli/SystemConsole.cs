namespace LlmConfig.Cli;

/// <summary>The process's own console. Nothing is opened before it is used: .NET's readers and writers would prepare the terminal.</summary>
internal sealed class SystemConsole : IConsole
{
    private Stream? _input;
    private Stream? _output;
    private Stream? _error;

    public Stream Input => _input ??= Console.OpenStandardInput();

    public Stream Output => _output ??= Console.OpenStandardOutput();

    public Stream Error => _error ??= Console.OpenStandardError();

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

    public string? ReadLine() => Console.ReadLine();

    public ConsoleKeyInfo ReadKey() => Console.ReadKey(intercept: true);
}
