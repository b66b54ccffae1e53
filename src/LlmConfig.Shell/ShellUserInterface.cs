using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace LlmConfig.Shell;

/// <summary>What the engine writes and asks, put on the console.</summary>
internal sealed class ShellUserInterface : PSHostUserInterface
{
    private readonly IConsole _console;
    private readonly ConsoleStreams _streams;
    private readonly bool _interactive;
    private readonly Func<ErrorReport> _errors;
    private readonly Action _interrupt;

    /// <param name="console">Where people are.</param>
    /// <param name="streams">Which text goes where.</param>
    /// <param name="interactive">Somebody can answer.</param>
    /// <param name="errors">Where error lines go.</param>
    /// <param name="interrupt">Stops the running command: Ctrl+C in a question is a key, not a signal.</param>
    public ShellUserInterface(
        IConsole console, ConsoleStreams streams, bool interactive, Func<ErrorReport> errors, Action interrupt)
    {
        _console = console;
        _streams = streams;
        _interactive = interactive;
        _errors = errors;
        _interrupt = interrupt;
        RawUI = new ShellRawUserInterface(console, interactive);
    }

    public override PSHostRawUserInterface RawUI { get; }

    public override bool SupportsVirtualTerminal => _streams.SupportsVirtualTerminal;

    /// <summary>A program is about to write to the same terminal.</summary>
    public void BeforeNativeProgram() => _streams.EraseProgress();

    public override void Write(string value)
    {
        if (!_errors().Takes(value))
        {
            _streams.Output(value);
        }
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        _streams.Output(InColor(foregroundColor, value));

    public override void WriteLine(string value) => Write(value + Environment.NewLine);

    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        _streams.OutputLine(InColor(foregroundColor, value));

    public override void WriteErrorLine(string value) => _errors().Line(value);

    public override void WriteWarningLine(string message) =>
        _streams.ErrorLine($"WARNING: {message}", PSStyle.Instance.Formatting.Warning);

    public override void WriteVerboseLine(string message) =>
        _streams.ErrorLine($"VERBOSE: {message}", PSStyle.Instance.Formatting.Verbose);

    public override void WriteDebugLine(string message) =>
        _streams.ErrorLine($"DEBUG: {message}", PSStyle.Instance.Formatting.Debug);

    public override void WriteProgress(long sourceId, ProgressRecord record) => _streams.Progress(record);

    public override string ReadLine()
    {
        if (!_interactive)
        {
            throw NotInteractive.Error("Input was asked for");
        }

        // The editor draws the line anew with every key, so it must know what was written on it.
        return ReadLine(_console.CanEdit ? _streams.OpenLine : string.Empty);
    }

    public override SecureString ReadLineAsSecureString()
    {
        if (!_interactive || !_console.CanEdit)
        {
            throw NotInteractive.SecretError();
        }

        _streams.EraseProgress();
        return Interruptible(() => new SecretReader(_console, _streams.Terminal).Read());
    }

    public override Dictionary<string, PSObject> Prompt(
        string caption, string message, Collection<FieldDescription> descriptions)
    {
        if (!_interactive)
        {
            throw NotInteractive.Error(
                "A value is missing for " + string.Join(", ", descriptions.Select(field => field.Name)));
        }

        Introduce(caption, message);
        var answers = new Dictionary<string, PSObject>(StringComparer.OrdinalIgnoreCase);
        foreach (FieldDescription field in descriptions)
        {
            answers[field.Name] = new FieldPrompt(this, _streams.Terminal, ReadLine).Ask(field);
        }

        return answers;
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        PromptForCredential(
            caption, message, userName, targetName, PSCredentialTypes.Default, PSCredentialUIOptions.Default);

    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options)
    {
        if (!_interactive)
        {
            throw NotInteractive.SecretError();
        }

        Introduce(caption, message);
        string user = string.IsNullOrEmpty(userName) ? ReadLine("User: ") : userName;
        _streams.Terminal.Write($"Password for {user}: ");
        return new PSCredential(user, ReadLineAsSecureString());
    }

    public override int PromptForChoice(
        string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        if (!_interactive)
        {
            throw NotInteractive.Error("A confirmation was asked for" + (string.IsNullOrEmpty(message) ? string.Empty : $" ({message.Trim().ReplaceLineEndings(" ")})"));
        }

        Introduce(caption, message);
        return new ChoicePrompt(_streams.Terminal, ReadLine).Ask(choices, defaultChoice);
    }

    private void Introduce(string caption, string message)
    {
        _streams.EraseProgress();
        foreach (string line in new[] { caption, message })
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                _streams.Terminal.WriteLine(line);
            }
        }
    }

    private string ReadLine(string prompt)
    {
        _streams.EraseProgress();
        return Interruptible(() =>
        {
            if (_console.CanEdit)
            {
                return new LineEditor(_console, _streams.Terminal).Read(new LineRequest(prompt)) ?? string.Empty;
            }

            _streams.Terminal.Write(prompt);
            return _console.In.ReadLine() ?? string.Empty;
        });
    }

    private T Interruptible<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (OperationCanceledException)
        {
            _interrupt();
            throw new PipelineStoppedException();
        }
        finally
        {
            _streams.CloseLine();
        }
    }

    private static string InColor(ConsoleColor color, string value) =>
        value.Length == 0 || !Enum.IsDefined(color)
            ? value
            : string.Create(CultureInfo.InvariantCulture, $"{PSStyle.MapForegroundColorToEscapeSequence(color)}{value}{PSStyle.Instance.Reset}");
}
