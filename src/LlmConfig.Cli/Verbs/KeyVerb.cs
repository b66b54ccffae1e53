using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>Writes a key, for a program that asks a command for it.</summary>
internal sealed class KeyVerb : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "the name or id" };
    private readonly Option<bool> _noNewline = new("--no-newline") { Description = "write the key alone, without a line feed after it" };

    public KeyVerb()
        : base("key", "Writes the key of a configuration and a line feed on standard output, and nothing else anywhere. Asks nothing.", "llmconfig key work", "claude --settings '{\"apiKeyHelper\":\"llmconfig key claude\"}'")
    {
        Take(_name, _noNewline);
    }

    public override int Run(ParseResult line, Session session)
    {
        session.HoldsWarningsBack = true;
        using ApiKey key = session.Repository.GetKey(session.Get(line.GetValue(_name)!));
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
