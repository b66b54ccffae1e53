using System.Buffers;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Text;

namespace LlmConfig;

/// <summary>
/// What a provider wants to know beside the key, and what people note of a configuration. Nothing of it is a secret: what looks like one
/// is refused, since all of it stands in <c>llm_config.json</c> and beside the key in its vault. The rules are checked when
/// a configuration is created or changed, not here.
/// </summary>
public sealed record ConfigurationDetails
{
    /// <summary>The most headers of one configuration: more than any gateway is known to want.</summary>
    public const int MaximumHeaders = 16;

    /// <summary>The most tags of one configuration.</summary>
    public const int MaximumTags = 32;

    /// <summary>The longest description, in UTF-16 code units: a line or two, and no page, since it stands beside the key in its vault too.</summary>
    public const int MaximumDescriptionLength = 1000;

    private const int MaximumLength = 256;
    private const int MaximumHeaderLength = 1024;
    private const int MaximumTagLength = 50;

    /// <summary>No headers.</summary>
    internal static readonly IReadOnlyDictionary<string, string> NoHeaders = new Dictionary<string, string>();

    /// <summary>No details.</summary>
    internal static readonly ConfigurationDetails None = new();

    // RFC 9110, 5.6.2.
    private static readonly SearchValues<char> HeaderName =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // What carries credentials, and what the program that sends the request sets itself (RFC 9110, 7.6.1 and 8.6).
    private static readonly HashSet<string> RefusedHeaders = new(
        [
            "Authorization", "Proxy-Authorization", "Cookie", "api-key", "x-api-key", "x-goog-api-key",
            "Host", "Content-Length", "Content-Type", "Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "TE", "Trailer",
        ],
        StringComparer.OrdinalIgnoreCase);

    // Dates and times of ISO 8601 in its extended format, down to 100 ns.
    private static readonly string[] TimeFormats = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK"];

    /// <summary>The organization that the provider bills, such as <c>org-…</c> at OpenAI.</summary>
    public string? Organization { get; init; }

    /// <summary>The project that the provider counts usage for, such as <c>proj_…</c> at OpenAI.</summary>
    public string? Project { get; init; }

    /// <summary>The version of the provider's API, such as <c>2024-10-21</c> at Azure OpenAI.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Further headers of each request, by name. None may carry a credential. As a text it is a line for each.</summary>
    public IReadOnlyDictionary<string, string>? Headers
    {
        get;
        init => field = value is null or HeaderList ? value : new HeaderList(value);
    }

    /// <summary>What it is for, in a line.</summary>
    public string? Description { get; init; }

    /// <summary>Words to find it by, without regard to case. As a text they stand between commas.</summary>
    public IReadOnlyList<string>? Tags
    {
        get;
        init => field = value is null or TagList ? value : new TagList(value);
    }

    /// <summary>Who answers for it: a person, a team, an address.</summary>
    public string? Owner { get; init; }

    /// <summary>When the key expires, in UTC; <see cref="DateTime.MaxValue"/> in an update takes the date away.</summary>
    public DateTime? ExpiresAt { get; init; }

    /// <summary>Properties that this version does not know.</summary>
    internal JsonExtras Extras { get; init; } = JsonExtras.None;

    /// <summary>True when nothing is set.</summary>
    internal bool IsEmpty => Equals(None) && ReferenceEquals(Extras, JsonExtras.None);

    /// <summary>True when both say the same: headers in any order and letter case of their names, tags in their order.</summary>
    /// <param name="other">The other.</param>
    public bool Equals(ConfigurationDetails? other) =>
        other is not null
        && Organization == other.Organization && Project == other.Project && ApiVersion == other.ApiVersion
        && Description == other.Description && Owner == other.Owner && ExpiresAt == other.ExpiresAt
        && (Headers?.Count ?? 0) == (other.Headers?.Count ?? 0)
        && (Headers ?? NoHeaders).All(header => other.Headers!.TryGetValue(header.Key, out string? value) && value == header.Value)
        && (Tags ?? []).SequenceEqual(other.Tags ?? [], StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Organization, Project, ApiVersion, Description, Owner, ExpiresAt, Headers?.Count ?? 0, Tags?.Count ?? 0);

    /// <summary>The same with what was given; what is <see langword="null"/> there stays, what is empty goes.</summary>
    /// <param name="wanted">What was given.</param>
    /// <param name="target">The name of the configuration, for errors.</param>
    /// <exception cref="LlmConfigException">InvalidArgument: something breaks a rule.</exception>
    internal ConfigurationDetails With(ConfigurationDetails? wanted, string target)
    {
        // What is there already is not checked anew: another version may have written it.
        return None.Merge(wanted).Problem() is not { } problem ? Merge(wanted) : throw new LlmConfigException(
            LlmConfigErrorCode.InvalidArgument,
            target,
            problem.Text,
            $"Nothing was changed. Give something else with {problem.Parameter}; secrets belong into a vault: the key by -ApiKey.");
    }

