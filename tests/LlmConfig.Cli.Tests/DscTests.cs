using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace LlmConfig.Cli.Tests;

/// <summary>
/// What DSC asks, answered as its resources have to. DSC itself is not run here (it is on no registry of this machine): its own manifest schemas are, where
/// LLMCONFIG_TEST_DSC_SCHEMAS names the folder of its repository that holds them (schemas/).
/// </summary>
public sealed class DscTests : IDisposable
{
    private const string Full = """
        {"name":"work","provider":"openai","baseUrl":"https://gateway.example/v1","useAuthHeader":true,"model":"gpt-5","organization":"org-a","project":"proj_a","apiVersion":"2024-10-21","headers":{"X-Team":"blue"},"description":"for all","tags":["eu","ci"],"owner":"ops","keyExpires":"2031-02-03T04:05:06Z","isDefault":true,"vault":"LlmConfig","apiKey":"KEY"}
        """;

    private readonly CliStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Set_twice_is_one_change_and_test_says_so()
    {
        string wanted = Full.Replace("KEY", CliStore.Key, StringComparison.Ordinal);
        AssertState(Ask("get", wanted), exists: false);
        (JsonElement state, string[] names) = AskTwo("test", wanted);
        Assert.False(state.GetProperty("_inDesiredState").GetBoolean());
        Assert.Equal(["_exist"], names);

        (state, names) = AskTwo("set", wanted);
        AssertState(state, exists: true);
        Assert.Equal(["_exist"], names);
        Assert.False(state.TryGetProperty("_inDesiredState", out _));
        long revision = Revision();

        (state, names) = AskTwo("set", wanted);
        Assert.Empty(names);
        Assert.Equal(revision, Revision());
        (state, names) = AskTwo("test", wanted);
        Assert.True(state.GetProperty("_inDesiredState").GetBoolean());
        Assert.Empty(names);
        Assert.Equal(
            ("gpt-5", "org-a", "2031-02-03T04:05:06Z", true, "LlmConfig"),
            (state.GetProperty("model").GetString(), state.GetProperty("organization").GetString(), state.GetProperty("keyExpires").GetString(), state.GetProperty("keyPresent").GetBoolean(), state.GetProperty("vault").GetString()));
        Assert.Equal(CliStore.Key + "\n", _store.Run("key", "work").Out);
    }

    // Property by property: absent, the same, another value, and mended.
    [Theory]
    [InlineData("provider", "\"groq\"")]
    [InlineData("baseUrl", "\"https://other.example/v1\"")]
    [InlineData("useAuthHeader", "false")]
    [InlineData("model", "\"gpt-4\"")]
    [InlineData("organization", "\"org-b\"")]
    [InlineData("project", "\"\"")]
    [InlineData("apiVersion", "\"2020-01-01\"")]
    [InlineData("headers", "{\"X-Team\":\"red\"}")]
    [InlineData("description", "\"\"")]
    [InlineData("tags", "[\"eu\"]")]
    [InlineData("owner", "\"dev\"")]
    [InlineData("keyExpires", "\"2032-01-01\"")]
    [InlineData("isDefault", "false")]
    public void A_property_is_compared_only_where_it_is_given(string property, string other)
    {
        AskTwo("set", Full.Replace("KEY", CliStore.Key, StringComparison.Ordinal));
        string same = Ask("get", """{"name":"work"}""").GetProperty(property).GetRawText();

        Assert.True(IsInDesiredState("""{"name":"work"}"""));
        Assert.True(IsInDesiredState($$"""{"name":"work","{{property}}":null}"""));
        Assert.True(IsInDesiredState($$"""{"name":"work","{{property}}":{{same}}}"""));
        (JsonElement state, string[] names) = AskTwo("test", $$"""{"name":"work","acceptHost":true,"{{property}}":{{other}}}""");
        Assert.False(state.GetProperty("_inDesiredState").GetBoolean());
        Assert.Equal([property], names);

        // What would be is shown, and nothing is done.
        long revision = Revision();
        (JsonElement would, names) = AskTwo("set", $$"""{"name":"work","acceptHost":true,"{{property}}":{{other}}}""", "--what-if");
        Assert.Equal([property], names);
        Assert.Equal(revision, Revision());
        (JsonElement done, _) = AskTwo("set", $$"""{"name":"work","acceptHost":true,"{{property}}":{{other}}}""");
        Assert.Equal(would.GetRawText(), done.GetRawText());
        Assert.True(IsInDesiredState($$"""{"name":"work","{{property}}":{{other}}}"""));
    }

