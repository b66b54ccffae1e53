using System.Text.Json;

namespace LlmConfig.Cli.Tests;

/// <summary>OpenClaw's exec protocol, version 1: docs/gateway/secrets.md of openclaw/openclaw.</summary>
public sealed class OpenClawTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("llmconfig-openclaw-").FullName;

    public OpenClawTests()
    {
        using var repository = new LlmConfigRepository(StoreFolder.At(Path.Combine(_home, "store")));
        repository.SetProtector(ProtectorKind.KeyFile);
        Create(repository, "work", "sk-test-one");
        Create(repository, "odd", "sk-test-\"\\é/");
        Create(repository, "a#key", "sk-test-hash");
        repository.Create(new NewConfiguration { Name = "local", Provider = "ollama" });
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void Keys_are_answered_in_one_go_and_what_is_not_there_is_an_error_of_its_own()
    {
        (int code, string output, string errors) = Ask("""{"protocolVersion":1,"provider":"llm","ids":["work","work#key","odd","none","a#key","a","local","work"],"more":true}""");

        Assert.Equal((0, string.Empty), (code, errors));
        using JsonDocument answer = JsonDocument.Parse(output);
        JsonElement root = answer.RootElement;
        Assert.Equal(1, root.GetProperty("protocolVersion").GetInt32());
        Assert.Equal(
            new Dictionary<string, string?> { ["work"] = "sk-test-one", ["work#key"] = "sk-test-one", ["odd"] = "sk-test-\"\\é/", ["a#key"] = "sk-test-hash" },
            root.GetProperty("values").EnumerateObject().ToDictionary(value => value.Name, value => value.Value.GetString()));
        Assert.Equal(["none", "a", "local"], root.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.All(root.GetProperty("errors").EnumerateObject(), error => Assert.NotEmpty(error.Value.GetProperty("message").GetString()!));
    }

    [Fact]
    public void Without_errors_the_answer_has_none_and_is_one_line()
    {
        (_, string output, _) = Ask("""{"protocolVersion":1,"provider":"llm","ids":["work"]}""");

        Assert.Equal("{\"protocolVersion\":1,\"values\":{\"work\":\"sk-test-one\"}}\n", output);
    }

    [Fact]
    public void An_empty_batch_has_an_empty_answer()
    {
        Assert.Equal("{\"protocolVersion\":1,\"values\":{}}\n", Ask("""{"protocolVersion":1,"provider":"llm","ids":[]}""").Output);
    }

    [Fact]
    public void As_many_ids_as_OpenClaw_sends_are_answered()
    {
        string ids = string.Join(',', Enumerable.Range(0, 512).Select(i => $"\"no-{i}\""));
        using JsonDocument answer = JsonDocument.Parse(Ask($$"""{"protocolVersion":1,"provider":"llm","ids":["work",{{ids}}]}""").Output);

        Assert.Equal(512, answer.RootElement.GetProperty("errors").EnumerateObject().Count());
        Assert.Equal("sk-test-one", answer.RootElement.GetProperty("values").GetProperty("work").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"protocolVersion":2,"ids":["work"]}""")]
    [InlineData("""{"protocolVersion":"1","ids":["work"]}""")]
    [InlineData("""{"protocolVersion":1}""")]
    [InlineData("""{"protocolVersion":1,"ids":"work"}""")]
    [InlineData("""{"protocolVersion":1,"ids":["work",null]}""")]
    [InlineData("""{"protocolVersion":1,"ids":["\ud800"]}""")]
    [InlineData("sk-test-pasted-by-mistake")]
    public void What_is_no_request_is_a_usage_error_that_repeats_nothing_of_it(string request)
    {
        (int code, string output, string errors) = Ask(request);

        Assert.Equal(ExitCode.BadUsage, code);
        Assert.Empty(output);
        Assert.DoesNotContain("sk-test", errors, StringComparison.Ordinal);
        Assert.Contains("request", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_without_an_end_is_cut()
    {
        (int code, string output, _) = Ask(new string(' ', 2 * 1024 * 1024));

        Assert.Equal(ExitCode.BadUsage, code);
        Assert.Empty(output);
    }

    [Theory]
    [InlineData("key", "work", "--protocol", "openclaw")]
    [InlineData("key", "--protocol", "other")]
    [InlineData("key", "--protocol")]
    public void Arguments_that_do_not_fit_are_usage_errors(params string[] arguments) => Assert.Equal(ExitCode.BadUsage, Run(string.Empty, arguments).ExitCode);

    private static void Create(LlmConfigRepository repository, string name, string text)
    {
        using ApiKey key = ApiKey.From(text, name);
        repository.Create(new NewConfiguration { Name = name, Provider = "openai", Key = key });
    }

    private (int ExitCode, string Output, string Errors) Ask(string request) => Run(request, "key", "--protocol", "openclaw");

    private (int ExitCode, string Output, string Errors) Run(string input, params string[] arguments)
    {
        var console = new FakeConsole(Path.Combine(_home, "store"), input);
        int code = new CliProgram(console, new ProgramStarter(), null).Run(arguments);
        return (code, console.Out, console.Err);
    }
}
