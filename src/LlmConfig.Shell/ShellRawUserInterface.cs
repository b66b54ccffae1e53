using System.Management.Automation.Host;

namespace LlmConfig.Shell;

/// <summary>The window's size, which views are fitted to, and keys. The rest of the contract is for painting screens, which nothing here does.</summary>
internal sealed class ShellRawUserInterface(IConsole console, bool interactive) : PSHostRawUserInterface
{
    public override Size BufferSize
    {
        get => new(console.Width, console.Height);
        set => throw Unsupported();
    }

    public override Size WindowSize
    {
        get => new(console.Width, console.Height);
        set => throw Unsupported();
    }

    public override Size MaxWindowSize => WindowSize;

    public override Size MaxPhysicalWindowSize => WindowSize;

    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    public override Coordinates CursorPosition
    {
        get => default;
        set => throw Unsupported();
    }

    public override int CursorSize { get; set; } = 25;

    public override Coordinates WindowPosition { get; set; }

    public override string WindowTitle { get; set; } = "llmconfig";

    public override bool KeyAvailable => interactive && console.KeyAvailable;

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        if (!interactive)
        {
            throw NotInteractive.Error("A key was asked for");
        }

        ConsoleKeyInfo key = console.ReadKey();
        return new KeyInfo((int)key.Key, key.KeyChar, default, keyDown: true);
    }

    public override void FlushInputBuffer()
    {
        while (KeyAvailable)
        {
            console.ReadKey();
        }
    }

    public override int LengthInBufferCells(string source) => DisplayWidth.Of(source);

    public override int LengthInBufferCells(string source, int offset) => DisplayWidth.Of(source.AsSpan(offset));

    public override int LengthInBufferCells(char source) => DisplayWidth.Of([source]);

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw Unsupported();

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) =>
        throw Unsupported();

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw Unsupported();

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw Unsupported();

    private static NotSupportedException Unsupported() => new("llmconfig does not paint the screen.");
}
