using System.Globalization;
using System.Text;

namespace LlmConfig.Shell;

/// <summary>Reads a line, or a statement of several, with the keys people expect at a prompt.</summary>
internal sealed class LineEditor(IConsole console, TextWriter terminal)
{
    private readonly LineBuffer _buffer = new();
    private readonly LineView _view = new(terminal, () => console.Width);
    private LineCompletions? _cycle;
    private int _cycleIndex;
    private int _cycleLength;

    /// <returns>What was entered, or <see langword="null"/> for Ctrl+D on an empty line.</returns>
    /// <exception cref="OperationCanceledException">Ctrl+C.</exception>
    public string? Read(LineRequest request)
    {
        _buffer.Set(string.Empty);
        _cycle = null;
        request.History?.Rewind();
        console.TakeControlC(asKey: true);
        try
        {
            _view.Begin(request.Prompt, request.ContinuationPrompt);
            while (true)
            {
                ConsoleKeyInfo key = console.ReadKey();
                if (key.Key != ConsoleKey.Tab)
                {
                    _cycle = null;
                }

                if (IsEnter(key))
                {
                    if (request.IsComplete(_buffer.Text))
                    {
                        _view.End(_buffer.Text, _buffer.AtEnd);
                        return _buffer.Text;
                    }

                    _buffer.End();
                    Type('\n');
                }
                else if (IsControl(key, ConsoleKey.C))
                {
                    _view.End(_buffer.Text + "^C", cursorAtEnd: false);
                    throw new OperationCanceledException();
                }
                else if (IsControl(key, ConsoleKey.D) && _buffer.Length == 0)
                {
                    _view.End(string.Empty, cursorAtEnd: true);
                    return null;
                }
                else
                {
                    Apply(key, request);
                }
            }
        }
        finally
        {
            console.TakeControlC(asKey: false);
        }
    }

    internal static bool IsEnter(ConsoleKeyInfo key) => key.Key == ConsoleKey.Enter || key.KeyChar is '\r' or '\n';

    internal static bool IsControl(ConsoleKeyInfo key, ConsoleKey letter) =>
        (key.Modifiers.HasFlag(ConsoleModifiers.Control) && key.Key == letter)
        || key.KeyChar == (char)(letter - ConsoleKey.A + 1);

    private void Apply(ConsoleKeyInfo key, LineRequest request)
    {
        switch (key.Key)
        {
            case ConsoleKey.Tab:
                Complete(request, key.Modifiers.HasFlag(ConsoleModifiers.Shift) ? -1 : 1);
                break;
            case ConsoleKey.UpArrow when !_buffer.Up():
                Recall(request.History?.Older(_buffer.Text));
                break;
            case ConsoleKey.DownArrow when !_buffer.Down():
                Recall(request.History?.Newer());
                break;
            case ConsoleKey.Escape:
                _buffer.Set(string.Empty);
                break;
            default:
                if (Edit(key) is not { } edit)
                {
                    if (!char.IsControl(key.KeyChar) && !key.Modifiers.HasFlag(ConsoleModifiers.Alt))
                    {
                        Type(key.KeyChar);
                    }

                    return;
                }

                edit();
                break;
        }

        _view.Draw(_buffer.Text, _buffer.Cursor);
    }

