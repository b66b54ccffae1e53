using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LlmConfig.Tests;

/// <summary>A server on this machine that plays a provider: it records what it is sent, and answers what it is told to.</summary>
internal sealed class PlayedServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<PlayedRequest, Stream, Task> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly List<PlayedRequest> _requests = [];
    private readonly CancellationTokenSource _stop = new();

    public PlayedServer(Func<PlayedRequest, Stream, Task> answer, bool secure = false)
    {
        _answer = answer;
        _certificate = secure ? SelfSigned() : null;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public PlayedServer(string answer)
        : this((_, stream) => SendAsync(stream, answer))
    {
    }

    public int Port { get; }

    public string Origin => $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}";

    public IReadOnlyList<PlayedRequest> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>An answer with this status and body.</summary>
    public static string Answer(int status, string body = "{\"data\":[]}", string headers = "Content-Type: application/json\r\n") =>
        $"HTTP/1.1 {status} Reason\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";

    public static Task SendAsync(Stream stream, string text) => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

    /// <summary>Never answers.</summary>
    public Task Silence() => Task.Delay(Timeout.Infinite, _stop.Token);

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _certificate?.Dispose();
        _stop.Dispose();
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test ended.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(_certificate);
                    stream = secure;
                }

                PlayedRequest request = await PlayedRequest.ReadAsync(stream);
                lock (_requests)
                {
                    _requests.Add(request);
                }

                await _answer(request, stream);
            }
            catch (Exception)
            {
                // The client went away, which is part of some tests.
            }
        }
    }
}
