using System.Diagnostics;
using System.Text.Json;

namespace LlmConfig.Worker;

/// <summary>
/// <c>keyring [seconds=N] [set=NAME=VALUE] (status | store | load | remove | wait)...</c> runs the operations one after the other in this one
/// process and writes a line of JSON for each: libsecret and GDBus keep their connections per process.
/// <c>status</c>, <c>store=GUID=HEX</c>, <c>load=GUID</c>, <c>remove=GUID</c>; <c>wait</c> waits for a line on standard input.
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
            if (words[0] == "seconds")
            {
                protector = new SecretServiceProtector(TimeSpan.FromSeconds(double.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture)));
                continue;
            }

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
                    using (SecretBytes loaded = protector.Load(Guid.Parse(words[1]), []))
                    {
                        // Not the key itself: nothing that a test reads may hold one.
                        string digest = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(loaded.Span));
                        return new(words[0], "Done", digest, null, null, clock.ElapsedMilliseconds);
                    }

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
