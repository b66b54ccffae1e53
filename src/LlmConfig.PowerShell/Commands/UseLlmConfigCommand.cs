using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace LlmConfig.Commands;

/// <summary>Use-LlmConfig: runs a block with a configuration in the environment, and puts the environment back.</summary>
[Cmdlet(VerbsOther.Use, "LlmConfig", DefaultParameterSetName = ByDefault)]
[OutputType(typeof(object))]
public sealed class UseLlmConfigCommand : EnvironmentCommand
{
    private const string ByDefault = "Default";

    /// <summary>The name, taken literally; the default configuration without one.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [AllowNull]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    public string? Name { get; set; }

    /// <summary>The block, which runs in the scope of the caller.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByDefault)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ByName)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ById)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByInputObject)]
    [UnshownText]
    public ScriptBlock? ScriptBlock { get; set; }

    // With 2>&1 behind a cmdlet the engine drops the errors of a block that the cmdlet runs (those of ForEach-Object too), since
    // only WriteError looks at the redirection. It is not public whether there is one; an engine without this
    // property behaves as for ForEach-Object.
    private bool ErrorsAreMerged =>
        CommandRuntime.GetType().GetProperty("ErrorMergeTo", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(CommandRuntime)?.ToString() == "Output";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        EnvironmentFrame frame;
        using (LlmEnvironment? environment = ReadEnvironment(Name))
        {
            if (environment is null)
            {
                return;
            }

            frame = EnvironmentFrame.Push(environment, isSession: false);
        }

        using (frame)
        {
            if (frame.Rival is { } rival)
            {
                WriteWarning(
                    $"Another runspace of this process uses '{rival}' at this moment, and environment variables belong to the whole process: "
                    + "programs that start now may get either. Use one after the other, or in processes of their own (Start-Job, llmconfig exec).");
            }

            Run();
        }
    }

    // The block's output and errors go out through this command as they come, so that a program in it keeps the terminal.
    // Dot-sourced, it runs in the scope of the caller, as a block of ForEach-Object or Measure-Command does.
    private void Run() => InvokeCommand.InvokeScript(
        ErrorsAreMerged ? ". $args[0] 2>&1" : ". $args[0]",
        useNewScope: false,
        PipelineResultTypes.Output | PipelineResultTypes.Error,
        input: null,
        ScriptBlock);
}
