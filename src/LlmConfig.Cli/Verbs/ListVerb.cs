using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>Shows the configurations.</summary>
internal sealed class ListVerb : Verb
{
    private readonly Argument<string[]> _names = new("NAME") { Description = "names, ids, or patterns with * and ?; all without one", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _provider = new("--provider") { Description = "only those of this provider", HelpName = "PROVIDER" };
    private readonly Option<string> _vault = new("--vault") { Description = "only those whose key lies in this vault", HelpName = "VAULT" };

    public ListVerb()
        : base("list", "Shows the configurations. No key is shown.", "llmconfig list", "llmconfig list 'team*' --json")
    {
        Take(_names, _provider, _vault);
    }

    public override int Run(ParseResult line, Session session)
    {
        string[] names = line.GetValue(_names) ?? [];
        string? provider = line.GetValue(_provider);
        string? vault = line.GetValue(_vault);
        IReadOnlyList<LlmConfiguration> found = session.Select(names);
        session.Output.Show(
            [.. found.Where(item => (provider is null || item.Provider.Equals(provider, StringComparison.OrdinalIgnoreCase))
                && (vault is null || string.Equals(item.Vault, vault, StringComparison.OrdinalIgnoreCase)))],
            new ConfigurationTable(DateTime.UtcNow));
        if (found.Count == 0 && names.Length == 0)
        {
            session.Output.Done("There are no configurations yet. Make one with: llmconfig new NAME PROVIDER");
        }

        return ExitCode.Success;
    }
}
