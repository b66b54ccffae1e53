using System.Buffers;
using System.Collections.Concurrent;
using System.ComponentModel;
using System.Management.Automation;
using System.Text;
using System.Text.Json;

namespace LlmConfig;

/// <summary>
/// Serves the registered vaults to <c>llmconfig</c>, which has no PowerShell: it starts one and sends it this assembly. Not
/// for scripts.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class VaultBridge
{
    /// <summary>Answers requests until the other side closes the stream.</summary>
    /// <param name="cmdlet">The command on whose pipeline thread it runs.</param>
    /// <param name="input">The mark of the session, then requests. Answers go to the standard output.</param>
    public static void Serve(PSCmdlet cmdlet, Stream input)
    {
        ArgumentNullException.ThrowIfNull(cmdlet);
        ArgumentNullException.ThrowIfNull(input);

        byte[] mark = new byte[VaultMessage.MarkLength];
        input.ReadExactly(mark);
        using Stream output = Console.OpenStandardOutput();
        // A vault that asks on the console finds nobody there, instead of taking a request for the answer.
        Console.SetIn(TextReader.Null);
        Serve(cmdlet, input, output, Encoding.ASCII.GetString(mark));
    }

    internal static void Serve(PSCmdlet cmdlet, Stream input, Stream output, string mark)
    {
        using var gone = new CancellationTokenSource();
        using var requests = new BlockingCollection<VaultMessage>();
        // Beside the vaults, so that it is seen when the other side gives up while one of them hangs.
        Task reading = Task.Factory.StartNew(() => Read(input, mark, requests, gone), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var vaults = new RegisteredVaults(cmdlet, mayAsk: true, gone.Token);
        foreach (VaultMessage request in requests.GetConsumingEnumerable())
        {
            using (request)
            {
                using VaultMessage answer = Answer(request, vaults, gone.Token);
                if (gone.IsCancellationRequested)
                {
                    break;
                }

                answer.Write(output, mark);
            }
        }

        reading.GetAwaiter().GetResult();
    }

    private static void Read(Stream input, string mark, BlockingCollection<VaultMessage> requests, CancellationTokenSource gone)
    {
        try
        {
            while (VaultMessage.Read(input, mark) is { } request)
            {
                requests.Add(request);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            // Whoever sends something else is not llmconfig.
        }

        gone.Cancel();
        requests.CompleteAdding();
    }

    private static VaultMessage Answer(VaultMessage request, RegisteredVaults vaults, CancellationToken cancellation)
    {
        byte[] key = [];
        var json = new ArrayBufferWriter<byte>();
        try
        {
            using JsonDocument document = JsonDocument.Parse(request.Json);
            using var writer = new Utf8JsonWriter(json);
            writer.WriteStartObject();
            key = Do(document.RootElement, request.Key, vaults, writer, cancellation);
            writer.WriteEndObject();
        }
        catch (Exception e) when (e is LlmConfigException or OperationCanceledException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            json.Clear();
            Write(json, e as LlmConfigException ?? new LlmConfigException(
                LlmConfigErrorCode.VaultUnavailable, null, $"PowerShell could not do what it was asked ({e.GetType().Name}).", "Run the command again."));
        }

        return new VaultMessage(json.WrittenSpan.ToArray(), key);
    }

    // Gives the key that was asked for, or nothing.
    private static byte[] Do(JsonElement request, byte[] newKey, RegisteredVaults vaults, Utf8JsonWriter answer, CancellationToken cancellation)
    {
        byte[] found = [];
        RegisteredVault? vault = vaults.OpenRegistered(Text(VaultRequest.Vault));
        answer.WriteBoolean(VaultRequest.IsBuiltIn, vault is null);
        if (vault is null)
        {
            return found;
        }

        if (request.TryGetProperty(VaultRequest.Profile, out JsonElement known))
        {
            vault.Profile = VaultProfile.TryFrom(known.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.GetString()!, StringComparer.Ordinal));
        }

        switch (Text(VaultRequest.Action))
        {
            case VaultRequest.Open:
                break;
            case VaultRequest.Probe:
                vault.Probe(Text(VaultRequest.KeyId), cancellation);
                break;
            case VaultRequest.Write:
                using (ApiKey key = ApiKey.FromUtf8(newKey, vault.Name))
                {
                    vault.Write(Text(VaultRequest.KeyId), key, Label(), cancellation);
                }

                break;
            case VaultRequest.Flush:
                vault.Flush();
                break;
            case VaultRequest.Read:
                using (ApiKey key = vault.Read(Text(VaultRequest.KeyId), cancellation))
                {
                    found = VaultMessage.NewKey(key.Utf8.Length);
                    key.Utf8.CopyTo(found);
                }

                break;
            case VaultRequest.Remove:
                vault.Remove(Text(VaultRequest.KeyId), cancellation);
                break;
            case VaultRequest.List:
                WriteKeys(answer, vault.List(cancellation));
                break;
            case VaultRequest.ListSecrets:
                WriteSecrets(answer, vault.ListSecrets(cancellation));
                break;
            case VaultRequest.Relabel:
                vault.Relabel(Text(VaultRequest.KeyId), Label(), cancellation);
                break;
            default:
                throw new JsonException();
        }

        // After the call: what a vault refuses is known only then.
        answer.WriteString(VaultRequest.Vault, vault.Name);
        answer.WriteBoolean(VaultRequest.TakesLabels, vault.TakesLabels);
        answer.WriteBoolean(VaultRequest.NeedsProbe, vault.NeedsProbe);
        if (vault.Profile is { } profile)
        {
            answer.WriteStartObject(VaultRequest.Profile);
            foreach ((string name, string value) in profile.ToProperties())
            {
                answer.WriteString(name, value);
            }

            answer.WriteEndObject();
        }

        return found;

        string Text(string name) => request.GetProperty(name).GetString() ?? throw new JsonException();

        KeyLabel Label() => KeyLabel.TryFrom(request.GetProperty(VaultRequest.Label).EnumerateObject()
            .ToDictionary(property => property.Name, property => (object?)property.Value.GetString(), StringComparer.Ordinal)) ?? throw new JsonException();
    }

    // No configuration refers to a name that does not print, and JSON holds no half of a surrogate pair.
    private static void WriteSecrets(Utf8JsonWriter answer, IReadOnlyList<string> names)
    {
        answer.WriteStartArray(VaultRequest.Secrets);
        foreach (string name in names.Where(name => ShownText.Printable(name) == name))
        {
            answer.WriteStringValue(name);
        }

        answer.WriteEndArray();
    }

    private static void WriteKeys(Utf8JsonWriter answer, IReadOnlyList<KeyVaultEntry> keys)
    {
        answer.WriteStartArray(VaultRequest.Keys);
        foreach (KeyVaultEntry entry in keys)
        {
            answer.WriteStartObject();
            answer.WriteString(VaultRequest.KeyId, entry.KeyId);
            if (entry.Label is { } label)
            {
                answer.WriteStartObject(VaultRequest.Label);
                foreach ((string name, string value) in label.ToProperties())
                {
                    answer.WriteString(name, value);
                }

                answer.WriteEndObject();
            }

            answer.WriteEndObject();
        }

        answer.WriteEndArray();
    }

    private static void Write(ArrayBufferWriter<byte> json, LlmConfigException error)
    {
        // Nobody can be asked here, so a vault that asks is a locked one.
        LlmConfigErrorCode code = error.InnerException is VaultFailureException { IsRefusal: true } ? LlmConfigErrorCode.VaultLocked : error.Code;
        using var writer = new Utf8JsonWriter(json);
        writer.WriteStartObject();
        writer.WriteStartObject(VaultRequest.Error);
        writer.WriteString(VaultRequest.Code, code.ToString());
        writer.WriteString(VaultRequest.Target, error.Target);
        writer.WriteString(VaultRequest.Problem, error.Problem);
        writer.WriteString(VaultRequest.RecommendedAction, error.RecommendedAction);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
