using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>Shows or changes where keys go and what protects them.</summary>
internal sealed class StoreVerb : Verb
{
    private readonly Argument<string> _action = new("ACTION") { Description = "rotate: give the built-in vault a new master key", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _vault = new("--default-vault") { Description = "send new keys to this vault; empty for the usual order", HelpName = "VAULT" };
    private readonly Option<string> _protector = new("--protector") { Description = "let this protect the built-in vault", HelpName = "PROTECTOR" };

    private readonly Option<string> _probe = new("--probe-vault") { Description = "try this vault anew with a throwaway secret", HelpName = "VAULT" };
    private readonly Option<bool> _keep = new("--keep-master-key") { Description = "with --protector: hand the same master key on" };

    private const string Rotate = "rotate";

    public StoreVerb()
        : base("store", "Shows where everything lies and how keys are protected, or changes it.", "llmconfig store", "llmconfig store rotate", "llmconfig store --protector KeyFile")
    {
        _protector.CompletionSources.Add([.. Enum.GetNames<ProtectorKind>()]);
        _action.CompletionSources.Add(Rotate);
        Take(_action, _vault, _protector, _keep, _probe);
    }

    public override int Run(ParseResult line, Session session)
    {
        ProtectorKind? protector = line.GetValue(_protector) is { } word ? EnumOption.Parse<ProtectorKind>(word, _protector.Name) : null;
        if (line.GetValue(_action) is { } action && action != Rotate)
        {
            throw new UsageException("store does not know this action.", $"Leave it out, or use {Rotate}.");
        }

        if (line.GetValue(_vault) is { } vault)
        {
            session.Repository.SetDefaultVault(vault);
        }

        if (protector is { } kind)
        {
            session.Repository.SetProtector(kind, keepMasterKey: line.GetValue(_keep));
        }

        if (line.GetValue(_action) is not null)
        {
            session.Repository.RotateMasterKey();
        }

        if (line.GetValue(_probe) is { } probed)
        {
            session.Repository.ProbeVault(probed);
        }

        session.Output.Show([session.Repository.GetStore()], new StoreView());
        return ExitCode.Success;
    }
}
