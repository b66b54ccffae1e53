using System.Net;

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

/// <summary>
/// Which proxy a request with a key may go through: none where the base URL is plain http, since the proxy would read the key
/// and could answer in the server's place, and this machine is never asked of another one. What is https goes through the
/// proxy of the process as a tunnel, in which only the server reads.
/// </summary>
/// <param name="proxy">The proxy of the process, at the time of each request.</param>
internal sealed class KeyRoute(Func<IWebProxy> proxy) : IWebProxy
{
    /// <summary>What the proxy wants to know of whoever asks.</summary>
    public ICredentials? Credentials
    {
        get => proxy().Credentials;
        set => throw new NotSupportedException("The credentials are those of the process's proxy.");
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : proxy().GetProxy(destination);

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => host.Scheme != Uri.UriSchemeHttps || BaseUrl.IsLoopback(host) || proxy().IsBypassed(host);
}
