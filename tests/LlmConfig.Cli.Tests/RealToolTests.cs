using System.Diagnostics;
using System.Text.Json;
using Xunit.Abstractions;

namespace LlmConfig.Cli.Tests;

/// <summary>
/// The real tools, started by llmconfig, in a block of Use-LlmConfig, and with llmconfig as their helper: what arrives at a server that
/// <c>recorder.mjs</c> stands in for. Nothing of it reaches a network. What is stale wins wherever a tool still sees it.
/// </summary>
public sealed class RealToolTests(ITestOutputHelper output) : IDisposable
{
    private const string Server = "http://127.0.0.1:8080";
    private const string Stale = "sk-test-stale";

    private static readonly string Key = "sk-test-" + Guid.NewGuid().ToString("N");

    private static readonly string[] Codex = ["codex", "exec", "--skip-git-repo-check"];

    private readonly LlmConfigProgram _program = new();

    // What was set for other keys, other hosts and other clouds.
    private readonly Dictionary<string, string> _environment = new()
    {
        ["OPENAI_API_KEY"] = Stale,
        ["OPENAI_BASE_URL"] = Server + "/stale",
        ["OPENAI_API_BASE"] = Server + "/stale",
        ["OPENAI_MODEL"] = "stale",
        ["OPENAI_PROJECT"] = Stale,
        ["CODEX_API_KEY"] = Stale,
        ["ANTHROPIC_API_KEY"] = Stale,
        ["ANTHROPIC_AUTH_TOKEN"] = Stale,
        ["ANTHROPIC_BASE_URL"] = Server + "/stale",
        ["ANTHROPIC_CUSTOM_HEADERS"] = "x-stale: " + Stale,
        ["ANTHROPIC_UNIX_SOCKET"] = "/stale",
        ["CLAUDE_CODE_OAUTH_TOKEN"] = Stale,
        ["CLAUDE_CODE_USE_BEDROCK"] = "1",
        ["GEMINI_API_KEY"] = Stale,
        ["GOOGLE_API_KEY"] = Stale,
        ["GOOGLE_GEMINI_BASE_URL"] = Server + "/stale",
        ["GOOGLE_GENAI_USE_VERTEXAI"] = "true",
        ["COPILOT_PROVIDER_API_KEY"] = Stale,
        ["COPILOT_PROVIDER_BASE_URL"] = Server + "/stale",
        ["COPILOT_PROVIDER_BEARER_TOKEN"] = Stale,
        ["OPENCODE_CONFIG_CONTENT"] = "{\"model\":\"stale/stale\"}",
        // No telemetry, no update: there is nothing to reach, but a tool would wait for it.
        ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
        ["DISABLE_AUTOUPDATER"] = "1",
        ["GEMINI_CLI_TRUST_WORKSPACE"] = "true",
    };

