using System.Text;

namespace LlmConfig.Cli;

/// <summary>Lays out tables and lists for a person: as wide as the terminal, and without limit where the output goes elsewhere.</summary>
internal sealed class TextPage(StringBuilder text, int width, bool hasColor)
{
    private const string Gap = "  ";
    private const int NarrowestColumn = 6;

    /// <summary>A table. Where it is too wide, the widest columns are cut, and say so with an ellipsis.</summary>
    /// <param name="headings">One for each column.</param>
    /// <param name="rows">The rows; a text that does not print is escaped here.</param>
    public void Table(IReadOnlyList<string> headings, IReadOnlyList<Cell[]> rows)
    {
        int[] widths = [.. headings.Select((heading, column) => rows.Select(row => DisplayWidth.Of(row[column].Text)).Append(heading.Length).Max())];
        int available = width == int.MaxValue ? width : width - (Gap.Length * (widths.Length - 1));
        while (widths.Sum() > available && widths.Max() > NarrowestColumn)
        {
            widths[Array.IndexOf(widths, widths.Max())]--;
        }

        Line([.. headings.Select(heading => new Cell(heading, Tone.Heading))], widths);
        foreach (Cell[] row in rows)
        {
            Line(row, widths);
        }
    }

    /// <summary>Names and values, one a line.</summary>
    public void List(IReadOnlyList<KeyValuePair<string, Cell>> lines)
    {
        int longest = lines.Max(line => line.Key.Length);
        foreach ((string name, Cell value) in lines)
        {
            text.Append(Colored(name.PadRight(longest), Tone.Heading)).Append(Gap).Append(Colored(value.Text, value.Tone)).Append('\n');
        }
    }

    /// <summary>An empty line.</summary>
    public void Space() => text.Append('\n');

    /// <summary>A line of text.</summary>
    public void Say(string line) => text.Append(line).Append('\n');

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
