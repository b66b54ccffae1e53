using System.Net.Sockets;
using System.Text;

namespace LlmConfig.Tests;

/// <summary>A message bus that goes through the greeting of D-Bus and never answers a message.</summary>
internal sealed class MuteBus : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<Socket> _clients = [];

    public MuteBus(string path)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_clients)
        {
            _clients.ForEach(client => client.Dispose());
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket client = _listener.Accept();
                lock (_clients)
                {
                    _clients.Add(client);
                }

                new Thread(() => Greet(client)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
        }
        catch (ObjectDisposedException)
        {
        }
    }

    private static void Greet(Socket client)
    {
        try
        {
            var buffer = new byte[4096];
            int count;
            while ((count = client.Receive(buffer)) > 0)
            {
                string text = Encoding.Latin1.GetString(buffer, 0, count);
                if (text.Contains("AUTH EXTERNAL\r\n", StringComparison.Ordinal))
                {
                    client.Send("DATA\r\n"u8);
                }
                else if (text.Contains("DATA", StringComparison.Ordinal) || text.Contains("AUTH EXTERNAL", StringComparison.Ordinal))
                {
                    client.Send("OK 0123456789abcdef0123456789abcdef\r\n"u8);
                }
                else if (text.Contains("AUTH", StringComparison.Ordinal))
                {
                    client.Send("REJECTED EXTERNAL\r\n"u8);
                }
                else if (text.Contains("NEGOTIATE_UNIX_FD", StringComparison.Ordinal))
                {
                    client.Send("AGREE_UNIX_FD\r\n"u8);
                }
            }
        }
        catch (SocketException)
        {
        }
        catch (ObjectDisposedException)
        {
        }
    }
}
