using System.Management.Automation;
using System.Management.Automation.Host;

namespace LlmConfig.Shell;

/// <summary>
/// Which text goes where, and in which colour. Standard output carries the script's output alone, so that it can be
/// piped; everything that is about the run goes to standard error.
/// </summary>
internal sealed class ConsoleStreams
{
    private readonly IConsole _console;
    private readonly bool _outputIsData;
    private readonly ProgressLine _progress;

    /// <param name="console">Where it all goes in the end.</param>
    /// <param name="outputIsData">Standard output belongs to the JSON document: what a script prints goes to standard error.</param>
    public ConsoleStreams(IConsole console, bool outputIsData)
    {
        _console = console;
        _outputIsData = outputIsData;
        _progress = new ProgressLine(
            console.Error, () => console.Width, console.ErrorIsTerminal && console.CanEdit, TimeProvider.System);
    }

    /// <summary>Where questions are asked: the terminal, even while standard output goes elsewhere.</summary>
    public TextWriter Terminal => _console.OutputIsTerminal && !_outputIsData ? _console.Out : _console.Error;

    /// <summary>What stands on the terminal's last line: a question that was written before its answer is read.</summary>
    public string OpenLine { get; private set; } = string.Empty;

    /// <summary>Escape sequences make sense on one of the two streams; the other has them taken out.</summary>
    public bool SupportsVirtualTerminal => OutputSupportsColor || ErrorSupportsColor;

    private bool OutputSupportsColor => (_outputIsData ? _console.ErrorIsTerminal : _console.OutputIsTerminal) && _console.WantsColor;

    private bool ErrorSupportsColor => _console.ErrorIsTerminal && _console.WantsColor;

    public void Output(string text)
    {
        _progress.Erase();
        TextWriter writer = _outputIsData ? _console.Error : _console.Out;
        string shown = PSHostUserInterface.GetOutputString(text, OutputSupportsColor);
        writer.Write(shown);
        if (ReferenceEquals(writer, Terminal))
        {
            int lineBreak = shown.LastIndexOf('\n');
            OpenLine = lineBreak < 0 ? OpenLine + shown : shown[(lineBreak + 1)..];
        }
    }

    /// <summary>An answer was given: the cursor stands on a new line.</summary>
    public void CloseLine() => OpenLine = string.Empty;

    public void OutputLine(string text) => Output(text + Environment.NewLine);

    public void ErrorLine(string text, string color = "")
    {
        _progress.Erase();
        string colored = ErrorSupportsColor && color.Length > 0 ? color + text + PSStyle.Instance.Reset : text;
        _console.Error.WriteLine(PSHostUserInterface.GetOutputString(colored, ErrorSupportsColor));
    }

    public void Progress(ProgressRecord record) => _progress.Show(record);

    public void EraseProgress() => _progress.Erase();
}
