using System.Text;

namespace LlmConfig.Tests;

/// <summary>A request as it came over the wire.</summary>
internal sealed record PlayedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Text)
{
    public static async Task<PlayedRequest> ReadAsync(Stream stream)
    {
        var text = new StringBuilder();
        byte[] one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) == 1)
        {
            text.Append((char)one[0]);
        }

        string[] lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] first = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        return new PlayedRequest(first[0], first[1], headers, text.ToString());
    }
}
