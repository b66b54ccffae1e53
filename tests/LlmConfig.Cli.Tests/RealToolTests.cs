using System.Diagnostics;
using System.Text.Json;
using Xunit.Abstractions;

namespace LlmConfig.Cli.Tests;

/// <summary>
/// The real Codex CLI and Claude Code, with llmconfig as their helper and started by it: what arrives at a server that
/// <c>recorder.mjs</c> stands in for. Nothing of it reaches a network.
/// </summary>
public sealed class RealToolTests(ITestOutputHelper output) : IDisposable
{
    private const string Server = "http://127.0.0.1:8080";
    private const string Stale = "sk-test-stale";

    private static readonly string Key = "sk-test-" + Guid.NewGuid().ToString("N");

    private static readonly string[] Codex = ["codex", "exec", "--skip-git-repo-check"];

    private readonly LlmConfigProgram _program = new();

    private readonly Dictionary<string, string> _environment = new()
    {
        ["OPENAI_API_KEY"] = Stale,
        ["OPENAI_BASE_URL"] = Server + "/stale",
        ["OPENAI_PROJECT"] = Stale,
        ["CODEX_API_KEY"] = Stale,
        ["ANTHROPIC_API_KEY"] = Stale,
        ["ANTHROPIC_AUTH_TOKEN"] = Stale,
        ["ANTHROPIC_BASE_URL"] = Server + "/stale",
        ["ANTHROPIC_CUSTOM_HEADERS"] = "x-stale: " + Stale,
        ["ANTHROPIC_UNIX_SOCKET"] = "/stale",
        ["CLAUDE_CODE_OAUTH_TOKEN"] = Stale,
        ["CLAUDE_CODE_USE_BEDROCK"] = "1",
        // No telemetry, no update: there is nothing to reach, but a tool would wait for it.
        ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
        ["DISABLE_AUTOUPDATER"] = "1",
    };

    public void Dispose() => _program.Dispose();

    [SkippableFact]
    public void Codex_asks_llmconfig_for_the_key()
    {
        Create("work", "openai", Server + "/v1");
        Write(".codex/config.toml", $"""
            model_provider = "local"
            check_for_update_on_startup = false
            analytics.enabled = false

            [model_providers.local]
            name = "local"
            base_url = "{Server}/v1"
            wire_api = "responses"

            [model_providers.local.auth]
            command = "{LlmConfigProgram.Launcher}"
            args = ["key", "work"]
            """);

        AssertKeyArrives("@openai/codex", "/v1/responses", ["authorization"], [.. Codex, "hello"]);
    }

    [SkippableFact]
    public void Codex_started_by_llmconfig_finds_key_and_base_URL_in_the_variables_of_its_provider()
    {
        Create("work", "openai", Server + "/v1");
        Write(".codex/config.toml", """
            model_provider = "local"
            check_for_update_on_startup = false
            analytics.enabled = false

            [model_providers.local]
            name = "local"
            wire_api = "responses"
            env_key = "OPENAI_API_KEY"
            """);

        AssertKeyArrives("@openai/codex", "/v1/responses", ["authorization"], [
            LlmConfigProgram.Launcher, "exec", "work", "--",
            "sh", "-c", "exec \"$@\" -c \"model_providers.local.base_url='$OPENAI_BASE_URL'\" hello", "sh", .. Codex,
        ]);
    }

    [SkippableFact]
    public void Codex_started_by_llmconfig_with_its_own_variable_needs_no_provider_table()
    {
        Create("work", "openai", Server + "/v1");
        Write(".codex/config.toml", $"""
            openai_base_url = "{Server}/v1"
            check_for_update_on_startup = false
            analytics.enabled = false
            """);

        AssertKeyArrives("@openai/codex", "/v1/responses", ["authorization"], [LlmConfigProgram.Launcher, "exec", "work", "--variable", "CODEX_API_KEY", "--", .. Codex, "hello"]);
    }

