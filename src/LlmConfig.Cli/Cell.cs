namespace LlmConfig.Cli;

/// <summary>A text in a table or list, fit to be shown on a terminal.</summary>
internal readonly record struct Cell
{
    public Cell(string? text, Tone tone = Tone.Plain)
    {
        Text = ShownText.Printable(text) ?? string.Empty;
        Tone = tone;
    }

    public string Text { get; }

    public Tone Tone { get; }

    public static implicit operator Cell(string? text) => new(text);
}
