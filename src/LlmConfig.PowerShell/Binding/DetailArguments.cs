using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Management.Automation;
using System.Security;

namespace LlmConfig;

/// <summary>
/// What the parameters for headers, tags and expiry take: also texts, as a CSV file holds them, and the objects that ConvertFrom-Json makes. What cannot
/// be one gets a stand-in, and the body of the cmdlet reports it: the engine's own error would show it, and for a property of what
/// is piped in it says nothing.
/// </summary>
internal static class DetailArguments
{
    /// <summary>Stands for what is no header.</summary>
    public static Hashtable NoHeader { get; } = [];

    /// <summary>Stands for what holds a secret.</summary>
    public static Hashtable SecretHeader { get; } = [];

    /// <summary>Stands for what is no tag.</summary>
    public static string[] NoTag { get; } = [string.Empty];

    /// <summary>Stands for what is no time.</summary>
    public static DateTime NoTime => DateTime.MinValue;

    /// <summary>Stands for no expiry.</summary>
    public static DateTime Never => DateTime.MaxValue;

    /// <summary>The headers that were given; <see langword="null"/> where none were.</summary>
    /// <exception cref="LlmConfigException">InvalidArgument: they are none.</exception>
    public static IReadOnlyDictionary<string, string>? Headers(IDictionary? given, string? target) =>
        given == NoHeader ? throw Invalid(target, "What was given with -Header is no name with a text.", "Give a hashtable, such as -Header @{ 'X-Team' = 'blue' }.")
        : given == SecretHeader ? throw Invalid(
            target, "A header was given with a SecureString: headers stand in llm_config.json, where no secret may be.", "A credential goes out as the key, with -ApiKey.")
        : given?.Cast<DictionaryEntry>().ToDictionary(header => (string)header.Key, header => (string)header.Value!);

    /// <summary>The tags that were given; <see langword="null"/> where none were.</summary>
    /// <exception cref="LlmConfigException">InvalidArgument: they are none.</exception>
    public static IReadOnlyList<string>? Tags(string[]? given, string? target) =>
        given != NoTag ? given : throw Invalid(target, "What was given with -Tag is no text.", "Give one or several words, such as -Tag team, eu.");

    /// <summary>The expiry that was given; <see langword="null"/> where none was.</summary>
    /// <exception cref="LlmConfigException">InvalidArgument: it is none.</exception>
    public static DateTime? Expiry(DateTime? given, string? target) => given != NoTime ? given : throw Invalid(
        target,
        "What was given with -ExpiresAt is no time, or one that countries write in different ways.",
        "Give a DateTime, such as (Get-Date).AddDays(90), or a text such as 2031-02-03 or 2031-02-03T04:05Z.");

    /// <summary>What is behind an object of the engine's.</summary>
    public static object? Behind(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    /// <summary>A text, or a number as it was typed; <see langword="null"/> for anything else.</summary>
    public static string? Text(object? value) => Behind(value) is string or ValueType && LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out string text) ? text : null;

    private static LlmConfigException Invalid(string? target, string problem, string remedy) => new(LlmConfigErrorCode.InvalidArgument, target, problem, remedy);
}

/// <summary>Takes names with values, or texts such as <c>X-Team: blue</c>, for headers; nothing and the empty text for none.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class HeaderArgumentAttribute : ArgumentTransformationAttribute
{
    private static readonly char[] LineBreaks = ['\r', '\n'];

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = DetailArguments.Behind(inputData);
        var headers = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        IEnumerable<(object? Name, object? Value)> given = value switch
        {
            null => [],
            string text => Lines(text),

            // A hashtable has an order that nobody gave it, another one in each process.
            Hashtable table => table.Keys.Cast<object?>().OrderBy(DetailArguments.Text, StringComparer.Ordinal).Select(name => (name, table[name!])),
            IDictionary map => map.Keys.Cast<object?>().Select(name => (name, map[name!])),
            PSObject { BaseObject: PSCustomObject } row => row.Properties.Select(property => ((object?)property.Name, (object?)property.Value)),
            IEnumerable list => list.Cast<object?>().SelectMany(item => Lines(DetailArguments.Text(item))),
            _ => [(null, null)],
        };
        foreach ((object? name, object? content) in given)
        {
            if (DetailArguments.Behind(content) is SecureString or PSCredential)
            {
                return DetailArguments.SecretHeader;
            }

            if (DetailArguments.Text(name) is not { } key || DetailArguments.Text(content) is not { } header)
            {
                return DetailArguments.NoHeader;
            }

            headers[key] = header;
        }

        return headers;
    }

    private static IEnumerable<(object? Name, object? Value)> Lines(string? text) => text is null ? [(null, null)]
        : text.Split(LineBreaks, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => ConfigurationDetails.ParseHeader(line) is { } header ? (header.Key, header.Value) : ((object?)null, (object?)null));
}

/// <summary>Takes texts for tags, also several with commas between them; nothing and the empty text for none.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TagArgumentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = DetailArguments.Behind(inputData);
        string?[] texts = value switch
        {
            null => [],
            not (string or IDictionary) and IEnumerable list => [.. list.Cast<object?>().Where(item => item is not null).Select(DetailArguments.Text)],
            _ => [DetailArguments.Text(inputData)],
        };
        return texts.Contains(null)
            ? DetailArguments.NoTag
            : texts.SelectMany(text => text!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray();
    }
}

/// <summary>
/// Takes a time, or a text of ISO 8601, for when a key expires; nothing and the empty text for no time. Other texts mean different days in different countries, and
/// a number would be one of ticks.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ExpiryArgumentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object? inputData) => DetailArguments.Behind(inputData) switch
    {
        DateTime time => time,
        DateTimeOffset time => time.UtcDateTime,
        null => DetailArguments.Never,
        _ => DetailArguments.Text(inputData) is not { } text ? DetailArguments.NoTime
            : string.IsNullOrWhiteSpace(text) ? DetailArguments.Never
            : ConfigurationDetails.ParseExpiry(text, DateTime.UtcNow) ?? DetailArguments.NoTime,
    };
}
