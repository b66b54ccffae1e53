using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Finds the configurations that a name or pattern means.</summary>
internal static class ConfigurationSelector
{
    /// <summary>
    /// A name that is there means that configuration, whatever characters it holds; else a pattern means all that it
    /// matches, by name, none included.
    /// </summary>
    /// <exception cref="LlmConfigException">NotFound: a literal name is not there.</exception>
    public static IEnumerable<LlmConfiguration> Select(LlmConfigRepository repository, string nameOrPattern)
    {
        if (repository.Find(nameOrPattern) is { } exact)
        {
            return [exact];
        }

        if (!WildcardPattern.ContainsWildcardCharacters(nameOrPattern))
        {
            return [repository.Get(WildcardPattern.Unescape(nameOrPattern))];
        }

        return repository.GetAll()
            .Where(Matcher<LlmConfiguration>(nameOrPattern, item => item.Name))
            .OrderBy(item => item.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>A test of a text of an item against a pattern; a pattern that is none (an open bracket) is a name that is not there.</summary>
    /// <exception cref="LlmConfigException">NotFound.</exception>
    public static Func<T, bool> Matcher<T>(string pattern, Func<T, string> text)
    {
        WildcardPattern wildcard = WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        try
        {
            _ = wildcard.IsMatch(string.Empty);
        }
        catch (WildcardPatternException e)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.NotFound,
                DisplayText.Of(pattern),
                $"There is no '{DisplayText.Of(pattern)}', and as a pattern it lacks its closing bracket.",
                "Close the bracket, or put a backtick before it.",
                e);
        }

        return item => wildcard.IsMatch(text(item));
    }

    /// <summary>True when a text matches one of the patterns, or where there are none; no text matches nothing.</summary>
    /// <exception cref="LlmConfigException">NotFound: a pattern is none.</exception>
    public static bool IsMatch(string[]? patterns, string? text) =>
        patterns is null || patterns.Any(pattern => Matcher<string?>(pattern, value => value ?? string.Empty)(text) && text is not null);

    /// <summary>True when a configuration has one of these tags, or one that matches, or where there are no patterns.</summary>
    /// <exception cref="LlmConfigException">NotFound: a pattern is none.</exception>
    public static bool HasTag(string[]? patterns, LlmConfiguration item) =>
        patterns is null || patterns.Any(pattern => (item.Tags ?? []).Contains(pattern, StringComparer.OrdinalIgnoreCase)
            || (item.Tags ?? []).Any(Matcher<string>(pattern, tag => tag)));
}

/// <summary>Names or patterns that choose what is imported, and which of them met something.</summary>
internal sealed class NameFilter(string[]? patterns)
{
    private readonly List<(string Pattern, Func<string, bool> Matches)> _patterns =
        [.. (patterns ?? []).Select(pattern => (pattern, MatcherOf(pattern)))];

    private readonly HashSet<string> _met = [];

    /// <summary>The test for the core; <see langword="null"/> where all are meant.</summary>
    public Predicate<string>? Predicate => _patterns.Count == 0 ? null : Matches;

    /// <summary>The literal names that nothing had.</summary>
    public IEnumerable<string> Missed => _patterns
        .Select(item => item.Pattern)
        .Where(pattern => !WildcardPattern.ContainsWildcardCharacters(pattern) && !_met.Contains(pattern));

    private static Func<string, bool> MatcherOf(string pattern)
    {
        string trimmed = pattern.Trim();
        Func<string, bool> wildcard = WildcardPattern.ContainsWildcardCharacters(pattern)
            ? ConfigurationSelector.Matcher<string>(pattern, text => text)
            : _ => false;
        string literal = WildcardPattern.Unescape(trimmed);
        return name => string.Equals(name, literal, StringComparison.OrdinalIgnoreCase)
            || string.Equals(name, trimmed, StringComparison.OrdinalIgnoreCase)
            || wildcard(name);
    }

    private bool Matches(string name)
    {
        bool any = false;
        foreach ((string pattern, Func<string, bool> matches) in _patterns)
        {
            if (matches(name))
            {
                _met.Add(pattern);
                any = true;
            }
        }

        return any;
    }
}
