using System.Text;

namespace LlmConfig;

/// <summary>
/// Settings in a TOML file: a few lines at its beginning, where keys belong to no table yet, between two comments. Lines that say something else of them
/// become comments and come back. The file is read as far as that takes: statements, their keys, and where they end.
/// </summary>
internal sealed class TomlSettings : ISettingsFormat
{
    private const string Begin = "# llmconfig: begin (Unregister-LlmConfigTool and llmconfig tool remove take this out)";
    private const string End = "# llmconfig: end";
    private const string Was = "# llmconfig: was ";
    private const char Mark = '\uFEFF';

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public byte[] Add(byte[] file, IReadOnlyList<ToolSetting> settings)
    {
        (string mark, string text) = Decode(file);
        string newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var rest = new StringBuilder(text);
        bool isTable = false;
        var replaced = new List<Statement>();
        foreach (Statement statement in Statements(text))
        {
            isTable |= statement.IsTable;
            if (!isTable && settings.Any(setting => setting.Key == statement.Key && !setting.Key.Contains('.', StringComparison.Ordinal)))
            {
                replaced.Add(statement);
            }
            else if (settings.Any(setting => Clash(setting.Key, statement, isTable)))
            {
                throw new StoreFormatException($"line {Line(text, statement.Start)}: '{statement.Key}' is there already, in a form that leaves no room for that of llmconfig");
            }
        }

        foreach (Statement statement in Enumerable.Reverse(replaced))
        {
            rest.Remove(statement.Start, statement.End - statement.Start);
            rest.Insert(statement.Start, Was + text[statement.Start..statement.End].Replace("\n", "\n" + Was, StringComparison.Ordinal));
        }

        string block = string.Concat(settings.Select(Show).Prepend(Begin).Append(End).Select(line => line + newLine));
        return Strict.GetBytes(mark + block + rest);
    }

    /// <inheritdoc/>
    public byte[] Remove(byte[] file, byte[] before, IReadOnlyList<ToolSetting> settings)
    {
        (string mark, string text) = Decode(file);
        List<Statement> keys = [.. Statements(text).TakeWhile(statement => !statement.IsTable)];
        if (!text.Contains(Begin, StringComparison.Ordinal) && !keys.Exists(statement => settings.Any(setting => Said(statement) == Show(setting))))
        {
            // Somebody took all of it out, and may have put something else in its place.
            return file;
        }

        var rest = new StringBuilder(text);
        foreach (Statement statement in Enumerable.Reverse(keys))
        {
            if (settings.FirstOrDefault(setting => setting.Key == statement.Key) is not { } setting)
            {
                continue;
            }

            if (Said(statement) != Show(setting))
            {
                throw new StoreFormatException($"line {Line(text, statement.Start)}: '{setting.Key}' is not what was written there");
            }

            int end = text.IndexOf('\n', statement.End);
            rest.Remove(statement.Start, (end < 0 ? text.Length : end + 1) - statement.Start);
        }

        IEnumerable<string> lines = rest.ToString().Split('\n')
            .Where(line => line.TrimEnd('\r') is not (Begin or End))
            .Select(line => line.StartsWith(Was, StringComparison.Ordinal) ? line[Was.Length..] : line);
        return Strict.GetBytes(mark + string.Join('\n', lines));

        string Said(Statement statement) => text[statement.Start..statement.End].Trim();
    }

    private static string Show(ToolSetting setting) => $"{setting.Key} = {setting.Value}";

    // A table of the same name, or the one above it, written in another form: TOML lets no table be defined twice.
    private static bool Clash(string key, Statement statement, bool isTable) => key.Contains('.', StringComparison.Ordinal)
        && (!isTable || statement.IsTable)
        && (statement.Key == key || statement.Key == key[..key.IndexOf('.', StringComparison.Ordinal)] || statement.Key.StartsWith(key + ".", StringComparison.Ordinal));

    private static (string Mark, string Text) Decode(byte[] file)
    {
        try
        {
            string text = Strict.GetString(file);
            return text.StartsWith(Mark) ? (text[..1], text[1..]) : (string.Empty, text);
        }
        catch (DecoderFallbackException e)
        {
            throw new StoreFormatException($"line {file.AsSpan(0, Math.Max(0, e.Index)).Count((byte)'\n') + 1}: this is no UTF-8");
        }
    }

