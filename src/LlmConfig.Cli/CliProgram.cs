using System.CommandLine;
using System.Reflection;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>The way from the arguments to the exit code: finds the verb, lets its command line be parsed, runs it, and writes what came out.</summary>
internal sealed class CliProgram(IConsole console, IProgramStarter starter, IKeyVaultSource? vaults)
{
    // A file named by an argument is not read in its place, and -abc is no bundle of -a, -b and -c.
    private static readonly ParserConfiguration Plain = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    public int Run(IReadOnlyList<string> arguments)
    {
        string? verbName = null;
        try
        {
            if (arguments is [CompletionRequest.Word, ..])
            {
                return CompletionRequest.Answer([.. arguments.Skip(1)], console);
            }

            int at = FindVerb(arguments);
            if (at == arguments.Count)
            {
                return Introduce(arguments);
            }

            Verb verb = VerbList.Find(arguments[at]) ?? throw UnknownVerb(arguments[at]);
            verbName = verb.Name;
            return Run(verb, [.. arguments.Take(at), .. arguments.Skip(at + 1)]);
        }
        catch (UsageException e)
        {
            var output = new Output(console, WantsJson(arguments));
            output.Fail(Failure.From(e, verbName));
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

    private int Run(Verb verb, IReadOnlyList<string> arguments)
    {
        var words = ArgumentWords.Divide(arguments, verb.TakesProgram);
        ParseResult line = verb.Command.Parse(words.ForParser(verb.Name), Plain);
        if (verb.WantsHelp(line))
        {
            Write(HelpText.Of(verb));
            return ExitCode.Success;
        }

        words.Check(verb, line);
        using var session = new Session(verb.Name, console, starter, vaults, verb.GlobalOptions(line), words.Program);
        int code = ExitCode.Success;
        try
        {
            code = verb.Run(line, session);
        }
        catch (LlmConfigException e)
        {
            session.Output.Fail(e);
        }

        if (session.HasEnded)
        {
            return code;
        }

        IReadOnlyList<LlmConfigWarning> warnings = session.TakeWarnings();
        session.Output.Finish(session.HoldsWarningsBack && !session.Output.HasFailed ? [] : warnings);
        return session.Output.HasFailed && code == ExitCode.Success ? verb.FailureCode : code;
    }

    // The options of every verb may stand before it too.
    private static int FindVerb(IReadOnlyList<string> arguments)
    {
        int at = 0;
        while (at < arguments.Count && arguments[at].StartsWith('-'))
        {
            at += arguments[at] switch
            {
                "--home" => 2,
                "--json" or "--yes" or "-y" or "--no-input" or "--help" or "-h" or "-?" or "--version" => 1,
                { } other when other.StartsWith("--home=", StringComparison.Ordinal) => 1,
                _ => throw new UsageException("There is no such option before the verb."),
            };
        }

        return Math.Min(at, arguments.Count);
    }

    private int Introduce(IReadOnlyList<string> arguments)
    {
        if (arguments.Contains("--version"))
        {
            string version = typeof(CliProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            Write($"llmconfig {version.Split('+')[0]}\n");
            return ExitCode.Success;
        }

        Write(HelpText.OfAll(VerbList.All));
        return ExitCode.Success;
    }

    private static UsageException UnknownVerb(string word)
    {
        // Not repeated unless it reads like a verb: it may be a key that was pasted.
        string? near = NearText.Find(word, VerbList.Names);
        return new UsageException(
            word.Length is > 0 and <= 20 && word.All(c => char.IsAsciiLetterLower(c) || c == '-') ? $"There is no verb '{word}'." : "There is no such verb.",
            near is null ? "llmconfig --help lists the verbs." : $"Did you mean 'llmconfig {near}'? llmconfig --help lists the verbs.");
    }

    private static bool WantsJson(IReadOnlyList<string> arguments) => arguments.TakeWhile(argument => argument != "--").Contains("--json");

    private void Write(string text)
    {
        console.Output.Write(Encoding.UTF8.GetBytes(text));
        console.Output.Flush();
    }
}
