using System.Management.Automation;
using System.Management.Automation.Language;

namespace LlmConfig;

/// <summary>
/// The program of a tool in a block of Use-LlmConfig: which one a block runs, and, for as long as the block runs, functions of its names that give
/// it the arguments it needs beside those of the block.
/// </summary>
internal sealed class ToolProgram : IDisposable
{
    // Names that the session could have defined itself come back afterwards.
    private const string Drive = "Function:";

    private readonly SessionState _session;
    private readonly List<(string Path, ScriptBlock? Before)> _defined = [];

    /// <summary>Defines the functions in the caller's scope; none where the tool takes no arguments.</summary>
    public ToolProgram(SessionState session, LlmEnvironment environment)
    {
        _session = session;
        foreach (string program in environment.Arguments.Count == 0 ? [] : environment.Tool!.Programs)
        {
            string path = Drive + program;
            _defined.Add((path, session.InvokeProvider.Item.Exists(path) ? (session.InvokeProvider.Item.Get(path)[0].BaseObject as FunctionInfo)?.ScriptBlock : null));
            session.InvokeProvider.Item.Set(path, ScriptBlock.Create(Body(program, environment.Complete(["$program", "@args"]))));
        }
    }

    /// <summary>
    /// The one tool whose program a block runs, where that is all it does, as a command or in a pipeline; <see langword="null"/> where it does anything else.
    /// </summary>
    public static LlmTool? In(ScriptBlock block)
    {
        LlmTool[] tools = block.Ast is ScriptBlockAst { BeginBlock: null, ProcessBlock: null, ParamBlock: null, EndBlock.Statements: [PipelineAst pipeline] }
            ? [.. pipeline.PipelineElements.OfType<CommandAst>().Select(command => command.GetCommandName()).OfType<string>().Select(LlmToolCatalog.FindProgram).OfType<LlmTool>().Distinct()]
            : [];
        return tools is [var tool] ? tool : null;
    }

    /// <summary>
    /// The words of a command that gives a key by its configuration's id: llmconfig, where it is on PATH; <see langword="null"/> where it is not, or where it
    /// would have to ask for a passphrase.
    /// </summary>
    public static IReadOnlyList<string>? KeyCommand(SessionState session, LlmConfigRepository repository, Guid id) =>
        repository.GetStore().Protector != nameof(ProtectorKind.Passphrase)
        && session.InvokeCommand.GetCommand("llmconfig", CommandTypes.Application) is ApplicationInfo program ? [program.Path, "key", id.ToString("D")] : null;

    /// <summary>Takes the functions away and puts back what had their names.</summary>
    public void Dispose()
    {
        foreach ((string path, ScriptBlock? before) in _defined)
        {
            if (before is not null)
            {
                _session.InvokeProvider.Item.Set(path, before);
            }
            else if (_session.InvokeProvider.Item.Exists(path))
            {
                _session.InvokeProvider.Item.Remove(path, recurse: false);
            }
        }

        _defined.Clear();
    }

    private static string Body(string program, IReadOnlyList<string> line)
    {
        string call = string.Join(' ', line.Select(word => word is "$program" ? "& $program" : word is "@args" ? word : $"'{CodeGeneration.EscapeSingleQuotedStringContent(word)}'"));
        return $"$program = Get-Command -Name {program} -CommandType Application, ExternalScript -TotalCount 1 -ErrorAction Stop; "
            + $"if ($MyInvocation.ExpectingInput) {{ $input | {call} }} else {{ {call} }}";
    }
}
