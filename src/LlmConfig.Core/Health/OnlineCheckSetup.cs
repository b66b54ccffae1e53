namespace LlmConfig;

/// <summary>What <see cref="OnlineCheck"/> works with; only tests have another than the default.</summary>
internal sealed record OnlineCheckSetup
{
    /// <summary>How long one configuration may take in all.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From where on an answer is called slow.</summary>
    public TimeSpan Slow { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Makes what sends the requests. Redirects are for <see cref="OnlineCheck"/> to judge; proxies are those of
    /// <see cref="HttpClient.DefaultProxy"/>, as far as <see cref="KeyRoute"/> lets a key through; certificates are checked, as
    /// nothing here says otherwise.
    /// </summary>
    public Func<HttpMessageHandler> Handler { get; init; } = () => new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        Proxy = new KeyRoute(() => HttpClient.DefaultProxy),
        UseCookies = false,

        // No headers that tie the request to a trace of the program that uses this library.
        ActivityHeadersPropagator = null,
    };
}
