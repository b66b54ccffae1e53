using System.CommandLine;
using System.Text;

namespace LlmConfig.Cli;

/// <summary>The help of a verb, and the list of all. An example comes first: most people need no more.</summary>
internal static class HelpText
{
    public static string Of(Verb verb)
    {
        var text = new StringBuilder();
        foreach (string example in verb.Examples)
        {
            text.Append("  ").Append(example).Append('\n');
        }

        text.Append('\n').Append(verb.Command.Description).Append("\n\nUsage: llmconfig ").Append(verb.Name);
        foreach (Argument argument in verb.Command.Arguments)
        {
            bool optional = argument.Arity.MinimumNumberOfValues == 0;
            string name = argument.Arity.MaximumNumberOfValues > 1 ? argument.Name + "…" : argument.Name;
            text.Append(' ').Append(optional ? $"[{name}]" : name);
        }

        text.Append(" [options]").Append(verb.TakesProgram ? " -- PROGRAM [ARGUMENT…]" : string.Empty).Append('\n');
        Section(text, "Arguments", verb.Command.Arguments.Select(argument => (argument.Name, argument.Description)));
        Section(text, "Options", verb.Command.Options.Except(verb.Common).Where(option => !option.Hidden).Select(Line));
        Section(text, "Options of every verb", verb.Common.Select(Line));
        return verb.Remark.Length == 0 ? text.ToString() : text.Append('\n').Append(verb.Remark).Append('\n').ToString();
    }

    public static string OfAll(IEnumerable<Verb> verbs)
    {
        var text = new StringBuilder("""
              llmconfig new work openai
              llmconfig exec work -- python app.py

            Keeps configurations of LLM providers, and their API keys in a vault.

            Usage: llmconfig VERB [NAME] [options]

            """);
        Section(text, "Verbs", verbs.Select(verb => (verb.Name, verb.Command.Description)));
        return text.Append("\nllmconfig VERB --help shows examples and options of a verb; llmconfig --version the version.\n").ToString();
    }

    private static (string, string?) Line(Option option) => (
        string.Join(", ", option.Aliases.Prepend(option.Name)) + (option.Arity.MaximumNumberOfValues > 0 && option.HelpName is { } value ? $" {value}" : string.Empty),
        option.Description);

    private static void Section(StringBuilder text, string heading, IEnumerable<(string Name, string? Purpose)> lines)
    {
        List<(string Name, string? Purpose)> all = [.. lines];
        if (all.Count == 0)
        {
            return;
        }

        int longest = all.Max(line => line.Name.Length);
        text.Append('\n').Append(heading).Append(":\n");
        foreach ((string name, string? purpose) in all)
        {
            text.Append("  ").Append(name.PadRight(longest)).Append("  ").Append(purpose).Append('\n');
        }
    }
}
