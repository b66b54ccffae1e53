using System.Globalization;
using System.Text;

namespace LlmConfig;

/// <summary>
/// A <c>.env</c> file: lines of <c>NAME=value</c>, comments, <c>export</c> in front, values in quotes or bare. A value stays on
/// its line, and nothing in it is run or replaced: what asks for that is refused.
/// </summary>
internal static class DotEnvFile
{
    private static readonly HashSet<string> Wanted = [.. ProviderVariables.Names];

    public static ImportSource Read(string path, ReadOnlySpan<byte> content)
    {
        var values = new Dictionary<string, SecretBytes>(StringComparer.Ordinal);
        try
        {
            int others = ReadLines(content, values);
            (List<ImportItem> items, List<LlmConfigException> errors) = ProviderVariables.Find(
                variable => values.TryGetValue(variable, out SecretBytes? value) ? Encoding.UTF8.GetString(value.Span) : null,
                variable => values.TryGetValue(variable, out SecretBytes? value) && value.Length > 0 ? ApiKey.FromUtf8(value.Span, null) : null,
                "the variable",
                providers: null);
            string[] remarks = items.Count + errors.Count == 0 && others > 0
                ? [$"'{path}' sets {others.ToString(CultureInfo.InvariantCulture)} variables, and no key of a provider is among them."]
                : [];
            return new ImportSource(path, items, errors, remarks, holdsPlainKeys: items.Any(item => item.HasKey));
        }
        finally
        {
            foreach (SecretBytes value in values.Values)
            {
                value.Dispose();
            }
        }
    }

    private static int ReadLines(ReadOnlySpan<byte> content, Dictionary<string, SecretBytes> values)
    {
        int others = 0;
        int number = 0;
        while (!content.IsEmpty)
        {
            number++;
            int end = content.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? content : content[..end];
            content = end < 0 ? [] : content[(end + 1)..];
            line = Trim(line);
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }

            if (line.StartsWith("export "u8) || line.StartsWith("export\t"u8))
            {
                line = Trim(line["export ".Length..]);
            }

            int equals = line.IndexOf((byte)'=');
            ReadOnlySpan<byte> name = Trim(equals < 0 ? line : line[..equals]);
            if (!IsName(name))
            {
                throw new StoreFormatException($"line {number} is neither NAME=value nor a comment");
            }

            if (equals < 0)
            {
                continue;
            }

            string variable = Encoding.ASCII.GetString(name);
            SecretBytes? value = ReadValue(Trim(line[(equals + 1)..]), number, Wanted.Contains(variable));
            if (value is null)
            {
                others++;
            }
            else if (!values.TryAdd(variable, value))
            {
                value.Dispose();
                throw new StoreFormatException($"{variable} is set twice, again on line {number}");
            }
        }

        return others;
    }

    // The value, or null where it is not wanted; its quotes are checked all the same, since they decide where it ends.
    private static SecretBytes? ReadValue(ReadOnlySpan<byte> text, int number, bool wanted)
    {
        if (text.IsEmpty || text[0] is not ((byte)'"' or (byte)'\''))
        {
            // A # begins a comment at the start of the value or after a space.
            for (int i = 0; i < text.Length; i++)
            {
                if (text[i] == '#' && (i == 0 || text[i - 1] is (byte)' ' or (byte)'\t'))
                {
                    text = Trim(text[..i]);
                    break;
                }
            }

            return wanted ? Literal(text, number, escapes: false) : null;
        }

        byte quote = text[0];
        bool escapes = quote == '"';
        int close = 1;
        while (close < text.Length && text[close] != quote)
        {
            close += escapes && text[close] == '\\' ? 2 : 1;
        }

        if (close >= text.Length)
        {
            throw new StoreFormatException($"the quote that opens on line {number} does not close there, and values over several lines are not read");
        }

        ReadOnlySpan<byte> rest = Trim(text[(close + 1)..]);
        return !rest.IsEmpty && rest[0] != '#' ? throw new StoreFormatException($"something follows the closing quote on line {number}")
            : wanted ? Literal(text[1..close], number, escapes, mayRefer: quote != '\'')
            : null;
    }

    private static SecretBytes Literal(ReadOnlySpan<byte> text, int number, bool escapes, bool mayRefer = true)
    {
        if (mayRefer && (text.IndexOf("${"u8) >= 0 || text.IndexOf("$("u8) >= 0 || text.Contains((byte)'`')))
        {
            throw new StoreFormatException($"the value on line {number} refers to a variable or a command, and nothing of a file is run");
        }

        using var plain = new SecretBytes(text.Length);
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte c = text[i];
            if (escapes && c == '\\' && i + 1 < text.Length)
            {
                i++;
                c = text[i] switch
                {
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    _ => text[i],
                };
            }

            plain.Span[length++] = c;
        }

        return new SecretBytes(plain.Span[..length]);
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t\r"u8);

    private static bool IsName(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || char.IsAsciiDigit((char)name[0]))
        {
            return false;
        }

        foreach (byte c in name)
        {
            // Dots and dashes are in use too, though no shell takes them.
            if (!char.IsAsciiLetterOrDigit((char)c) && c is not ((byte)'_' or (byte)'.' or (byte)'-'))
            {
                return false;
            }
        }

        return true;
    }
}
