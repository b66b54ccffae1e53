using System.Buffers;
using System.Diagnostics;
using System.Globalization;

namespace LlmConfig;

/// <summary>
/// Asks the providers of configurations whether their keys work, with the catalogue's check request. Nothing that was received
/// is shown but names of models, and no exception's text is, since both may repeat what was sent.
/// </summary>
/// <param name="setup">What it works with.</param>
/// <param name="read">Gives a configuration and its key, if it has one. Called on the caller's thread, as vaults want it.</param>
internal sealed class OnlineCheck(OnlineCheckSetup setup, Func<Guid, (LlmConfiguration Configuration, ApiKey? Key)> read) : IDisposable
{
    private const int MostAtOnce = 4;
    private const int MostRedirects = 3;

    // Enough to see the first character of an answer that begins with white space, and to see a small one to its end.
    private const int MostRead = 64 * 1024;

    private const int Piece = 4096;

    // Lists of models: the longest that are known have 500 KB.
    private const int MostReadOfList = 4 * 1024 * 1024;

    private readonly HttpClient _client = new(setup.Handler()) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>One result for each, in order, as they come; at most four requests are under way.</summary>
    /// <param name="ids">The configurations' ids.</param>
    /// <param name="progress">Told how many are done.</param>
    /// <param name="cancellation">Gives up.</param>
    public IEnumerable<OnlineCheckResult> Run(IReadOnlyList<Guid> ids, IProgress<int>? progress, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var underWay = new Queue<Task<OnlineCheckResult>>();
        int begun = 0;
        try
        {
            for (int done = 0; done < ids.Count; done++)
            {
                while (begun < ids.Count && underWay.Count < MostAtOnce)
                {
                    cancellation.ThrowIfCancellationRequested();
                    underWay.Enqueue(Begin(ids[begun++], stop.Token));
                }

                OnlineCheckResult result = underWay.Peek().GetAwaiter().GetResult();
                underWay.Dequeue();
                progress?.Report(done + 1);
                yield return result;
            }
        }
        finally
        {
            stop.Cancel();
            Task.WhenAll(underWay)
                .ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)
                .Wait(CancellationToken.None);
        }
    }

    public void Dispose() => _client.Dispose();

    private Task<OnlineCheckResult> Begin(Guid id, CancellationToken cancellation)
    {
        try
        {
            (LlmConfiguration item, ApiKey? key) = read(id);
            using ApiKey? held = key;
            (OnlineCheckRequest? request, OnlineCheckResult? refusal) = OnlineCheckRequest.Make(item, key);
            return request is null ? Task.FromResult(refusal!) : Task.Run(() => SendAsync(request, cancellation), cancellation);
        }
        catch (LlmConfigException e) when (ConcernsOneOnly(e.Code))
        {
            return Task.FromResult(new OnlineCheckResult(id, e.Target ?? id.ToString("D"), OnlineOutcome.NoKey, e.Problem, e.RecommendedAction));
        }
    }

    /// <summary>True for what is wrong with one configuration or its key. The store itself is at fault otherwise, and so would be every result.</summary>
    public static bool ConcernsOneOnly(LlmConfigErrorCode code) => code is
        LlmConfigErrorCode.NotFound
        or LlmConfigErrorCode.KeyMissing
        or LlmConfigErrorCode.InvalidKey
        or LlmConfigErrorCode.VaultNotFound
        or LlmConfigErrorCode.VaultUnavailable
        or LlmConfigErrorCode.VaultLocked
        or LlmConfigErrorCode.VaultCorrupt
        or LlmConfigErrorCode.SecretManagementMissing
        or LlmConfigErrorCode.HostMismatch;

    private async Task<OnlineCheckResult> SendAsync(OnlineCheckRequest request, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(setup.Limit);
        long start = Stopwatch.GetTimestamp();
        OnlineCheckResult result;
        try
        {
            result = await FollowAsync(request, start, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            result = request.Result(
                OnlineOutcome.TimedOut,
                string.Create(CultureInfo.InvariantCulture, $"{request.Host} did not answer within {setup.Limit.TotalSeconds:0.#} seconds."),
                "Try again; see whether a firewall or a proxy holds the request up.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            result = Unreachable(request, e is HttpRequestException failure ? failure.HttpRequestError : HttpRequestError.ResponseEnded);
        }

        return result with { Duration = Stopwatch.GetElapsedTime(start) };
    }

    private async Task<OnlineCheckResult> FollowAsync(OnlineCheckRequest request, long start, CancellationToken limit)
    {
        Uri address = request.Address;
        for (int redirects = 0; ; redirects++)
        {
            using HttpRequestMessage message = request.ToMessage(address);
            using HttpResponseMessage response = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit);
            int status = (int)response.StatusCode;
            if (status is >= 300 and < 400)
            {
                Uri? target = response.Headers.Location is { } location && Uri.TryCreate(address, location, out Uri? full) ? full : null;
                if (target is not null && redirects < MostRedirects && BaseUrl.Origin(target.AbsoluteUri) == BaseUrl.Origin(address.AbsoluteUri))
                {
                    address = target;
                    continue;
                }

                return Redirected(request, target) with { HttpStatus = status };
            }

            ReadOnlyMemory<byte> answer = status is >= 200 and < 300 ? await ReadAsync(response, request.Provider.KeyCheckListsModels ? MostReadOfList : MostRead, limit) : default;
            ListedModels? listed = request.Provider.KeyCheckListsModels ? ListedModels.Read(answer) : null;
            OnlineCheckResult result = Judge(request, status, IsJson(answer.Span), Stopwatch.GetElapsedTime(start));
            return (listed is not null ? WithModels(request, result, listed) : result) with { HttpStatus = status };
        }
    }

    // Every provider answers the check with an object or a list; what answers a page or nothing is something else.
    private static bool IsJson(ReadOnlySpan<byte> answer) => answer.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..];

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, int most, CancellationToken limit)
    {
        using Stream body = await response.Content.ReadAsStreamAsync(limit);
        var answer = new ArrayBufferWriter<byte>(Piece);
        int read;
        while (answer.WrittenCount < most && (read = await body.ReadAsync(answer.GetMemory(Piece), limit)) > 0)
        {
            answer.Advance(read);
        }

        return answer.WrittenMemory;
    }

    // What the provider lists is kept; and whoever chose a model that is not there would otherwise find out at the first request.
    private static OnlineCheckResult WithModels(OnlineCheckRequest request, OnlineCheckResult result, ListedModels listed)
    {
        LlmConfiguration item = request.Configuration;
        IReadOnlyList<string> fit = request.Fit(listed);
        var list = new ModelList(request.Provider.Id, item.BaseUrl!, DateTime.UtcNow, fit);
        if (item.Model is not { } model || !listed.IsWhole || listed.Has(model))
        {
            return result with { Listed = list };
        }

        string near = NearText.Find(model, fit) is { } meant ? $"Did you mean '{meant}'? " : string.Empty;
        return request.Result(
            OnlineOutcome.ModelNotListed,
            $"{result.Message} But it does not list the model '{DisplayText.Of(model)}'.",
            $"{near}Choose one that it lists with Set-LlmConfig -Model, which Tab completes. An alias that it does not list may work all the same.") with
        {
            Listed = list,
        };
    }

    private OnlineCheckResult Judge(OnlineCheckRequest request, int status, bool json, TimeSpan duration)
    {
        string provider = request.Provider.DisplayName;
        string answered = string.Create(CultureInfo.InvariantCulture, $"{request.Host} answered {status} after {duration.TotalSeconds:0.00} seconds");
        return status switch
        {
            >= 200 and < 300 when !json => request.Result(
                OnlineOutcome.WrongHost,
                $"{answered}, but not as {provider} would: it is no JSON.",
                "Check the base URL; a proxy or a sign-in page of the network may have answered."),
            >= 200 and < 300 => duration > setup.Slow
                ? request.Result(
                    OnlineOutcome.Slow, $"{answered}, which is slow: {Success(request)}",
                    "See whether a proxy or the network is slow, or the provider's status page.")
                : request.Result(OnlineOutcome.Works, $"{answered}: {Success(request)}", null),
            402 => request.Result(
                OnlineOutcome.LimitReached, $"{answered}: it takes the key, but there is no credit left.",
                "See the account's balance in the provider's console."),
            429 => request.Result(
                OnlineOutcome.LimitReached, $"{answered}: it takes the key, but a rate limit or the quota is reached.",
                "Wait, or see the account's limits in the provider's console."),
            _ when request.Provider.KeyRefusedStatusCodes.Contains(status) => request.HasKey
                ? request.Result(
                    OnlineOutcome.KeyRefused,
                    $"{answered}: it refused the key.",
                    status == 403
                        ? "Set a valid key with Set-LlmConfig -AskApiKey; or the key is valid and may not do this, or not from here."
                        : "Set a valid key with Set-LlmConfig -AskApiKey.")
                : request.Result(OnlineOutcome.KeyRefused, $"{answered}: it wants a key.", "Give the configuration one with Set-LlmConfig -AskApiKey."),
            407 => request.Result(
                OnlineOutcome.Unreachable, $"The proxy before {request.Host} wants to know who asks (407).",
                "Set the proxy's user and password in the proxy settings."),
            >= 500 or 408 => request.Result(
                OnlineOutcome.ServerError, $"{answered}: it cannot serve now. The key was not judged.",
                "Try again later; see the provider's status page."),
            _ => request.Result(
                OnlineOutcome.WrongHost, $"{answered}: it does not know the request that {provider} knows.",
                "Check the base URL, its path included."),
        };
    }

    private static string Success(OnlineCheckRequest request) => request switch
    {
        { HasKey: false } => "it works without a key.",
        { Provider.KeyRequired: true } => "the key works.",
        _ => "it works; servers of this kind may not look at the key.",
    };

    private static OnlineCheckResult Redirected(OnlineCheckRequest request, Uri? target)
    {
        string where = target is null ? "nowhere"
            : BaseUrl.Origin(target.AbsoluteUri) == BaseUrl.Origin(request.Address.AbsoluteUri) ? "itself, again and again"
            : BaseUrl.Origin(target.AbsoluteUri) is null ? "an address that cannot be read"
            : $"{target.Scheme}://{DisplayText.Of(target.IdnHost)}";
        return request.Result(
            OnlineOutcome.WrongHost,
            $"{request.Host} sends requests on to {where}. The key was not sent there.",
            "Check the base URL; if the provider moved, set the new one with Set-LlmConfig -BaseUrl.");
    }

    private static OnlineCheckResult Unreachable(OnlineCheckRequest request, HttpRequestError error)
    {
        string host = request.Host;
        (string message, string remedy) = error switch
        {
            HttpRequestError.NameResolutionError => ($"There is no host {host}.", "Check the base URL, and that this machine has a name server."),
            HttpRequestError.ConnectionError => ($"{host} cannot be reached.", request.Provider.KeyRequired
                ? "Check the base URL, the network and the proxy settings."
                : "Check that the server runs, and the base URL."),
            HttpRequestError.SecureConnectionError =>
                ($"No secure connection to {host}: its certificate is not trusted or not its own, or it speaks no TLS.",
                "Check the base URL, and the certificates that this machine trusts."),
            HttpRequestError.ProxyTunnelError => ($"The proxy does not let the request through to {host}.",
            "Check the proxy settings (HTTPS_PROXY, NO_PROXY)."),
            _ => ($"{host} broke the connection off, or answered what is no HTTP.", "Check the base URL, and try again."),
        };
        return request.Result(OnlineOutcome.Unreachable, message, remedy);
    }
}