    /// <summary>The same with what was given, whether it breaks a rule or not; what is <see langword="null"/> there stays, what is empty goes.</summary>
    internal ConfigurationDetails Merge(ConfigurationDetails? wanted)
    {
        return wanted is null ? this : this with
        {
            Organization = Text(wanted.Organization, Organization),
            Project = Text(wanted.Project, Project),
            ApiVersion = Text(wanted.ApiVersion, ApiVersion),
            Description = Text(wanted.Description, Description),
            Owner = Text(wanted.Owner, Owner),
            Headers = wanted.Headers is null ? Headers : wanted.Headers.Count == 0 ? null : wanted.Headers,
            Tags = wanted.Tags is null ? Tags : Words(wanted.Tags),
            ExpiresAt = wanted.ExpiresAt is not { } date ? ExpiresAt
                : date == DateTime.MaxValue ? null
                : date.ToUniversalTime().AddTicks(-(date.Ticks % TimeSpan.TicksPerMillisecond)),
        };

        static string? Text(string? text, string? before) => text is null ? before : string.IsNullOrWhiteSpace(text) ? null : text.Trim();

        static IReadOnlyList<string>? Words(IEnumerable<string> tags)
        {
            string[] words = [.. tags.Select(tag => tag.Trim()).Where(tag => tag.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];
            return words.Length == 0 ? null : words;
        }
    }

    /// <summary>What breaks a rule, in a sentence that repeats no value, and the parameter that gave it; <see langword="null"/> where nothing does.</summary>
    internal (string Text, string Parameter)? Problem() =>
        Of(ProblemOf("organization", Organization, MaximumLength), "-Organization")
        ?? Of(ProblemOf("project", Project, MaximumLength), "-Project")
        ?? Of(ProblemOf("API version", ApiVersion, MaximumLength), "-ApiVersion")
        ?? Of(ProblemOf("description", Description, MaximumDescriptionLength), "-Description")
        ?? Of(ProblemOf("owner", Owner, MaximumLength), "-Owner")
        ?? Of(Tags?.Count > MaximumTags ? $"There are {Tags.Count} tags; {MaximumTags} is the most." : Tags?.Select(ProblemOfTag).FirstOrDefault(problem => problem is not null), "-Tag")
        ?? Of(
            Headers?.Count > MaximumHeaders ? $"There are {Headers.Count} headers; {MaximumHeaders} is the most."
                : Headers?.Select(header => ProblemOf(header.Key, header.Value)).FirstOrDefault(problem => problem is not null),
            "-Header");

    /// <summary>A header of a text such as <c>X-Team: blue</c>; <see langword="null"/> for one without a colon. The rules are not checked.</summary>
    /// <param name="line">The text.</param>
    public static KeyValuePair<string, string>? ParseHeader(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : KeyValuePair.Create(line[..colon].Trim(), line[(colon + 1)..].Trim());
    }

    /// <summary>
    /// A time as a person gives it: a date (<c>2031-02-03</c>, from its beginning on) or a time (<c>2031-02-03T04:05Z</c>) of ISO 8601, on this machine's clock where it
    /// names no zone, or a number of hours, days or weeks from now (<c>90d</c>). What other forms mean depends on the country, so they are not taken.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="now">The time now, in UTC.</param>
    /// <returns>The time in UTC; <see langword="null"/> where the text is none.</returns>
    public static DateTime? ParseExpiry(string text, DateTime now)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        if (trimmed is [.. { Length: >= 1 and <= 5 } digits, 'h' or 'd' or 'w' or 'H' or 'D' or 'W'] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return now.AddHours(count * char.ToLowerInvariant(trimmed[^1]) switch { 'h' => 1, 'd' => 24, _ => 7 * 24 });
        }

        return DateTimeOffset.TryParseExact(trimmed, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset time) ? time.UtcDateTime : null;
    }

    /// <summary>Headers to be found by their name without regard to case; of two of the same name the last.</summary>
    internal static Dictionary<string, string> ByName(IEnumerable<KeyValuePair<string, string>> headers)
    {
        var byName = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, string value) in headers)
        {
            byName[name.Trim()] = value.Trim();
        }

        return byName;
    }

    private static (string Text, string Parameter)? Of(string? problem, string parameter) => problem is null ? null : (problem, parameter);

    private static string? ProblemOfTag(string tag) =>
        ProblemOf("tag", tag, MaximumTagLength) ?? (tag.Contains(',', StringComparison.Ordinal) ? "A tag holds a comma, which stands between tags." : null);

    private static string? ProblemOf(string what, string? text, int longest) =>
        text is null ? null
        : text.Length > longest ? $"The {what} has {text.Length} characters; {longest} is the most."
        : !DisplayText.Prints(text) ? $"The {what} holds a character that does not print."
        : HoldsKey(text) ? $"The {what} holds what looks like a key, and would stand in {StorePaths.ConfigFileName} for all to read."
        : null;

    // The value may be a secret that was put into the wrong place: it is not shown.
    private static string? ProblemOf(string name, string value) =>
        name.Length is 0 or > MaximumLength || name.AsSpan().IndexOfAnyExcept(HeaderName) >= 0 || HoldsKey(name) ? "The name of a header holds what no such name may hold."
        : RefusedHeaders.Contains(name) ? $"The header {name} is set by the program that sends the request, or carries a credential: it cannot be kept here."
        : value.Length is 0 or > MaximumHeaderLength ? $"The value of the header {name} is empty or longer than {MaximumHeaderLength} characters."
        : value.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0 ? $"The value of the header {name} holds what no header can carry."
        : HoldsKey(value) ? $"The value of the header {name} looks like a key, and would stand in {StorePaths.ConfigFileName} for all to read."
        : null;

    private static bool HoldsKey(string text) => DisplayText.LooksLikeKey(text) || text.Split(' ').Any(DisplayText.LooksLikeKey);

    // Not the values: a description is nobody's business in a log.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Tags = ").AppendJoin(", ", Tags ?? []);
        return true;
    }

    // A table of a CSV file shows a property by its text: it has to say what it holds, and to be read back.
    private sealed class HeaderList(IEnumerable<KeyValuePair<string, string>> headers) : ReadOnlyDictionary<string, string>(ByName(headers))
    {
        public override string ToString() => string.Join('\n', this.Select(header => $"{header.Key}: {header.Value}"));
    }

    private sealed class TagList(IEnumerable<string> tags) : ReadOnlyCollection<string>([.. tags])
    {
        public override string ToString() => string.Join(", ", this);
    }
}
