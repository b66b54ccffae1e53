namespace LlmConfig.Cli;

/// <summary>Shows the configurations.</summary>
internal sealed class ListVerb() : Verb(
    "list",
    "Shows the configurations. No key is shown.",
    ["llmconfig list", "llmconfig list 'team*' --json", "llmconfig list --tag eu"],
    Several("NAME", "names, ids, or patterns with * and ?; all without one"),
    Value("--provider", "PROVIDER", "only those of this provider"),
    Value("--vault", "VAULT", "only those whose key lies in this vault"),
    Values("--tag", "TAG", "only those that have this tag, or one that matches; of several, any"))
{
    public override void Run(Session session)
    {
        string[] names = session.Line.Texts("NAME");
        IReadOnlyList<LlmConfiguration> found = session.Select(names);
        string[] tags = session.Line.Texts("--tag");
        session.Output.Show(
            [.. found.Where(item => Is(item.Provider, "--provider") && Is(item.Vault, "--vault") && (tags.Length == 0 || tags.Any(item.HasTag)))], Views.ConfigurationTable);
        if (found.Count == 0 && names.Length == 0)
        {
            session.Output.Done("There are no configurations yet. Make one with: llmconfig new NAME PROVIDER");
        }

        bool Is(string? value, string option) =>
            session.Line.Text(option) is not { } wanted || string.Equals(value, wanted, StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>Shows all settings of configurations.</summary>
internal sealed class GetVerb() : Verb(
    "get",
    "Shows all settings of a configuration. No key is shown.",
    ["llmconfig get work", "llmconfig get work --json"],
    Several("NAME", "names, ids, or patterns with * and ?", required: true))
{
    public override void Run(Session session) => session.Output.Show(session.Select(session.Line.Texts("NAME")), Views.Configuration);
}

/// <summary>Shows the catalogue of providers.</summary>
internal sealed class ProvidersVerb() : Verb(
    "providers",
    "Shows the providers, how they are reached, and which variables their tools read.",
    ["llmconfig providers", "llmconfig providers openai --json"],
    Several("PROVIDER", "ids, or patterns with * and ?; all without one"))
{
    public override void Run(Session session)
    {
        string[] ids = session.Line.Texts("PROVIDER");
        session.Output.Show(ids.Length == 0 ? LlmProviderCatalog.All : [.. ids.SelectMany(LlmProviderCatalog.Select).Distinct()], Views.Provider);
    }
}
