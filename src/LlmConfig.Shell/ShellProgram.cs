using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace LlmConfig.Shell;

/// <summary>One run of the program, from its command line to its exit code.</summary>
internal sealed class ShellProgram(IConsole console, Func<Stream> openStandardOutput, string modulesFolder)
{
    public int Run(IReadOnlyList<string> arguments)
    {
        bool json = arguments.TakeWhile(argument => argument.StartsWith('-'))
            .Any(argument => argument.Equals("--json", StringComparison.OrdinalIgnoreCase));
        try
        {
            CommandLine line = CommandLine.Parse(arguments);
            json = line.Json;
            return line.Mode switch
            {
                ShellMode.Help => Say(CommandLine.Usage),
                ShellMode.Version => Say($"llmconfig {ShellHost.ProductVersionText}"),
                _ => Start(line),
            };
        }
        catch (UsageException exception)
        {
            if (json)
            {
                return Fail(new JsonError("BadUsage", exception.Message, null, "Run llmconfig --help."), ExitCode.BadUsage);
            }

            console.Error.WriteLine($"llmconfig: {exception.Message}{Environment.NewLine}Run llmconfig --help for the usage.");
            return ExitCode.BadUsage;
        }
    }

    private int Say(string text)
    {
        console.Out.WriteLine(text);
        return ExitCode.Success;
    }

    private int Start(CommandLine line)
    {
        bool prompt = line.Mode == ShellMode.PromptOrStandardInput && console.InputIsTerminal;
        if (prompt && (line.Json || line.NonInteractive))
        {
            throw new UsageException((line.Json ? "--json" : "-NonInteractive") + " needs a script: the prompt is for people.");
        }

        // The whole of it, before the engine starts: a script is parsed as one.
        string? piped = line.Mode is ShellMode.StandardInput || (line.Mode == ShellMode.PromptOrStandardInput && !prompt)
            ? console.In.ReadToEnd()
            : null;
        using var interrupts = new Interrupts();
        var streams = new ConsoleStreams(console, outputIsData: line.Json);
        var tally = new ErrorTally();
        var errors = new ErrorReport(streams, tally);
        var ui = new ShellUserInterface(
            console,
            streams,
            interactive: console.InputIsTerminal && !line.NonInteractive,
            () => errors,
            () => interrupts.Stop(ExitCode.Interrupted));
        var host = new ShellHost(ui, errors);
        using var session = new EngineSession(host, modulesFolder);
        try
        {
            session.Open();
        }
        catch (RuntimeException exception)
        {
            return CannotStart(line.Json, exception);
        }

        interrupts.Listen();
        var text = new TextRun(session, interrupts, errors, streams);
        if (prompt)
        {
            return new InteractivePrompt(console, session, host, text).Run();
        }

        return line.Json
            ? RunJson(line, piped, session, interrupts, streams, host)
            : RunText(line, piped, text, interrupts, tally, host);
    }

    private int RunText(
        CommandLine line, string? piped, TextRun run, Interrupts interrupts, ErrorTally tally, ShellHost host)
    {
        bool ended = true;
        try
        {
            Script script = Load(line, piped);
            using PSDataCollection<object> input = Input(script, piped);
            ended = run.Run(script, input);
        }
        catch (ParseException exception)
        {
            run.Report(exception);
        }

        return ended
            ? host.RequestedExitCode ?? (tally.Count == 0 ? ExitCode.Success : ExitCode.Failure)
            : interrupts.ExitCodeWanted ?? ExitCode.Failure;
    }

    private int RunJson(
        CommandLine line,
        string? piped,
        EngineSession session,
        Interrupts interrupts,
        ConsoleStreams streams,
        ShellHost host)
    {
        var document = new JsonDocument();
        bool ended = true;
        try
        {
            Script script = Load(line, piped);
            using PSDataCollection<object> input = Input(script, piped);
            ended = new JsonRun(session, interrupts, document, streams).Run(script, input);
        }
        catch (ParseException exception)
        {
            document.AddError(JsonError.From(exception));
        }

        if (!ended)
        {
            document.AddError(new JsonError("Interrupted", "The script was stopped before it ended.", null, null));
        }

        Write(document);
        return ended
            ? host.RequestedExitCode ?? (document.HasErrors ? ExitCode.Failure : ExitCode.Success)
            : interrupts.ExitCodeWanted ?? ExitCode.Failure;
    }

    private static Script Load(CommandLine line, string? piped) =>
        piped is not null ? Script.FromText(piped)
            : line.Mode == ShellMode.File ? Script.FromFile(line.Text, line.FileArguments)
            : Script.FromText(line.Text);

    private PSDataCollection<object> Input(Script script, string? piped) =>
        script.ReadsInput && piped is null && !console.InputIsTerminal
            ? StandardInput.Lines(console.In)
            : StandardInput.Empty();

    private int CannotStart(bool json, RuntimeException exception)
    {
        string problem = exception is RunspaceOpenModuleLoadException { ErrorRecords: [var first, ..] }
            ? first.ToString()
            : exception.Message;
        var error = new JsonError(
            "ModuleNotLoaded",
            $"The module LlmConfig.PowerShell could not be loaded: {problem}",
            modulesFolder,
            "Install llmconfig again: its Modules folder is incomplete.");
        if (json)
        {
            return Fail(error, ExitCode.Failure);
        }

        console.Error.WriteLine($"llmconfig: {error.Message}{Environment.NewLine}{error.RecommendedAction}");
        return ExitCode.Failure;
    }

    private int Fail(JsonError error, int exitCode)
    {
        var document = new JsonDocument();
        document.AddError(error);
        Write(document);
        return exitCode;
    }

    private void Write(JsonDocument document)
    {
        using Stream output = openStandardOutput();
        document.WriteTo(output);
    }
}
