using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace LlmConfig.Commands;

/// <summary>Use-LlmConfig: runs a block with a configuration in the environment, and puts the environment back.</summary>
[Cmdlet(VerbsOther.Use, "LlmConfig", DefaultParameterSetName = ByDefault, HelpUri = HelpPage.Folder + "Use-LlmConfig.md")]
[OutputType(typeof(object))]
public sealed class UseLlmConfigCommand : EnvironmentCommand
{
    private const string ByDefault = "Default";
    private const string NoTool = "none";

    private readonly List<object?> _input = [];

    /// <summary>The name, taken literally, or several; the default configuration without one.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [AllowNull]
    [ArgumentCompleter(typeof(ConfigurationNameCompleter))]
    public string?[]? Name { get; set; }

    /// <summary>The block, which runs in the scope of the caller.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByDefault)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ByName)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ById)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByInputObject)]
    [UnshownText]
    [ArgumentCompleter(typeof(NameOrBlockCompleter))]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>
    /// The tool that the block runs, which gets what it needs and nothing else; none for what all tools of the provider read. Without it, a block that does
    /// nothing but run the program of a tool is for that one.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(ToolCompleter))]
    public string? Tool { get; set; }

    /// <summary>What is piped in; where the command line says which configuration is meant, the block finds all of it in $input.</summary>
    [Parameter(ParameterSetName = ByName, ValueFromPipeline = true, DontShow = true)]
    [Parameter(ParameterSetName = ById, ValueFromPipeline = true, DontShow = true)]
    [Parameter(ParameterSetName = ByInputObject, ValueFromPipeline = true, DontShow = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public PSObject? BlockInput { get; set; }

    // Else it is what says which configuration is meant.
    private bool HasBlockInput => MyInvocation.ExpectingInput && (IsGiven(nameof(Name)) || IsGiven(nameof(Id)) || IsGiven(nameof(InputObject)));

    // With 2>&1 behind a cmdlet the engine drops the errors of a block that the cmdlet runs (those of ForEach-Object too), since
    // only WriteError looks at the redirection. It is not public whether there is one; an engine without this
    // property behaves as for ForEach-Object.
    private bool ErrorsAreMerged =>
        CommandRuntime.GetType().GetProperty("ErrorMergeTo", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(CommandRuntime)?.ToString() == "Output";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (HasBlockInput)
        {
            _input.Add(BlockInput);
            return;
        }

        Use();
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (HasBlockInput)
        {
            Use();
        }
    }

    private void Use()
    {
        ToolProgram? program = null;
        EnvironmentFrame? frame = Enter(environments =>
        {
            if (environments is [{ Tool: not null } environment])
            {
                program = new ToolProgram(SessionState, environment);
            }
        });
        using (program)
        using (frame)
        {
            if (frame?.Rival is { } rival)
            {
                WriteWarning(
                    $"Another runspace of this process uses '{rival}' at this moment, and environment variables belong to the whole process: "
                    + "programs that start now may get either. Use one after the other, or in processes of their own (Start-Job, llmconfig exec).");
            }

            if (frame is not null)
            {
                Run();
            }
        }
    }

    // All or none: an error leaves the environment as it is.
    private EnvironmentFrame? Enter(Action<List<LlmEnvironment>> prepare)
    {
        var environments = new List<LlmEnvironment>();
        try
        {
            foreach (string? name in Name is { Length: > 0 } ? Name.Distinct(StringComparer.OrdinalIgnoreCase) : [null])
            {
                if (ReadEnvironment(name, ToolFor) is not { } environment)
                {
                    return null;
                }

                environments.Add(environment);
            }

            EnvironmentFrame? frame = null;
            Guard(() =>
            {
                frame = EnvironmentFrame.Push(environments, isSession: false);
                prepare(environments);
            });
            return frame;
        }
        finally
        {
            environments.ForEach(environment => environment.Dispose());
        }
    }

    // The one that was named, or else the one whose program is all that the block runs, where it can use the configuration.
    private ToolUse? ToolFor(LlmConfiguration item)
    {
        if (IsGiven(nameof(Tool)))
        {
            return string.Equals(Tool, NoTool, StringComparison.OrdinalIgnoreCase) ? null : new ToolUse(LlmToolCatalog.Get(Tool ?? string.Empty), id => ToolProgram.KeyCommand(SessionState, Repository, id));
        }

        if (IsGiven(nameof(Variable)) || ScriptBlock is null || Name is { Length: > 1 } || ToolProgram.In(ScriptBlock) is not { } tool)
        {
            return null;
        }

        if (tool.Refusal(item) is not { } refusal)
        {
            return new ToolUse(tool, id => ToolProgram.KeyCommand(SessionState, Repository, id));
        }

        WriteWarning($"{refusal} All variables of its provider are set in place of the tool's own.");
        return null;
    }

    // The block's output and errors go out through this command as they come, so that a program in it keeps the terminal.
    // Dot-sourced, it runs in the scope of the caller, as a block of ForEach-Object or Measure-Command does.
    private void Run() => InvokeCommand.InvokeScript(
        $"{(HasBlockInput ? "$args[1] | " : string.Empty)}. $args[0]{(ErrorsAreMerged ? " 2>&1" : string.Empty)}",
        useNewScope: false,
        PipelineResultTypes.Output | PipelineResultTypes.Error,
        input: null,
        ScriptBlock,
        _input);
}
