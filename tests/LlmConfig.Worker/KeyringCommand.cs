using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace LlmConfig.Worker;

/// <summary>
/// <c>keyring OPERATION...</c> runs the operations one after the other in this one process, in which libsecret and
/// GDBus keep what they keep, and writes a line of JSON for each.
/// <list type="bullet">
/// <item><c>status</c>, <c>store=GUID=HEX</c>, <c>load=GUID</c>, <c>remove=GUID</c>: the protector's own.</item>
/// <item><c>parallel=GUID</c>: eight loads at once; <c>handles</c>: how many files and sockets are open.</item>
/// <item><c>wait</c>: for a line on standard input; <c>set=NAME=VALUE</c>: an environment variable, the way PowerShell sets one.</item>
/// </list>
/// </summary>
internal static class KeyringCommand
{
    public static int Run(string[] operations)
    {
        var protector = new SecretServiceProtector();
        // The runtime's own start must not count as the keyring's time.
        _ = JsonSerializer.Serialize(new KeyringAnswer("", "", null, null, null, 0));
        foreach (string operation in operations)
        {
            string[] words = operation.Split('=');
            if (words[0] == "set")
            {
                Environment.SetEnvironmentVariable(words[1], string.Join('=', words[2..]));
                continue;
            }

            if (words[0] == "wait")
            {
                _ = Console.In.ReadLine();
                continue;
            }

            Console.Out.WriteLine(JsonSerializer.Serialize(Do(protector, words)));
            Console.Out.Flush();
        }

        return 0;
    }

    /// <summary>Not the key itself: nothing that a test reads may hold one.</summary>
    private static string Load(SecretServiceProtector protector, string vault)
    {
        using SecretBytes key = protector.Load(Guid.Parse(vault), []);
        return Convert.ToHexString(SHA256.HashData(key.Span));
    }

    private static KeyringAnswer Do(SecretServiceProtector protector, string[] words)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            switch (words[0])
            {
                case "status":
                    ProtectorStatus status = protector.GetStatus();
                    return new(words[0], status.State.ToString(), null, status.Reason, null, clock.ElapsedMilliseconds);
                case "store":
                    byte[] key = Convert.FromHexString(words[2]);
                    byte[] wrapped = protector.Store(Guid.Parse(words[1]), key);
                    return new(words[0], wrapped.Length == 0 ? "Done" : "Wrapped", null, null, null, clock.ElapsedMilliseconds);
                case "load":
                    return new(words[0], "Done", Load(protector, words[1]), null, null, clock.ElapsedMilliseconds);
                case "parallel":
                    string[] digests = [.. Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8).Select(_ => Load(protector, words[1])).Distinct()];
                    return new(words[0], "Done", string.Join(' ', digests), null, null, clock.ElapsedMilliseconds);
                case "handles":
                    int count = Directory.GetFileSystemEntries("/proc/self/fd").Length;
                    return new(words[0], count.ToString(CultureInfo.InvariantCulture), null, null, null, clock.ElapsedMilliseconds);
                case "remove":
                    protector.Remove(Guid.Parse(words[1]));
                    return new(words[0], "Done", null, null, null, clock.ElapsedMilliseconds);
                default:
                    throw new ArgumentException($"unknown operation: {words[0]}");
            }
        }
        catch (LlmConfigException e)
        {
            return new(words[0], e.Code.ToString(), null, e.Message, e.ToString(), clock.ElapsedMilliseconds);
        }
    }
}
