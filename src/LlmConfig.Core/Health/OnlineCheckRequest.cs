namespace LlmConfig;

/// <summary>The request that shows whether a configuration's key works, made of the catalogue's data.</summary>
internal sealed class OnlineCheckRequest(LlmConfiguration item, LlmProvider provider, Uri address, ApiKey? key)
{
    // Made at once: the key is zeroed before the request is sent.
    private readonly (string Name, string Value)[] _headers =
    [
        ("Accept", "application/json"),
        ("User-Agent", $"LlmConfig/{typeof(OnlineCheckRequest).Assembly.GetName().Version}"),
        .. provider.ExtraHeaders.Select(header => header.Split(": ", 2)).Select(parts => (parts[0], parts[1])),
        .. key is null ? [] : new[] { item.UseAuthHeader ? ("Authorization", "Bearer " + key.ToPlainText()) : (provider.KeyHeader!, key.ToPlainText()) },
    ];

    public LlmProvider Provider => provider;

    public Uri Address => address;

    public bool HasKey { get; } = key is not null;

    /// <summary>The host that it goes to, to be shown.</summary>
    public string Host => address.IsDefaultPort ? address.IdnHost : FormattableString.Invariant($"{address.IdnHost}:{address.Port}");

    /// <summary>Makes the request, or says why there is none.</summary>
    public static (OnlineCheckRequest? Request, OnlineCheckResult? Refusal) Make(LlmConfiguration item, ApiKey? key)
    {
        LlmProvider? provider = LlmProviderCatalog.Find(item.Provider);
        Uri? address = item.BaseUrl is null ? null : AddressOf(provider, item.BaseUrl);
        OnlineCheckResult? refusal = provider switch
        {
            null => CannotBeChecked($"This version does not know the provider '{DisplayText.Of(item.Provider)}'."),
            { KeyRequired: true } when key is null => NoKey(
                $"The configuration has no key, and {provider.DisplayName} needs one.", "Give it one with Set-LlmConfig -AskApiKey."),
            { KeyCheck: null } => CannotBeChecked($"{provider.DisplayName} has no known request that fails without a valid key and costs nothing."),
            _ when address is null => CannotBeChecked(
                $"The request that checks a key goes to {provider.DisplayName} itself, and the base URL of this configuration is another host's."),
            { KeyHeader: null } when key is not null && !item.UseAuthHeader => CannotBeChecked(
                $"UseAuthHeader is false, and the catalogue knows no header of {provider.DisplayName} other than Authorization."),
            _ when key is not null && key.Utf8.ContainsAnyExceptInRange((byte)' ', (byte)'~') => NoKey(
                "The key holds a letter beyond ASCII, which no HTTP header can carry.",
                "Copy the key again from the provider's console, all of it and nothing else."),
            _ => null,
        };
        return refusal is null ? (new OnlineCheckRequest(item, provider!, address!, key), null) : (null, refusal);

        OnlineCheckResult NoKey(string message, string remedy) => new(item.Id, item.Name, OnlineOutcome.NoKey, message, remedy);

        OnlineCheckResult CannotBeChecked(string message) => new(
            item.Id, item.Name, OnlineOutcome.CannotBeChecked, $"{message} Nothing was sent.", "Send a request of your own, in the block of Use-LlmConfig.");
    }

    /// <summary>What it led to.</summary>
    public OnlineCheckResult Result(OnlineOutcome outcome, string message, string? remedy) =>
        new(item.Id, item.Name, outcome, message, remedy);

    /// <summary>A message to an address of the same origin.</summary>
    public HttpRequestMessage ToMessage(Uri address)
    {
        var message = new HttpRequestMessage(HttpMethod.Get, address);
        foreach ((string name, string value) in _headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    private static Uri? AddressOf(LlmProvider? provider, string baseUrl)
    {
        if (provider?.KeyCheck is not { } check)
        {
            return null;
        }

        if (!check.StartsWith('{'))
        {
            // Another host than the base URL's: right for the provider's own, but a gateway's key is not to go there.
            return BaseUrl.Origin(baseUrl) == BaseUrl.Origin(provider.DefaultBaseUrl) ? new Uri(check) : null;
        }

        string[] parts = baseUrl.Split('?', 2);
        string address = check
            .Replace("{base}", parts[0].TrimEnd('/'), StringComparison.Ordinal)
            .Replace("{endpoint}", provider.WithoutTail(parts[0]), StringComparison.Ordinal);
        return new Uri(parts.Length == 1 ? address : $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{parts[1]}");
    }
}
