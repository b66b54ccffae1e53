using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmConfig;

/// <summary>
/// Settings in a JSON file, which may have comments and commas at the end of a list. A reader finds the places, and only they are changed: a value that is
/// there is replaced, a new one goes first in its object, so that no other line is touched.
/// </summary>
internal sealed class JsonSettings : ISettingsFormat
{
    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static readonly JsonDocumentOptions LenientDocument = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <inheritdoc/>
    public byte[] Add(byte[] file, IReadOnlyList<ToolSetting> settings)
    {
        (byte[] mark, byte[] json) = Parse(file);
        foreach (ToolSetting setting in settings)
        {
            // What is refused is refused with its line in the file as it is.
            Find(json, setting.Path);
        }

        // Each goes first in its object, so the last of them comes first.
        return [.. mark, .. settings.Reverse().Aggregate(json, Set)];
    }

    /// <inheritdoc/>
    public byte[] Remove(byte[] file, byte[] before, IReadOnlyList<ToolSetting> settings)
    {
        (byte[] mark, byte[] json) = Parse(file);
        byte[] old = Parse(before).Json;
        foreach (ToolSetting setting in settings)
        {
            Place place = Find(json, setting.Path);
            if (place.Value is not { } range)
            {
                continue;
            }

            string now = Text(json, range);
            string? earlier = Find(old, setting.Path).Value is { } replaced ? Text(old, replaced) : null;
            if (Same(now, setting.Value))
            {
                json = earlier is null ? Cut(json, place, range) : Splice(json, range, earlier);
            }
            else if (earlier is null || !Same(now, earlier))
            {
                throw new StoreFormatException($"line {Line(json, range.Start.Value)}: '{setting.Key}' is not what was written there");
            }
        }

        // Objects that were made for them.
        foreach (string[] path in settings.SelectMany(setting => Enumerable.Range(1, setting.Path.Length - 1).Reverse().Select(length => setting.Path[..length])))
        {
            if (Find(json, path) is { Value: { } range } place && Same(Text(json, range), "{}") && Find(old, path).Value is null)
            {
                json = Cut(json, place, range);
            }
        }

        return [.. mark, .. json];
    }

    private static byte[] Set(byte[] json, ToolSetting setting)
    {
        string[] path = setting.Path;
        Place place = Find(json, path);
        if (place.Value is { } range)
        {
            return Splice(json, range, setting.Value);
        }

        string newLine = json.AsSpan().IndexOf("\r\n"u8) >= 0 ? "\r\n" : "\n";
        string unit = Indent(json, newLine);
        string gap = Text(json, place.Open..Skip(json, place.Open, comments: false));
        int lastLine = gap.LastIndexOf(newLine, StringComparison.Ordinal);
        bool isOneLine = place.HasMembers ? lastLine < 0 : place.Depth > 0 && !Text(json, ..).Trim().Contains('\n', StringComparison.Ordinal);
        string lead = place.HasMembers ? gap[Math.Max(0, lastLine)..] : isOneLine ? string.Empty : newLine + Repeat(unit, place.Depth + 1);
        string tail = place.HasMembers ? "," : isOneLine || lastLine >= 0 ? string.Empty : newLine + Repeat(unit, place.Depth);
        string value = setting.Value;
        for (int depth = path.Length - 1; depth > place.Depth; depth--)
        {
            string inner = isOneLine ? string.Empty : lead + Repeat(unit, depth - place.Depth);
            string end = isOneLine ? string.Empty : lead + Repeat(unit, depth - place.Depth - 1);
            value = $"{{{inner}\"{path[depth]}\": {value}{end}}}";
        }

        return Splice(json, place.Open..place.Open, $"{lead}\"{path[place.Depth]}\": {value}{tail}");
    }

    // With the comma behind it, or the one before it where it is the last, and with the blanks of an object that has nothing else.
    private static byte[] Cut(byte[] json, Place place, Range value)
    {
        int start = place.Name;
        while (IsBlank(json[start - 1]))
        {
            start--;
        }

        int end = value.End.Value;
        int next = Skip(json, end, comments: true);
        if (json[next] == ',')
        {
            return Splice(json, start..(next + 1), string.Empty);
        }

        int close = Skip(json, end, comments: false);
        return json[start - 1] switch
        {
            (byte)',' => Splice(json, (start - 1)..end, string.Empty),
            (byte)'{' when json[close] == '}' => Splice(json, start..close, string.Empty),
            _ => Splice(json, start..end, string.Empty),
        };
    }

