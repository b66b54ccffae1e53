namespace LlmConfig.Cli;

/// <summary>Writes a configuration as variables for a shell or a file.</summary>
internal sealed class EnvVerb() : Verb(
    "env",
    "Writes the key, the base URL and the model as variables, for a shell to evaluate or a file.",
    [
        "eval \"$(llmconfig env work)\"",
        "llmconfig env work --format powershell | Out-String | Invoke-Expression",
        "docker run --env-file <(llmconfig env work --format docker) my/image",
        "llmconfig env work --format github",
    ],
    One("NAME", "the name or id"),
    Word("--format", "FORMAT", "posix, powershell, dotenv, docker or github; posix without it", "posix", "powershell", "dotenv", "docker", "github"),
    Value("--variable", "VARIABLE", "the one variable that gets the key", "-v"))
{
    public override string Remark => """
        posix and powershell also unset what would win over these variables; the formats of files cannot say that.
        github writes ::add-mask:: lines on standard output and the variables into the file that GITHUB_ENV names.
        llmconfig exec keeps the key out of the shell and of every file: prefer it.
        """;

    public override void Run(Session session)
    {
        EnvironmentFormat format = session.Line.Choice<EnvironmentFormat>("--format") ?? EnvironmentFormat.Posix;
        LlmConfiguration item = session.Get(session.Line.Text("NAME")!);
        using LlmEnvironment environment = session.Repository.GetEnvironment(item.Id, session.Line.Text("--variable"));
        if (session.Output.Json)
        {
            session.Output.ShowVariables(environment);
            return;
        }

        if (session.Console.OutputIsTerminal && environment.KeyVariables.Count > 0)
        {
            session.Output.Tell($"This prints the key of '{environment.Configuration.Name}'.");
        }

        using var variables = new EnvironmentText(environment);
        variables.Write(format);
        if (format != EnvironmentFormat.GitHub)
        {
            Write(session.Console.Output, variables);
            return;
        }

        using var masks = new EnvironmentText(environment);
        masks.WriteMasks();
        Write(session.Console.Output, masks);
        string? file = session.Console.Variable("GITHUB_ENV");
        using Stream target = string.IsNullOrEmpty(file) ? session.Console.Output : Append(file);
        Write(target, variables);
    }

    private static void Write(Stream target, EnvironmentText text)
    {
        target.Write(text.Utf8);
        target.Flush();
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
