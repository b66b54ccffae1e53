using System.Collections.ObjectModel;
using System.Management.Automation.Host;

namespace LlmConfig.Shell;

/// <summary>Asks for one of several answers, by letter or by name: <c>[Y] Yes  [A] Yes to All  …  [?] Help (default is "Y"):</c></summary>
internal sealed class ChoicePrompt(TextWriter terminal, Func<string, string> readLine)
{
    public int Ask(Collection<ChoiceDescription> choices, int defaultChoice)
    {
        (string Letter, string Name)[] labels = [.. choices.Select(choice => TakeApart(choice.Label))];
        string question = string.Join("  ", labels.Select(label => $"[{label.Letter}] {label.Name}")) + "  [?] Help"
            + (defaultChoice >= 0 ? $" (default is \"{labels[defaultChoice].Letter}\"): " : ": ");
        while (true)
        {
            string answer = readLine(question).Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            if (answer == "?")
            {
                for (int i = 0; i < labels.Length; i++)
                {
                    terminal.WriteLine($"{labels[i].Letter} - {choices[i].HelpMessage}");
                }

                continue;
            }

            int chosen = Array.FindIndex(labels, label =>
                answer.Equals(label.Letter, StringComparison.OrdinalIgnoreCase)
                || answer.Equals(label.Name, StringComparison.OrdinalIgnoreCase));
            if (chosen >= 0)
            {
                return chosen;
            }
        }
    }

    /// <summary>An ampersand stands before the letter that answers: <c>Yes to &amp;All</c>.</summary>
    internal static (string Letter, string Name) TakeApart(string label)
    {
        int mark = label.IndexOf('&', StringComparison.Ordinal);
        string name = label.Replace("&", string.Empty, StringComparison.Ordinal).Trim();
        return mark >= 0 && mark + 1 < label.Length
            ? (label[mark + 1].ToString().ToUpperInvariant(), name)
            : (name, name);
    }
}
