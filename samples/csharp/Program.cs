using LlmConfig;

// The request that lists a provider's models, made of a configuration: dotnet run --project samples/csharp -- work
try
{
    using var store = new LlmConfigRepository(StoreFolder.Resolve());
    LlmConfiguration item = args.Length > 0 ? store.Get(args[0]) : store.RequireDefault();
    using HttpRequestMessage request = new(HttpMethod.Get, $"{item.BaseUrl}/models");
    if (item.Vault is not null)
    {
        using ApiKey key = store.GetKey(item.Id);
        string? own = item.UseAuthHeader ? null : LlmProviderCatalog.Find(item.Provider)?.KeyHeader;
        request.Headers.Add(own ?? "Authorization", own is null ? $"Bearer {key.ToPlainText()}" : key.ToPlainText());
    }

    Console.WriteLine($"{request.Method} {request.RequestUri} with {string.Join(", ", request.Headers.Select(header => header.Key))}");
    return 0;
}
catch (LlmConfigException e)
{
    Console.Error.WriteLine($"{e.Code}: {e.Problem} {e.RecommendedAction}");
    return 1;
}
