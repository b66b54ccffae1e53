namespace LlmConfig.Tests;

/// <summary>Leads every request to one server on this machine, with the address that it was meant for in a header.</summary>
internal sealed class ToPlayedServer(PlayedServer server) : DelegatingHandler(new OnlineCheckSetup().Handler())
{
    public const string MeantFor = "X-Meant-For";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Add(MeantFor, request.RequestUri!.AbsoluteUri);
        request.RequestUri = new Uri(server.Origin + request.RequestUri.PathAndQuery);
        return base.SendAsync(request, cancellationToken);
    }
}
