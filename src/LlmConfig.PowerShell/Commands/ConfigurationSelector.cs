using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>Finds the configurations that a name or pattern means.</summary>
internal static class ConfigurationSelector
{
    /// <summary>
    /// A name that is there means that configuration, whatever characters it holds; else a pattern means all that it
    /// matches, none included.
    /// </summary>
    /// <exception cref="LlmConfigException">NotFound: a literal name is not there.</exception>
    public static IEnumerable<LlmConfiguration> Select(LlmConfigRepository repository, string nameOrPattern)
    {
        IReadOnlyList<LlmConfiguration> all = repository.GetAll();
        string trimmed = nameOrPattern.Trim();
        LlmConfiguration? exact = all.FirstOrDefault(item => string.Equals(item.Name, trimmed, StringComparison.OrdinalIgnoreCase));
        if (exact is not null)
        {
            return [exact];
        }

        if (!WildcardPattern.ContainsWildcardCharacters(nameOrPattern))
        {
            return [repository.Get(WildcardPattern.Unescape(nameOrPattern))];
        }

        WildcardPattern pattern = WildcardPattern.Get(nameOrPattern, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        return all.Where(item => pattern.IsMatch(item.Name));
    }

    /// <summary>The configuration that an object from a job or another session was made of.</summary>
    /// <exception cref="LlmConfigException">NotFound: it is no longer there, or the object has no id.</exception>
    public static LlmConfiguration Select(LlmConfigRepository repository, PSObject deserialized) => repository.Get(
        deserialized.Properties[nameof(LlmConfiguration.Id)]?.Value is { } id && LanguagePrimitives.TryConvertTo(id, out Guid value)
            ? value
            : Guid.Empty);
}
