namespace LlmConfig.Cli;

/// <summary>Serves DSC: the resources LlmConfig/Configuration and LlmConfig/Store, and the secret extension.</summary>
internal sealed class DscVerb() : Verb(
    "dsc",
    "Answers DSC, which reads and writes JSON: the resources LlmConfig/Configuration and LlmConfig/Store, and secret('work', 'LlmConfig').",
    [
        "echo '{\"name\":\"work\",\"model\":\"gpt-5\"}' | llmconfig dsc test configuration",
        "llmconfig dsc schema configuration",
        "llmconfig dsc export configuration",
    ],
    OneWord("OPERATION", "what DSC asks: get, set, test, delete, export, schema or secret", required: true, "get", "set", "test", "delete", "export", "schema", "secret"),
    OneWord("RESOURCE", "configuration or store; without one for secret", required: false, "configuration", "store"),
    Flag("--what-if", "with set: only say what would be changed"),
    Value("--name", "NAME", "with secret: the name of the configuration"),
    Value("--vault", "VAULT", "with secret: LlmConfig; of another vault nothing is known here"))
{
    public override string Remark => "The desired state comes on standard input. docs/provisioning.md says more.";

    public override void Run(Session session)
    {
        session.ServesProgram = true;
        string operation = session.Line.Text("OPERATION")!;
        bool whatIf = session.Line.Flag("--what-if");
        switch (operation, session.Line.Text("RESOURCE"))
        {
            case ("secret", null):
                DscProtocol.Secret(session, session.Line.Text("--name") ?? throw new UsageException("secret needs --name."), session.Line.Text("--vault"));
                break;
            case ("schema", "configuration"):
                DscProtocol.Schema(session, "Configuration");
                break;
            case ("schema", "store"):
                DscProtocol.Schema(session, "Store");
                break;
            case ("get" or "set" or "test" or "delete" or "export", "configuration"):
                DscProtocol.Configuration(session, operation, whatIf);
                break;
            case ("get" or "set" or "test" or "export", "store"):
                DscProtocol.Store(session, operation, whatIf);
                break;
            default:
                throw new UsageException("There is no such operation of such a resource.", "llmconfig dsc --help lists them.");
        }

        session.Output.Warn(session.TakeWarnings());
        session.HasEnded = true;
    }
}
