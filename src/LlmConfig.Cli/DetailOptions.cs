using System.CommandLine;

namespace LlmConfig.Cli;

/// <summary>The options of a verb for what providers want beside the key, and for what people note.</summary>
internal static class DetailOptions
{
    /// <summary>The options of a verb that makes or changes a configuration.</summary>
    public static IEnumerable<Symbol> All =>
    [
        Verb.Value("--organization", "ORGANIZATION", "the organization that the provider bills"),
        Verb.Value("--project", "PROJECT", "the project that the provider counts usage for"),
        Verb.Value("--api-version", "VERSION", "the version of the provider's API"),
        Verb.Values("--header", "HEADER", "a further header of each request, 'Name: value', no credential; may be given several times"),
        Verb.Value("--description", "TEXT", "what it is for, in a line"),
        Verb.Values("--tag", "TAG", "a word to find it by; may be given several times"),
        Verb.Value("--owner", "OWNER", "who answers for it"),
        Verb.Value("--expires", "TIME", "when the key expires: 2031-02-03, 2031-02-03T04:05Z, or 90d for 90 days from now"),
    ];

    /// <summary>What the command line gives of them; <see langword="null"/> where it gives nothing. What is empty is to be taken away.</summary>
    /// <param name="line">The command line.</param>
    /// <exception cref="UsageException">A header or a time is none.</exception>
    public static ConfigurationDetails? Read(CommandLine line)
    {
        string[]? headers = Several(line, "--header");
        string[]? tags = Several(line, "--tag");
        string?[] texts = [.. All.OfType<Option<string>>().Select(option => line.Text(option.Name))];
        return headers is null && tags is null && texts.All(text => text is null) ? null : new ConfigurationDetails
        {
            Organization = line.Text("--organization"),
            Project = line.Text("--project"),
            ApiVersion = line.Text("--api-version"),
            Headers = headers is null ? null : Headers(headers),
            Description = line.Text("--description"),
            Tags = tags,
            Owner = line.Text("--owner"),
            ExpiresAt = line.Text("--expires") is not { } time ? null : Time(time),
        };
    }

    // One empty value stands for none.
    private static string[]? Several(CommandLine line, string option) => line.Texts(option) is { Length: > 0 } given ? [.. given.Where(value => value.Trim().Length > 0)] : null;

    // What was given is not repeated: it may be a key.
    private static Dictionary<string, string> Headers(string[] lines)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines)
        {
            (string name, string value) = ConfigurationDetails.ParseHeader(line) ?? throw new UsageException("--header takes a name and a value, such as 'X-Team: blue'.");
            headers[name] = value;
        }

        return headers;
    }

    private static DateTime Time(string text) => string.IsNullOrWhiteSpace(text)
        ? DateTime.MaxValue
        : ConfigurationDetails.ParseExpiry(text, DateTime.UtcNow)
            ?? throw new UsageException("--expires takes a date or a time of ISO 8601, or a span.", "Give one such as 2031-02-03, 2031-02-03T04:05Z, 90d or 12h.");
}
