namespace LlmConfig.Shell.Tests;

/// <summary>A console whose keys are given beforehand and whose streams are strings.</summary>
internal sealed class FakeConsole(params IEnumerable<ConsoleKeyInfo> keys) : IConsole
{
    private readonly Queue<ConsoleKeyInfo> _keys = new(keys);

    public bool InputIsTerminal { get; init; } = true;

    public bool OutputIsTerminal { get; init; } = true;

    public bool ErrorIsTerminal { get; init; } = true;

    public bool CanEdit { get; init; } = true;

    public bool WantsColor { get; init; }

    public int Width { get; init; } = 80;

    public int Height { get; init; } = 25;

    public TextReader In { get; init; } = TextReader.Null;

    public StringWriter Written { get; } = new();

    public StringWriter Errors { get; } = new();

    public TextWriter Out => Written;

    public TextWriter Error => Errors;

    public bool KeyAvailable => _keys.Count > 0;

    public bool ControlCIsKey { get; private set; }

    public static ConsoleKeyInfo Control(ConsoleKey letter) =>
        new((char)(letter - ConsoleKey.A + 1), letter, shift: false, alt: false, control: true);

    public static ConsoleKeyInfo Key(ConsoleKey key) => new('\0', key, shift: false, alt: false, control: false);

    public static IEnumerable<ConsoleKeyInfo> Typed(string text) =>
        text.Select(character => new ConsoleKeyInfo(
            character, character == '\r' ? ConsoleKey.Enter : ConsoleKey.None, shift: false, alt: false, control: false));

    public ConsoleKeyInfo ReadKey() => _keys.Dequeue();

    public void TakeControlC(bool asKey) => ControlCIsKey = asKey;
}
