using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// Reads one JSON object of <c>llm_config.json</c>, a property at a time. After <see cref="Next"/>, whoever reads asks for each property
/// that it knows, always in the same order, and keeps the rest by <see cref="KeepOther"/>. A value of null is an absent one. Fastest where
/// the properties stand in the order in which they are asked for, as this program writes them.
/// </summary>
internal ref struct JsonFields
{
    private readonly ReadOnlySpan<byte> _content;
    private readonly string _prefix;
    private readonly Known _known;
    private Utf8JsonReader _json;
    private List<KeyValuePair<string, byte[]>>? _others;
    private HashSet<string>? _names;

    // One bit for each property that was asked for and found: it may stand there once. Those are not compared with the next names,
    // until one is none of the others.
    private int _found;
    private int _asked;
    private bool _asksAgain;

    /// <summary>The object that is the whole content.</summary>
    public JsonFields(ReadOnlySpan<byte> content)
        : this(content, new Utf8JsonReader(content, new JsonReaderOptions { MaxDepth = 32 }), string.Empty, new Known())
    {
        _json.Read();
        RequireObject("the file");
    }

    private JsonFields(ReadOnlySpan<byte> content, Utf8JsonReader json, string prefix, Known known)
    {
        _known = known;
        _content = content;
        _json = json;
        _prefix = prefix;
    }

    /// <summary>Where the value that was found begins in the content.</summary>
    public readonly int Start => (int)_json.TokenStartIndex;

    /// <summary>Where what was read ends in the content.</summary>
    public readonly int End => (int)_json.BytesConsumed;

    /// <summary>True when the value that was found is null.</summary>
    public readonly bool IsNull => _json.TokenType == JsonTokenType.Null;

    /// <summary>The properties that nobody asked for, as they stand in the file.</summary>
    public readonly JsonExtras Others => _others is null ? JsonExtras.None : new JsonExtras(_others);

    /// <summary>Goes on to the next property; false after the last one.</summary>
    public bool Next()
    {
        _asked = 0;
        return _asksAgain || (_json.Read() && _json.TokenType == JsonTokenType.PropertyName);
    }

    /// <summary>Goes on to the next value of an array; false after the last one.</summary>
    public bool NextItem() => _json.Read() && _json.TokenType != JsonTokenType.EndArray;

    /// <summary>Whether the property has this name; its value is read next then.</summary>
    /// <exception cref="StoreFormatException">It stands twice in the object.</exception>
    public bool Is(ReadOnlySpan<byte> name)
    {
        int bit = 1 << _asked++;
        bool wasFound = (_found & bit) != 0;
        if ((wasFound && !_asksAgain) || !_json.ValueTextEquals(name))
        {
            return false;
        }

        _found = wasFound ? throw Twice() : _found | bit;
        return _json.Read();
    }

    /// <summary>Takes the name of a property that may have any, and reads its value next.</summary>
    public string TakeName()
    {
        string name = _json.GetString()!;
        _json.Read();
        return name;
    }

    /// <summary>The object that was found. Once it is read, go on by <see cref="Leave"/>.</summary>
    public readonly JsonFields Enter(string what, string prefix = "")
    {
        RequireObject(what);
        return new JsonFields(_content, _json, prefix, _known);
    }

    public void Leave(in JsonFields inner) => _json = inner._json;

    /// <summary>Passes by the value that was found.</summary>
    public void Skip() => _json.Skip();

    /// <summary>Requires that nothing follows.</summary>
    public void Finish() => _json.Read();

    /// <summary>Keeps a property that nobody asked for.</summary>
    public void KeepOther()
    {
        // Once more for all: it may be one that was found before.
        _asksAgain = !_asksAgain;
        if (_asksAgain)
        {
            return;
        }

        string name = TakeName();
        if (!(_names ??= new HashSet<string>(StringComparer.Ordinal)).Add(name))
        {
            throw Twice();
        }

        int start = Start;
        _json.Skip();
        (_others ??= []).Add(KeyValuePair.Create(name, _content[start..End].ToArray()));
    }

    public bool Array(ReadOnlySpan<byte> name) =>
        Is(name) && (_json.TokenType == JsonTokenType.StartArray ? true : throw Wrong(name, "is not an array"));

    public bool Uuid(ReadOnlySpan<byte> name, ref Guid? value)
    {
        bool found = Is(name);
        if (found && !IsNull)
        {
            value = _json.TokenType == JsonTokenType.String && _json.TryGetGuid(out Guid id) ? id : throw Wrong(name, "is not a UUID");
        }

        return found;
    }

    // Above 2^53, JSON numbers are not whole numbers to every program, and the next revision could overflow.
    public bool Integer(ReadOnlySpan<byte> name, ref long? value)
    {
        bool found = Is(name);
        if (found && !IsNull)
        {
            value = _json.TokenType == JsonTokenType.Number && _json.TryGetInt64(out long number) && number is >= 0 and < ConfigDocument.HighestRevision
                ? number
                : throw Wrong(name, "is not a whole number from 0 to 2^53");
        }

        return found;
    }

    public bool Boolean(ReadOnlySpan<byte> name, ref bool? value)
    {
        bool found = Is(name);
        if (found && !IsNull)
        {
            value = _json.TokenType is JsonTokenType.True or JsonTokenType.False ? _json.GetBoolean() : throw Wrong(name, "is neither true nor false");
        }

        return found;
    }

    /// <summary>A text that prints and is not empty.</summary>
    /// <param name="name">The property's name.</param>
    /// <param name="value">The text.</param>
    /// <param name="rule">What it has to keep.</param>
    /// <param name="problem">What to say where it does not.</param>
    public bool Text(ReadOnlySpan<byte> name, ref string? value, Func<string, bool>? rule = null, string? problem = null)
    {
        bool found = Is(name);
        if (found && ReadText(name) is { } text)
        {
            value = rule is null || rule(text) ? text : throw new StoreFormatException(problem!);
        }

        return found;
    }

    /// <summary>The same for a text that many entries share: it is kept once.</summary>
    public bool SharedText(ReadOnlySpan<byte> name, ref string? value)
    {
        if (!Is(name))
        {
            return false;
        }

        ReadOnlySpan<byte> raw = _json.ValueSpan;
        ref string? shared = ref _known.Texts[raw.Length == 0 ? 0 : (raw.Length + raw[^1]) % Known.MostTexts];
        if (shared is null || _json.TokenType != JsonTokenType.String || !_json.ValueTextEquals(shared))
        {
            shared = ReadText(name);
        }

        value = shared;
        return true;
    }

    // Without a zone, a time would be read as that of whatever machine reads it.
    public bool Time(ReadOnlySpan<byte> name, ref DateTime? value)
    {
        const int dateLength = 10;
        bool found = Is(name);
        if (found && !IsNull)
        {
            // Most are those of the entry's other changes.
            ReadOnlySpan<byte> raw = _json.ValueSpan;
            if (raw.Length == 0 || !raw.SequenceEqual(_content.Slice(_known.TimeStart, _known.TimeLength)))
            {
                ReadOnlySpan<byte> text = Unescaped;
                _known.Time = _json.TokenType == JsonTokenType.String && text.Length > dateLength && text[dateLength..].IndexOfAny("Zz+-"u8) >= 0
                    && _json.TryGetDateTimeOffset(out DateTimeOffset time)
                        ? time.UtcDateTime.AddTicks(-(time.UtcTicks % TimeSpan.TicksPerMillisecond))
                        : throw Wrong(name, "is not a time of ISO 8601");
                (_known.TimeStart, _known.TimeLength) = (Start + 1, raw.Length);
            }

            value = _known.Time;
        }

        return found;
    }

    public bool Fingerprint(ReadOnlySpan<byte> name, ref ulong? value)
    {
        bool found = Is(name);
        if (found && !IsNull)
        {
            value = _json.TokenType == JsonTokenType.String && _json.ValueSpan.Length == 2 * sizeof(ulong)
                && Utf8Parser.TryParse(_json.ValueSpan, out ulong fingerprint, out int length, 'x') && length == _json.ValueSpan.Length
                    ? fingerprint
                    : throw Wrong(name, "is not 16 hex digits");
        }

        return found;
    }

    public bool Code(ReadOnlySpan<byte> name, ref SealCode? value)
    {
        bool found = Is(name);
        if (found && !IsNull)
        {
            Span<byte> code = stackalloc byte[SealCode.Size];
            value = _json.TokenType == JsonTokenType.String && Base64.DecodeFromUtf8(Unescaped, code, out _, out int length) == OperationStatus.Done && length == code.Length
                ? new SealCode(code)
                : throw Wrong(name, $"is not base64 of {SealCode.Size} bytes");
        }

        return found;
    }

    /// <summary>An array of texts.</summary>
    public bool Texts(ReadOnlySpan<byte> name, ref List<string>? value)
    {
        bool found = Is(name);
        if (found && !IsNull)
        {
            value = [];
            for (RequireStart(name, JsonTokenType.StartArray); NextItem();)
            {
                value.Add(ReadText(name) ?? throw Wrong(name, "holds what is not a text"));
            }
        }

        return found;
    }

    /// <summary>An object of texts, in their order.</summary>
    public bool TextMap(ReadOnlySpan<byte> name, ref List<KeyValuePair<string, string>>? value)
    {
        bool found = Is(name);
        if (found && !IsNull)
        {
            value = [];
            for (RequireStart(name, JsonTokenType.StartObject); _json.Read() && _json.TokenType == JsonTokenType.PropertyName;)
            {
                value.Add(KeyValuePair.Create(TakeName(), ReadText(name) ?? throw Wrong(name, "holds what is not a text")));
            }
        }

        return found;
    }

    /// <summary>The error for a property that has to be there.</summary>
    public readonly StoreFormatException Missing(string name) => new($"the property '{_prefix + name}' is missing");

    private readonly ReadOnlySpan<byte> Unescaped => _json.ValueIsEscaped ? Encoding.UTF8.GetBytes(_json.GetString()!) : _json.ValueSpan;

    private static StoreFormatException Twice() => new("a property stands twice in one object");

    private readonly string? ReadText(ReadOnlySpan<byte> name) =>
        IsNull ? null
        : _json.TokenType != JsonTokenType.String || _json.GetString() is not { Length: > 0 } text ? throw Wrong(name, "is not a text")
        : DisplayText.Prints(text) ? text
        : throw Wrong(name, "holds a character that does not print");

    private readonly StoreFormatException Wrong(ReadOnlySpan<byte> name, string problem) => new($"'{_prefix}{Encoding.UTF8.GetString(name)}' {problem}");

    private readonly void RequireStart(ReadOnlySpan<byte> name, JsonTokenType start)
    {
        if (_json.TokenType != start)
        {
            throw Wrong(name, start == JsonTokenType.StartArray ? "is not an array" : "is not an object");
        }
    }

    private readonly void RequireObject(string what)
    {
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            throw new StoreFormatException($"{what} is not an object");
        }
    }

    /// <summary>What was read last, and is likely to come again: not made or worked out anew then.</summary>
    private sealed class Known
    {
        public const int MostTexts = 64;

        public string?[] Texts { get; } = new string?[MostTexts];

        /// <summary>Where the text of <see cref="Time"/> stands in the content.</summary>
        public int TimeStart { get; set; }

        public int TimeLength { get; set; }

        public DateTime Time { get; set; }
    }
}

/// <summary>Properties of a JSON object that this version does not know, as they stand in the file, so that they survive a rewrite.</summary>
internal sealed class JsonExtras(IReadOnlyList<KeyValuePair<string, byte[]>> properties)
{
    public static readonly JsonExtras None = new([]);

    public void WriteTo(Utf8JsonWriter writer)
    {
        foreach ((string name, byte[] value) in properties)
        {
            writer.WritePropertyName(name);

            // They come from a document that was parsed whole.
            writer.WriteRawValue(value, skipInputValidation: true);
        }
    }
}
