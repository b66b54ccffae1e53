using System.Text.Json;

namespace LlmConfig.Tests;

/// <summary>A configuration in the settings files of tools: what is written, what stays beside it, that it comes out again, and what is refused.</summary>
public sealed class ToolRegistrationTests : IDisposable
{
    private const string Gateway = "http://127.0.0.1:8080";
    private const string Toml = "# mine\nmodel = \"gpt\"\n\n[projects.x]\ntrust = true\n";

    private static readonly string[] Helper = ["/opt/my tools/llmconfig", "key", "NAME"];

    private readonly TemporaryStore _store = new();
    private readonly string _key = TestKey.New();
    private readonly string _home;

    public ToolRegistrationTests() => _home = Directory.CreateDirectory(Path.Combine(_store.Root, "user")).FullName;

    private string Codex => Path.Combine(_home, "codex", "config.toml");

    private string Claude => Path.Combine(_home, "claude", "settings.json");

    private string Pi => Path.Combine(_home, "pi", "models.json");

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("codex", "openai", Toml)]
    [InlineData("codex", "openai", null)]
    [InlineData("codex", "openai", "")]
    [InlineData("claude", "anthropic", "{\r\n  // mine\r\n  \"env\": { \"ANTHROPIC_AUTH_TOKEN\": \"sk-test-old\" },\r\n}")]
    [InlineData("claude", "anthropic", "{ }")]
    [InlineData("claude", "anthropic", " \n")]
    [InlineData("claude", "anthropic", null)]
    [InlineData("pi", "anthropic", "{\n\t\"providers\": {\n\t\t\"llmconfig\": {\"apiKey\": \"X\"}\n\t}\n}\n")]
    [InlineData("pi", "ollama", null)]
    [InlineData("pi", "google", null)]
    [InlineData("crush", "openai", "{}")]
    [InlineData("crush", "google", null)]
    public void A_file_has_the_settings_until_it_is_byte_for_byte_as_before(string tool, string provider, string? before)
    {
        LlmConfiguration item = Create("work", provider);
        string path = Write(tool, before);
        LlmToolRegistration planned = Register(item, tool, preview: true);
        Assert.Equal(before, Read(path));
        Assert.False(File.Exists(_store.Paths.Tools));

        LlmToolRegistration made = Register(item, tool);
        Assert.Equal(planned, made);
        Assert.Equal((tool, "work", path, true, before is null ? null : path + ".llmconfig-backup"), (made.Tool, made.Name, made.Path, made.Changed, made.Backup));
        Assert.Equal(before, Read(path + ".llmconfig-backup"));
        string written = Read(path)!;
        Assert.DoesNotContain(_key, written + made + Read(_store.Paths.Tools), StringComparison.Ordinal);
        Assert.All(made.Difference.Split('\n'), line => Assert.Matches(@"\A[-+] ", line));

        // Once more changes nothing.
        Assert.Equal(made with { Changed = false, Difference = string.Empty }, Register(item, tool));
        Assert.Equal(written, Read(path));

        // Another configuration takes its place, and what stood there at first is what comes back.
        LlmConfiguration other = Create("other", provider, "another");
        Assert.True(Register(other, tool).Changed);
        Assert.Equal(before, Read(path + ".llmconfig-backup"));

        LlmToolRegistration gone = Unregister(tool);
        Assert.Equal((tool, "other", path, true, null), (gone.Tool, gone.Name, gone.Path, gone.Changed, gone.Backup));
        Assert.Equal(before, Read(path));
        Assert.False(File.Exists(path + ".llmconfig-backup"));
        Assert.Equal(new LlmToolRegistration(tool, null, path, false, null, string.Empty), Unregister(tool));
    }

    [Fact]
    public void What_is_written_is_what_exec_gives()
    {
        LlmConfiguration item = Create("work", "anthropic");
        Register(item, "claude");
        using LlmEnvironment environment = _store.Open().GetEnvironment(item.Id, variable: null, new ToolUse(LlmToolCatalog.Get("claude"), _ => Helper));
        JsonElement given = JsonDocument.Parse(environment.Arguments[1]).RootElement;
        JsonElement written = JsonDocument.Parse(Read(Claude)!).RootElement;
        Assert.Equal("'/opt/my tools/llmconfig' key NAME", written.GetProperty("apiKeyHelper").GetString());
        Assert.Equal(given.GetProperty("apiKeyHelper").GetString(), written.GetProperty("apiKeyHelper").GetString());
        Assert.Equal(
            given.GetProperty("env").EnumerateObject().Select(variable => $"\"{variable.Name}\":\"{variable.Value}\""),
            written.GetProperty("env").EnumerateObject().Select(variable => $"\"{variable.Name}\":\"{variable.Value}\""));

        LlmConfiguration openai = Create("openai", "openai");
        Register(openai, "codex");
        using LlmEnvironment codex = _store.Open().GetEnvironment(openai.Id, variable: null, new ToolUse(LlmToolCatalog.Get("codex"), _ => Helper));
        Assert.Equal(
            codex.Arguments.Where(argument => argument != "-c").Select(argument => argument.Replace("llmconfig-exec", "llmconfig", StringComparison.Ordinal)),
            Read(Codex)!.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Replace(" = ", "=", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_difference_shows_lines_and_no_key_that_stood_there()
    {
        LlmConfiguration item = Create("work", "anthropic");
        Write("claude", "{\n  \"env\": {\n    \"ANTHROPIC_AUTH_TOKEN\": \"plain\",\n    \"ANTHROPIC_BASE_URL\": \"http://old\",\n    \"A\": \"b\"\n  }\n}\n");
        string[] lines = Register(item, "claude").Difference.Split('\n');
        Assert.Contains("- " + "    \"ANTHROPIC_AUTH_TOKEN\": \"(not shown)\",", lines);
        Assert.Contains("- " + "    \"ANTHROPIC_BASE_URL\": \"http://old\",", lines);
        Assert.Contains("+ " + "    \"ANTHROPIC_AUTH_TOKEN\": \"\",", lines);
        Assert.Contains("+   \"apiKeyHelper\": \"'/opt/my tools/llmconfig' key NAME\",", lines);
        Assert.DoesNotContain(lines, line => line.Contains("\"A\"", StringComparison.Ordinal));
        Assert.DoesNotContain("plain", Read(_store.Paths.Tools), StringComparison.Ordinal);
    }

    [Fact]
    public void What_others_changed_since_stays_and_the_backup_too()
    {
        LlmConfiguration item = Create("work", "anthropic");
        Write("claude", "{\n  \"apiKeyHelper\": \"mine\",\n  \"a\": 1\n}\n");
        Register(item, "claude");
        File.WriteAllText(Claude, Read(Claude)!.Replace("\"a\": 1", "\"a\": 2", StringComparison.Ordinal));

        // Another configuration goes into the file as it is now, without the first one.
        Register(Create("other", "anthropic"), "claude");
        Assert.Equal("{\n  \"apiKeyHelper\": \"mine\",\n  \"a\": 2\n}\n", Read(Claude + ".llmconfig-backup"));
        File.WriteAllText(Claude, Read(Claude)!.Replace("\"a\": 2", "\"a\": 3", StringComparison.Ordinal));
        LlmToolRegistration gone = Unregister("claude");
        Assert.Equal("{\n  \"apiKeyHelper\": \"mine\",\n  \"a\": 3\n}\n", Read(Claude));
        Assert.Equal(Claude + ".llmconfig-backup", gone.Backup);
        Assert.True(File.Exists(gone.Backup));
    }

    [Fact]
    public void What_was_changed_of_ours_by_hand_is_said_and_left()
    {
        LlmConfiguration item = Create("work", "openai");
        Write("codex", Toml);
        Register(item, "codex");
        string changed = Read(Codex)!.Replace("model = \"m\"", "model = \"gpt-5\"", StringComparison.Ordinal);
        File.WriteAllText(Codex, changed);
        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.StoreCorrupt, Codex, () => Unregister("codex"));
        Assert.Contains("Its line 4: 'model' is not what was written there.", error.Problem, StringComparison.Ordinal);
        Refusal.Of(LlmConfigErrorCode.StoreCorrupt, Codex, () => Register(item, "codex"));
        Assert.Equal(changed, Read(Codex));

        File.WriteAllText(Codex, changed.Replace("model = \"gpt-5\"\n", string.Empty, StringComparison.Ordinal));
        Unregister("codex");
        Assert.Equal(Toml, Read(Codex));
    }

    [Fact]
    public void Without_its_backup_a_changed_JSON_file_is_left_until_ours_are_out_by_hand()
    {
        LlmConfiguration item = Create("work", "anthropic");
        Write("claude", "{\"a\": 1}");
        Register(item, "claude");
        File.Delete(Claude + ".llmconfig-backup");
        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.StoreUnsafe, Claude, () => Unregister("claude"));
        Assert.Contains("Take apiKeyHelper, env.ANTHROPIC_BASE_URL,", error.RecommendedAction, StringComparison.Ordinal);
        File.WriteAllText(Claude, "{\"a\": 2}");
        Assert.False(Unregister("claude").Changed);
        Assert.Equal("{\"a\": 2}", Read(Claude));
        Assert.Null(Unregister("claude").Name);
    }

    [Fact]
    public void A_file_that_somebody_removed_meanwhile_stays_away()
    {
        Register(Create("work", "anthropic"), "claude");
        File.Delete(Claude);
        Assert.False(Unregister("claude").Changed);
        Assert.False(File.Exists(Claude));
        Assert.Null(Unregister("claude").Name);
    }

    [Fact]
    public void What_does_not_parse_is_refused_and_left()
    {
        LlmConfiguration item = Create("work", "anthropic");
        Write("claude", "{\n  \"a\": tru\n}");
        Assert.Contains("Its line 2: this is no JSON.", Refusal.Of(LlmConfigErrorCode.StoreCorrupt, Claude, () => Register(item, "claude")).Problem, StringComparison.Ordinal);
        Assert.Equal("{\n  \"a\": tru\n}", Read(Claude));
        Assert.False(File.Exists(Claude + ".llmconfig-backup"));
        Directory.CreateDirectory(_store.Path);
        File.WriteAllText(_store.Paths.Tools, "{}");
        Refusal.Of(LlmConfigErrorCode.StoreCorrupt, _store.Paths.Tools, () => Unregister("claude"));
    }

    [UnixFact]
    public void A_link_is_followed_the_mode_stays_and_what_is_no_file_is_refused()
    {
        LlmConfiguration item = Create("work", "anthropic");
        string real = Path.Combine(_home, "dotfiles.json");
        File.WriteAllText(real, "{}");
        File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Directory.CreateDirectory(Path.GetDirectoryName(Claude)!);
        File.CreateSymbolicLink(Claude, real);
        Assert.Equal(real, Register(item, "claude").Path);
        Assert.Equal(real, new FileInfo(Claude).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(real));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(real + ".llmconfig-backup"));
        Unregister("claude");
        Assert.Equal("{}", Read(real));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(real));

        File.Delete(Claude);
        Directory.CreateDirectory(Claude);
        Refusal.Of(LlmConfigErrorCode.StoreUnsafe, Claude, () => Register(item, "claude"));
        Directory.Delete(Claude);
        System.Diagnostics.Process.Start("mkfifo", [Claude]).WaitForExit();
        Refusal.Of(LlmConfigErrorCode.StoreUnsafe, Claude, () => Register(item, "claude"));
        File.Delete(Claude);
        File.CreateSymbolicLink(Claude, Claude);
        Assert.Throws<LlmConfigException>(() => Register(item, "claude"));
    }

    [Theory]
    [InlineData("avante", "openai", "m", "avante.nvim has no settings file in which it could be told to ask a command for the key.", "Set it yourself, as api_key_name = \"cmd:llmconfig key work\" of a provider, or start it in the block of Use-LlmConfig work -Tool avante.")]
    [InlineData("aider", "openai", "m", "aider has no settings file in which it could be told to ask a command for the key.", "Start it in the block of Use-LlmConfig work -Tool aider.")]
    [InlineData("claude", "openai", "m", "Claude Code cannot use 'work', whose provider is openai.", "It uses anthropic.")]
    [InlineData("pi", "openai", null, "pi does not start without a model, and 'work' names none.", "Give it one with Set-LlmConfig -Model.")]
    public void What_a_tool_cannot_be_told_is_refused_and_says_what_to_do(string tool, string provider, string? model, string problem, string remedy)
    {
        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.InvalidArgument, "work", () => Register(Create("work", provider, model), tool));
        Assert.Equal((problem, remedy), (error.Problem, error.RecommendedAction));
    }

    [Fact]
    public void Without_a_command_for_the_key_nothing_is_written()
    {
        LlmConfiguration item = Create("work", "openai");
        Refusal.Of(LlmConfigErrorCode.InvalidArgument, "work", () => Open().RegisterTool(item.Id, new ToolUse(LlmToolCatalog.Get("codex"), _ => null)));
        Refusal.Of(LlmConfigErrorCode.InvalidArgument, "aider", () => Unregister("aider"));
        Assert.False(File.Exists(Codex));
    }

    [Fact]
    public void The_command_names_the_store_that_a_variable_named()
    {
        LlmConfiguration item = Create("work", "openai");
        StoreFolder folder = StoreFolder.Resolve(name => name == StoreFolder.HomeVariable ? _store.Path : null);
        using var repository = new LlmConfigRepository(folder, _store.Options with { Variable = Variable });
        repository.RegisterTool(item.Id, new ToolUse(LlmToolCatalog.Get("codex"), _ => Helper));
        Assert.Contains($"args=[\"key\",\"--home\",{JsonSerializer.Serialize(_store.Path)},\"NAME\"]", Read(Codex), StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_of_the_tool_says_that_its_file_is_ours()
    {
        LlmConfiguration item = Create("work", "anthropic");
        LlmConfiguration other = Create("other", "anthropic");
        string[] helper = ["/bin/llmconfig", "key", item.Id.ToString("D")];
        Open().RegisterTool(item.Id, new ToolUse(LlmToolCatalog.Get("claude"), _ => helper));
        Assert.Equal(
            [
                $"Ok: Started alone, it takes the key of 'work' from apiKeyHelper in {Claude}.",
                "Ok: Started with 'work', it takes its key from the option --settings.",
                $"Ok: Started alone, it takes the base URL of 'work' from ANTHROPIC_BASE_URL in {Claude}.",
                "Ok: Started with 'work', it takes its base URL from the option --settings.",
            ],
            Look(item));
        Assert.StartsWith($"Warning: Started alone, it takes the key from apiKeyHelper in {Claude}, which is not that of 'other'.", Look(other)[0], StringComparison.Ordinal);

        string[] Look(LlmConfiguration about)
        {
            using LlmEnvironment environment = _store.Open().GetEnvironment(about.Id, variable: null, new ToolUse(LlmToolCatalog.Get("claude"), _ => helper));
            var surroundings = new ToolSurroundings(new StoreFileSystem(), name => name == "ANTHROPIC_API_KEY" ? "sk-test-stale" : Variable(name), _home, _home);
            return [.. new ToolCheck(environment, surroundings).Run(CancellationToken.None).Skip(1).Select(result => $"{result.Status}: {result.Message}")];
        }
    }

    private string Write(string tool, string? content)
    {
        string path = tool switch { "codex" => Codex, "claude" => Claude, "pi" => Pi, _ => Path.Combine(_home, "xdg", "crush", "crush.json") };
        if (content is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
        }

        return path;
    }

    private static string? Read(string path) => File.Exists(path) ? File.ReadAllText(path) : null;

    private LlmToolRegistration Register(LlmConfiguration item, string tool, bool preview = false) =>
        Open().RegisterTool(item.Id, new ToolUse(LlmToolCatalog.Get(tool), _ => [.. Helper.SkipLast(1), item.Name == "other" ? "OTHER" : "NAME"]), preview);

    private LlmToolRegistration Unregister(string tool) => Open().UnregisterTool(LlmToolCatalog.Get(tool));

    private LlmConfigRepository Open() => _store.Open(options => options with { Variable = Variable });

    private string? Variable(string name) => name switch
    {
        "CODEX_HOME" => Path.GetDirectoryName(Codex),
        "CLAUDE_CONFIG_DIR" => Path.GetDirectoryName(Claude),
        "PI_CODING_AGENT_DIR" => Path.GetDirectoryName(Pi),
        "XDG_CONFIG_HOME" => Path.Combine(_home, "xdg"),
        _ => null,
    };

    private LlmConfiguration Create(string name, string provider, string? model = "m")
    {
        bool hasKey = provider != "ollama";
        using ApiKey key = ApiKey.From(_key, name);
        return _store.Open().Create(new NewConfiguration
        {
            Name = name,
            Provider = provider,
            Model = model,
            BaseUrl = provider is "anthropic" ? Gateway : null,
            Key = hasKey ? key : null,
        });
    }
}
