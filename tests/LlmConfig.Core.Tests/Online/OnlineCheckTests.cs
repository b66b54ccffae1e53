using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LlmConfig.Tests;

public sealed class OnlineCheckTests : IDisposable
{
    // Sooner than the product's 10 seconds, so that the tests are over sooner; the product's are tested as numbers.
    private static readonly OnlineCheckSetup Hasty = new() { Limit = TimeSpan.FromSeconds(2) };

    private readonly TemporaryStore _store = new();
    private readonly string _key = TestKey.New();

    /// <summary>What the catalogue's facts say, written out once more: provider, request, headers beyond the usual.</summary>
    public static TheoryData<string, string, string> Requests => new()
    {
        { "openai", "https://api.openai.com/v1/models", "Authorization: Bearer KEY" },
        { "anthropic", "https://api.anthropic.com/v1/models", "x-api-key: KEY; anthropic-version: 2023-06-01" },
        { "azure-openai", "https://res.openai.azure.com/openai/models?api-version=2024-10-21", "api-key: KEY" },
        { "google", "https://generativelanguage.googleapis.com/v1beta/models", "x-goog-api-key: KEY" },
        { "mistral", "https://api.mistral.ai/v1/models", "Authorization: Bearer KEY" },
        { "groq", "https://api.groq.com/openai/v1/models", "Authorization: Bearer KEY" },
        { "openrouter", "https://openrouter.ai/api/v1/key", "Authorization: Bearer KEY" },
        { "deepseek", "https://api.deepseek.com/models", "Authorization: Bearer KEY" },
        { "xai", "https://api.x.ai/v1/api-key", "Authorization: Bearer KEY" },
        { "cohere", "https://api.cohere.com/v1/models", "Authorization: Bearer KEY" },
        { "together", "https://api.together.xyz/v1/models", "Authorization: Bearer KEY" },
        { "fireworks", "https://api.fireworks.ai/inference/v1/models", "Authorization: Bearer KEY" },
        { "perplexity", "", "" },
        { "bedrock", "", "" },
        { "huggingface", "https://huggingface.co/api/whoami-v2", "Authorization: Bearer KEY" },
        { "ollama", "http://127.0.0.1:11434/api/tags", "Authorization: Bearer KEY" },
        { "lmstudio", "http://127.0.0.1:1234/v1/models", "Authorization: Bearer KEY" },
        { "llamacpp", "http://127.0.0.1:8080/v1/models", "Authorization: Bearer KEY" },
        { "vllm", "http://localhost:8000/v1/models", "Authorization: Bearer KEY" },
        { "openai-compatible", "https://llm.example/v1/models", "Authorization: Bearer KEY" },
    };

    public void Dispose() => _store.Dispose();

