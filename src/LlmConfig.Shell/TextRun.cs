using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace LlmConfig.Shell;

/// <summary>Runs scripts for people: output through the views, errors as the engine renders them, each as it comes.</summary>
internal sealed class TextRun(EngineSession session, Interrupts interrupts, ErrorReport errors, ConsoleStreams streams)
{
    private static readonly PSInvocationSettings KeepInHistory = new() { AddToHistory = true };

    /// <returns>Whether it ran to its end rather than being stopped.</returns>
    public bool Run(Script script, PSDataCollection<object> input, RunspaceMode mode = RunspaceMode.NewRunspace, bool remember = false)
    {
        using PowerShell shell = Create(mode);
        shell.AddScript(script.Text);
        foreach (object argument in script.Arguments)
        {
            shell.AddArgument(argument);
        }

        shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.AddCommand("Out-Default");
        // Out-Default shows everything; nothing comes out behind it.
        using var nothing = new PSDataCollection<PSObject>();
        using Interrupts.Scope watch = interrupts.Watch(shell);
        try
        {
            shell.Invoke(input, nothing, remember ? KeepInHistory : null!);
            // A stopped script does not always end with the exception: a loop that was left may end quietly.
            return !watch.Stopped;
        }
        catch (PipelineStoppedException)
        {
            return false;
        }
        catch (RuntimeException exception)
        {
            Report(script.Explain(exception), mode);
            return !watch.Stopped;
        }
        finally
        {
            streams.EraseProgress();
        }
    }

    /// <summary>Writes the error that ended a script.</summary>
    public void Report(RuntimeException exception, RunspaceMode mode = RunspaceMode.NewRunspace)
    {
        using PowerShell shell = Create(mode);
        shell.AddCommand("Out-Default").AddParameter("InputObject", exception.ErrorRecord);
        errors.WriteFinal(exception.ErrorRecord, () => Render(shell));
    }

    private void Render(PowerShell shell)
    {
        try
        {
            shell.Invoke();
        }
        catch (RuntimeException exception)
        {
            // The view itself failed; the message must be seen all the same.
            errors.Line(exception.Message);
        }
    }

    private PowerShell Create(RunspaceMode mode)
    {
        if (mode == RunspaceMode.CurrentRunspace)
        {
            return PowerShell.Create(RunspaceMode.CurrentRunspace);
        }

        var shell = PowerShell.Create();
        shell.Runspace = session.Runspace;
        return shell;
    }
}
