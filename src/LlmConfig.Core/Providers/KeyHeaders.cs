namespace LlmConfig;

/// <summary>The headers of a request to a configuration's provider: the key in the header that the configuration chose, and those that the API wants.</summary>
internal static class KeyHeaders
{
    /// <summary>The headers, each once.</summary>
    /// <param name="item">The configuration.</param>
    /// <param name="provider">Its provider; where the key does not go as <c>Authorization: Bearer</c>, one that has a header of its own.</param>
    /// <param name="key">The key, or <see langword="null"/>.</param>
    public static IEnumerable<(string Name, string Value)> Of(LlmConfiguration item, LlmProvider provider, string? key) =>
        new IEnumerable<(string Name, string Value)>[]
        {
            key is null ? [] : [item.UseAuthHeader ? ("Authorization", "Bearer " + key) : (provider.KeyHeader!, key)],

            // One that was set wins over the catalogue's, such as another version of the API.
            (item.Headers ?? ConfigurationDetails.NoHeaders).Select(header => (header.Key, header.Value)),
            provider.Id == "openai" ? AccountOf(item) : [],
            provider.ExtraHeaders.Select(header => header.Split(": ", 2)).Select(parts => (parts[0], parts[1])),
        }.SelectMany(headers => headers).DistinctBy(header => header.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Why there is no header for a key, as a full sentence and what to do; <see langword="null"/> where there is one.</summary>
    public static (LlmConfigErrorCode Code, string Problem, string Remedy)? Problem(LlmConfiguration item, LlmProvider provider, ApiKey? key) => key switch
    {
        null when provider.KeyRequired => (
            LlmConfigErrorCode.KeyMissing, $"The configuration has no key, and {provider.DisplayName} needs one.", "Give it one with Set-LlmConfig -AskApiKey."),
        null => null,
        _ when provider.KeyHeader is null && !item.UseAuthHeader => (
            LlmConfigErrorCode.InvalidArgument,
            $"UseAuthHeader is false, and the catalogue knows no header of {provider.DisplayName} other than Authorization.",
            "Set UseAuthHeader to true."),
        _ when key.Utf8.ContainsAnyExceptInRange((byte)' ', (byte)'~') => (
            LlmConfigErrorCode.InvalidKey,
            "The key holds a letter beyond ASCII, which no HTTP header can carry.",
            "Copy the key again from the provider's console, all of it and nothing else."),
        _ => null,
    };

    // A key that does not fit the account is refused (platform.openai.com, API reference, authentication).
    private static IEnumerable<(string Name, string Value)> AccountOf(LlmConfiguration item) =>
        new[] { ("OpenAI-Organization", item.Organization), ("OpenAI-Project", item.Project) }
            .Where(header => header.Item2 is not null).Select(header => (header.Item1, header.Item2!));
}
