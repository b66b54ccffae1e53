namespace LlmConfig.Cli;

/// <summary>Shows the catalogue of tools.</summary>
internal sealed class ToolsVerb() : Verb(
    "tools",
    "Shows the tools that are given what they need by exec, and where each looks for a key.",
    ["llmconfig tools", "llmconfig tools codex --json"],
    Several("TOOL", "ids or patterns; all without one"))
{
    public override void Run(Session session)
    {
        string[] wanted = session.Line.Texts("TOOL");
        session.Output.Show([.. (wanted.Length == 0 ? ["*"] : wanted).SelectMany(LlmToolCatalog.Select)], Views.Tool);
    }
}
