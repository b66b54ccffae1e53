using System.Globalization;
using System.Text;

namespace LlmConfig.Shell;

/// <summary>
/// Draws the line being edited with nothing but relative cursor movements, so that it works wherever on the screen the
/// line begins.
/// </summary>
internal sealed class LineView(TextWriter terminal, Func<int> width)
{
    private string _prompt = string.Empty;
    private string _continuation = string.Empty;
    private int _cursorRow;

    public void Begin(string prompt, string continuation)
    {
        _prompt = prompt;
        _continuation = continuation;
        _cursorRow = 0;
        // From the left margin: the prompt may stand there already.
        terminal.Write('\r' + prompt);
    }

    /// <summary>
    /// Draws a character that was typed at the end. The usual case: it costs one write, and a slow line does not flicker.
    /// </summary>
    public void Append(string text)
    {
        (int row, int column) = Locate(text);
        if (row != _cursorRow || column == 0 || text.EndsWith('\n'))
        {
            Draw(text, text.Length);
            return;
        }

        int length = char.IsLowSurrogate(text[^1]) && text.Length > 1 ? 2 : 1;
        terminal.Write(text[^length..]);
    }

    /// <summary>Draws everything anew, over what is there.</summary>
    public void Draw(string text, int cursor)
    {
        var output = new StringBuilder();
        if (_cursorRow > 0)
        {
            output.Append(CultureInfo.InvariantCulture, $"\u001b[{_cursorRow}A");
        }

        output.Append("\r\u001b[J").Append(_prompt).Append(text.Replace("\n", "\r\n" + _continuation, StringComparison.Ordinal));
        (int endRow, int endColumn) = Locate(text);
        if (endColumn == 0 && endRow > 0 && !text.EndsWith('\n'))
        {
            // The last column was filled: terminals wait there, and the break makes where we are certain.
            output.Append("\r\n");
        }

        (int row, int column) = Locate(text[..cursor]);
        if (endRow > row)
        {
            output.Append(CultureInfo.InvariantCulture, $"\u001b[{endRow - row}A");
        }

        output.Append('\r');
        if (column > 0)
        {
            output.Append(CultureInfo.InvariantCulture, $"\u001b[{column}C");
        }

        _cursorRow = row;
        terminal.Write(output);
    }

    /// <summary>Leaves the line behind: what is written next begins below it.</summary>
    /// <param name="text">What the line holds.</param>
    /// <param name="cursorAtEnd">The cursor stands behind it, and everything is drawn.</param>
    public void End(string text, bool cursorAtEnd)
    {
        if (!cursorAtEnd)
        {
            Draw(text, text.Length);
        }

        terminal.Write("\r\n");
    }

    /// <summary>Writes below the line and begins it again underneath.</summary>
    public void Interrupt(string text, string below)
    {
        End(text, cursorAtEnd: false);
        terminal.Write(below);
        _cursorRow = 0;
    }

    public void Clear()
    {
        terminal.Write("\u001b[H\u001b[2J");
        _cursorRow = 0;
    }

    private (int Row, int Column) Locate(string text)
    {
        int columns = Math.Max(width(), 2);
        int promptWidth = DisplayWidth.Of(_prompt);
        int row = promptWidth / columns;
        int column = promptWidth % columns;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value == '\n')
            {
                row++;
                column = DisplayWidth.Of(_continuation);
                continue;
            }

            int cells = DisplayWidth.Of(rune);
            if (column + cells > columns)
            {
                row++;
                column = 0;
            }

            column += cells;
        }

        return column == columns ? (row + 1, 0) : (row, column);
    }
}
