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
        try
        {
            using JsonDocument document = JsonDocument.Parse(request.Json);
            byte[] key = [];
            return new VaultMessage(JsonObjects.ToUtf8(Do(document.RootElement, request.Key, vaults, ref key, cancellation)), key);
        }
        catch (Exception e) when (e is LlmConfigException or OperationCanceledException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            LlmConfigException error = e as LlmConfigException ?? new LlmConfigException(
                LlmConfigErrorCode.VaultUnavailable, null, $"PowerShell could not do what it was asked ({e.GetType().Name}).", "Run the command again.");

            // Nobody can be asked here, so a vault that asks is a locked one.
            LlmConfigErrorCode code = error.InnerException is VaultFailureException { IsRefusal: true } ? LlmConfigErrorCode.VaultLocked : error.Code;
            (string, object?)[] fields =
            [
                (VaultRequest.Code, code),
                (VaultRequest.Target, error.Target),
                (VaultRequest.Problem, error.Problem),
                (VaultRequest.RecommendedAction, error.RecommendedAction),
            ];
            return new VaultMessage(JsonObjects.ToUtf8((VaultRequest.Error, fields)), []);
        }
    }

    // The fields of the answer; a key that was asked for goes beside them.
    private static (string, object?)[] Do(JsonElement request, byte[] newKey, RegisteredVaults vaults, ref byte[] found, CancellationToken cancellation)
    {
        if (vaults.OpenRegistered(Text(request, VaultRequest.Vault)) is not { } vault)
        {
            return [(VaultRequest.IsBuiltIn, true)];
        }

        if (request.Texts(VaultRequest.Profile) is { } known)
        {
            vault.Profile = VaultProfile.TryFrom(known);
        }

        // In this order: what a vault refuses is known only after the call.
        (string, object?) result = Act(request, newKey, vault, ref found, cancellation);
        return
        [
            result,
            (VaultRequest.IsBuiltIn, false),
            (VaultRequest.Vault, vault.Name),
            (VaultRequest.TakesLabels, vault.TakesLabels),
            (VaultRequest.NeedsProbe, vault.NeedsProbe),
            (VaultRequest.Profile, vault.Profile?.ToProperties()),
        ];
    }

    // The field that the answer has of its own.
    private static (string, object?) Act(JsonElement request, byte[] newKey, RegisteredVault vault, ref byte[] found, CancellationToken cancellation)
    {
        switch (Text(request, VaultRequest.Action))
        {
            case VaultRequest.Open:
                break;
            case VaultRequest.Probe:
                vault.Probe(Text(request, VaultRequest.KeyId), cancellation);
                break;
            case VaultRequest.Write:
                using (ApiKey key = ApiKey.FromUtf8(newKey, vault.Name))
                {
                    vault.Write(Text(request, VaultRequest.KeyId), key, Label(request), cancellation);
                }

                break;
            case VaultRequest.Flush:
                vault.Flush();
                break;
            case VaultRequest.Read:
                using (ApiKey key = vault.Read(Text(request, VaultRequest.KeyId), cancellation))
                {
                    found = VaultMessage.NewKey(key.Utf8.Length);
                    key.Utf8.CopyTo(found);
                }

                break;
            case VaultRequest.Remove:
                vault.Remove(Text(request, VaultRequest.KeyId), cancellation);
                break;
            case VaultRequest.List:
                return (VaultRequest.Keys, vault.List(cancellation)
                    .Select(entry => new (string, object?)[] { (VaultRequest.KeyId, entry.KeyId), (VaultRequest.Label, entry.Label?.ToProperties()) }));
            case VaultRequest.ListSecrets:
                // No configuration refers to a name that does not print, and JSON holds no half of a surrogate pair.
                return (VaultRequest.Secrets, vault.ListSecrets(cancellation).Where(name => DisplayText.Printable(name) == name));
            case VaultRequest.Relabel:
                vault.Relabel(Text(request, VaultRequest.KeyId), Label(request), cancellation);
                break;
            default:
                throw new JsonException();
        }

        return (VaultRequest.Action, null);
    }

    private static string Text(JsonElement request, string name) => request.Text(name) ?? throw new JsonException();

    private static KeyLabel Label(JsonElement request) => VaultRequest.ToLabel(request) ?? throw new JsonException();
}