    /// <summary>Package, provider, base URL behind the server, the path that is asked, the headers that carry the key (one of two with a bar between them: newer SDKs of Anthropic took the other one), the tool where its program does not say it, and the command.</summary>
    public static TheoryData<string, string, string, string, string, string?, string> Tools => new()
    {
        { "@openai/codex", "openai-compatible", "/v1", "/v1/responses", "authorization", null, "codex exec --skip-git-repo-check hello" },
        { "@anthropic-ai/claude-code", "anthropic", "", "/v1/messages", "x-api-key authorization", null, "claude -p hello" },
        { "@google/gemini-cli", "google", "/v1beta", "/v1beta/models/test-model:streamGenerateContent", "x-goog-api-key", null, "gemini -p hello" },
        { "@github/copilot", "openai", "/v1", "/v1/chat/completions", "authorization", null, "copilot -p hello --allow-all-tools" },
        { "@github/copilot", "anthropic", "", "/v1/messages", "x-api-key", null, "copilot -p hello --allow-all-tools" },
        { "@qwen-code/qwen-code", "openai", "/v1", "/v1/chat/completions", "authorization", null, "qwen -p hello" },
        { "@qwen-code/qwen-code", "anthropic", "", "/v1/messages", "x-api-key|authorization", null, "qwen -p hello" },
        { "opencode-ai", "openai-compatible", "/v1", "/v1/chat/completions", "authorization", null, "opencode run hello" },
        { "opencode-ai", "anthropic", "", "/v1/messages", "x-api-key", null, "opencode run hello" },
        { "opencode-ai", "google", "/v1beta", "/v1beta/models/test-model:streamGenerateContent", "x-goog-api-key", null, "opencode run hello" },
        { "openai", "openai", "/v1", "/v1/chat/completions", "authorization", "openai-sdk", "node openai.cjs" },
        { "@anthropic-ai/sdk", "anthropic", "", "/v1/messages", "x-api-key|authorization", "anthropic-sdk", "node anthropic.cjs" },
        { "@google/genai", "google", "/v1beta", "/models/test-model:generateContent", "x-goog-api-key", "google-sdk", "node google.cjs" },
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

    [SkippableTheory]
    [MemberData(nameof(Tools))]
    public void A_tool_that_exec_starts_asks_our_host_with_our_key(string package, string provider, string path, string asked, string headers, string? tool, string command)
    {
        Create("work", provider, Server + path);
        WriteHostileFiles();
        AssertKeyArrives(package, asked, headers.Split(' '), [LlmConfigProgram.Launcher, "exec", "work", .. tool is null ? Array.Empty<string>() : ["--tool", tool], "--", .. command.Split(' ')]);
    }

    [SkippableTheory]
    [MemberData(nameof(Tools))]
    public void A_tool_in_a_block_asks_our_host_with_our_key(string package, string provider, string path, string asked, string headers, string? tool, string command)
    {
        Create("work", provider, Server + path);
        WriteHostileFiles();
        string module = Path.Combine(SourceTree.Root, "out", "LlmConfig.PowerShell", "LlmConfig.PowerShell.psd1");
        string pwsh = RealPwsh.WrapperFor(_program.Home);
        _environment["PATH"] = $"{Path.GetDirectoryName(LlmConfigProgram.Launcher)}:{_environment["PATH"]}";
        AssertKeyArrives(package, asked, headers.Split(' '), [
            pwsh, "-NoProfile", "-NonInteractive", "-Command",
            $"Import-Module '{module}'; Use-LlmConfig work {(tool is null ? string.Empty : $"-Tool {tool} ")}{{ {command} }}; exit $LASTEXITCODE",
        ]);
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
    public void Pi_asks_llmconfig_for_the_key()
    {
        Create("work", "openai", Server + "/v1");
        Write(".pi/agent/models.json", JsonSerializer.Serialize(new
        {
            providers = new
            {
                llmconfig = new { baseUrl = Server + "/v1", api = "openai-completions", apiKey = $"!'{LlmConfigProgram.Launcher}' key work", models = new[] { new { id = "test-model" } } },
            },
        }));
        _environment["PI_OFFLINE"] = "1";

        AssertKeyArrives("@mariozechner/pi-coding-agent", "/v1/chat/completions", ["authorization"], ["pi", "--provider", "llmconfig", "--model", "test-model", "-p", "hello"]);
    }

    /// <summary>Package, provider, base URL behind the server, the path that is asked, the headers with the key, the tool, its file and the plain command.</summary>
    public static TheoryData<string, string, string, string, string, string, string, string> Registered => new()
    {
        { "@openai/codex", "openai", "/v1", "/v1/responses", "authorization", "codex", ".codex/config.toml", "codex exec --skip-git-repo-check hello" },
        { "@anthropic-ai/claude-code", "anthropic", "", "/v1/messages", "x-api-key authorization", "claude", ".claude/settings.json", "claude -p hello" },
        { "@mariozechner/pi-coding-agent", "openai", "/v1", "/v1/chat/completions", "authorization", "pi", ".pi/agent/models.json", "pi --provider llmconfig --model test-model -p hello" },
    };

    [SkippableTheory]
    [MemberData(nameof(Registered))]
    public void A_tool_that_was_set_up_asks_our_host_with_our_key_until_its_file_is_as_before(
        string package, string provider, string path, string asked, string headers, string tool, string file, string command)
    {
        Create("work", provider, Server + path);
        WriteHostileFiles();
        Write(".pi/agent/models.json", "{ \"providers\": { \"openai\": { \"baseUrl\": \"" + Server + "/stale\", \"apiKey\": \"" + Stale + "\" } } }");
        string settings = Path.Combine(_program.Home, file);
        byte[] before = File.ReadAllBytes(settings);
        _environment["PI_OFFLINE"] = "1";

        // No setting of Claude Code says a word of it.
        _environment.Remove("ANTHROPIC_UNIX_SOCKET");

        (int exitCode, _, string error) = _program.RunWith(string.Empty, "tool", "setup", tool, "work");
        Assert.Equal((0, string.Empty), (exitCode, error));
        Assert.NotEqual(before, File.ReadAllBytes(settings));
        AssertKeyArrives(package, asked, headers.Split(' '), command.Split(' '));

        (exitCode, _, error) = _program.RunWith(string.Empty, "tool", "remove", tool);
        Assert.Equal((0, string.Empty), (exitCode, error));
        Assert.Equal(before, File.ReadAllBytes(settings));
    }

    private void Create(string name, string provider, string baseUrl)
    {
        _environment["PATH"] = $"{RealTools.RequireBinaries()}:{Environment.GetEnvironmentVariable("PATH")}";
        Assert.Equal(0, _program.RunWith(string.Empty, "store", "--protector", "KeyFile").ExitCode);
        (int exitCode, _, string error) = _program.RunWith(Key + "\n", "new", name, provider, "--base-url", baseUrl, "--model", "test-model", "--key-stdin");
        Assert.True(exitCode == 0, error);
    }

    // What the tools' own files say of other keys and hosts; Gemini's settings are what it needs for another host than Google's.
    private void WriteHostileFiles()
    {
        Write(".claude/settings.json", JsonSerializer.Serialize(new
        {
            apiKeyHelper = "echo " + Stale,
            env = new Dictionary<string, string> { ["ANTHROPIC_BASE_URL"] = Server + "/stale", ["ANTHROPIC_API_KEY"] = Stale, ["CLAUDE_CODE_USE_VERTEX"] = "1" },
        }));
        Write(".codex/config.toml", $"""
            model_provider = "other"
            model = "stale"
            check_for_update_on_startup = false
            analytics.enabled = false

            [model_providers.other]
            name = "other"
            base_url = "{Server}/stale"
            env_key = "OPENAI_API_KEY"
            """);
        Write(".codex/auth.json", JsonSerializer.Serialize(new { OPENAI_API_KEY = Stale }));
        Write(".qwen/settings.json", JsonSerializer.Serialize(new
        {
            security = new { auth = new { selectedType = "qwen-oauth" } },
            env = new Dictionary<string, string> { ["OPENAI_API_KEY"] = Stale, ["OPENAI_BASE_URL"] = Server + "/stale" },
        }));
        Write(".gemini/settings.json", JsonSerializer.Serialize(new { security = new { auth = new { selectedType = "gemini-api-key" } } }));
        Write(".config/opencode/opencode.json", JsonSerializer.Serialize(new
        {
            model = "openai/stale",
            provider = new { openai = new { options = new { baseURL = Server + "/stale", apiKey = Stale } } },
        }));
        Write("project/openai.cjs", """
            const OpenAI = require("openai").default;
            new OpenAI().chat.completions.create({ model: process.env.OPENAI_MODEL, messages: [{ role: "user", content: "hello" }] })
              .then(answer => console.log(answer.choices[0].message.content));
            """);
        Write("project/anthropic.cjs", """
            const Anthropic = require("@anthropic-ai/sdk").default;
            new Anthropic().messages.create({ model: "test-model", max_tokens: 10, messages: [{ role: "user", content: "hello" }] })
              .then(answer => console.log(answer.content[0].text));
            """);
        Write("project/google.cjs", """
            const { GoogleGenAI } = require("@google/genai");
            new GoogleGenAI({}).models.generateContent({ model: "test-model", contents: "hello" }).then(answer => console.log(answer.text));
            """);
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
        Assert.True(exitCode == 0 && shown.Contains("answered", StringComparison.Ordinal), $"The tool ended with {exitCode}. {shown}{error}{string.Join('\n', requests)}");

        // In no header, also of requests that are for something else, and at no address.
        Assert.All(requests, request => Assert.DoesNotContain("stale", request, StringComparison.Ordinal));
        JsonElement[] asked = [.. requests.Select(request => JsonDocument.Parse(request).RootElement).Where(request =>
            request.GetProperty("method").GetString() == "POST" && request.GetProperty("path").GetString()!.Split('?')[0].EndsWith(path, StringComparison.Ordinal))];
        Assert.NotEmpty(asked);
        foreach (JsonElement request in asked)
        {
            Dictionary<string, string> carried = request.GetProperty("headers").EnumerateObject()
                .Where(header => header.Value.ToString().Contains(Key, StringComparison.Ordinal) || header.Name is "authorization" or "x-api-key" or "x-goog-api-key" or "api-key")
                .ToDictionary(header => header.Name, header => header.Value.ToString());
            Assert.Equal(headers.Length, carried.Count);
            Assert.All(carried, header => Assert.Equal(header.Key == "authorization" ? "Bearer " + Key : Key, header.Value));
            Assert.All(headers, header => Assert.Contains(header.Split('|'), carried.ContainsKey));
        }

        Figures.Print(output, $"real tools: {package} {RealTools.VersionOf(package)}, {(command[0] == LlmConfigProgram.Launcher ? "started by llmconfig exec" : command[1] == "-NoProfile" ? "in a block of Use-LlmConfig" : "asks llmconfig key")}: "
            + $"{asked.Length} of {requests.Length} requests are the question, each with the key in {string.Join(" and ", headers.Select(header => header.Replace("|", " or ", StringComparison.Ordinal)))}");
    }

    private (int ExitCode, string Output, string Error) Run(IEnumerable<string> command)
    {
        ProcessStartInfo start = RealTools.Isolated(command);
        // The runner's own proxies and keys are not to decide.
        string? runtime = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        start.Environment.Clear();
        start.Environment["DOTNET_ROOT"] = runtime ?? Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        start.Environment["NODE_PATH"] = RealTools.Modules;
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
