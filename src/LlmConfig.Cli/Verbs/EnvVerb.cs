using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>Writes a configuration as variables for a shell or a file.</summary>
internal sealed class EnvVerb : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "the name or id" };
    private readonly Option<string> _format = new("--format") { Description = "posix, powershell, dotenv, docker or github; posix without it", HelpName = "FORMAT" };
    private readonly Option<string> _variable = new("--variable", "-v") { Description = "the one variable that gets the key", HelpName = "VARIABLE" };

    public EnvVerb()
        : base(
            "env",
            "Writes the key, the base URL and the model as variables, for a shell to evaluate or a file.",
            "eval \"$(llmconfig env work)\"",
            "llmconfig env work --format powershell | Out-String | Invoke-Expression",
            "docker run --env-file <(llmconfig env work --format docker) my/image",
            "llmconfig env work --format github")
    {
        _format.CompletionSources.Add("posix", "powershell", "dotenv", "docker", "github");
        Take(_name, _format, _variable);
    }

    public override string Remark => """
        posix and powershell also unset what would win over these variables; the formats of files cannot say that.
        github writes ::add-mask:: lines on standard output and the variables into the file that GITHUB_ENV names.
        llmconfig exec keeps the key out of the shell and of every file: prefer it.
        """;

    public override int Run(ParseResult line, Session session)
    {
        EnvironmentFormat format = EnumOption.Read(line, _format, EnvironmentFormat.Posix);
        using LlmEnvironment environment = session.Repository.GetEnvironment(session.Get(line.GetValue(_name)!).Id, line.GetValue(_variable));
        if (session.Output.Json)
        {
            session.Output.ShowVariables(environment);
            return ExitCode.Success;
        }

        if (session.Console.OutputIsTerminal && environment.KeyVariables.Count > 0)
        {
            session.Output.Tell($"This prints the key of '{environment.Configuration.Name}'.");
        }

        using var text = new EnvironmentText(environment);
        if (format != EnvironmentFormat.GitHub)
        {
            text.Write(format);
            session.Console.Output.Write(text.Utf8);
            session.Console.Output.Flush();
            return ExitCode.Success;
        }

        text.WriteMasks();
        session.Console.Output.Write(text.Utf8);
        session.Console.Output.Flush();
        text.Clear();
        text.Write(format);
        string? file = session.Console.Variable("GITHUB_ENV");
        using Stream target = string.IsNullOrEmpty(file) ? session.Console.Output : Append(file);
        target.Write(text.Utf8);
        target.Flush();
        return ExitCode.Success;
    }

    private static FileStream Append(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }
}
