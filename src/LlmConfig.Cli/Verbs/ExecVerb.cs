using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>Becomes another program that has a configuration in its environment.</summary>
internal sealed class ExecVerb : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "the name or id; the default configuration without one", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _variable = new("--variable", "-v") { Description = "the one variable that gets the key", HelpName = "VARIABLE" };

    public ExecVerb()
        : base("exec", "Runs a program that finds the key, the base URL and the model in its environment.", "llmconfig exec work -- python app.py", "llmconfig exec local --variable OPENAI_API_KEY -- ./tool --fast")
    {
        Take(_name, _variable);
    }

    public override bool TakesProgram => true;

    public override int FailureCode => ExitCode.NotStarted;

    public override string Remark => """
        Exit code: the program's own; 2 for bad usage, 125 when the configuration or its key
        cannot be read, 126 when the program cannot be run, 127 when there is none.
        """;

    public override int Run(ParseResult line, Session session)
    {
        if (session.Program.Count == 0 || session.Program[0].Length == 0)
        {
            throw new UsageException("exec needs '--' and a program.", "Such as: llmconfig exec work -- python app.py");
        }

        LlmConfiguration item = line.GetValue(_name) is { } name ? session.Get(name) : session.Repository.RequireDefault();
        using LlmEnvironment environment = session.Repository.GetEnvironment(item.Id, line.GetValue(_variable));
        session.Output.Warn(session.TakeWarnings());
        session.ReleaseVaults();
        string? problem = null;
        int code = session.Starter.Become(session.Program, environment, text => problem = text);
        if (problem is not null)
        {
            session.Output.Fail(new Failure(
                code == ExitCode.NoProgram ? "ProgramNotFound" : "ProgramNotExecutable", problem, ShownText.Of(session.Program[0]), null));
        }
        else
        {
            // What the program wrote is all there is to see.
            session.HasEnded = true;
        }

        return code;
    }
}
