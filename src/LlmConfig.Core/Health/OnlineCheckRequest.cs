namespace LlmConfig;

/// <summary>The request that shows whether a configuration's key works, made of the catalogue's data.</summary>
internal sealed class OnlineCheckRequest
{
    private readonly List<KeyValuePair<string, string>> _headers = [];

    private OnlineCheckRequest(LlmConfiguration configuration, LlmProvider provider, Uri address, bool hasKey)
    {
        Configuration = configuration;
        Provider = provider;
        Address = address;
        HasKey = hasKey;
    }

    public LlmConfiguration Configuration { get; }

    public LlmProvider Provider { get; }

    public Uri Address { get; }

    public bool HasKey { get; }

    /// <summary>Makes the request, or says why there is none.</summary>
    public static (OnlineCheckRequest? Request, OnlineCheckResult? Refusal) Make(LlmConfiguration item, ApiKey? key)
    {
        if (LlmProviderCatalog.Find(item.Provider) is not { } provider)
        {
            return (null, CannotBeChecked(item, $"This version does not know the provider '{ShownText.Of(item.Provider)}'."));
        }

        if (key is null && provider.KeyRequired)
        {
            return (null, new OnlineCheckResult(
                item.Id, item.Name, OnlineOutcome.NoKey, $"The configuration has no key, and {provider.DisplayName} needs one.", "Give it one with Set-LlmConfig -ApiKey."));
        }

        if (provider.KeyCheck is null)
        {
            return (null, CannotBeChecked(item, $"{provider.DisplayName} has no known request that fails without a valid key and costs nothing."));
        }

        if (item.BaseUrl is null || AddressOf(provider, item.BaseUrl) is not { } address)
        {
            return (null, CannotBeChecked(
                item, $"The request that checks a key goes to {provider.DisplayName} itself, and the base URL of this configuration is another host's."));
        }

        if (key is not null && !item.UseAuthHeader && provider.KeyHeader is null)
        {
            return (null, CannotBeChecked(
                item, $"UseAuthHeader is false, and the catalogue knows no header of {provider.DisplayName} other than Authorization."));
        }

        if (key is not null && key.Utf8.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            return (null, new OnlineCheckResult(
                item.Id, item.Name, OnlineOutcome.NoKey, "The key holds a letter beyond ASCII, which no HTTP header can carry.", "Copy the key again from the provider's console, all of it and nothing else."));
        }

        var request = new OnlineCheckRequest(item, provider, address, key is not null);
        request.AddHeaders(key);
        return (request, null);
    }

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

    private static OnlineCheckResult CannotBeChecked(LlmConfiguration item, string message) =>
        new(item.Id, item.Name, OnlineOutcome.CannotBeChecked, message + " Nothing was sent.", "Send a request of your own, in the block of Use-LlmConfig.");

    private static Uri? AddressOf(LlmProvider provider, string baseUrl)
    {
        string check = provider.KeyCheck!;
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

    private void AddHeaders(ApiKey? key)
    {
        _headers.Add(new("Accept", "application/json"));
        _headers.Add(new("User-Agent", $"LlmConfig/{typeof(OnlineCheckRequest).Assembly.GetName().Version}"));
        foreach (string header in Provider.ExtraHeaders)
        {
            string[] parts = header.Split(": ", 2);
            _headers.Add(new(parts[0], parts[1]));
        }

        if (key is not null)
        {
            _headers.Add(Configuration.UseAuthHeader
                ? new("Authorization", "Bearer " + key.ToPlainText())
                : new(Provider.KeyHeader!, key.ToPlainText()));
        }
    }
}