    private static Place Find(byte[] json, string[] path)
    {
        var reader = new Utf8JsonReader(json, Lenient);
        reader.Read();
        for (int depth = 0; ; depth++)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                string what = depth == 0 ? "the file" : $"'{string.Join('.', path[..depth])}'";
                throw new StoreFormatException($"line {Line(json, (int)reader.TokenStartIndex)}: {what} is not an object");
            }

            int open = (int)reader.BytesConsumed;
            bool hasMembers = false;
            int found = -1;
            Range? value = null;
            Utf8JsonReader inside = default;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                hasMembers = true;
                int name = (int)reader.TokenStartIndex;
                bool isIt = reader.ValueTextEquals(path[depth]);
                reader.Read();
                Utf8JsonReader here = reader;
                reader.Skip();
                if (isIt && found >= 0)
                {
                    throw new StoreFormatException($"line {Line(json, name)}: '{string.Join('.', path[..(depth + 1)])}' is there twice");
                }

                if (isIt)
                {
                    (found, value) = (name, (int)here.TokenStartIndex..(int)reader.BytesConsumed);
                    inside = here;
                }
            }

            if (found < 0 || depth == path.Length - 1)
            {
                return new Place(depth, open, hasMembers, found, value);
            }

            reader = inside;
        }
    }

    // What a UTF-8 file may begin with, and the rest, which is an object.
    private static (byte[] Mark, byte[] Json) Parse(byte[] file)
    {
        int mark = file.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        byte[] json = file[mark..];
        if (Skip(json, 0, comments: false) == json.Length)
        {
            return (file[..mark], "{}\n"u8.ToArray());
        }

        try
        {
            var reader = new Utf8JsonReader(json, Lenient);
            while (reader.Read())
            {
            }
        }
        catch (JsonException e)
        {
            throw new StoreFormatException($"line {e.LineNumber + 1}: this is no JSON");
        }

        return (file[..mark], json);
    }

    // What stands before the first name of the file, in a line of its own.
    private static string Indent(byte[] json, string newLine)
    {
        int open = Find(json, [string.Empty]).Open;
        string gap = Text(json, open..Skip(json, open, comments: false));
        int line = gap.LastIndexOf(newLine, StringComparison.Ordinal);
        return line >= 0 && line + newLine.Length < gap.Length ? gap[(line + newLine.Length)..] : "  ";
    }

    private static int Skip(byte[] json, int at, bool comments)
    {
        while (at < json.Length)
        {
            if (comments && json[at] == '/')
            {
                ReadOnlySpan<byte> end = json[at + 1] == '*' ? "*/"u8 : "\n"u8;
                at += 2 + json.AsSpan(at + 2).IndexOf(end) + end.Length;
            }
            else if (IsBlank(json[at]))
            {
                at++;
            }
            else
            {
                break;
            }
        }

        return at;
    }

    private static bool IsBlank(byte character) => character is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private static bool Same(string one, string other) =>
        JsonNode.DeepEquals(JsonNode.Parse(one, documentOptions: LenientDocument), JsonNode.Parse(other, documentOptions: LenientDocument));

    private static int Line(byte[] json, int at) => json.AsSpan(0, at).Count((byte)'\n') + 1;

    private static string Text(byte[] json, Range range) => Encoding.UTF8.GetString(json[range]);

    private static byte[] Splice(byte[] json, Range range, string text) => [.. json[..range.Start.Value], .. Encoding.UTF8.GetBytes(text), .. json[range.End.Value..]];

    private static string Repeat(string unit, int times) => string.Concat(Enumerable.Repeat(unit, times));

    // The innermost object that is there: how deep, where its inside begins, whether anything is in it; and where name and value of the setting are, if they are there.
    private readonly record struct Place(int Depth, int Open, bool HasMembers, int Name, Range? Value);
}
