namespace LlmConfig.Cli;

/// <summary>Writes into a tool's own settings file that it asks this program for its key, or takes that out.</summary>
internal sealed class ToolVerb() : Verb(
    "tool",
    "Writes into a tool's own settings, for good, that it asks llmconfig for the key; or takes that out again.",
    ["llmconfig tool setup codex work", "llmconfig tool setup claude --dry-run", "llmconfig tool remove codex"],
    OneWord("ACTION", "setup, or remove", required: true, Setup, Remove),
    One("TOOL", "the tool"),
    One("NAME", "the name or id; the default configuration without one", required: false),
    Flag("--dry-run", "only show what would be written"))
{
    private const string Setup = "setup";
    private const string Remove = "remove";

    public override string Remark => """
        The key is not written, only the command that gives it. The file as it was stays beside it as FILE.llmconfig-backup
        until remove puts it back, byte for byte; where it was changed meanwhile, remove takes out what setup wrote and nothing else.
        """;

    public override void Run(Session session)
    {
        string? name = session.Line.Text("NAME");
        string action = session.Line.Text("ACTION")!;
        if (action is not (Setup or Remove) || (action == Remove && name is not null))
        {
            throw new UsageException(action == Remove ? "tool remove takes no NAME." : "tool does not know this action.", $"Use {Setup} TOOL NAME, or {Remove} TOOL.");
        }

        LlmTool tool = LlmToolCatalog.Get(session.Line.Text("TOOL")!);
        bool preview = session.Line.Flag("--dry-run");
        LlmToolRegistration made = action == Remove
            ? session.Repository.UnregisterTool(tool, preview)
            : session.Repository.RegisterTool((name is null ? session.Repository.RequireDefault() : session.Get(name)).Id, new ToolUse(tool, session.KeyCommand), preview);
        session.Output.Show([made], Views.Registration);
    }
}
