namespace LlmConfig.Cli;

/// <summary>The streams of the process, who is at their other ends, and its environment.</summary>
internal interface IConsole
{
    /// <summary>Standard input, as bytes.</summary>
    Stream Input { get; }

    /// <summary>Standard output: data, and nothing else.</summary>
    Stream Output { get; }

    /// <summary>Standard error: everything for people.</summary>
    Stream Error { get; }

    bool InputIsTerminal { get; }

    bool OutputIsTerminal { get; }

    bool ErrorIsTerminal { get; }

    /// <summary>The columns of the terminal that standard output is; without one, as many as there are.</summary>
    int Width { get; }

    /// <summary>An environment variable, or <see langword="null"/>.</summary>
    string? Variable(string name);

    /// <summary>A line that a person types; <see langword="null"/> at the end of the input.</summary>
    string? ReadLine();

    /// <summary>A key that a person presses, not shown.</summary>
    ConsoleKeyInfo ReadKey();
}
