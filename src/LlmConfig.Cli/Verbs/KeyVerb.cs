namespace LlmConfig.Cli;

/// <summary>Writes a key, for a program that asks a command for it.</summary>
internal sealed class KeyVerb() : Verb(
    "key",
    "Writes the key of a configuration and a line feed on standard output, and nothing else anywhere. Asks nothing.",
    ["llmconfig key work", "claude --settings '{\"apiKeyHelper\":\"llmconfig key claude\"}'"],
    One("NAME", "the name or id; the default configuration without one", required: false),
    Flag("--no-newline", "write the key alone, without a line feed after it"),
    Word("--protocol", "PROTOCOL", "answer a request on standard input, as this program sends it: openclaw", OpenClawProtocol.Name))
{
    public override void Run(Session session)
    {
        session.ServesProgram = true;
        string? name = session.Line.Text("NAME");
        if (session.Line.Text("--protocol") is { } protocol)
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
            return;
        }

        using ApiKey key = session.Repository.GetKey(name is null ? session.Repository.RequireDefault() : session.Get(name));
        if (session.Output.Json)
        {
            session.Output.ShowKey(key);
            return;
        }

        session.Console.Output.Write(key.Utf8);
        session.Console.Output.Write(session.Line.Flag("--no-newline") ? ""u8 : "\n"u8);
        session.Console.Output.Flush();
    }
}
