using System.Text;
using System.Text.Json;

namespace LlmConfig.Cli;

/// <summary>
/// OpenClaw's exec protocol, version 1, as its docs/gateway/secrets.md has it: a JSON document with ids on standard input, one with keys
/// and errors on standard output. An id is the name or the id of a configuration, alone or followed by <c>#key</c>.
/// </summary>
internal static class OpenClawProtocol
{
    /// <summary>What <c>key --protocol</c> calls it.</summary>
    public const string Name = "openclaw";

    private const int Version = 1;
    private const string KeySelector = "#key";

    // OpenClaw itself sends 256 KiB at most, unless it is configured otherwise.
    private const int LongestRequest = 1024 * 1024;

    /// <summary>Reads one request and answers it. A key that cannot be given is an error in the answer, not of this program.</summary>
    /// <exception cref="UsageException">What came in is no request of this protocol.</exception>
    public static void Answer(Session session)
    {
        using var answer = new SecretWriter();
        var errors = new List<(string Id, string Message)>();
        answer.Write("{\"protocolVersion\":1,\"values\":{"u8);
        foreach (string id in ReadIds(session.Console))
        {
            try
            {
                using ApiKey key = session.Repository.GetKey(Find(session, id));
                answer.WriteName(id);
                answer.WriteText(key.Utf8);
            }
            catch (LlmConfigException e)
            {
                errors.Add((id, $"{ProgramWords.Translate(e.Problem)} {ProgramWords.Translate(e.RecommendedAction)}"));
            }
        }

        answer.Write(errors.Count == 0 ? "}"u8 : "},\"errors\":{"u8);
        foreach ((string id, string message) in errors)
        {
            answer.WriteName(id);
            answer.Write("{"u8);
            answer.WriteName("message");
            answer.WriteText(Encoding.UTF8.GetBytes(message));
            answer.Write("}"u8);
        }

        answer.Write(errors.Count == 0 ? "}\n"u8 : "}}\n"u8);
        session.Console.Output.Write(answer.Written);
        session.Console.Output.Flush();
        session.HasEnded = true;
    }

    // A name may hold a '#' itself: what is there as it stands comes first.
    private static LlmConfiguration Find(Session session, string id)
    {
        try
        {
            return session.Get(id);
        }
        catch (LlmConfigException e) when (e.Code is LlmConfigErrorCode.NotFound && id.EndsWith(KeySelector, StringComparison.Ordinal))
        {
            return session.Get(id[..^KeySelector.Length]);
        }
    }

    private static List<string> ReadIds(IConsole console)
    {
        if (console.InputIsTerminal)
        {
            throw NoRequest("Nobody asks: standard input is a terminal.");
        }

        byte[] buffer = new byte[LongestRequest + 1];
        int length = SecretInput.ReadAll(console.Input, buffer);
        if (length > LongestRequest)
        {
            throw NoRequest("The request is longer than 1 MiB.");
        }

        try
        {
            using JsonDocument request = JsonDocument.Parse(buffer.AsMemory(0, length));
            JsonElement root = request.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("protocolVersion", out JsonElement version) || !version.TryGetInt32(out int number))
            {
                throw NoRequest("The request names no protocol version.");
            }

            return number != Version ? throw NoRequest("The request is of another version of the protocol than 1.")
                : root.TryGetProperty("ids", out JsonElement ids) && ids.ValueKind == JsonValueKind.Array
                    && ids.EnumerateArray().All(id => id.ValueKind == JsonValueKind.String)
                ? [.. ids.EnumerateArray().Select(id => id.GetString()!).Distinct(StringComparer.Ordinal)]
                : throw NoRequest("The request has no list of ids.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not repeated, and not kept: nobody knows what was sent.
            throw NoRequest("The request is no JSON document of this protocol.");
        }
    }

    private static UsageException NoRequest(string problem) => new(
        problem, "OpenClaw sends {\"protocolVersion\":1,\"provider\":\"…\",\"ids\":[\"NAME\"]} on standard input; docs/llmconfig.md shows its configuration.");
}
