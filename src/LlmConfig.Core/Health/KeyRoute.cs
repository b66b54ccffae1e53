using System.Net;

namespace LlmConfig;

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
