using System.Buffers;
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

    // Dots and dashes are in use too, though no shell takes them.
    private static readonly SearchValues<byte> NameBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"u8);

    public static void Read(ImportSource source, ReadOnlySpan<byte> content)
    {
        var values = new Dictionary<string, SecretBytes>(StringComparer.Ordinal);
        try
        {
            int others = ReadLines(content, values);
            ProviderVariables.Find(
                source,
                variable => values.TryGetValue(variable, out SecretBytes? value) ? Encoding.UTF8.GetString(value.Span) : null,
                variable => values.TryGetValue(variable, out SecretBytes? value) && value.Length > 0 ? ApiKey.FromUtf8(value.Span, null) : null,
                "the variable",
                providers: null);
            source.HoldsPlainKeys = source.Items.Any(item => item.HasKey);
            if (source.Items.Count + source.Errors.Count == 0 && others > 0)
            {
                string count = others.ToString(CultureInfo.InvariantCulture);
                source.Remark($"'{source.Description}' sets {count} variables, and no key of a provider is among them.");
            }
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
        for (int number = 1; !content.IsEmpty; number++)
        {
            int end = content.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = Trim(end < 0 ? content : content[..end]);
            content = end < 0 ? [] : content[(end + 1)..];
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
            if (name.IsEmpty || char.IsAsciiDigit((char)name[0]) || name.ContainsAnyExcept(NameBytes))
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
        byte quote = text.IsEmpty ? (byte)0 : text[0];
        if (quote is not ((byte)'"' or (byte)'\''))
        {
            // A # begins a comment at the start of the value or after a space.
            int end = 0;
            while (end < text.Length && !(text[end] == '#' && (end == 0 || text[end - 1] is (byte)' ' or (byte)'\t')))
            {
                end++;
            }

            return wanted ? Literal(Trim(text[..end]), number, quote: 0) : null;
        }

        int close = 1;
        while (close < text.Length && text[close] != quote)
        {
            close += quote == '"' && text[close] == '\\' ? 2 : 1;
        }

        if (close >= text.Length)
        {
            throw new StoreFormatException($"the quote that opens on line {number} does not close there, and values over several lines are not read");
        }

        ReadOnlySpan<byte> rest = Trim(text[(close + 1)..]);
        return !rest.IsEmpty && rest[0] != '#' ? throw new StoreFormatException($"something follows the closing quote on line {number}")
            : wanted ? Literal(text[1..close], number, quote)
            : null;
    }

    private static SecretBytes Literal(ReadOnlySpan<byte> text, int number, byte quote)
    {
        if (quote != '\'' && (text.IndexOf("${"u8) >= 0 || text.IndexOf("$("u8) >= 0 || text.Contains((byte)'`')))
        {
            throw new StoreFormatException($"the value on line {number} refers to a variable or a command, and nothing of a file is run");
        }

        using var plain = new SecretBytes(text.Length);
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            bool escaped = quote == '"' && text[i] == '\\' && i + 1 < text.Length;
            plain.Span[length++] = !escaped ? text[i] : text[++i] switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                byte other => other,
            };
        }

        return new SecretBytes(plain.Span[..length]);
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t\r"u8);
}
