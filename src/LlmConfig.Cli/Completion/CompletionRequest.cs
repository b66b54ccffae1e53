using System.Text;

namespace LlmConfig.Cli;

/// <summary>
/// What the completion scripts call: the kind of answer in the first line, then a word in each, as their shell wants it. Whatever
/// goes wrong, nothing is said: it would be printed in the middle of what a person types.
/// </summary>
internal static class CompletionRequest
{
    /// <summary>The word that stands in the place of a verb.</summary>
    public const string Word = "__complete";

    // What a person could look through.
    private const int Longest = 60;

    /// <summary>Answers.</summary>
    /// <param name="arguments">The shell; for bash the line up to the cursor, for others the words, the cursor's last.</param>
    /// <param name="console">Where to.</param>
    public static int Answer(IReadOnlyList<string> arguments, IConsole console)
    {
        try
        {
            if (arguments.Count >= 2)
            {
                var text = new StringBuilder();
                Write(arguments[0], [.. arguments.Skip(1)], new Completer(console.Variable), text);
                console.Output.Write(Encoding.UTF8.GetBytes(text.ToString()));
                console.Output.Flush();
            }
        }
        catch (Exception e) when (e is LlmConfigException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // No store, a damaged one, no permission: there is nothing to complete.
        }

        return ExitCode.Success;
    }

    private static void Write(string shell, IReadOnlyList<string> words, Completer completer, StringBuilder text)
    {
        if (shell == "bash")
        {
            var line = BashLine.Parse(words[0]);
            Write(text, completer.Find([.. line.Words.Skip(1)], line.Word), candidate => line.Replacement(candidate.Text));
            return;
        }

        string word = words[^1];
        string plain = word.TrimStart('\'', '"');
        Completions found = completer.Find([.. words.Take(words.Count - 1)], plain);
        Write(text, found, shell == "pwsh"
            ? candidate => $"{QuotedForPwsh(candidate.Text)}\t{candidate.Text}\t{Short(candidate.Remark)}"
            : candidate => candidate.Remark.Length == 0 ? candidate.Text : $"{candidate.Text}\t{Short(candidate.Remark)}");
    }

    private static void Write(StringBuilder text, Completions found, Func<Candidate, string?> line)
    {
        text.Append(found.Kind).Append('\n');
        foreach (Candidate candidate in found.Candidates)
        {
            if (line(candidate) is { } one)
            {
                text.Append(one).Append('\n');
            }
        }
    }

    private static string Short(string remark) => remark.Length <= Longest ? remark : remark[..Longest] + "…";

    // PowerShell takes four more characters for a single quote.
    private static string QuotedForPwsh(string text)
    {
        if (text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '='))
        {
            return text;
        }

        var quoted = new StringBuilder("'");
        foreach (char c in text)
        {
            quoted.Append(c);
            if (c is '\'' or '\u2018' or '\u2019' or '\u201A' or '\u201B')
            {
                quoted.Append(c);
            }
        }

        return quoted.Append('\'').ToString();
    }
}
