using System.Management.Automation;

namespace LlmConfig.Shell;

/// <summary>The prompt: reads a statement, runs it, until <c>exit</c> or Ctrl+D.</summary>
internal sealed class InteractivePrompt(IConsole console, EngineSession session, ShellHost host, TextRun run)
{
    private const string PromptText = "llmconfig> ";

    private readonly LineHistory _history = new();
    private int _depth;

    public int Run()
    {
        console.Out.WriteLine($"llmconfig {ShellHost.ProductVersionText}: LLM provider configurations and their keys.");
        console.Out.WriteLine("Get-LlmConfig lists them, New-LlmConfig adds one, Get-Help <command> explains. Tab completes, exit leaves.");
        host.NestedPrompt = () => Loop(RunspaceMode.CurrentRunspace);
        Loop(RunspaceMode.NewRunspace);
        return host.RequestedExitCode ?? ExitCode.Success;
    }

    private void Loop(RunspaceMode mode)
    {
        string prompt = _depth == 0 ? PromptText : $"llmconfig ({_depth})> ";
        _depth++;
        var editor = new LineEditor(console, console.OutputIsTerminal ? console.Out : console.Error);
        var completion = new EngineCompletion(session);
        // A nested prompt ends by exit as well; the outer one goes on.
        while (host.RequestedExitCode is null)
        {
            string? statement;
            try
            {
                statement = console.CanEdit
                    ? editor.Read(new LineRequest(prompt)
                    {
                        IsComplete = StatementCompleteness.IsComplete,
                        History = _history,
                        Complete = mode == RunspaceMode.NewRunspace ? completion.Complete : null,
                    })
                    : ReadPlain(prompt);
            }
            catch (OperationCanceledException)
            {
                continue;
            }

            if (statement is null)
            {
                break;
            }

            if (!string.IsNullOrWhiteSpace(statement))
            {
                _history.Add(statement);
                using PSDataCollection<object> nothing = StandardInput.Empty();
                run.Run(Script.FromPrompt(statement), nothing, mode, remember: mode == RunspaceMode.NewRunspace);
            }
        }

        _depth--;
        if (_depth > 0)
        {
            host.ForgetExit();
        }
    }

    private string? ReadPlain(string prompt)
    {
        console.Out.Write(prompt);
        string? text = console.In.ReadLine();
        while (text is not null && !StatementCompleteness.IsComplete(text))
        {
            console.Out.Write(">> ");
            if (console.In.ReadLine() is not { } line)
            {
                break;
            }

            text += "\n" + line;
        }

        return text;
    }
}
