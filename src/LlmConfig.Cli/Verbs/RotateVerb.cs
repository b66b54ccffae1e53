namespace LlmConfig.Cli;

/// <summary>Replaces a key at its provider.</summary>
internal sealed class RotateVerb() : Verb(
    "rotate",
    "Replaces the key of a configuration at its provider: one command makes a new key, which is checked and taken, and another revokes the old one.",
    ["llmconfig rotate work --key-command ./new-key --revoke-command ./revoke-key", "llmconfig rotate work --abandon"],
    One("NAME", "the name or id"),
    Value("--key-command", "COMMAND", "make a new key with this command, which reads the old one on standard input and writes the new one"),
    Value("--revoke-command", "COMMAND", "revoke the old key with this command, which reads it on the first line of standard input, and the new one on the second"),
    Flag("--skip-online-check", "use the new key without asking the provider whether it works"),
    Flag("--abandon", "give up a rotation that was cut off; the configuration keeps the key that it has"))
{
    public override string Remark => """
        The commands are run without a shell. After a step that failed or was cut off, the same command goes on where it was:
        the old key stays until the new one works, and llmconfig test says what is not finished.
        """;

    public override void Run(Session session)
    {
        CommandLine line = session.Line;
        if (line.Flag("--abandon") == line.Text("--key-command") is not null)
        {
            throw new UsageException("rotate takes either --key-command or --abandon.");
        }

        LlmConfiguration item = session.Get(line.Text("NAME")!);
        if (line.Flag("--abandon"))
        {
            session.Repository.AbandonRotation(item.Id);
            session.Output.Report([item], $"The rotation of the key of '{item.Name}' was given up.");
            return;
        }

        IReadOnlyList<string> make = ShellWords.Split(line.Text("--key-command")!);
        IReadOnlyList<string>? revoke = line.Text("--revoke-command") is { } command ? ShellWords.Split(command) : null;
        KeyRotationResult result = session.Repository.RotateKey(item.Id, new KeyRotationSteps
        {
            MakeKey = old => SecretInput.ReadFromCommand(session, make, item.Name, old),
            Revoke = revoke is null ? null : (old, made) => session.Starter.Read(revoke, [], old, made),
            SkipOnlineCheck = line.Flag("--skip-online-check"),
        });
        session.Output.Report(
            [session.Repository.Get(item.Id)], $"The key of '{result.Name}' was rotated{(result.IsRevoked ? ", and the old one revoked" : string.Empty)}.");
    }
}
