using System.Management.Automation;

namespace LlmConfig.Commands;

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
