using System.Text;

namespace LlmConfig.Cli;

/// <summary>How a text is shown where there are colours: the parameter of SGR (ECMA-48, 8.3.117).</summary>
internal enum Tone
{
    Plain = 0,
    Heading = 1,
    Quiet = 2,
    Bad = 31,
    Good = 32,
    Doubtful = 33,
}

/// <summary>A text in a table or list, fit to be shown on a terminal.</summary>
internal readonly record struct Cell
{
    public Cell(string? text, Tone tone = Tone.Plain) => (Text, Tone) = (DisplayText.Printable(text) ?? string.Empty, tone);

    public string Text { get; }

    public Tone Tone { get; }

    public static implicit operator Cell(string? text) => new(text);
}

/// <summary>Lays out tables and lists for a person: as wide as the terminal, and without limit where the output goes elsewhere.</summary>
internal sealed class TextPage(StringBuilder text, int width, bool hasColor)
{
    private const string Gap = "  ";
    private const int NarrowestColumn = 6;

    /// <summary>A table. Where it is too wide, the widest columns are cut, and say so with an ellipsis. Nothing without an item.</summary>
    /// <param name="items">One for each row.</param>
    /// <param name="headings">One for each column.</param>
    /// <param name="cells">The cells of a row; a text that does not print is escaped here.</param>
    public void Table<T>(IReadOnlyList<T> items, IReadOnlyList<string> headings, Func<T, Cell[]> cells)
    {
        if (items.Count == 0)
        {
            return;
        }

        Cell[][] rows = [[.. headings.Select(heading => new Cell(heading, Tone.Heading))], .. items.Select(cells)];
        int[] widths = [.. headings.Select((_, column) => rows.Max(row => DisplayWidth.Of(row[column].Text)))];
        int available = width == int.MaxValue ? width : width - (Gap.Length * (widths.Length - 1));
        while (widths.Sum() > available && widths.Max() > NarrowestColumn)
        {
            widths[Array.IndexOf(widths, widths.Max())]--;
        }

        foreach (Cell[] row in rows)
        {
            Line(row, widths);
        }
    }

    /// <summary>For each item its names and values, one a line; an empty line between two items.</summary>
    public void Lists<T>(IReadOnlyList<T> items, Func<T, IReadOnlyList<(string Name, Cell Value)>> lines)
    {
        foreach (T item in items)
        {
            text.Append(text.Length > 0 ? "\n" : string.Empty);
            IReadOnlyList<(string Name, Cell Value)> all = lines(item);
            int longest = all.Max(line => line.Name.Length);
            foreach ((string name, Cell value) in all)
            {
                text.Append(Colored(name.PadRight(longest), Tone.Heading)).Append(Gap).Append(Colored(value.Text, value.Tone)).Append('\n');
            }
        }
    }

    /// <summary>A line for each item, of cells one after the other. None is cut, however narrow the terminal is.</summary>
    public void Lines<T>(IReadOnlyList<T> items, Func<T, Cell[]> cells)
    {
        foreach (T item in items)
        {
            text.AppendJoin(string.Empty, cells(item).Select(cell => Colored(cell.Text, cell.Tone))).Append('\n');
        }
    }

    /// <summary>Sentences, after an empty line; nothing without one.</summary>
    public void Notes(IReadOnlyList<string> notes) =>
        text.Append(notes.Count > 0 ? "\n" : string.Empty).AppendJoin(string.Empty, notes.Select(note => note + "\n"));

    private void Line(Cell[] cells, int[] widths)
    {
        int end = text.Length;
        for (int i = 0; i < cells.Length; i++)
        {
            string shown = cells[i].Text;
            int columns = DisplayWidth.Of(shown);
            if (columns > widths[i])
            {
                shown = DisplayWidth.Cut(shown, widths[i] - 1) + "…";
                columns = DisplayWidth.Of(shown);
            }

            text.Append(Colored(shown, cells[i].Tone));
            end = shown.Length > 0 ? text.Length : end;
            text.Append(' ', widths[i] - columns).Append(Gap);
        }

        text.Length = end;
        text.Append('\n');
    }

    private string Colored(string shown, Tone tone) => hasColor && tone != Tone.Plain && shown.Length > 0 ? $"\e[{(int)tone}m{shown}\e[0m" : shown;
}
