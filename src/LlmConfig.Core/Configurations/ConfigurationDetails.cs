using System.Buffers;
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

    /// <summary>The organization that the provider bills, such as <c>org-…</c> at OpenAI.</summary>
    public string? Organization { get; init; }

    /// <summary>The project that the provider counts usage for, such as <c>proj_…</c> at OpenAI.</summary>
    public string? Project { get; init; }

    /// <summary>The version of the provider's API, such as <c>2024-10-21</c> at Azure OpenAI.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Further headers of each request, by name. None may carry a credential.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>What it is for, in a line.</summary>
    public string? Description { get; init; }

    /// <summary>Words to find it by, without regard to case.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

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
        if (wanted is null)
        {
            return this;
        }

        ConfigurationDetails all = this with
        {
            Organization = Text(wanted.Organization, Organization),
            Project = Text(wanted.Project, Project),
            ApiVersion = Text(wanted.ApiVersion, ApiVersion),
            Description = Text(wanted.Description, Description),
            Owner = Text(wanted.Owner, Owner),
            Headers = wanted.Headers is null ? Headers : wanted.Headers.Count == 0 ? null
                : ByName(wanted.Headers.Select(header => KeyValuePair.Create(header.Key.Trim(), header.Value.Trim()))),
            Tags = wanted.Tags is null ? Tags : Words(wanted.Tags),
            ExpiresAt = wanted.ExpiresAt is not { } date ? ExpiresAt
                : date == DateTime.MaxValue ? null
                : date.ToUniversalTime().AddTicks(-(date.Ticks % TimeSpan.TicksPerMillisecond)),
        };
        return all.Problem() is not { } problem ? all : throw new LlmConfigException(
            LlmConfigErrorCode.InvalidArgument,
            target,
            problem,
            "Nothing was changed. Secrets belong into a vault: the key by -ApiKey.");

        static string? Text(string? text, string? before) => text is null ? before : string.IsNullOrWhiteSpace(text) ? null : text.Trim();

        static IReadOnlyList<string>? Words(IEnumerable<string> tags)
        {
            string[] words = [.. tags.Select(tag => tag.Trim()).Where(tag => tag.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];
            return words.Length == 0 ? null : words;
        }
    }

    /// <summary>What breaks a rule, in a sentence that repeats no value; <see langword="null"/> where nothing does.</summary>
    internal string? Problem() =>
        ProblemOf("organization", Organization, MaximumLength) ?? ProblemOf("project", Project, MaximumLength)
        ?? ProblemOf("API version", ApiVersion, MaximumLength) ?? ProblemOf("description", Description, MaximumDescriptionLength)
        ?? ProblemOf("owner", Owner, MaximumLength)
        ?? (Tags?.Count > MaximumTags ? $"There are {Tags.Count} tags; {MaximumTags} is the most." : null)
        ?? Tags?.Select(tag => ProblemOf("tag", tag, MaximumTagLength) ?? (tag.Contains(',', StringComparison.Ordinal) ? "A tag holds a comma, which stands between tags." : null))
            .FirstOrDefault(problem => problem is not null)
        ?? (Headers?.Count > MaximumHeaders ? $"There are {Headers.Count} headers; {MaximumHeaders} is the most." : null)
        ?? Headers?.Select(header => ProblemOf(header.Key, header.Value)).FirstOrDefault(problem => problem is not null);

    /// <summary>Headers to be found by their name without regard to case; of two of the same name the last.</summary>
    internal static Dictionary<string, string> ByName(IEnumerable<KeyValuePair<string, string>> headers)
    {
        var byName = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, string value) in headers)
        {
            byName[name] = value;
        }

        return byName;
    }

    private static string? ProblemOf(string what, string? text, int longest) =>
        text is null ? null
        : text.Length > longest ? $"The {what} has {text.Length} characters; {longest} is the most."
        : !DisplayText.Prints(text) ? $"The {what} holds a character that does not print."
        : DisplayText.LooksLikeKey(text) ? $"The {what} looks like a key, and would stand in {StorePaths.ConfigFileName} for all to read."
        : null;

    // The value may be a secret that was put into the wrong place: it is not shown.
    private static string? ProblemOf(string name, string value) =>
        name.Length is 0 or > MaximumLength || name.AsSpan().IndexOfAnyExcept(HeaderName) >= 0 ? "The name of a header holds what no such name may hold."
        : RefusedHeaders.Contains(name) ? $"The header {name} is set by the program that sends the request, or carries a credential: it cannot be kept here."
        : value.Length is 0 or > MaximumHeaderLength ? $"The value of the header {name} is empty or longer than {MaximumHeaderLength} characters."
        : value.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0 ? $"The value of the header {name} holds what no header can carry."
        : DisplayText.LooksLikeKey(value) || value.Split(' ').Any(DisplayText.LooksLikeKey)
            ? $"The value of the header {name} looks like a key, and would stand in {StorePaths.ConfigFileName} for all to read."
        : null;

    // Not the values: a description is nobody's business in a log.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Tags = ").AppendJoin(", ", Tags ?? []);
        return true;
    }
}
