using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>The help of a verb, and the list of all. An example comes first: most people need no more.</summary>
internal static class HelpText
{
    public static string Of(Verb verb) =>
        string.Concat(verb.Examples.Select(example => $"  {example}\n"))
        + $"\n{verb.Command.Description}\n\nUsage: llmconfig {verb.Name}{string.Concat(verb.Command.Arguments.Select(Place))} [options]"
        + (verb.TakesProgram ? " -- PROGRAM [ARGUMENT…]\n" : "\n")
        + Section("Arguments", verb.Command.Arguments.Select(argument => (argument.Name, argument.Description)))
        + Section("Options", verb.Command.Options.Except(verb.Common).Where(option => !option.Hidden).Select(Line))
        + Section("Options of every verb", verb.Common.Select(Line))
        + (verb.Remark.Length == 0 ? string.Empty : $"\n{verb.Remark}\n");

    public static string OfAll(IEnumerable<Verb> verbs) =>
        """
          llmconfig new work openai
          llmconfig exec work -- python app.py

        Keeps configurations of LLM providers, and their API keys in a vault.

        Usage: llmconfig VERB [NAME] [options]

        """
        + Section("Verbs", verbs.Select(verb => (verb.Name, verb.Command.Description)))
        + "\nllmconfig VERB --help shows examples and options of a verb; llmconfig --version the version.\n";

    private static string Place(Argument argument)
    {
        string name = argument.Arity.MaximumNumberOfValues > 1 ? argument.Name + "…" : argument.Name;
        return argument.Arity.MinimumNumberOfValues == 0 ? $" [{name}]" : $" {name}";
    }

    private static (string, string?) Line(Option option) => (
        string.Join(", ", option.Aliases.Prepend(option.Name)) + (option.Arity.MaximumNumberOfValues > 0 && option.HelpName is { } value ? $" {value}" : string.Empty),
        option.Description);

    private static string Section(string heading, IEnumerable<(string Name, string? Purpose)> lines)
    {
        (string Name, string? Purpose)[] all = [.. lines];
        int longest = all.Select(line => line.Name.Length).DefaultIfEmpty().Max();
        return all.Length == 0 ? string.Empty : $"\n{heading}:\n{string.Concat(all.Select(line => $"  {line.Name.PadRight(longest)}  {line.Purpose}\n"))}";
    }
}
