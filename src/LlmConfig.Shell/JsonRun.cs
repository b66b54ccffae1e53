using System.Management.Automation;

namespace LlmConfig.Shell;

/// <summary>Runs a script for a program: what it puts out and what goes wrong becomes one JSON document.</summary>
internal sealed class JsonRun(EngineSession session, Interrupts interrupts, JsonDocument document, ConsoleStreams streams)
{
    /// <returns>Whether it ran to its end rather than being stopped.</returns>
    public bool Run(Script script, PSDataCollection<object> input)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = session.Runspace;
        shell.AddScript(script.Text);
        foreach (object argument in script.Arguments)
        {
            shell.AddArgument(argument);
        }

        using var output = new PSDataCollection<PSObject>();
        // Written down at once and let go: neither the list of objects nor later changes to them matter.
        output.DataAdded += (_, _) =>
        {
            foreach (PSObject item in output.ReadAll())
            {
                document.AddData(item);
            }
        };
        shell.Streams.Error.DataAdded += (_, _) =>
        {
            foreach (ErrorRecord record in shell.Streams.Error.ReadAll())
            {
                Add(record);
            }
        };
        using Interrupts.Scope watch = interrupts.Watch(shell);
        try
        {
            shell.Invoke(input, output);
            // A stopped script does not always end with the exception: a loop that was left may end quietly.
            return !watch.Stopped;
        }
        catch (PipelineStoppedException)
        {
            return false;
        }
        catch (RuntimeException exception)
        {
            ErrorHints.Apply(exception.ErrorRecord);
            document.AddError(JsonError.From(script.Explain(exception)));
            return !watch.Stopped;
        }
        finally
        {
            streams.EraseProgress();
        }
    }

    private void Add(ErrorRecord record)
    {
        if (ErrorTally.IsNativeText(record))
        {
            streams.ErrorLine(record.Exception.Message);
            return;
        }

        ErrorHints.Apply(record);
        document.AddError(JsonError.From(record));
    }
}