    [Theory]
    [MemberData(nameof(Requests))]
    public void Each_provider_is_sent_its_own_request_with_the_key_in_its_own_header(string provider, string address, string headers)
    {
        using var server = new PlayedServer(PlayedServer.Answer(200));
        string? baseUrl = provider switch
        {
            "azure-openai" => "https://res.openai.azure.com/openai/v1/",
            "bedrock" => "https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1",
            "openai-compatible" => "https://llm.example/v1",
            _ => null,
        };
        Guid id = Create(provider, baseUrl);

        OnlineCheckResult result = Check(id, Hasty with { Handler = () => new ToPlayedServer(server) });

        Assert.Equal(("Online", provider, id), (result.Check, result.Target, result.Id));
        if (address.Length == 0)
        {
            Assert.Equal((OnlineOutcome.CannotBeChecked, CheckStatus.Warning, null, null), (result.Outcome, result.Status, result.HttpStatus, result.Duration));
            Assert.Empty(server.Requests);
            return;
        }

        Assert.Equal((OnlineOutcome.Works, CheckStatus.Ok, 200), (result.Outcome, result.Status, result.HttpStatus));
        PlayedRequest request = Assert.Single(server.Requests);
        Assert.Equal(("GET", address), (request.Method, request.Headers[ToPlayedServer.MeantFor]));
        string[] expected = headers.Replace("KEY", _key, StringComparison.Ordinal).Split("; ");
        string[] usual = ["Host", "Accept", "User-Agent", ToPlayedServer.MeantFor];
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            request.Headers.Where(pair => !usual.Contains(pair.Key)).Select(pair => $"{pair.Key}: {pair.Value}").Order(StringComparer.Ordinal));
        AssertNoKey(result);
    }

    [Fact]
    public void All_twenty_providers_are_in_the_test_above()
    {
        Assert.Equal(
            LlmProviderCatalog.All.Select(provider => provider.Id),
            Requests.Select(row => (string)row[0]));
    }

    [Theory]
    [InlineData("anthropic", true, "Authorization: Bearer KEY")]
    [InlineData("anthropic", false, "x-api-key: KEY")]
    [InlineData("google", true, "Authorization: Bearer KEY")]
    [InlineData("azure-openai", true, "Authorization: Bearer KEY")]
    public void The_header_is_the_one_that_the_configuration_chose(string provider, bool useAuthHeader, string header)
    {
        using var server = new PlayedServer(PlayedServer.Answer(200));
        Guid id = Create(provider, server.Origin, useAuthHeader);

        Assert.Equal(OnlineOutcome.Works, Check(id).Outcome);
        string[] parts = header.Replace("KEY", _key, StringComparison.Ordinal).Split(": ");
        Assert.Equal(parts[1], Assert.Single(server.Requests).Headers[parts[0]]);
        Assert.Single(server.Requests[0].Text.Split(_key).Skip(1));
    }

    [Theory]
    [InlineData("openai", "/v1", "/v1/models")]
    [InlineData("openai", "/v1/", "/v1/models")]
    [InlineData("openai", "/v1?tenant=a", "/v1/models?tenant=a")]
    [InlineData("azure-openai", "/openai/v1?tenant=a", "/openai/models?api-version=2024-10-21&tenant=a")]
    [InlineData("azure-openai", "/gateway/openai", "/gateway/openai/models?api-version=2024-10-21")]
    [InlineData("azure-openai", "", "/openai/models?api-version=2024-10-21")]
    [InlineData("ollama", "/behind/proxy/v1", "/behind/proxy/api/tags")]
    [InlineData("ollama", "", "/api/tags")]
    public void A_base_URL_of_ones_own_is_asked_at_the_right_path(string provider, string path, string target)
    {
        using var server = new PlayedServer(PlayedServer.Answer(200));

        Assert.Equal(OnlineOutcome.Works, Check(Create(provider, server.Origin + path)).Outcome);
        Assert.Equal(target, Assert.Single(server.Requests).Target);
    }

    [Fact]
    public void A_gateways_key_for_a_provider_that_is_checked_on_a_fixed_host_is_not_sent_there()
    {
        using var server = new PlayedServer(PlayedServer.Answer(200));
        Guid id = Create("huggingface", "https://gateway.example/v1");

        Assert.Equal(OnlineOutcome.CannotBeChecked, Check(id, Hasty with { Handler = () => new ToPlayedServer(server) }).Outcome);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void Servers_without_a_key_are_asked_without_one()
    {
        using var server = new PlayedServer(PlayedServer.Answer(200));
        OnlineCheckResult result = Check(Create("ollama", server.Origin, key: false));

        Assert.Equal(OnlineOutcome.Works, result.Outcome);
        Assert.Contains("without a key", result.Message, StringComparison.Ordinal);
        Assert.False(Assert.Single(server.Requests).Headers.ContainsKey("Authorization"));
    }

    [Theory]
    [InlineData("openai", 401, OnlineOutcome.KeyRefused, CheckStatus.Error)]
    [InlineData("openai", 403, OnlineOutcome.KeyRefused, CheckStatus.Error)]
    [InlineData("google", 400, OnlineOutcome.KeyRefused, CheckStatus.Error)]
    [InlineData("xai", 400, OnlineOutcome.KeyRefused, CheckStatus.Error)]
    [InlineData("openai", 400, OnlineOutcome.WrongHost, CheckStatus.Error)]
    [InlineData("openai", 404, OnlineOutcome.WrongHost, CheckStatus.Error)]
    [InlineData("openai", 405, OnlineOutcome.WrongHost, CheckStatus.Error)]
    [InlineData("openai", 410, OnlineOutcome.WrongHost, CheckStatus.Error)]
    [InlineData("deepseek", 402, OnlineOutcome.LimitReached, CheckStatus.Warning)]
    [InlineData("openai", 429, OnlineOutcome.LimitReached, CheckStatus.Warning)]
    [InlineData("openai", 408, OnlineOutcome.ServerError, CheckStatus.Error)]
    [InlineData("openai", 500, OnlineOutcome.ServerError, CheckStatus.Error)]
    [InlineData("openai", 503, OnlineOutcome.ServerError, CheckStatus.Error)]
    [InlineData("openai", 407, OnlineOutcome.Unreachable, CheckStatus.Error)]
    [InlineData("openai", 200, OnlineOutcome.Works, CheckStatus.Ok)]
    public void Each_status_has_its_meaning_and_neither_key_nor_answer_is_shown(string provider, int status, OnlineOutcome outcome, CheckStatus expected)
    {
        using var server = new PlayedServer((request, stream) => PlayedServer.SendAsync(
            stream, PlayedServer.Answer(status, $"{{\"error\":\"canary {_key}\"}}", $"X-Canary: canary-{_key}\r\n")));
        OnlineCheckResult result = Check(Create(provider, server.Origin + "/v1"));

        Assert.Equal((outcome, expected, status), (result.Outcome, result.Status, result.HttpStatus));
        Assert.InRange(result.Duration!.Value, TimeSpan.FromTicks(1), Hasty.Limit);
        Assert.Equal(outcome != OnlineOutcome.Works, result.Remedy is not null);
        Assert.Contains($"127.0.0.1:{server.Port}", result.Message, StringComparison.Ordinal);
        AssertNoKey(result);
    }

    [Fact]
    public void A_server_that_wants_a_key_where_there_is_none_says_so()
    {
        using var server = new PlayedServer(PlayedServer.Answer(401));
        OnlineCheckResult result = Check(Create("vllm", server.Origin, key: false));

        Assert.Equal(OnlineOutcome.KeyRefused, result.Outcome);
        Assert.Contains("it wants a key", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html>Sign in</html>", "Content-Type: text/html\r\n")]
    [InlineData("<html></html>", "Content-Type: application/json\r\n")]
    [InlineData("Ollama is running", "Content-Type: text/plain\r\n")]
    [InlineData("", "")]
    [InlineData("   \r\n", "")]
    public void An_answer_that_is_no_JSON_is_from_somebody_else(string body, string headers)
    {
        using var server = new PlayedServer(PlayedServer.Answer(200, body, headers));

        Assert.Equal((OnlineOutcome.WrongHost, (int?)200), Of(Check(Create("openai", server.Origin))));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData(" \r\n\t [ ]")]
    public void JSON_may_begin_with_white_space(string body)
    {
        using var server = new PlayedServer(PlayedServer.Answer(200, body));

        Assert.Equal((OnlineOutcome.Works, (int?)200), Of(Check(Create("openai", server.Origin))));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public void A_redirect_to_another_host_is_not_followed_and_the_key_does_not_go_along(int status)
    {
        using var other = new PlayedServer(PlayedServer.Answer(200));
        using var server = new PlayedServer(PlayedServer.Answer(status, string.Empty, $"Location: {other.Origin}/v1/models\r\n"));
        OnlineCheckResult result = Check(Create("openai", server.Origin + "/v1"));

        Assert.Equal((OnlineOutcome.WrongHost, status), Of(result));
        Assert.Empty(other.Requests);
        Assert.Single(server.Requests);
        Assert.Contains("http://127.0.0.1", result.Message, StringComparison.Ordinal);
        AssertNoKey(result);
    }

    [Theory]
    [InlineData("/v1/models/")]
    [InlineData("ORIGIN/elsewhere")]
    public void A_redirect_within_the_host_is_followed(string location)
    {
        PlayedServer? self = null;
        using var server = new PlayedServer((request, stream) => PlayedServer.SendAsync(stream, request.Target == "/v1/models"
            ? PlayedServer.Answer(308, string.Empty, $"Location: {location.Replace("ORIGIN", self!.Origin, StringComparison.Ordinal)}\r\n")
            : PlayedServer.Answer(200)));
        self = server;

        Assert.Equal((OnlineOutcome.Works, (int?)200), Of(Check(Create("openai", server.Origin + "/v1"))));
        Assert.Equal($"Bearer {_key}", server.Requests[1].Headers["Authorization"]);
    }

    [Theory]
    [InlineData("Location: /v1/models\r\n", 4)]
    [InlineData("", 1)]
    [InlineData("Location: mailto:a@example.com\r\n", 1)]
    [InlineData("Location: http://[\r\n", 1)]
    public void Redirects_that_lead_nowhere_end(string headers, int requests)
    {
        using var server = new PlayedServer(PlayedServer.Answer(302, string.Empty, headers));

        Assert.Equal((OnlineOutcome.WrongHost, (int?)302), Of(Check(Create("openai", server.Origin + "/v1"))));
        Assert.Equal(requests, server.Requests.Count);
    }

    [Fact]
    public void Nobody_listens()
    {
        int port;
        using (var server = new PlayedServer(string.Empty))
        {
            port = server.Port;
        }

        OnlineCheckResult result = Check(Create("openai", $"http://127.0.0.1:{port}/v1"));
        Assert.Equal((OnlineOutcome.Unreachable, null), Of(result));
        Assert.Contains($"127.0.0.1:{port} cannot be reached", result.Message, StringComparison.Ordinal);
        Assert.NotNull(result.Duration);
    }

    [SkippableFact]
    public async Task No_such_host()
    {
        // RFC 2606 keeps .invalid free of names. Where nobody answers for names at all, the system asks for longer than the check waits.
        Task<IPAddress[]> asked = Dns.GetHostAddressesAsync("llm.invalid");
        Skip.If(await Task.WhenAny(asked, Task.Delay(TimeSpan.FromSeconds(5))) != asked, "No name server answers here.");
        await Assert.ThrowsAsync<SocketException>(() => asked);

        OnlineCheckResult result = Check(Create("openai", "https://llm.invalid/v1"), Hasty with { Limit = TimeSpan.FromSeconds(10) });
        Assert.Equal(OnlineOutcome.Unreachable, result.Outcome);
        AssertNoKey(result);
    }

    [Fact]
    public void A_certificate_that_is_not_trusted_gets_no_key()
    {
        using var server = new PlayedServer((_, stream) => PlayedServer.SendAsync(stream, PlayedServer.Answer(200)), secure: true);
        OnlineCheckResult result = Check(Create("openai", server.Origin + "/v1"), Hasty with { Limit = TimeSpan.FromSeconds(10) });

        Assert.Equal((OnlineOutcome.Unreachable, null), Of(result));
        Assert.Contains("certificate", result.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void No_TLS_where_it_is_expected()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<TcpClient> accepted = listener.AcceptTcpClientAsync();
        _ = accepted.ContinueWith(
            task => task.Result.Client.Send(Encoding.ASCII.GetBytes(PlayedServer.Answer(400))), TaskScheduler.Default);
        OnlineCheckResult result = Check(Create("openai", $"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1"));

        Assert.Equal((OnlineOutcome.Unreachable, null), Of(result));
        accepted.Result.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"data\":")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{")]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n")]
    public void A_server_that_closes_midway_or_speaks_something_else_is_unreachable(string sent)
    {
        using var server = new PlayedServer(sent);
        OnlineCheckResult result = Check(Create("openai", server.Origin + "/v1"));

        Assert.Equal(OnlineOutcome.Unreachable, result.Outcome);
        AssertNoKey(result);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")]
    public void A_server_that_never_answers_or_never_ends_is_given_up_in_time(string sent)
    {
        PlayedServer? self = null;
        using var server = new PlayedServer(async (_, stream) =>
        {
            await PlayedServer.SendAsync(stream, sent);
            await self!.Silence();
        });
        self = server;
        OnlineCheckResult result = Check(Create("openai", server.Origin + "/v1"), Hasty with { Limit = TimeSpan.FromSeconds(0.5) });

        Assert.Equal(OnlineOutcome.TimedOut, result.Outcome);
        Assert.Contains("within 0.5 seconds", result.Message, StringComparison.Ordinal);
        Assert.True(result.Duration >= TimeSpan.FromSeconds(0.4), $"{result.Duration}");
    }

    [Fact]
    public void The_limit_is_ten_seconds_and_slow_begins_at_three()
    {
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(3)), (new OnlineCheckSetup().Limit, new OnlineCheckSetup().Slow));
        using var handler = (SocketsHttpHandler)new OnlineCheckSetup().Handler();
        Assert.True(handler.UseProxy);
        Assert.IsType<KeyRoute>(handler.Proxy);
        Assert.False(handler.AllowAutoRedirect);
        Assert.Null(handler.SslOptions.RemoteCertificateValidationCallback);
    }

    [Fact]
    public void A_slow_answer_works_but_is_a_warning()
    {
        using var server = new PlayedServer(async (_, stream) =>
        {
            await Task.Delay(200);
            await PlayedServer.SendAsync(stream, PlayedServer.Answer(200));
        });
        OnlineCheckResult result = Check(
            Create("openai", server.Origin + "/v1"), Hasty with { Limit = TimeSpan.FromSeconds(10), Slow = TimeSpan.FromMilliseconds(100) });

        Assert.Equal((OnlineOutcome.Slow, CheckStatus.Warning, 200), (result.Outcome, result.Status, result.HttpStatus));
    }

    [Fact]
    public void A_key_that_cannot_be_read_or_sent_is_a_result_and_nothing_is_sent()
    {
        using var server = new PlayedServer(PlayedServer.Answer(200));
        Guid lost = Create("openai", server.Origin, name: "lost");
        foreach (string file in _store.Sealed)
        {
            File.Delete(file);
        }

        Guid keyless = Create("openai", server.Origin, key: false, name: "keyless");
        Guid letters = CreateWith("sk-test-ü", "openai", server.Origin, "letters");
        Guid gone = Guid.NewGuid();
        OnlineCheckResult[] results = [.. _store.Open().CheckOnline([lost, keyless, letters, gone])];

        Assert.All(results, result => Assert.Equal((OnlineOutcome.NoKey, CheckStatus.Error, null), (result.Outcome, result.Status, result.HttpStatus)));
        Assert.Equal(["lost", "keyless", "letters", gone.ToString("D")], results.Select(result => result.Target));
        Assert.All(results, result => Assert.NotNull(result.Remedy));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void A_header_of_its_own_that_the_provider_does_not_have_cannot_be_checked()
    {
        using var server = new PlayedServer(PlayedServer.Answer(200));

        Assert.Equal(OnlineOutcome.CannotBeChecked, Check(Create("openai", server.Origin, useAuthHeader: false)).Outcome);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void A_provider_of_a_newer_version_cannot_be_checked()
    {
        Guid id = Create("openai", "https://llm.example/v1");
        string text = File.ReadAllText(_store.Paths.ConfigFile).Replace("\"openai\"", "\"tomorrow\"", StringComparison.Ordinal);
        File.WriteAllText(_store.Paths.ConfigFile, text);

        Assert.Equal(OnlineOutcome.NoKey, Check(id).Outcome);
        _store.AcceptHosts();
        OnlineCheckResult result = Check(id);
        Assert.Equal(OnlineOutcome.CannotBeChecked, result.Outcome);
        Assert.Contains("'tomorrow'", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_are_asked_four_at_a_time_and_answered_in_order()
    {
        int now = 0, most = 0;
        var gate = new object();
        using var server = new PlayedServer(async (request, stream) =>
        {
            lock (gate)
            {
                most = Math.Max(most, ++now);
            }

            await Task.Delay(100);

            // Before the answer: who has it may ask the next one before this thread goes on.
            lock (gate)
            {
                now--;
            }

            await PlayedServer.SendAsync(stream, PlayedServer.Answer(request.Target.StartsWith("/3", StringComparison.Ordinal) ? 401 : 200));
        });
        Guid[] ids = [.. Enumerable.Range(0, 12).Select(i => Create("openai", $"{server.Origin}/{i}", name: $"c{i}"))];
        var done = new List<int>();
        OnlineCheckResult[] results = [.. _store.Open(options => options with { Online = new OnlineCheckSetup() }).CheckOnline(ids, new Count(done))];

        Assert.Equal(ids, results.Select(result => result.Id));
        Assert.Equal([OnlineOutcome.KeyRefused], results.Select(result => result.Outcome).Where(outcome => outcome != OnlineOutcome.Works));
        Assert.Equal("c3", results[3].Target);
        Assert.Equal(Enumerable.Range(1, 12), done);
        Assert.InRange(most, 2, 4);
        Console.WriteLine($"Online check: 12 configurations, at most {most} requests at once.");
    }

    [Fact]
    public void Giving_up_ends_what_is_under_way_at_once()
    {
        PlayedServer? self = null;
        using var server = new PlayedServer((_, _) => self!.Silence());
        self = server;
        Guid[] ids = [.. Enumerable.Range(0, 6).Select(i => Create("openai", server.Origin, name: $"c{i}"))];
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var watch = Stopwatch.StartNew();

        Assert.ThrowsAny<OperationCanceledException>(() => _store.Open().CheckOnline(ids, null, stop.Token).ToList());
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(8), $"{watch.Elapsed}");
        Assert.ThrowsAny<OperationCanceledException>(() => _store.Open().CheckOnline(ids, null, stop.Token).First());
    }

    [Fact]
    public void Without_ids_all_are_asked()
    {
        using var server = new PlayedServer(PlayedServer.Answer(200));
        Guid[] ids = [Create("openai", server.Origin, name: "a"), Create("vllm", server.Origin, name: "b")];

        Assert.Equal(ids, _store.Open().CheckOnline().Select(result => result.Id));
    }

    [Fact]
    public void Whoever_stops_reading_the_results_leaves_no_request_behind()
    {
        using var server = new PlayedServer(PlayedServer.Answer(200));
        Guid[] ids = [.. Enumerable.Range(0, 12).Select(i => Create("openai", server.Origin, name: $"c{i}"))];

        Assert.Equal(OnlineOutcome.Works, _store.Open().CheckOnline(ids).First().Outcome);
        Thread.Sleep(200);
        Assert.InRange(server.Requests.Count, 1, 4);
    }

    [Fact]
    public void A_damaged_store_is_an_error_for_ids_and_has_no_configurations_to_ask()
    {
        Guid id = Create("openai", "https://llm.example/v1");
        File.WriteAllText(_store.Paths.ConfigFile, "{");
        File.WriteAllText(_store.Paths.ConfigFile + ".bak", "{");

        Assert.Equal(LlmConfigErrorCode.StoreCorrupt, Assert.Throws<LlmConfigException>(() => _store.Open().CheckOnline([id]).ToList()).Code);
        Assert.Empty(_store.Open().CheckOnline());
    }

    [Theory]
    [InlineData("openai", "gpt-5", """{"data":[{"id":"gpt-5"}]}""", OnlineOutcome.Works)]
    [InlineData("openai", "GPT-5", """{"data":[{"id":"gpt-5"}]}""", OnlineOutcome.Works)]
    [InlineData("openai", "gpt-6", """{"data":[{"id":"gpt-5"}]}""", OnlineOutcome.ModelNotListed)]
    [InlineData("openai", "gpt-6", """{"data":[]}""", OnlineOutcome.Works)]
    [InlineData("openai", "gpt-6", """{"data":"gpt-5"}""", OnlineOutcome.Works)]
    [InlineData("openai", "gpt-6", """{"data":[{"id":5},7,null]}""", OnlineOutcome.Works)]
    [InlineData("openai", "gpt-6", """{"data":[{"id":"gpt-5"}""", OnlineOutcome.Works)]
    [InlineData("openai", null, """{"data":[{"id":"gpt-5"}]}""", OnlineOutcome.Works)]
    [InlineData("together", "b/two", """[{"id":"a/one"}]""", OnlineOutcome.ModelNotListed)]
    [InlineData("anthropic", "claude-x", """{"data":[{"id":"claude-y"}],"has_more":true}""", OnlineOutcome.Works)]
    [InlineData("anthropic", "claude-x", """{"data":[{"id":"claude-y"}],"has_more":false}""", OnlineOutcome.ModelNotListed)]
    [InlineData("google", "gemini-2.5-pro", """{"models":[{"name":"models/gemini-2.5-pro"}]}""", OnlineOutcome.Works)]
    [InlineData("google", "models/gemini-2.5-pro", """{"models":[{"name":"models/gemini-2.5-pro"}]}""", OnlineOutcome.Works)]
    [InlineData("google", "gemini-9", """{"models":[{"name":"models/gemini-2.5-pro"}],"nextPageToken":"t"}""", OnlineOutcome.Works)]
    [InlineData("ollama", "llama3.2", """{"models":[{"name":"llama3.2:latest"}]}""", OnlineOutcome.Works)]
    [InlineData("ollama", "llama3.2:1b", """{"models":[{"name":"llama3.2:latest"}]}""", OnlineOutcome.ModelNotListed)]
    [InlineData("azure-openai", "my-deployment", """{"data":[{"id":"gpt-5"}]}""", OnlineOutcome.Works)]
    [InlineData("openrouter", "any/model", """{"data":[{"id":"gpt-5"}]}""", OnlineOutcome.Works)]
    public void A_model_that_the_provider_does_not_list_is_a_warning(string provider, string? model, string answer, OnlineOutcome outcome)
    {
        using var server = new PlayedServer(PlayedServer.Answer(200, answer));
        OnlineCheckResult result = Check(CreateWith(_key, provider, server.Origin, "work", model: model));

        Assert.Equal((outcome, outcome == OnlineOutcome.Works ? CheckStatus.Ok : CheckStatus.Warning), (result.Outcome, result.Status));
        Assert.Equal(outcome == OnlineOutcome.ModelNotListed, result.Message.Contains($"does not list the model '{model}'", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_provider_listed_is_known_from_then_on_without_keys_and_what_steers_a_terminal()
    {
        using var server = new PlayedServer(PlayedServer.Answer(200, $$"""{"data":[{"id":"gpt-5"},{"id":"two words"},{"id":"{{_key}}"},{"id":"x-{{_key}}"},{"id":"bad\u001b[31m"},{"id":" gpt"},{"id":""}]}"""));
        OnlineCheckResult result = Check(CreateWith(_key, "openai", server.Origin, "work", model: "gpt-55"));

        Assert.Contains("Did you mean 'gpt-5'?", result.Remedy, StringComparison.Ordinal);
        Assert.Equal([("gpt-5", "Listed by OpenAI"), ("gpt-55", "Used by work"), ("two words", "Listed by OpenAI")], _store.Open().GetModels("openai").Select(model => (model.Name, model.Source)));
        Assert.Equal(["gpt-55"], _store.Open().GetModels("mistral").Select(model => model.Name));
        Assert.DoesNotContain(_key, File.ReadAllText(_store.Paths.Models), StringComparison.Ordinal);
        AssertNoKey(result);
    }

    [Fact]
    public void A_newer_list_takes_the_place_of_the_older_one_and_other_hosts_keep_theirs()
    {
        string answer = """{"data":[{"id":"one"}]}""";
        using var server = new PlayedServer((_, stream) => PlayedServer.SendAsync(stream, PlayedServer.Answer(200, answer)));
        Guid[] ids = [CreateWith(_key, "openai", server.Origin + "/a", "a"), CreateWith(_key, "openai", server.Origin + "/b", "b")];
        Assert.All(ids, id => Check(id));
        answer = """{"data":[{"id":"two"}]}""";
        Check(ids[0]);

        Assert.Equal(["one", "two"], _store.Open().GetModels().Select(model => model.Name));
        answer = """{"data":[]}""";
        Check(ids[0]);
        Assert.Equal(["one", "two"], _store.Open().GetModels().Select(model => model.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"version":1,"lists":[{"provider":5}]}""")]
    [InlineData("""{"version":1,"lists":[{"provider":"openai","baseUrl":"no URL","askedAt":"2026-11-23T20:40:10.123Z","models":["m"]}]}""")]
    [InlineData("""{"version":1,"lists":[{"provider":"nobody","baseUrl":"https://llm.example","askedAt":"2026-11-23T20:40:10.123Z","models":["m"]}]}""")]
    [InlineData("""{"version":1,"lists":[{"provider":"openai","baseUrl":"https://llm.example","askedAt":"2026-11-23T20:40:10.123Z","models":["bad\u001b[31m"]}]}""")]
    public void A_damaged_list_of_models_is_as_none_and_is_replaced(string damaged)
    {
        using var server = new PlayedServer(PlayedServer.Answer(200, """{"data":[{"id":"gpt-5"}]}"""));
        Guid id = Create("openai", server.Origin);
        Check(id);
        File.WriteAllText(_store.Paths.Models, damaged);

        Assert.Empty(_store.Open().GetModels());
        Assert.DoesNotContain(_store.Open().Check(), result => result.IsFailure());
        Check(id);
        Assert.Equal(["gpt-5"], _store.Open().GetModels().Select(model => model.Name));
    }

    [Fact]
    public void A_list_of_a_later_version_stays_as_it_is()
    {
        using var server = new PlayedServer(PlayedServer.Answer(200, """{"data":[{"id":"gpt-5"}]}"""));
        Guid id = Create("openai", server.Origin);
        const string later = """{"version":2,"lists":"of another kind"}""";
        Check(id);
        File.WriteAllText(_store.Paths.Models, later);
        Check(id);

        Assert.Empty(_store.Open().GetModels());
        Assert.Equal(later, File.ReadAllText(_store.Paths.Models));
    }

    [UnixFact]
    public void The_list_is_checked_as_the_other_files_are()
    {
        using var server = new PlayedServer(PlayedServer.Answer(200, """{"data":[{"id":"gpt-5"}]}"""));
        Check(Create("openai", server.Origin));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_store.Paths.Models));
        File.SetUnixFileMode(_store.Paths.Models, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        File.WriteAllText(_store.Paths.Models + ".x.tmp", "{");

        IReadOnlyList<CheckResult> found = [.. _store.Open().Check()];
        Assert.Contains(found, result => result.Check == "Permission" && result.Status != CheckStatus.Ok && result.Target == _store.Paths.Models);
        Assert.Contains(found, result => result.Check == "Leftover" && result.Status != CheckStatus.Ok);
        _store.Create("next");
        Assert.False(File.Exists(_store.Paths.Models + ".x.tmp"));
    }

    private static (OnlineOutcome Outcome, int? Status) Of(OnlineCheckResult result) => (result.Outcome, result.HttpStatus);

    private OnlineCheckResult Check(Guid id, OnlineCheckSetup? setup = null) =>
        Assert.Single(_store.Open(options => options with { Online = setup ?? Hasty with { Limit = TimeSpan.FromSeconds(10), Slow = TimeSpan.FromSeconds(9) } }).CheckOnline([id]));

    private Guid Create(string provider, string? baseUrl, bool? useAuthHeader = null, bool key = true, string? name = null) =>
        CreateWith(key ? _key : null, provider, baseUrl, name ?? provider, useAuthHeader);

    private Guid CreateWith(string? key, string provider, string? baseUrl, string name, bool? useAuthHeader = null, string? model = null)
    {
        using ApiKey? value = key is null ? null : ApiKey.From(key, name);
        return _store.Open().Create(new NewConfiguration
        {
            Name = name,
            Provider = provider,
            BaseUrl = baseUrl,
            UseAuthHeader = useAuthHeader,
            Model = model,
            Key = value,
        }).Id;
    }

    private void AssertNoKey(OnlineCheckResult result)
    {
        string text = $"{result} {result.Message} {result.Remedy} {System.Text.Json.JsonSerializer.Serialize(result)}";
        Assert.DoesNotContain(_key, text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", text, StringComparison.OrdinalIgnoreCase);
    }

    private sealed class Count(List<int> done) : IProgress<int>
    {
        public void Report(int value) => done.Add(value);
    }
}