    [SkippableFact]
    public void Claude_Code_asks_llmconfig_for_the_key()
    {
        Create("claude", "anthropic", Server);
        Write(".claude/settings.json", JsonSerializer.Serialize(new
        {
            apiKeyHelper = $"'{LlmConfigProgram.Launcher}' key claude",
            env = new Dictionary<string, string> { ["ANTHROPIC_BASE_URL"] = Server },
        }));
        // By Claude Code's own order these win over its helper; only exec clears them.
        foreach (string name in new[] { "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS", "ANTHROPIC_UNIX_SOCKET", "CLAUDE_CODE_USE_BEDROCK" })
        {
            _environment.Remove(name);
        }

        AssertKeyArrives("@anthropic-ai/claude-code", "/v1/messages", ["x-api-key", "authorization"], ["claude", "-p", "hello"]);
    }

    [SkippableFact]
    public void Claude_Code_started_by_llmconfig_finds_key_and_base_URL()
    {
        Create("claude", "anthropic", Server);

        AssertKeyArrives("@anthropic-ai/claude-code", "/v1/messages", ["x-api-key"], [LlmConfigProgram.Launcher, "exec", "claude", "--", "claude", "-p", "hello"]);
    }

    private void Create(string name, string provider, string baseUrl)
    {
        _environment["PATH"] = $"{RealTools.RequireBinaries()}:{Environment.GetEnvironmentVariable("PATH")}";
        Assert.Equal(0, _program.RunWith(string.Empty, "store", "--protector", "KeyFile").ExitCode);
        (int exitCode, _, string error) = _program.RunWith(Key + "\n", "new", name, provider, "--base-url", baseUrl, "--key-stdin");
        Assert.True(exitCode == 0, error);
    }

    private void Write(string name, string text)
    {
        string path = Path.Combine(_program.Home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private void AssertKeyArrives(string package, string path, string[] headers, string[] command)
    {
        string record = Path.Combine(_program.Home, "requests");
        (int exitCode, string shown, string error) = Run([
            "node", Path.Combine(SourceTree.Root, "tests", "LlmConfig.Cli.Tests", "recorder.mjs"), record, .. command,
        ]);
        Assert.True(File.Exists(record), $"No request arrived. {shown}{error}");
        string[] requests = File.ReadAllLines(record);
        Assert.True((exitCode, shown) == (0, "answered\n"), $"The tool ended with {exitCode}. {shown}{error}{string.Join('\n', requests)}");

        // In no header, also of requests that are for something else, and at no address.
        Assert.All(requests, request => Assert.DoesNotContain("stale", request, StringComparison.Ordinal));
        JsonElement[] asked = [.. requests.Select(request => JsonDocument.Parse(request).RootElement).Where(request =>
            request.GetProperty("method").GetString() == "POST" && request.GetProperty("path").GetString()!.Split('?')[0] == path)];
        Assert.NotEmpty(asked);
        Assert.All(asked, request => Assert.Equal(
            headers.ToDictionary(header => header, header => header == "authorization" ? "Bearer " + Key : Key),
            request.GetProperty("headers").EnumerateObject()
                .Where(header => header.Value.ToString().Contains(Key, StringComparison.Ordinal) || header.Name is "authorization" or "x-api-key")
                .ToDictionary(header => header.Name, header => header.Value.ToString())));
        Figures.Print(output, $"real tools: {package} {RealTools.VersionOf(package)}, {(command[0] == LlmConfigProgram.Launcher ? "started by llmconfig exec" : "asks llmconfig key")}: "
            + $"{asked.Length} of {requests.Length} requests are the question, each with the key in {string.Join(" and ", headers)}");
    }

    private (int ExitCode, string Output, string Error) Run(IEnumerable<string> command)
    {
        ProcessStartInfo start = RealTools.Isolated(command);
        // The runner's own proxies and keys are not to decide.
        string? runtime = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        start.Environment.Clear();
        start.Environment["DOTNET_ROOT"] = runtime;
        _program.SetEnvironment(start);
        foreach ((string name, string value) in _environment)
        {
            start.Environment[name] = value;
        }

        start.WorkingDirectory = Directory.CreateDirectory(Path.Combine(_program.Home, "project")).FullName;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return LlmConfigProgram.Finish(process);
    }
}