    [Fact]
    public void A_key_is_compared_and_never_named_or_shown()
    {
        AskTwo("set", Full.Replace("KEY", CliStore.Key, StringComparison.Ordinal));
        string other = "sk-test-" + Guid.NewGuid().ToString("N");

        Assert.True(IsInDesiredState($$$"""{"name":"work","apiKey":{"secureString":"{{{CliStore.Key}}}"}}"""));
        CliRun run = _store.RunWith($$$"""{"name":"work","apiKey":{"secureString":"{{{other}}}"}}""", "dsc", "test", "configuration");
        string[] lines = run.Out.TrimEnd('\n').Split('\n');
        Assert.False(JsonDocument.Parse(lines[0]).RootElement.GetProperty("_inDesiredState").GetBoolean());
        Assert.Equal("[]", lines[1]);
        Assert.DoesNotContain("sk-test", run.Out + run.Err, StringComparison.Ordinal);

        AskTwo("set", $$$"""{"name":"work","apiKey":{"secureString":"{{{other}}}"}}""");
        Assert.Equal(other + "\n", _store.Run("key", "work").Out);
        foreach (string operation in new[] { "get", "export" })
        {
            Assert.DoesNotContain(other, _store.RunWith("""{"name":"work"}""", "dsc", operation, "configuration").Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_not_to_be_there_goes_and_delete_is_happy_without_it()
    {
        _store.WithSamples();
        (JsonElement state, string[] names) = AskTwo("set", """{"name":"local","_exist":false}""");
        AssertState(state, exists: false);
        Assert.Equal(["_exist"], names);
        Assert.True(IsInDesiredState("""{"name":"local","_exist":false}"""));
        foreach (int _ in new[] { 1, 2 })
        {
            CliRun run = _store.RunWith("""{"name":"work","model":"x"}""", "dsc", "delete", "configuration");
            Assert.Equal((0, string.Empty, string.Empty), (run.ExitCode, run.Out, run.Err));
        }

        Assert.Equal(["it's \"odd\" $(x) é", "keyless"], Export().Select(item => item.GetProperty("name").GetString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_secret_extension_gives_a_key_of_ours_and_nothing_else()
    {
        _store.WithSamples();
        Assert.Equal(CliStore.Key + "\n", Secret("work", "LlmConfig").Out);
        Assert.Equal(CliStore.Key + "\n", Secret("WORK", "llmconfig").Out);
        Assert.Equal((0, string.Empty), (Secret("nobody", "LlmConfig").ExitCode, Secret("nobody", "LlmConfig").Out));
        Assert.Equal((0, string.Empty), (Secret("work", "Other").ExitCode, Secret("work", "Other").Out));
        Assert.Equal(string.Empty, _store.Run("dsc", "secret", "--name", "work").Out);
        CliRun keyless = Secret("keyless", "LlmConfig");
        Assert.Equal((1, string.Empty), (keyless.ExitCode, keyless.Out));
        Assert.Contains("no key", keyless.Err, StringComparison.Ordinal);

        CliRun Secret(string name, string vault) => _store.Run("dsc", "secret", "--name", name, "--vault", vault);
    }

    [Fact]
    public void The_store_is_a_resource_too()
    {
        Assert.Equal("LlmConfig", Line(_store.RunWith("{}", "dsc", "get", "store")).GetProperty("defaultVault").GetString());
        string[] lines = Lines(_store.RunWith("""{"defaultVault":"LlmConfig","protector":"KeyFile"}""", "dsc", "test", "store"));
        Assert.Equal("[\"defaultVault\"]", lines[1]);
        Assert.Equal("[\"defaultVault\"]", Lines(_store.RunWith("""{"defaultVault":"LlmConfig"}""", "dsc", "set", "store"))[1]);
        lines = Lines(_store.RunWith("""{"defaultVault":"LlmConfig","protector":"KeyFile"}""", "dsc", "test", "store"));
        Assert.Equal("[]", lines[1]);
        AssertValid(Schema("store"), lines[0]);
        AssertValid(Schema("store"), Lines(_store.Run("dsc", "export", "store"))[0]);
    }

    [Theory]
    [InlineData(1, "not JSON", "dsc", "set", "configuration")]
    [InlineData(1, """{"model":"x"}""", "dsc", "get", "configuration")]
    [InlineData(1, """{"name":"x","modell":"x"}""", "dsc", "test", "configuration")]
    [InlineData(1, """{"name":"x"}""", "dsc", "set", "configuration")]
    [InlineData(1, """{"protector":"Magic"}""", "dsc", "set", "store")]
    [InlineData(2, "{}", "dsc", "delete", "store")]
    [InlineData(2, "{}", "dsc", "frobnicate", "store")]
    [InlineData(2, "{}", "dsc", "get")]
    public void What_makes_no_sense_changes_nothing_and_says_why_on_standard_error(int code, string input, params string[] arguments)
    {
        long revision = Revision();
        CliRun run = _store.RunWith(input, arguments);

        Assert.Equal((code, string.Empty), (run.ExitCode, run.Out));
        Assert.StartsWith("llmconfig: ", run.Err, StringComparison.Ordinal);
        Assert.Equal(revision, Revision());
    }

    [Fact]
    public void What_comes_out_and_goes_in_is_valid_by_the_schema_of_the_manifest()
    {
        JsonSchema schema = Schema("configuration");
        AssertValid(schema, Full.Replace("KEY", CliStore.Key, StringComparison.Ordinal));
        AssertValid(schema, $$$"""{"name":"work","apiKey":{"secureString":"{{{CliStore.Key}}}"}}""");
        AskTwo("set", Full.Replace("KEY", CliStore.Key, StringComparison.Ordinal));
        Assert.Equal(0, _store.Run("new", "local", "ollama").ExitCode);
        Assert.Equal(0, _store.RunWith(CliStore.Key, "new", "it's \"odd\" $(x) é", "anthropic", "--key-stdin").ExitCode);
        foreach (JsonElement item in Export())
        {
            AssertValid(schema, item.GetRawText());

            // What was exported may be given back.
            Assert.True(IsInDesiredState(item.GetRawText()));
        }

        Assert.False(schema.Evaluate(JsonDocument.Parse("""{"name":"work","modell":"x"}""").RootElement).IsValid);
        Assert.False(schema.Evaluate(JsonDocument.Parse("""{"model":"x"}""").RootElement).IsValid);
        Assert.False(schema.Evaluate(JsonDocument.Parse("""{"name":"work","apiKey":{"secureString":5}}""").RootElement).IsValid);
    }

    [Fact]
    public void The_manifests_are_those_that_DSC_can_read()
    {
        foreach (string path in Directory.GetFiles(Path.Combine(SourceTree.Root, "module"), "*.dsc.*.json"))
        {
            JsonElement manifest = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
            Assert.Equal("llmconfig", manifest.TryGetProperty("get", out JsonElement get) ? get.GetProperty("executable").GetString() : manifest.GetProperty("secret").GetProperty("executable").GetString());
            foreach (JsonElement operation in manifest.EnumerateObject().Select(property => property.Value).Where(value => value.ValueKind == JsonValueKind.Object && value.TryGetProperty("args", out _)))
            {
                string[] words = [.. operation.GetProperty("args").EnumerateArray().Where(word => word.ValueKind == JsonValueKind.String).Select(word => word.GetString()!)];
                string input = words.Contains("store") ? "{}" : """{"name":"a","provider":"ollama"}""";
                CliRun run = _store.RunWith(input, [.. words, .. words.Contains("secret") ? ["--name", "a", "--vault", "other"] : Array.Empty<string>()]);
                Assert.Equal(0, run.ExitCode);
            }
        }
    }

    [SkippableFact]
    public void The_manifests_are_valid_by_the_schemas_of_DSC()
    {
        string? folder = Environment.GetEnvironmentVariable("LLMCONFIG_TEST_DSC_SCHEMAS");
        Skip.If(folder is null, "Needs LLMCONFIG_TEST_DSC_SCHEMAS, the folder schemas/ of PowerShell/DSC.");
        foreach (string kind in new[] { "resource", "extension" })
        {
            JsonSchema schema = JsonSchema.FromFile(Path.Combine(folder, "v3", "bundled", kind, "manifest.json"), new BuildOptions { SchemaRegistry = new SchemaRegistry() });
            foreach (string path in Directory.GetFiles(Path.Combine(SourceTree.Root, "module"), $"*.dsc.{kind}.json"))
            {
                // The argument is of DSC 3.2, and in no schema that was published until August 2026.
                JsonNode manifest = JsonNode.Parse(File.ReadAllBytes(path))!;
                if (manifest["set"]?["args"] is JsonArray arguments)
                {
                    Assert.Equal("--what-if", arguments[3]!["whatIfArg"]!.GetValue<string>());
                    arguments.RemoveAt(3);
                }

                AssertValid(schema, manifest.ToJsonString());
            }
        }
    }

    [Fact]
    public void A_file_describes_a_machine_and_the_second_run_says_that_nothing_was_changed()
    {
        string file = _store.Write("desired.json", """{"desiredState": "t", "configurations": [{"name": "work", "provider": "openai", "apiKeyFromFile": "key"}, {"name": "local", "provider": "ollama"}]}""");
        _store.Write("key", CliStore.Key);

        Assert.Equal(1, _store.Run("test", "--desired-state", file).ExitCode);
        CliRun would = _store.Run("import", file, "--exact", "--dry-run");
        Assert.Contains("To be changed: create 2.", would.Err, StringComparison.Ordinal);
        Assert.Equal(0, Revision());
        Assert.Equal([true, true], Changed(_store.Run("import", file, "--exact", "--json")));
        Assert.Equal([false, false], Changed(_store.Run("import", file, "--merge", "--json")));
        Assert.Contains("Nothing is to be changed", _store.Run("import", file, "--exact").Err, StringComparison.Ordinal);
        Assert.Equal(0, _store.Run("test", "--desired-state", file).ExitCode);
        Assert.Equal(CliStore.Key + "\n", _store.Run("key", "work").Out);

        _store.Write("desired.json", """{"desiredState": "t", "configurations": [{"name": "local", "model": "m"}]}""");
        CliRun run = _store.Run("import", file, "--exact");
        Assert.Contains("Changed: remove 1, update 1.", run.Err, StringComparison.Ordinal);
        Assert.Contains("model", run.Out, StringComparison.Ordinal);
        Assert.Equal(2, _store.Run("import", file, "--exact", "--merge").ExitCode);
        Assert.Equal(2, _store.Run("import", "--exact").ExitCode);
        Assert.Equal(2, _store.Run("import", file, "--exact", "--on-conflict", "skip").ExitCode);

        static bool[] Changed(CliRun run) => [.. run.Data.Select(item => item.GetProperty("changed").GetBoolean())];
    }

    [Fact]
    public void A_command_for_a_key_is_run_only_where_that_is_allowed()
    {
        using var store = new CliStore { Starter = new FakeStarter { Writes = System.Text.Encoding.UTF8.GetBytes(CliStore.Key + "\n") } };
        string file = store.Write("desired.json", """{"desiredState": "t", "configurations": [{"name": "work", "provider": "openai", "apiKeyFromCommand": "give me 'the key'"}]}""");
        CliRun refused = store.Run("import", file, "--merge");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--allow-command", refused.Err, StringComparison.Ordinal);
        Assert.Empty(store.Starter.Started);

        Assert.Equal(0, store.Run("import", file, "--merge", "--allow-command").ExitCode);
        Assert.Equal(["give", "me", "the key"], Assert.Single(store.Starter.Started));
        Assert.Equal(CliStore.Key + "\n", store.Run("key", "work").Out);
    }

    private long Revision() => Line(_store.RunWith("{}", "dsc", "get", "store")).GetProperty("revision").GetInt64();

    private JsonElement Ask(string operation, string input) => Line(_store.RunWith(input, "dsc", operation, "configuration"));

    private (JsonElement State, string[] Names) AskTwo(string operation, string input, params string[] more)
    {
        string[] lines = Lines(_store.RunWith(input, ["dsc", operation, "configuration", .. more]));
        Assert.Equal(2, lines.Length);
        AssertValid(Schema("configuration"), lines[0]);
        return (JsonDocument.Parse(lines[0]).RootElement, JsonSerializer.Deserialize<string[]>(lines[1])!);
    }

    private bool IsInDesiredState(string input) => AskTwo("test", input).State.GetProperty("_inDesiredState").GetBoolean();

    private IEnumerable<JsonElement> Export() => Lines(_store.Run("dsc", "export", "configuration")).Select(line => JsonDocument.Parse(line).RootElement);

    // In a registry of its own: the library takes no address twice.
    private JsonSchema Schema(string resource) =>
        JsonSchema.FromText(Lines(_store.Run("dsc", "schema", resource)).Single(), new BuildOptions { SchemaRegistry = new SchemaRegistry() });

    private static JsonElement Line(CliRun run) => JsonDocument.Parse(Assert.Single(Lines(run))).RootElement;

    private static string[] Lines(CliRun run)
    {
        Assert.True(run.ExitCode == 0, run.Err);
        Assert.Empty(run.Err);
        return run.Out.TrimEnd('\n').Split('\n');
    }

    private static void AssertState(JsonElement state, bool exists) =>
        Assert.Equal(exists, state.GetProperty("_exist").GetBoolean());

    private static void AssertValid(JsonSchema schema, string json)
    {
        EvaluationResults results = schema.Evaluate(JsonDocument.Parse(json).RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(results.IsValid, json + "\n" + string.Join('\n', (results.Details ?? []).Where(detail => detail.Errors is not null).Select(detail => $"{detail.InstanceLocation}: {string.Join(", ", detail.Errors!.Values)}")));
    }
}
