using System.Text;

namespace LlmConfig.Shell;

/// <summary>The text being typed and the cursor in it. A character outside the basic plane moves and goes as one.</summary>
internal sealed class LineBuffer
{
    private readonly StringBuilder _text = new();

    public string Text => _text.ToString();

    public int Length => _text.Length;

    /// <summary>Between 0 and <see cref="Length"/>, never inside a surrogate pair.</summary>
    public int Cursor { get; private set; }

    public bool AtEnd => Cursor == _text.Length;

    public void Set(string text)
    {
        _text.Clear().Append(text);
        Cursor = _text.Length;
    }

    public void Insert(char value)
    {
        _text.Insert(Cursor, value);
        Cursor++;
    }

    public void Replace(int start, int length, string value)
    {
        _text.Remove(start, length).Insert(start, value);
        Cursor = start + value.Length;
    }

    public void Left() => Cursor = Previous(Cursor);

    public void Right() => Cursor = Next(Cursor);

    public void WordLeft() => Cursor = WordStart();

    public void WordRight()
    {
        while (Cursor < Length && char.IsWhiteSpace(_text[Cursor]))
        {
            Cursor++;
        }

        while (Cursor < Length && !char.IsWhiteSpace(_text[Cursor]))
        {
            Cursor++;
        }
    }

    public void Home() => Cursor = LineStart(Cursor);

    public void End() => Cursor = LineEnd(Cursor);

    /// <summary>One line up in a text of several lines.</summary>
    /// <returns><see langword="false"/> on the first line.</returns>
    public bool Up()
    {
        int start = LineStart(Cursor);
        if (start == 0)
        {
            return false;
        }

        int column = Cursor - start;
        int above = LineStart(start - 1);
        MoveTo(Math.Min(above + column, start - 1));
        return true;
    }

    /// <summary>One line down in a text of several lines.</summary>
    /// <returns><see langword="false"/> on the last line.</returns>
    public bool Down()
    {
        int end = LineEnd(Cursor);
        if (end == Length)
        {
            return false;
        }

        int column = Cursor - LineStart(Cursor);
        MoveTo(Math.Min(end + 1 + column, LineEnd(end + 1)));
        return true;
    }

    public void Backspace()
    {
        int from = Previous(Cursor);
        _text.Remove(from, Cursor - from);
        Cursor = from;
    }

    public void Delete() => _text.Remove(Cursor, Next(Cursor) - Cursor);

    public void KillToEnd() => _text.Remove(Cursor, LineEnd(Cursor) - Cursor);

    public void KillToStart()
    {
        int start = LineStart(Cursor);
        _text.Remove(start, Cursor - start);
        Cursor = start;
    }

    public void KillWord()
    {
        int start = WordStart();
        _text.Remove(start, Cursor - start);
        Cursor = start;
    }

    private int WordStart()
    {
        int at = Cursor;
        while (at > 0 && char.IsWhiteSpace(_text[at - 1]))
        {
            at--;
        }

        while (at > 0 && !char.IsWhiteSpace(_text[at - 1]))
        {
            at--;
        }

        return at;
    }

    private void MoveTo(int position) =>
        Cursor = position > 0 && position < Length && char.IsLowSurrogate(_text[position]) ? position - 1 : position;

    private int LineStart(int from)
    {
        while (from > 0 && _text[from - 1] != '\n')
        {
            from--;
        }

        return from;
    }

    private int LineEnd(int from)
    {
        while (from < Length && _text[from] != '\n')
        {
            from++;
        }

        return from;
    }

    private int Previous(int from) =>
        from == 0 ? 0 : from > 1 && char.IsLowSurrogate(_text[from - 1]) && char.IsHighSurrogate(_text[from - 2]) ? from - 2 : from - 1;

    private int Next(int from) =>
        from == Length ? from : from + 1 < Length && char.IsHighSurrogate(_text[from]) && char.IsLowSurrogate(_text[from + 1]) ? from + 2 : from + 1;
}
