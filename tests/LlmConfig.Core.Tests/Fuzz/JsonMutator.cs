using System.Text;
using System.Text.Json;

namespace LlmConfig.Tests;

/// <summary>
/// Changes a JSON document where its structure is: values exchanged, properties doubled, dropped, renamed, nested deeper, and put in the
/// place of others things that parsers are known to stumble over. Sometimes also where it is not: single bytes.
/// </summary>
internal sealed class JsonMutator(Random random)
{
    private static readonly byte[][] Values =
    [
        .. new[]
        {
            "null", "true", "0", "-0", "-1", "1", "2", "1.0", "1e0", "1e999", "-1e999", "9007199254740991", "9007199254740993", "9223372036854775808",
            "123456789012345678901234567890", "0." + new string('1', 400), "[]", "{}", "[{}]", "\"\"", "\" \"", "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\udc00\\ud800\"",
            "\"\\u202e\"", "\"\\u200d\"", "\"\\n\"", "\"LlmConfig\"", "\"openai\"", "\"llm-api-key-00112233445566778899aabbccddeeff\"",
            "\"00000000-0000-0000-0000-000000000000\"", "\"{0f8fad5b-d9cb-469f-a165-70867728950e}\"", "\"0001-01-01T00:00:00+14:00\"",
            "\"9999-12-31T23:59:59.9999999-14:00\"", "\"2026-02-30T00:00:00Z\"", "\"2026-11-24T10:00:00.1234567Z\"", "\"2026-11-24T10:00:00\"", "\"2026-11-24Z\"",
            "\"https://user:password@example.test/\"", "\"https://[::1\"", "\"https://xn--/\"", "\"https://example.test/\\u0000\"", "\"http://example.test:99999999999/\"",
            "\"https://" + new string('a', 70_000) + "\"", "\"" + new string('x', 100_000) + "\"", "\"" + string.Concat(Enumerable.Repeat("\\u00e9", 3000)) + "\"",
            new string('[', 40) + new string(']', 40), new string('[', 5000), string.Concat(Enumerable.Repeat("{\"a\":", 5000)), "{\"a\":1,\"a\":2}", "// x", "/* x */ 1", "NaN", "\"", "\\",
        }.Select(Encoding.UTF8.GetBytes),
        [(byte)'"', 0xC0, 0xAF, (byte)'"'],             // overlong '/'
        [(byte)'"', 0xED, 0xA0, 0x80, (byte)'"'],       // half a surrogate pair as UTF-8
        [(byte)'"', 0xF4, 0x90, 0x80, 0x80, (byte)'"'], // above U+10FFFF
        [(byte)'"', 0x00, (byte)'"'],
        [(byte)'"', 0xFF, (byte)'"'],
        [0xEF, 0xBB, 0xBF],
    ];

    /// <summary>The document with one to four changes.</summary>
    public byte[] Mutate(byte[] document)
    {
        byte[] result = document;
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            result = MutateOnce(result);
        }

        return result;
    }

    /// <summary>Changes bytes wherever they are.</summary>
    public byte[] MutateBytes(byte[] content)
    {
        int at = random.Next(content.Length + 1);
        switch (random.Next(4))
        {
            case 0 when content.Length > 0:
                byte[] changed = [.. content];
                changed[Math.Min(at, content.Length - 1)] ^= (byte)(1 << random.Next(8));
                return changed;
            case 1:
                byte[] more = new byte[random.Next(1, 9)];
                random.NextBytes(more);
                return [.. content[..at], .. more, .. content[at..]];
            case 2:
                return [.. content[..at], .. content[Math.Min(content.Length, at + random.Next(1, 40))..]];
            default:
                return content[..at];
        }
    }

    private static List<(int Start, int End, bool IsName)> Tokens(byte[] document)
    {
        var tokens = new List<(int, int, bool)>();
        var json = new Utf8JsonReader(document, new JsonReaderOptions { MaxDepth = 10_000 });
        try
        {
            while (json.Read())
            {
                int start = (int)json.TokenStartIndex;
                bool isName = json.TokenType == JsonTokenType.PropertyName;
                if (json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    // The whole value, then what is in it.
                    Utf8JsonReader ahead = json;
                    ahead.Skip();
                    tokens.Add((start, (int)ahead.BytesConsumed, false));
                }
                else if (json.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
                {
                    tokens.Add((start, start + json.ValueSpan.Length + (isName || json.TokenType == JsonTokenType.String ? 2 : 0), isName));
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // An earlier change broke it: what could be read until there is what there is.
        }

        return tokens;
    }

    private byte[] MutateOnce(byte[] document)
    {
        List<(int Start, int End, bool IsName)> tokens = Tokens(document);
        List<(int Start, int End, bool IsName)> names = [.. tokens.Where(token => token.IsName)];
        if (tokens.Count == 0 || names.Count == 0 || random.Next(8) == 0)
        {
            return MutateBytes(document);
        }

        (int start, int end, _) = tokens[random.Next(tokens.Count)];
        (int nameStart, int nameEnd, _) = names[random.Next(names.Count)];
        (int otherStart, int otherEnd, _) = tokens[random.Next(tokens.Count)];
        switch (random.Next(7))
        {
            case 0:
                return [.. document[..start], .. document[otherStart..otherEnd], .. document[end..]];
            case 1:
                // A property twice, with its own or another value.
                return [.. document[..nameStart], .. document[nameStart..nameEnd], (byte)':', .. Value(), (byte)',', .. document[nameStart..]];
            case 2:
                return [.. document[..nameStart], .. "\"unknown"u8, .. Encoding.UTF8.GetBytes(random.Next(3).ToString()), (byte)'"', (byte)':', .. Value(), (byte)',', .. document[nameStart..]];
            case 3:
                return [.. document[..nameStart], .. document[otherStart..otherEnd], .. document[nameEnd..]];
            case 4:
                // Dropped, with the comma behind it where there is one.
                int comma = Array.IndexOf(document, (byte)',', nameEnd);
                return comma < 0 ? document : [.. document[..nameStart], .. document[(comma + 1)..]];
            default:
                return [.. document[..start], .. Value(), .. document[end..]];
        }
    }

    private byte[] Value() => Values[random.Next(Values.Length)];
}
