using System.Net;

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

    [Fact]
    public void A_request_goes_through_the_proxy_that_the_system_names()
    {
        using var proxy = new PlayedServer(PlayedServer.Answer(200));
        HttpClient.DefaultProxy = new WebProxy(proxy.Origin);
        Guid id = _store.Open().Create(new NewConfiguration
        {
            Name = "work",
            Provider = "vllm",
            BaseUrl = "http://llm.example/v1",
            AllowInsecureBaseUrl = true,
        }).Id;

        Assert.Equal(OnlineOutcome.Works, Assert.Single(_store.Open().CheckOnline([id])).Outcome);
        Assert.Equal("http://llm.example/v1/models", Assert.Single(proxy.Requests).Target);
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
}
