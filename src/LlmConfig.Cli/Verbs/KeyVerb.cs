using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>Writes a key, for a program that asks a command for it.</summary>
internal sealed class KeyVerb : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "the name or id", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _noNewline = new("--no-newline") { Description = "write the key alone, without a line feed after it" };
    private readonly Option<string> _protocol = new("--protocol") { Description = "answer a request on standard input, as this program sends it: openclaw", HelpName = "PROTOCOL" };

    public KeyVerb()
        : base("key", "Writes the key of a configuration and a line feed on standard output, and nothing else anywhere. Asks nothing.", "llmconfig key work", "claude --settings '{\"apiKeyHelper\":\"llmconfig key claude\"}'")
    {
        _protocol.CompletionSources.Add(OpenClawProtocol.Name);
        Take(_name, _noNewline, _protocol);
    }

    public override int Run(ParseResult line, Session session)
    {
        session.HoldsWarningsBack = true;
        session.AsksNothing = true;
        string? name = line.GetValue(_name);
        if (line.GetValue(_protocol) is { } protocol)
        {
            if (protocol != OpenClawProtocol.Name)
            {
                throw new UsageException("There is no such protocol.", $"--protocol takes {OpenClawProtocol.Name}.");
            }

            if (name is not null)
            {
                throw new UsageException("With --protocol the request names the configurations.", $"Leave the name out: llmconfig key --protocol {OpenClawProtocol.Name}");
            }

            OpenClawProtocol.Answer(session);
            return ExitCode.Success;
        }

        using ApiKey key = session.Repository.GetKey(session.Get(name ?? throw new UsageException("key needs NAME.")));
        if (session.Output.Json)
        {
            session.Output.ShowSecret(key.Utf8);
            return ExitCode.Success;
        }

        session.Console.Output.Write(key.Utf8);
        if (!line.GetValue(_noNewline))
        {
            session.Console.Output.Write("\n"u8);
        }

        session.Console.Output.Flush();
        return ExitCode.Success;
    }
}
