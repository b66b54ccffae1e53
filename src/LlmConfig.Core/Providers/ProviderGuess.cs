namespace LlmConfig;

/// <summary>
/// Which provider a secret is for, as far as its name or its key tells. People name secrets as they like, so what is not plain is
/// left to somebody who knows.
/// </summary>
internal static class ProviderGuess
{
    // xai stands in other words too: a text this short has to be a word of its own.
    private const int ShortestPart = 4;

    // LM_API_TOKEN: two letters tell nothing.
    private const int ShortestWord = 3;

    private static readonly string[] VariableEnds = ["_API_KEY", "_API_TOKEN", "_TOKEN", "_KEY"];

    private static readonly (LlmProvider Provider, string[] Words)[] Texts =
    [
        .. LlmProviderCatalog.All.SelectMany(provider => TextsOf(provider).Distinct(StringComparer.OrdinalIgnoreCase), (provider, text) => (provider, Words(text))),
    ];

    /// <summary>The providers of which a name speaks: one where it is plain, several where it is not, none where it says nothing.</summary>
    /// <param name="name">The name of a secret, such as <c>MyOpenAI</c> or <c>team/AZURE_OPENAI_API_KEY</c>.</param>
    public static IReadOnlyList<LlmProvider> ByName(string name)
    {
        string letters = string.Concat(Words(name));
        HashSet<string> own = [.. Words(name)];
        List<(LlmProvider Provider, string[] Words)> met = [.. Texts.Where(text => IsIn(text.Words, letters, own))];

        // azure-openai speaks of openai too; openai does not speak of azure.
        return [.. met.Where(one => !met.Exists(other => other.Provider != one.Provider && Covers(other.Words, one.Words) && !Covers(one.Words, other.Words)))
            .Select(one => one.Provider)
            .Distinct()];
    }

    /// <summary>The same of the key, and of what its secret's name left open.</summary>
    /// <param name="key">The key.</param>
    /// <param name="named">What <see cref="ByName"/> gave.</param>
    public static IReadOnlyList<LlmProvider> ByKey(ApiKey key, IReadOnlyList<LlmProvider> named)
    {
        IReadOnlyList<LlmProvider> owners = LlmProviderCatalog.OwnersOf(key.Utf8, out _);
        LlmProvider[] both = [.. owners.Intersect(named)];
        return both.Length > 0 ? both : owners.Count > 0 ? owners : named;
    }

    // Servers of one's own have variables with names that say nothing of them (LLAMA_API_KEY, OPENAI_API_KEY).
    private static IEnumerable<string> TextsOf(LlmProvider provider) =>
    [
        provider.Id,
        provider.DisplayName.Split(" (")[0],
        .. provider.KeyRequired ? provider.KeyVariables.Concat(provider.BearerKeyVariables).Select(Stem).Where(stem => stem.Length >= ShortestWord) : [],
    ];

    private static string Stem(string variable) =>
        VariableEnds.FirstOrDefault(end => variable.EndsWith(end, StringComparison.Ordinal)) is { } end ? variable[..^end.Length] : variable;

    private static string[] Words(string text) =>
        [.. string.Concat(text.Select(c => char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    private static bool IsIn(string[] words, string letters, HashSet<string> own) => words.Sum(word => word.Length) < ShortestPart
        ? Array.TrueForAll(words, own.Contains)
        : Array.TrueForAll(words, word => letters.Contains(word, StringComparison.Ordinal));

    private static bool Covers(string[] words, string[] others) =>
        Array.TrueForAll(others, other => Array.Exists(words, word => word.Contains(other, StringComparison.Ordinal)));
}