    private static List<Statement> Statements(string text)
    {
        var found = new List<Statement>();
        for (int at = SkipBlank(text, 0); at < text.Length; at = SkipBlank(text, at))
        {
            // The line's own indentation goes with it.
            int start = text.LastIndexOf('\n', at) + 1;
            bool isTable = text[at] == '[';
            int key = isTable ? Math.Min(SkipWhile(text, at, "["), text.Length) : at;
            int keyEnd = Scan(text, key, isTable ? "]" : "=");
            if (keyEnd == text.Length || text[keyEnd] == '\n' || keyEnd == key)
            {
                throw Broken(text, at);
            }

            int value = isTable ? SkipWhile(text, keyEnd, "]") : keyEnd + 1;
            at = Scan(text, value, string.Empty);
            string said = text[value..at].TrimStart();
            if (isTable ? said.Length > 0 && said[0] is not '#' : said.Length == 0 || said[0] is '#' or '=')
            {
                throw Broken(text, key);
            }

            string name = string.Concat(text[key..keyEnd].Where(c => !char.IsWhiteSpace(c) && c is not ('"' or '\'')));
            found.Add(new Statement(name, isTable, start, at > start && text[at - 1] == '\r' ? at - 1 : at));
        }

        return found;
    }

    // The next of these characters, or the end of the line, outside of strings, comments, lists and inline tables.
    private static int Scan(string text, int at, string wanted)
    {
        int start = at;
        int depth = 0;
        for (; at < text.Length; at++)
        {
            char c = text[at];
            if (depth == 0 && (c == '\n' || wanted.Contains(c, StringComparison.Ordinal)))
            {
                return at;
            }

            if (c is '"' or '\'')
            {
                at = EndOfString(text, at);
            }
            else if (c == '#')
            {
                int end = text.IndexOf('\n', at);
                at = (end < 0 ? text.Length : end) - 1;
            }
            else
            {
                depth += c is '[' or '{' ? 1 : c is ']' or '}' ? -1 : 0;
                if (depth < 0)
                {
                    throw Broken(text, at);
                }
            }
        }

        return depth == 0 ? at : throw Broken(text, start);
    }

    private static int EndOfString(string text, int start)
    {
        char quote = text[start];
        string three = new(quote, 3);
        string mark = text.AsSpan(start).StartsWith(three, StringComparison.Ordinal) ? three : three[..1];
        for (int at = start + mark.Length; at < text.Length; at++)
        {
            if (text[at] == '\\' && quote == '"')
            {
                at++;
            }
            else if (text[at] == '\n' && mark.Length == 1)
            {
                break;
            }
            else if (text.AsSpan(at).StartsWith(mark, StringComparison.Ordinal))
            {
                // Up to two further quotes belong to a text of several lines.
                at += mark.Length - 1;
                while (mark.Length == 3 && at + 1 < text.Length && text[at + 1] == quote)
                {
                    at++;
                }

                return at;
            }
        }

        throw Broken(text, start);
    }

    private static int SkipBlank(string text, int at)
    {
        for (; at < text.Length && (char.IsWhiteSpace(text[at]) || text[at] == '#'); at++)
        {
            if (text[at] == '#')
            {
                int end = text.IndexOf('\n', at);
                at = (end < 0 ? text.Length : end) - 1;
            }
        }

        return at;
    }

    private static int SkipWhile(string text, int at, string characters)
    {
        while (at < text.Length && characters.Contains(text[at], StringComparison.Ordinal))
        {
            at++;
        }

        return at;
    }

    private static StoreFormatException Broken(string text, int at) => new($"line {Line(text, Math.Min(at, text.Length))}: this is no TOML");

    private static int Line(string text, int at) => text.AsSpan(0, at).Count('\n') + 1;

    // Its key without quotes and blanks, and its lines without the end of the last.
    private sealed record Statement(string Key, bool IsTable, int Start, int End);
}
