using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>Shows all settings of configurations.</summary>
internal sealed class GetVerb : Verb
{
    private readonly Argument<string[]> _names = new("NAME") { Description = "names, ids, or patterns with * and ?", Arity = ArgumentArity.OneOrMore };

    public GetVerb()
        : base("get", "Shows all settings of a configuration. No key is shown.", "llmconfig get work", "llmconfig get work --json")
    {
        Take(_names);
    }

    public override int Run(ParseResult line, Session session)
    {
        session.Output.Show(session.Select(line.GetValue(_names)!), new ConfigurationView());
        return ExitCode.Success;
    }
}
