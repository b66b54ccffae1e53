using System.Text;

namespace LlmConfig.Cli.Tests;

/// <summary>A console in memory: what was given, who is at its ends, and what was written.</summary>
internal sealed class FakeConsole(string home, string input = "") : IConsole
{
    private readonly MemoryStream _input = new(Encoding.UTF8.GetBytes(input));
    private readonly MemoryStream _output = new();
    private readonly MemoryStream _error = new();
    private readonly Queue<char> _typed = [];

    public Dictionary<string, string> Variables { get; } = new() { ["LLMCONFIG_HOME"] = home, ["TERM"] = "xterm" };

    public bool IsTerminal { get; init; }

    public int Columns { get; init; } = int.MaxValue;

    public string Out => Encoding.UTF8.GetString(_output.ToArray());

    public string Err => Encoding.UTF8.GetString(_error.ToArray());

    public Stream Input => _input;

    public Stream Output => _output;

    public Stream Error => _error;

    public bool InputIsTerminal => IsTerminal;

    public bool OutputIsTerminal => IsTerminal;

    public bool ErrorIsTerminal => IsTerminal;

    public int Width => Columns;

    public void Type(string keys)
    {
        foreach (char key in keys)
        {
            _typed.Enqueue(key);
        }
    }

    public string? Variable(string name) => Variables.GetValueOrDefault(name);

    public string? ReadLine()
    {
        var line = new StringBuilder();
        while (_typed.TryDequeue(out char key) && key != '\n')
        {
            line.Append(key);
        }

        return line.ToString();
    }

    public ConsoleKeyInfo ReadKey() => _typed.TryDequeue(out char key)
        ? new ConsoleKeyInfo(key, key == '\n' ? ConsoleKey.Enter : key == '\b' ? ConsoleKey.Backspace : 0, false, false, false)
        : new ConsoleKeyInfo('\n', ConsoleKey.Enter, false, false, false);
}
