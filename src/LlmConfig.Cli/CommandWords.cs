using System.Text;

namespace LlmConfig.Cli;

/// <summary>
/// Takes a command apart into words as a shell would, and no further: spaces part words, single quotes, double quotes and
/// backslashes keep them together. No variable, pattern or command in it is evaluated.
/// </summary>
internal static class CommandWords
{
    /// <exception cref="UsageException">It is empty, or a quote is not closed.</exception>
    public static IReadOnlyList<string> Split(string command)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool isWord = false;
        char quote = '\0';
        for (int i = 0; i < command.Length; i++)
        {
            char c = command[i];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (isWord)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    isWord = false;
                }

                continue;
            }

            isWord = true;
            if (c == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && c is '\'' or '"')
            {
                quote = c;
            }
            else if (c == '\\' && !OperatingSystem.IsWindows() && quote != '\'' && i + 1 < command.Length && (quote == '\0' || command[i + 1] is '"' or '\\'))
            {
                word.Append(command[++i]);
            }
            else
            {
                word.Append(c);
            }
        }

        if (quote != '\0')
        {
            throw new UsageException("A quote in the command for the key is not closed.");
        }

        if (isWord)
        {
            words.Add(word.ToString());
        }

        return words.Count > 0 && words[0].Length > 0 ? words : throw new UsageException("The command for the key is empty.");
    }
}
