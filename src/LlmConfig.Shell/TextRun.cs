using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace LlmConfig.Shell;

/// <summary>Runs scripts for people: output through the views, errors as the engine renders them, each as it comes.</summary>
internal sealed class TextRun(EngineSession session, Interrupts interrupts, ErrorTally tally, ConsoleStreams streams)
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
            return true;
        }
        catch (PipelineStoppedException)
        {
            return false;
        }
        catch (RuntimeException exception)
        {
            Report(exception, mode);
            return true;
        }
        finally
        {
            streams.EraseProgress();
        }
    }

    /// <summary>Writes the error that ended a script.</summary>
    public void Report(RuntimeException exception, RunspaceMode mode = RunspaceMode.NewRunspace)
    {
        // The engine's sign for "this object is an error that was written", the same that hosts of Microsoft's use.
        var record = new PSObject(exception.ErrorRecord);
        record.Properties.Add(new PSNoteProperty("writeErrorStream", true));
        int before = tally.Count;
        using PowerShell shell = Create(mode);
        shell.AddCommand("Out-Default").AddParameter("InputObject", record);
        try
        {
            shell.Invoke();
        }
        catch (RuntimeException)
        {
            // The view itself failed; the message must be seen all the same.
        }

        if (tally.Count == before)
        {
            tally.Add();
            streams.ErrorLine(exception.Message);
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
