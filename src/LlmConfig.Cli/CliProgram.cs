using System.Reflection;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>
/// <c>llmconfig</c>: the core's store for shells, tools and languages that are no PowerShell. The way from the arguments to the exit code:
/// finds the verb, lets its command line be parsed, runs it, and writes what came out. A new verb is a class in <c>Verbs/</c> and a line
/// in <see cref="VerbList"/>; codes, field names and messages are promises.
/// </summary>
internal sealed class CliProgram(IConsole console, IProgramStarter starter, IKeyVaultSource? vaults)
{
    public static int Main(string[] arguments)
    {
        using var vaults = new PwshVaultSource(Environment.GetEnvironmentVariable);
        return new CliProgram(new SystemConsole(), new ProgramStarter(), vaults).Run(arguments);
    }

    public int Run(string[] arguments)
    {
        string? verbName = null;
        try
        {
            if (arguments is [Completer.Request, .. var request])
            {
                new Completer(console).Answer(request);
                return ExitCode.Success;
            }

            int at = FindVerb(arguments);
            if (at == arguments.Length)
            {
                Write(arguments.Contains("--version") ? $"llmconfig {Version}\n" : HelpText.OfAll(VerbList.All));
                return ExitCode.Success;
            }

            Verb verb = VerbList.Find(arguments[at]) ?? throw UnknownVerb(arguments[at]);
            verbName = verb.Name;
            return Run(new CommandLine(verb, [.. arguments.Take(at), .. arguments.Skip(at + 1)]));
        }
        catch (UsageException e)
        {
            var output = new Output(console, json: arguments.TakeWhile(argument => argument != "--").Contains("--json"));
            output.Fail(new Failure(e, verbName));
            output.Finish([]);
            return ExitCode.BadUsage;
        }
        catch (IOException e)
        {
            // What was to be shown cannot be: a full disk, a terminal that is gone.
            new Output(console, json: false).Tell($"llmconfig: The output cannot be written: {e.Message}");
            return ExitCode.Failure;
        }
    }

    private static string Version =>
        typeof(CliProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private int Run(CommandLine line)
    {
        if (line.Flag("--help"))
        {
            Write(HelpText.Of(line.Verb));
            return ExitCode.Success;
        }

        line.Check();
        using var session = new Session(line, console, starter, vaults);
        try
        {
            line.Verb.Run(session);
        }
        catch (LlmConfigException e)
        {
            session.Output.Fail(e);
        }

        if (!session.HasEnded)
        {
            IReadOnlyList<LlmConfigWarning> warnings = session.TakeWarnings();
            session.Output.Finish(session.ServesProgram && !session.Output.HasFailed ? [] : warnings);
        }

        return session.Output.HasFailed && session.Code == ExitCode.Success ? line.Verb.FailureCode : session.Code;
    }

    // The options of every verb may stand before it too.
    private static int FindVerb(string[] arguments)
    {
        int at = 0;
        while (at < arguments.Length && arguments[at].StartsWith('-'))
        {
            at += arguments[at] switch
            {
                "--home" => 2,
                "--json" or "--yes" or "-y" or "--no-input" or "--help" or "-h" or "-?" or "--version" => 1,
                { } other when other.StartsWith("--home=", StringComparison.Ordinal) => 1,
                _ => throw new UsageException("There is no such option before the verb."),
            };
        }

        return Math.Min(at, arguments.Length);
    }

    private static UsageException UnknownVerb(string word)
    {
        // Not repeated unless it reads like a verb: it may be a key that was pasted.
        string? near = NearText.Find(word, VerbList.Names);
        return new UsageException(
            word.Length is > 0 and <= 20 && word.All(c => char.IsAsciiLetterLower(c) || c == '-') ? $"There is no verb '{word}'." : "There is no such verb.",
            near is null ? "llmconfig --help lists the verbs." : $"Did you mean 'llmconfig {near}'? llmconfig --help lists the verbs.");
    }

    private void Write(string text)
    {
        console.Output.Write(Encoding.UTF8.GetBytes(text));
        console.Output.Flush();
    }
}
