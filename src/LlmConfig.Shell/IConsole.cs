namespace LlmConfig.Shell;

/// <summary>The console, as far as the shell needs one: tests put their own in its place.</summary>
internal interface IConsole
{
    /// <summary>Standard input is a terminal.</summary>
    bool InputIsTerminal { get; }

    /// <summary>Standard output is a terminal.</summary>
    bool OutputIsTerminal { get; }

    /// <summary>Standard error is a terminal.</summary>
    bool ErrorIsTerminal { get; }

    /// <summary>Keys can be read one by one and the cursor can be moved: not so on a dumb terminal.</summary>
    bool CanEdit { get; }

    /// <summary>Colours are wanted, where there is a terminal.</summary>
    bool WantsColor { get; }

    /// <summary>Columns of the window.</summary>
    int Width { get; }

    /// <summary>Lines of the window.</summary>
    int Height { get; }

    /// <summary>Standard input, by lines.</summary>
    TextReader In { get; }

    /// <summary>Standard output.</summary>
    TextWriter Out { get; }

    /// <summary>Standard error.</summary>
    TextWriter Error { get; }

    /// <summary>A key is waiting.</summary>
    bool KeyAvailable { get; }

    /// <summary>Waits for a key, without showing it.</summary>
    ConsoleKeyInfo ReadKey();

    /// <summary>Whether Ctrl+C arrives as a key rather than as a signal.</summary>
    void TakeControlC(bool asKey);
}