    private Action? Edit(ConsoleKeyInfo key)
    {
        bool byWord = (key.Modifiers & (ConsoleModifiers.Control | ConsoleModifiers.Alt)) != 0;
        return key.Key switch
        {
            ConsoleKey.LeftArrow => byWord ? _buffer.WordLeft : _buffer.Left,
            ConsoleKey.RightArrow => byWord ? _buffer.WordRight : _buffer.Right,
            ConsoleKey.UpArrow or ConsoleKey.DownArrow => static () => { }
            ,
            ConsoleKey.Home => _buffer.Home,
            ConsoleKey.End => _buffer.End,
            ConsoleKey.Delete => _buffer.Delete,
            ConsoleKey.Backspace => byWord ? _buffer.KillWord : _buffer.Backspace,
            _ when IsControl(key, ConsoleKey.A) => _buffer.Home,
            _ when IsControl(key, ConsoleKey.B) => _buffer.Left,
            _ when IsControl(key, ConsoleKey.D) => _buffer.Delete,
            _ when IsControl(key, ConsoleKey.E) => _buffer.End,
            _ when IsControl(key, ConsoleKey.F) => _buffer.Right,
            _ when IsControl(key, ConsoleKey.H) => _buffer.Backspace,
            _ when IsControl(key, ConsoleKey.K) => _buffer.KillToEnd,
            _ when IsControl(key, ConsoleKey.L) => _view.Clear,
            _ when IsControl(key, ConsoleKey.U) => _buffer.KillToStart,
            _ when IsControl(key, ConsoleKey.W) => _buffer.KillWord,
            _ => null,
        };
    }

    private void Type(char value)
    {
        _buffer.Insert(value);
        if (char.IsHighSurrogate(value))
        {
            // Half a character cannot be drawn; its other half is the next key.
            return;
        }

        if (_buffer.AtEnd)
        {
            _view.Append(_buffer.Text);
        }
        else
        {
            _view.Draw(_buffer.Text, _buffer.Cursor);
        }
    }

    private void Recall(string? entry)
    {
        if (entry is not null)
        {
            _buffer.Set(entry);
        }
    }

    private void Complete(LineRequest request, int step)
    {
        if (_cycle is not null)
        {
            _cycleIndex = (_cycleIndex + step + _cycle.Texts.Count) % _cycle.Texts.Count;
            Insert(_cycle.Start, _cycleLength, _cycle.Texts[_cycleIndex]);
            return;
        }

        if (request.Complete?.Invoke(_buffer.Text, _buffer.Cursor) is not { Texts.Count: > 0 } found)
        {
            return;
        }

        if (found.Texts.Count == 1)
        {
            Insert(found.Start, found.Length, found.Texts[0]);
            return;
        }

        // As in a Unix shell: what all matches share is typed and the choice is shown; as in PowerShell: Tab again goes through them.
        string shared = SharedStart(found.Texts);
        _cycle = found;
        _cycleIndex = step > 0 ? -1 : 0;
        _cycleLength = found.Length;
        if (shared.Length > found.Length)
        {
            Insert(found.Start, found.Length, shared);
        }

        _view.Interrupt(_buffer.Text, Columns(found.Labels, console.Width, console.Height));
    }

    private void Insert(int start, int length, string text)
    {
        _buffer.Replace(start, length, text);
        _cycleLength = text.Length;
    }

    private static string SharedStart(IReadOnlyList<string> texts)
    {
        string shared = texts[0];
        foreach (string text in texts)
        {
            int length = 0;
            while (length < shared.Length && length < text.Length
                && char.ToUpperInvariant(shared[length]) == char.ToUpperInvariant(text[length]))
            {
                length++;
            }

            shared = shared[..length];
        }

        return shared;
    }

    private static string Columns(IReadOnlyList<string> labels, int width, int height)
    {
        int cell = Math.Min(labels.Max(label => DisplayWidth.Of(label)) + 2, width);
        int perLine = Math.Max(width / cell, 1);
        int shown = Math.Min(labels.Count, perLine * Math.Max(height - 4, 1));
        var text = new StringBuilder();
        for (int i = 0; i < shown; i++)
        {
            string label = DisplayWidth.Cut(labels[i], cell - 2);
            text.Append(label);
            text.Append(
                (i + 1) % perLine == 0 || i + 1 == shown ? "\r\n" : new string(' ', cell - DisplayWidth.Of(label)));
        }

        return shown < labels.Count ? text.Append(CultureInfo.InvariantCulture, $"… and {labels.Count - shown} more\r\n").ToString() : text.ToString();
    }
}
