namespace LlmConfig.Cli;

/// <summary>Becomes another program that has a configuration in its environment.</summary>
internal sealed class ExecVerb() : Verb(
    "exec",
    "Runs a program that finds the key, the base URL and the model in its environment.",
    ["llmconfig exec work -- python app.py", "llmconfig exec work -- codex", "llmconfig exec local --variable OPENAI_API_KEY -- ./tool --fast"],
    One("NAME", "the name or id; the default configuration without one", required: false),
    Value("--tool", "TOOL", "set what this tool needs; none for what all tools of the provider read"),
    Value("--variable", "VARIABLE", "the one variable that gets the key", "-v"))
{
    private const string NoTool = "none";

    public override bool TakesProgram => true;

    public override int FailureCode => ExitCode.NotStarted;

    public override string Remark => """
        A program that the catalogue of tools knows (codex, claude, …: see llmconfig tools) gets what it needs and nothing else, by
        variables and by its own options; its files are not touched.
        Exit code: the program's own; 2 for bad usage, 125 when the configuration or its key
        cannot be read, 126 when the program cannot be run, 127 when there is none.
        """;

    public override void Run(Session session)
    {
        IReadOnlyList<string> program = session.Line.Program;
        if (program is not [{ Length: > 0 }, ..])
        {
            throw new UsageException("exec needs '--' and a program.", "Such as: llmconfig exec work -- python app.py");
        }

        LlmConfiguration item = session.Line.Text("NAME") is { } name ? session.Get(name) : session.Repository.RequireDefault();
        using LlmEnvironment environment = session.Repository.GetEnvironment(item.Id, session.Line.Text("--variable"), ToolOf(session, item, program[0]));
        session.Output.Warn(session.TakeWarnings());
        session.ReleaseVaults();
        string? problem = null;
        session.Code = session.Starter.Become(environment.Complete(program), environment, text => problem = text);
        if (problem is not null)
        {
            string code = session.Code == ExitCode.NoProgram ? "ProgramNotFound" : "ProgramNotExecutable";
            session.Output.Fail(new Failure(code, problem, DisplayText.Of(program[0]), null));
        }

        // What the program wrote is all there is to see.
        session.HasEnded = problem is null;
    }

    // The one that was named, or else the one whose program it is, where it can use the configuration.
    private static ToolUse? ToolOf(Session session, LlmConfiguration item, string program)
    {
        string? named = session.Line.Text("--tool");
        if (named is not null || session.Line.Text("--variable") is not null)
        {
            return named is null or NoTool ? null : new ToolUse(LlmToolCatalog.Get(named), session.KeyCommand);
        }

        if (LlmToolCatalog.FindProgram(program) is not { } tool)
        {
            return null;
        }

        if (tool.Refusal(item) is not { } refusal)
        {
            return new ToolUse(tool, session.KeyCommand);
        }

        session.Output.Tell($"llmconfig: warning: {ProgramWords.Translate(refusal)} All variables of its provider are set in place of the tool's own.");
        return null;
    }
}
