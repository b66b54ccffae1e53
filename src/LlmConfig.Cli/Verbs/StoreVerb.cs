using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>Shows or changes where keys go and what protects them.</summary>
internal sealed class StoreVerb : Verb
{
    private readonly Option<string> _vault = new("--default-vault") { Description = "send new keys to this vault; empty for the usual order", HelpName = "VAULT" };
    private readonly Option<string> _protector = new("--protector") { Description = "let this protect the built-in vault", HelpName = "PROTECTOR" };

    public StoreVerb()
        : base("store", "Shows where everything lies and how keys are protected, or changes it.", "llmconfig store", "llmconfig store --protector KeyFile")
    {
        _protector.CompletionSources.Add([.. Enum.GetNames<ProtectorKind>()]);
        Take(_vault, _protector);
    }

    public override int Run(ParseResult line, Session session)
    {
        ProtectorKind? protector = line.GetValue(_protector) is { } word ? EnumOption.Parse<ProtectorKind>(word, _protector.Name) : null;
        if (line.GetValue(_vault) is { } vault)
        {
            session.Repository.SetDefaultVault(vault);
        }

        if (protector is { } kind)
        {
            session.Repository.SetProtector(kind);
        }

        session.Output.Show([session.Repository.GetStore()], new StoreView());
        return ExitCode.Success;
    }
}
