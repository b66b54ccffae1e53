using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LlmConfig.Tests;

/// <summary>Test-LlmConfig -Online; what it finds in each case is tested with the core.</summary>
public sealed class TestLlmConfigOnlineTests : EngineTest
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public TestLlmConfigOnlineTests()
    {
        _listener.Start();
        _ = Task.Run(ServeAsync);
        Run(
            "New-LlmConfig good openai -BaseUrl \"$origin/v1\" -ApiKey $key; New-LlmConfig bad openai -BaseUrl \"$origin/refuses\" -ApiKey $key; New-LlmConfig none perplexity -ApiKey $key",
            ("origin", $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}"),
            ("key", Secure("sk-test-online")));
    }

    [Fact]
    public void Every_configuration_gets_a_result_beside_those_of_the_store()
    {
        CommandResult result = Run("Test-LlmConfig -Online");
        OnlineCheckResult[] online = [.. result.Output.Select(item => item.BaseObject).OfType<OnlineCheckResult>()];

        Assert.Equal(
            [("good", OnlineOutcome.Works, 200), ("bad", OnlineOutcome.KeyRefused, 401), ("none", OnlineOutcome.CannotBeChecked, null)],
            online.Select(item => (item.Target, item.Outcome, item.HttpStatus)));
        Assert.True(result.Output.Count > online.Length);
        Assert.DoesNotContain("sk-test-online", Leaks.Text(result, Shell.Host), StringComparison.Ordinal);
        Assert.DoesNotContain(Run("Test-LlmConfig").Output, item => item.BaseObject is OnlineCheckResult);
    }

    [Fact]
    public void Only_those_that_were_named_are_asked()
    {
        Assert.Equal(
            ["good", "none"],
            Run("Test-LlmConfig good, no* -Online").Output.Select(item => item.BaseObject).OfType<OnlineCheckResult>().Select(item => item.Target));
    }

    [Theory]
    [InlineData("Test-LlmConfig -Online -Quiet", false)]
    [InlineData("Test-LlmConfig good -Online -Quiet", true)]
    [InlineData("Test-LlmConfig bad -Online -Quiet", false)]
    [InlineData("Test-LlmConfig none -Online -Quiet", true)]
    [InlineData("Test-LlmConfig -Quiet", true)]
    public void Quiet_counts_what_the_providers_said(string script, bool expected) =>
        Assert.Equal(expected, Assert.Single(Run(script).Output).BaseObject);

    protected override void Dispose(bool disposing)
    {
        _listener.Dispose();
        base.Dispose(disposing);
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync();
                byte[] buffer = new byte[4096];
                int read = await client.GetStream().ReadAsync(buffer);
                int status = Encoding.ASCII.GetString(buffer, 0, read).Contains("/refuses", StringComparison.Ordinal) ? 401 : 200;
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 {status} Reason\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test ended.
        }
    }
}
