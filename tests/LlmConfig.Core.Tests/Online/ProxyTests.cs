using System.Net;
using System.Net.Sockets;

namespace LlmConfig.Tests;

/// <summary>The proxy is the whole process's, so no other test may send requests meanwhile.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ProxyTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly IWebProxy _before = HttpClient.DefaultProxy;

    public void Dispose()
    {
        HttpClient.DefaultProxy = _before;
        _store.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::1]")]
    public void A_key_for_this_machine_goes_through_no_proxy_and_nobody_is_said_to_take_it(string host)
    {
        using var proxy = new PlayedServer(PlayedServer.Answer(200));
        HttpClient.DefaultProxy = new WebProxy(proxy.Origin);
        OnlineCheckResult result = CheckKeyOf($"http://{host}:{UnusedPort()}/v1");

        Assert.Equal(OnlineOutcome.Unreachable, result.Outcome);
        Assert.Empty(proxy.Requests);
    }

    [Fact]
    public void A_key_in_plain_text_goes_through_no_proxy()
    {
        using var proxy = new PlayedServer(PlayedServer.Answer(200));
        HttpClient.DefaultProxy = new WebProxy(proxy.Origin);
        OnlineCheckResult result = CheckKeyOf("http://llm.invalid/v1");

        Assert.Equal(OnlineOutcome.Unreachable, result.Outcome);
        Assert.Empty(proxy.Requests);
    }

    [Fact]
    public void A_server_of_this_machine_is_asked_itself()
    {
        using var proxy = new PlayedServer(PlayedServer.Answer(401));
        using var server = new PlayedServer(PlayedServer.Answer(200));
        HttpClient.DefaultProxy = new WebProxy(proxy.Origin);
        OnlineCheckResult result = CheckKeyOf($"{server.Origin}/v1");

        Assert.Equal(OnlineOutcome.Works, result.Outcome);
        Assert.Equal("/v1/models", Assert.Single(server.Requests).Target);
        Assert.Empty(proxy.Requests);
    }

    [Theory]
    [InlineData(407, "proxy")]
    [InlineData(502, "proxy")]
    public void A_proxy_that_refuses_the_tunnel_is_named(int status, string named)
    {
        using var proxy = new PlayedServer(PlayedServer.Answer(status));
        HttpClient.DefaultProxy = new WebProxy(proxy.Origin);
        string key = TestKey.New();
        Guid id = _store.Create("work", key).Id;

        OnlineCheckResult result = Assert.Single(_store.Open().CheckOnline([id]));
        Assert.Equal(OnlineOutcome.Unreachable, result.Outcome);
        Assert.Contains(named, result.Message, StringComparison.Ordinal);
        PlayedRequest request = Assert.Single(proxy.Requests);
        Assert.Equal(("CONNECT", "api.openai.com:443"), (request.Method, request.Target));
        Assert.DoesNotContain(key, request.Text, StringComparison.Ordinal);
    }

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private OnlineCheckResult CheckKeyOf(string baseUrl)
    {
        using ApiKey key = ApiKey.From(TestKey.New(), "work");
        Guid id = _store.Open().Create(new NewConfiguration
        {
            Name = "work",
            Provider = "openai",
            Key = key,
            BaseUrl = baseUrl,
            AllowInsecureBaseUrl = true,
        }).Id;
        return Assert.Single(_store.Open().CheckOnline([id]));
    }
}
