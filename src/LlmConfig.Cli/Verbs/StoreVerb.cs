namespace LlmConfig.Cli;

/// <summary>Shows or changes where keys go and what protects them.</summary>
internal sealed class StoreVerb() : Verb(
    "store",
    "Shows where everything lies and how keys are protected, or changes it.",
    ["llmconfig store", "llmconfig store rotate", "llmconfig store --protector KeyFile"],
    OneWord("ACTION", "rotate: give the built-in vault a new master key", required: false, Rotate),
    Value("--default-vault", "VAULT", "send new keys to this vault; empty for the usual order"),
    Word("--protector", "PROTECTOR", "let this protect the built-in vault", Enum.GetNames<ProtectorKind>()),
    Flag("--keep-master-key", "with --protector: hand the same master key on"),
    Value("--probe-vault", "VAULT", "try this vault anew with a throwaway secret"))
{
    private const string Rotate = "rotate";

    public override void Run(Session session)
    {
        CommandLine line = session.Line;
        ProtectorKind? protector = line.Choice<ProtectorKind>("--protector");
        string? action = line.Text("ACTION");
        if (action is not (null or Rotate))
        {
            throw new UsageException("store does not know this action.", $"Leave it out, or use {Rotate}.");
        }

        if (line.Text("--default-vault") is { } vault)
        {
            session.Repository.SetDefaultVault(vault);
        }

        if (protector is { } kind)
        {
            session.Repository.SetProtector(kind, keepMasterKey: line.Flag("--keep-master-key"));
        }

        if (action is not null)
        {
            session.Repository.RotateMasterKey();
        }

        if (line.Text("--probe-vault") is { } probed)
        {
            session.Repository.ProbeVault(probed);
        }

        session.Output.Show([session.Repository.GetStore()], Views.Store);
    }
}
