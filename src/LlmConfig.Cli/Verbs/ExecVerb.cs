namespace LlmConfig.Cli;

/// <summary>Becomes another program that has a configuration in its environment.</summary>
internal sealed class ExecVerb() : Verb(
    "exec",
    "Runs a program that finds the key, the base URL and the model in its environment.",
    ["llmconfig exec work -- python app.py", "llmconfig exec local --variable OPENAI_API_KEY -- ./tool --fast"],
    One("NAME", "the name or id; the default configuration without one", required: false),
    Value("--variable", "VARIABLE", "the one variable that gets the key", "-v"))
{
    public override bool TakesProgram => true;

    public override int FailureCode => ExitCode.NotStarted;

    public override string Remark => """
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
        using LlmEnvironment environment = session.Repository.GetEnvironment(item.Id, session.Line.Text("--variable"));
        session.Output.Warn(session.TakeWarnings());
        session.ReleaseVaults();
        string? problem = null;
        session.Code = session.Starter.Become(program, environment, text => problem = text);
        if (problem is not null)
        {
            string code = session.Code == ExitCode.NoProgram ? "ProgramNotFound" : "ProgramNotExecutable";
            session.Output.Fail(new Failure(code, problem, DisplayText.Of(program[0]), null));
        }

        // What the program wrote is all there is to see.
        session.HasEnded = problem is null;
    }
}
