namespace LlmConfig.Benchmarks;

/// <summary>All figures, as a table in markdown.</summary>
internal sealed class FigureTable
{
    private const string Begin = "<!-- The last table. -->";
    private const string End = "<!-- End of the last table. -->";

    private readonly List<Figure> _figures = [];

    /// <summary>Takes figures as they come, and says so: the whole takes minutes.</summary>
    public void Add(IEnumerable<Figure> figures)
    {
        foreach (Figure figure in figures)
        {
            _figures.Add(figure);
            Console.Error.WriteLine(figure.ToRow());
        }
    }

    public void WriteTo(TextWriter writer)
    {
        writer.WriteLine("| figure | measured | bar | | medians |");
        writer.WriteLine("|---|---|---|---|---|");
        _figures.ForEach(figure => writer.WriteLine(figure.ToRow()));
        writer.WriteLine();
        writer.WriteLine($"{_figures.Count(figure => figure.Passes == true)} of {_figures.Count(figure => figure.Passes is not null)} figures keep their bar.");
    }

    /// <summary>Puts the table into a document, between its two marks.</summary>
    public void Update(string path)
    {
        string text = File.ReadAllText(path);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = text.IndexOf(End, StringComparison.Ordinal);
        using var table = new StringWriter { NewLine = "\n" };
        WriteTo(table);
        File.WriteAllText(path, $"{text[..begin]}\n{table}{text[end..]}");
    }
}
