using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>Shows the catalogue of providers.</summary>
internal sealed class ProvidersVerb : Verb
{
    private readonly Argument<string[]> _ids = new("PROVIDER") { Description = "ids, or patterns with * and ?; all without one", Arity = ArgumentArity.ZeroOrMore };

    public ProvidersVerb()
        : base("providers", "Shows the providers, how they are reached, and which variables their tools read.", "llmconfig providers", "llmconfig providers openai --json")
    {
        Take(_ids);
    }

    public override int Run(ParseResult line, Session session)
    {
        string[] ids = line.GetValue(_ids) ?? [];
        session.Output.Show(ids.Length == 0 ? LlmProviderCatalog.All : [.. ids.SelectMany(LlmProviderCatalog.Select).Distinct()], new ProviderView());
        return ExitCode.Success;
    }
}
