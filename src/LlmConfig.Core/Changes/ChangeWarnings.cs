namespace LlmConfig;

/// <summary>
/// What a person should look at although the changes of a batch are right by the rules: a key that looks wrong, one key
/// for several configurations, a base URL of another provider. Never an error, since all of it can be meant so.
/// </summary>
internal static class ChangeWarnings
{
    private const int MostNames = 5;

    /// <summary>The warnings about the changes that did not fail.</summary>
    /// <param name="changes">The changes, as they were applied last.</param>
    /// <param name="document">What the store holds with them.</param>
    public static IEnumerable<LlmConfigWarning> Of(IReadOnlyList<PlannedChange> changes, ConfigDocument document)
    {
        var newFingerprints = new HashSet<ulong>();
        foreach (PlannedChange change in changes)
        {
            if (change.Error is not null || change.Result is not { } item || LlmProviderCatalog.Find(item.Provider) is not { } provider)
            {
                continue;
            }

            if (change.Key is { } key)
            {
                if (key.LostLineBreak)
                {
                    yield return new LlmConfigWarning(item.Name, $"The key of '{item.Name}' was given with a line break at its end, which was left out.");
                }

                if (!key.IsDoubtKnown && OfKey(key, item) is { } problem)
                {
                    yield return new LlmConfigWarning(item.Name, $"The key of '{item.Name}' {problem}");
                }

                if (item.KeyFingerprint is { } fingerprint)
                {
                    if (change.Outcome?.Before?.KeyFingerprint == fingerprint)
                    {
                        yield return new LlmConfigWarning(
                            item.Name, $"The new key of '{item.Name}' is the one that it had. Make a new one in the provider's console and revoke the old.");
                    }

                    newFingerprints.Add(fingerprint);
                }
            }

            if (change.Plan.NamedWarning is { } remarkOfKey)
            {
                yield return new LlmConfigWarning(item.Name, $"The key of '{item.Name}' {remarkOfKey}");
            }

            if (change is CreateChange && item.Key is null && provider.KeyRequired)
            {
                yield return new LlmConfigWarning(
                    item.Name, $"'{item.Name}' has no key yet, though {provider.DisplayName} needs one. Give it one with Set-LlmConfig '{item.Name}' -AskApiKey.");
            }

            if (item.ExplicitBaseUrl is { } url && url != change.Outcome?.Before?.ExplicitBaseUrl && BaseUrl.Warning(url) is { } remark)
            {
                yield return new LlmConfigWarning(
                    item.Name, $"The base URL of '{item.Name}' {remark.What} Set-LlmConfig '{item.Name}' -BaseUrl {DisplayText.WithAsciiHost(remark.Better)}");
            }

            if (OwnerOfBaseUrl(change, item, provider) is { } owner)
            {
                yield return new LlmConfigWarning(
                    item.Name,
                    $"The base URL of '{item.Name}' is that of {owner.DisplayName}, but its provider is {provider.Id}: its key goes to {owner.DisplayName}. "
                    + $"Set-LlmConfig -Provider {owner.Id} changes the provider, -BaseUrl the URL.");
            }
        }

        if (newFingerprints.Count == 0)
        {
            yield break;
        }

        foreach (IGrouping<ulong, LlmConfiguration> same in document.Configurations
            .Where(item => item.KeyFingerprint is { } fingerprint && newFingerprints.Contains(fingerprint))
            .GroupBy(item => item.KeyFingerprint!.Value)
            .Where(group => group.Skip(1).Any()))
        {
            string[] names = [.. same.Select(item => item.Name)];
            yield return new LlmConfigWarning(
                names[^1],
                $"{Names(names)} have the same key. A key of its own for each lets you revoke one without the others.");
        }
    }

    /// <summary>What is odd about the key of a configuration, as the rest of a sentence that begins with it; or <see langword="null"/>.</summary>
    public static string? OfKey(ApiKey key, LlmConfiguration item) =>
        KeyWarnings.Of(key, item.Provider, item.ExplicitBaseUrl) is var (what, remedy) ? $"{what}. {remedy}" : null;

    // Said when it comes about, not at each later change.
    private static LlmProvider? OwnerOfBaseUrl(PlannedChange change, LlmConfiguration item, LlmProvider provider)
    {
        if (item.ExplicitBaseUrl is null || item.Key is null || provider.KeyRequired is false || item == change.Outcome?.Before
            || (change.Outcome?.Before is { Key: not null } before && before.ExplicitBaseUrl == item.ExplicitBaseUrl && before.Provider == item.Provider))
        {
            return null;
        }

        string? origin = BaseUrl.Origin(item.ExplicitBaseUrl);
        LlmProvider? owner = LlmProviderCatalog.All.FirstOrDefault(other => other.KeyRequired && BaseUrl.Origin(other.DefaultBaseUrl) == origin);
        return owner == provider ? null : owner;
    }

    private static string Names(string[] names) => names.Length <= MostNames
        ? $"{string.Join(", ", names[..^1].Select(name => $"'{name}'"))} and '{names[^1]}'"
        : $"{string.Join(", ", names[..(MostNames - 1)].Select(name => $"'{name}'"))} and {names.Length - MostNames + 1} others";
}
