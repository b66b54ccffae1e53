using System.Text.Json;

namespace LlmConfig.Cli.Tests;

/// <summary>Each verb, for a person and for a program: what it shows, what it says when it fails, and the exit code.</summary>
public sealed class VerbTests : IDisposable
{
    private const string Odd = "it's \"odd\" $(x) é";
    private const string Missing = "nope";

    private readonly CliStore _store = new CliStore().WithSamples();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void List_shows_all_or_those_that_are_named_or_match()
    {
        CliRun all = _store.Run("list");
        Assert.Equal((0, string.Empty), (all.ExitCode, all.Err));
        Assert.Equal(5, all.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(["NAME", "PROVIDER", "MODEL", "KEY", "AGE", "HOST"], Words(all.Out.Split('\n')[0]));
        Assert.Equal(["*", "work", "openai", "gpt-5", "0", "min", "api.openai.com"], Words(all.Out.Split('\n').Single(line => line.Contains(" work ", StringComparison.Ordinal))));
        Assert.Equal([Odd, "keyless", "local", "work"], Names(_store.Run("list", "--json")));
        Assert.Equal(["work"], Names(_store.Run("list", "w*", "--json")));
        Assert.Equal(["work", Odd], Names(_store.Run("list", "WORK", Odd, "work", "--json")));
        Assert.Equal(["local"], Names(_store.Run("list", "--provider", "ollama", "--json")));
        Assert.Equal([Odd, "work"], Names(_store.Run("list", "--vault", "llmconfig", "--json")));
        Assert.Empty(Names(_store.Run("list", "zzz*", "--json")));
    }

    [Fact]
    public void A_mistyped_name_gets_a_suggestion()
    {
        Assert.Contains("Did you mean 'work'?", _store.Run("get", "wrok").Err, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'work'?", _store.Run("exec", "wrok", "--", "true").Err, StringComparison.Ordinal);
    }

    [Fact]
    public void List_says_how_to_begin_where_there_is_nothing()
    {
        using var empty = new CliStore();
        CliRun run = empty.Run("list");
        Assert.Equal((0, string.Empty), (run.ExitCode, run.Out));
        Assert.Contains("llmconfig new NAME PROVIDER", run.Err, StringComparison.Ordinal);
        Assert.Equal("{\"success\":true,\"data\":[]}\n", empty.Run("list", "--json").Out);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(140)]
    public void Tables_fit_the_terminal(int columns)
    {
        foreach (string[] arguments in new[] { new[] { "list" }, ["providers"], ["test"] })
        {
            var console = new FakeConsole(_store.Folder) { Columns = columns };
            string table = _store.Run(console, arguments).Out.Split("\n\n")[0];
            Assert.All(table.Split('\n'), line => Assert.True(DisplayWidth.Of(line) <= columns, line));
        }
    }

    [Fact]
    public void Colours_are_for_a_terminal_and_NO_COLOR_turns_them_off()
    {
        Assert.DoesNotContain('\e', _store.Run("list").Out);
        Assert.Contains('\e', _store.Typing(string.Empty, "list").Out);
        var console = new FakeConsole(_store.Folder) { IsTerminal = true, Columns = 80 };
        console.Variables["NO_COLOR"] = "1";
        Assert.DoesNotContain('\e', _store.Run(console, "list").Out);
    }

    [Fact]
    public void Get_shows_every_setting_and_no_key()
    {
        CliRun run = _store.Run("get", "work");
        Assert.Equal((0, string.Empty), (run.ExitCode, run.Err));
        Assert.Contains("gpt-5", run.Out, StringComparison.Ordinal);
        Assert.Equal("gpt-5", Assert.Single(_store.Run("get", "work", "--json").Data).GetProperty("model").GetString());
        string id = _store.Run("get", "work", "--json").Data[0].GetProperty("id").GetString()!;
        Assert.Equal(["work"], Names(_store.Run("get", id, "--json")));
    }

    [Fact]
    public void One_that_is_not_there_is_an_error_of_its_own_and_the_rest_is_shown()
    {
        CliRun run = _store.Run("get", "work", "wrok", "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("NotFound", run.Code);
        Assert.Equal("wrok", run.Json.GetProperty("error").GetProperty("target").GetString());
        Assert.Equal("Did you mean 'work'? llmconfig list shows those that there are.", run.Json.GetProperty("error").GetProperty("recommendedAction").GetString());
        Assert.Equal(["work"], Names(run));
        Assert.Equal(2, _store.Run("get", "wrok", "lcal", "--json").Json.GetProperty("errors").GetArrayLength());
    }

    [Theory]
    [InlineData("get", Missing)]
    [InlineData("key", Missing)]
    [InlineData("env", Missing)]
    [InlineData("set", Missing, "--model", "x")]
    [InlineData("rename", Missing, "x")]
    [InlineData("remove", Missing)]
    [InlineData("test", Missing)]
    [InlineData("export", Missing)]
    public void NotFound_is_1_and_says_what_there_is(params string[] arguments)
    {
        Fails(1, "NotFound", arguments);
        Assert.Contains("llmconfig list", _store.Run(arguments).Err, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "DuplicateName", "new", "WORK", "openai", "--key-env", "HOME")]
    [InlineData(1, "DuplicateName", "rename", "local", "work")]
    [InlineData(1, "InvalidName", "new", "", "openai")]
    [InlineData(1, "InvalidName", "rename", "local", "a\nb")]
    [InlineData(1, "UnknownProvider", "new", "x", "opnai")]
    [InlineData(1, "UnknownProvider", "set", "local", "--provider", "nope")]
    [InlineData(1, "UnknownProvider", "providers", "nope")]
    [InlineData(1, "UnknownProvider", "import", "--from-environment", "--provider", "nope")]
    [InlineData(1, "InvalidBaseUrl", "new", "x", "azure-openai")]
    [InlineData(1, "InvalidBaseUrl", "set", "local", "--base-url", "ftp://x")]
    [InlineData(1, "InsecureBaseUrl", "new", "x", "openai", "--base-url", "http://example.com")]
    [InlineData(1, "InsecureBaseUrl", "set", "work", "--base-url", "https://elsewhere.example/v1")]
    [InlineData(1, "InvalidKey", "new", "x", "openai", "--key-stdin")]
    [InlineData(1, "InvalidKey", "new", "x", "openai", "--key-env", "LLMCONFIG_NOT_SET")]
    [InlineData(1, "InvalidKey", "new", "x", "openai", "--key-file", "/no/such/file")]
    [InlineData(1, "InvalidKey", "set", "work", "--key-stdin")]
    [InlineData(1, "KeyMissing", "key", "local")]
    [InlineData(1, "KeyMissing", "key", "keyless")]
    [InlineData(1, "KeyMissing", "env", "keyless")]
    [InlineData(1, "VaultNotFound", "new", "x", "openai", "--vault", "Nope", "--key-env", "HOME")]
    [InlineData(1, "VaultNotFound", "store", "--default-vault", "Nope")]
    [InlineData(1, "VaultNotFound", "import", "--from-vault", "Nope")]
    [InlineData(1, "VaultNotFound", "repair", "--vault", "Nope")]
    [InlineData(1, "NotFound", "import", "/no/such/file")]
    [InlineData(1, "StoreUnsafe", "list", "--home", "/no/such/folder/store")]
    [InlineData(125, "NotFound", "exec", Missing, "--", "true")]
    [InlineData(125, "KeyMissing", "exec", "keyless", "--", "true")]
    [InlineData(125, "InvalidName", "exec", "work", "--variable", "a=b", "--", "true")]
    public void A_failure_has_its_code_and_exit_code(int exitCode, string code, params string[] arguments) => Fails(exitCode, code, arguments);

    [Theory]
    [InlineData("lst")]
    [InlineData("rm", "work")]
    [InlineData("get")]
    [InlineData("get", "--nope")]
    [InlineData("get", "work", "--model", "x")]
    [InlineData("new", "x")]
    [InlineData("new", "x", "openai", "sk-test-surplus")]
    [InlineData("new", "x", "openai", "--key-stdin", "--key-env", "A")]
    [InlineData("new", "x", "openai", "--use-auth-header", "maybe")]
    [InlineData("new", "x", "openai", "--base-url")]
    [InlineData("new", "x", "openai", "--model", "a", "--model", "b")]
    [InlineData("set", "work")]
    [InlineData("set", "work", "--default", "--no-default")]
    [InlineData("rename", "work")]
    [InlineData("remove", "*")]
    [InlineData("remove", "work", "local")]
    [InlineData("exec", "work")]
    [InlineData("exec", "work", "true")]
    [InlineData("exec", "work", "--", "")]
    [InlineData("env", "work", "--format", "fish")]
    [InlineData("test", "--max-key-age", "old")]
    [InlineData("repair", "--store-id", "x")]
    [InlineData("import")]
    [InlineData("import", "a", "--from-environment")]
    [InlineData("import", "")]
    [InlineData("import", ".env", "--on-conflict", "2")]
    [InlineData("export", "--include-keys")]
    [InlineData("export", "--password-env", "HOME")]
    [InlineData("store", "--protector", "None")]
    [InlineData("--nope", "list")]
    public void Bad_usage_is_2_and_changes_nothing(params string[] arguments)
    {
        string before = _store.Run("store", "--json").Out;
        Fails(2, "BadUsage", arguments);
        Assert.Equal(before, _store.Run("store", "--json").Out);
        Assert.Empty(_store.Starter.Started);
    }

    [Fact]
    public void An_unknown_verb_is_never_a_program_and_gets_a_suggestion()
    {
        CliRun run = _store.Run("ls");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Did you mean 'llmconfig rename'?", _store.Run("renam").Err, StringComparison.Ordinal);
        Assert.Contains("Did you mean '--model'?", _store.Run("set", "work", "--modl", "x").Err, StringComparison.Ordinal);
        Assert.Empty(_store.Starter.Started);
    }

    [Fact]
    public void Options_may_stand_before_the_verb_and_a_name_may_look_like_one()
    {
        Assert.Equal(4, Names(_store.Run("--json", "list")).Count);
        Assert.Equal(0, _store.Run("new", "local2", "ollama", "--home", _store.Folder + "2").ExitCode);
        Assert.Equal(["local2"], Names(_store.Run("--home", _store.Folder + "2", "list", "--json")));
        foreach (string name in new[] { "--json", "list", "[suggest]", "@file", "-", "get", "--start" })
        {
            Assert.Equal(0, _store.Run("new", "--", name, "ollama").ExitCode);
            Assert.Equal([name], Names(_store.Run("get", "--json", "--", name)));
        }

        Assert.Equal(["[suggest]"], Names(_store.Run("get", "[suggest]", "--json")));
        Assert.Equal(["@file"], Names(_store.Run("get", "@file", "--json")));
        Assert.Equal(["get"], Names(_store.Run("get", "get", "--json")));
    }

    [Fact]
    public void Key_writes_the_key_and_a_line_feed_and_is_silent()
    {
        Assert.Equal(new CliRun(0, CliStore.Key + "\n", string.Empty), _store.Run("key", "work"));
        Assert.Equal(new CliRun(0, CliStore.Key, string.Empty), _store.Run("key", Odd, "--no-newline"));
        Assert.Equal(CliStore.Key, _store.Run("key", "work", "--json").Data[0].GetString());
        Assert.Equal(new CliRun(0, CliStore.Key + "\n", string.Empty), _store.Typing(string.Empty, "key", "work"));
    }

    [Fact]
    public void Key_is_silent_although_there_is_something_to_warn_of()
    {
        string file = Path.Combine(_store.Folder, "llm_config.json");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.NotEmpty(_store.Run("list").Err);
        Assert.Empty(_store.Run("key", "work").Err);
    }

    [Fact]
    public void Keys_come_in_from_input_a_file_a_variable_a_command_or_a_question()
    {
        string file = _store.Write("key.txt", "sk-test-from-file-000000\r\n");
        Environment.SetEnvironmentVariable("LLMCONFIG_CLI_TEST_KEY", "sk-test-from-env-0000000");
        using var commanded = new CliStore { Starter = new FakeStarter { Writes = "sk-test-from-command-000\n"u8.ToArray() } };
        commanded.Run("new", "c", "openai", "--key-command", "pass show 'my key'");
        Assert.Equal([["pass", "show", "my key"]], commanded.Starter.Started);
        Assert.Equal("sk-test-from-command-000\n", commanded.Run("key", "c").Out);
        _store.RunWith("sk-test-from-stdin-00000\n", "new", "s", "openai", "--key-stdin");
        _store.Run("new", "f", "openai", "--key-file", file);
        _store.Run("new", "e", "openai", "--key-env", "LLMCONFIG_CLI_TEST_KEY");
        CliRun asked = _store.Typing("sk-test-wrong\b\b\b\b\basked-00000000000\n", "new", "q", "openai");
        Assert.Equal("sk-test-from-stdin-00000\n", _store.Run("key", "s").Out);
        Assert.Equal("sk-test-from-file-000000\n", _store.Run("key", "f").Out);
        Assert.Equal("sk-test-from-env-0000000\n", _store.Run("key", "e").Out);
        Assert.Equal("sk-test-asked-00000000000\n", _store.Run("key", "q").Out);
        Assert.DoesNotContain("asked", asked.Out + asked.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("no key yet", asked.Err, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_looks_wrong_is_asked_for_again_and_taken_when_somebody_insists()
    {
        CliRun run = _store.Typing("sk-ant-abc def\nsk-test-right\n", "new", "right", "openai");
        Assert.Contains("That key holds a space or a letter that no HTTP header carries.\nAPI key (not shown; Enter takes that one all the same): ", run.Err, StringComparison.Ordinal);
        Assert.Equal("sk-test-right\n", _store.Run("key", "right").Out);

        CliRun sure = _store.Typing("sk-ant-4711\n\n", "set", "right", "--key-stdin");
        Assert.Equal("sk-ant-4711\n", _store.Run("key", "right").Out);
        Assert.DoesNotContain("warning", sure.Err, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_breaks_after_a_key_are_left_out()
    {
        CliRun run = _store.RunWith("sk-test-breaks\n\r\n", "new", "breaks", "openai", "--key-stdin");
        Assert.Contains("warning: The key of 'breaks' was given with a line break at its end, which was left out.", run.Err, StringComparison.Ordinal);
        Assert.Equal("sk-test-breaks\n", _store.Run("key", "breaks").Out);
    }

    [Fact]
    public void The_first_configuration_is_the_default_and_the_next_step_is_said()
    {
        using var empty = new CliStore();
        Assert.Equal("Created 'the first' without a key.\nIt is the default, as the first one. Next: llmconfig exec 'the first' -- PROGRAM\n", empty.Run("new", "the first", "ollama").Err);
        Assert.DoesNotContain("Next", empty.Run("new", "second", "ollama").Err, StringComparison.Ordinal);
        Assert.True(empty.Run("get", "the first", "--json").Data[0].GetProperty("isDefault").GetBoolean());
    }

    [Fact]
    public void A_pattern_removes_nothing_unasked_though_only_one_matches()
    {
        Assert.Equal(2, _store.Run("remove", "wor*").ExitCode);
        string id = _store.Run("get", "work", "--json").Data[0].GetProperty("id").GetString()!;
        Assert.Equal(0, _store.Run("remove", id).ExitCode);
    }

    [Fact]
    public void A_person_may_set_the_key_later_and_nobody_is_asked_where_nobody_answers()
    {
        Assert.Equal(0, _store.Typing("\n", "new", "later", "openai").ExitCode);
        Fails(1, "KeyMissing", "key", "later");
        Assert.DoesNotContain("(not shown", _store.Run("new", "later2", "openai").Err, StringComparison.Ordinal);
        Assert.DoesNotContain("(not shown", _store.Typing(string.Empty, "new", "later3", "openai", "--no-input").Err, StringComparison.Ordinal);
        Assert.Contains("DuplicateName", _store.Typing(CliStore.Key + "\n", "new", "work", "openai", "--json").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void New_set_and_rename_give_the_configuration_to_a_program_and_a_sentence_to_a_person()
    {
        CliRun made = _store.Run("new", "vl", "vllm", "--base-url", "http://127.0.0.1:9/v1", "--model", "m", "--use-auth-header", "true", "--json");
        Assert.Equal(["vl"], Names(made));
        Assert.Equal("http://127.0.0.1:9/v1", made.Data[0].GetProperty("baseUrl").GetString());
        Assert.Equal("n", _store.Run("set", "vl", "--model", "n", "--json").Data[0].GetProperty("model").GetString());
        Assert.Equal(JsonValueKind.Null, _store.Run("set", "vl", "--model", "", "--json").Data[0].GetProperty("model").ValueKind);
        Assert.True(_store.Run("set", "vl", "--default", "--json").Data[0].GetProperty("isDefault").GetBoolean());
        Assert.False(_store.Run("set", "vl", "--no-default", "--json").Data[0].GetProperty("isDefault").GetBoolean());
        Assert.Equal(["vll"], Names(_store.Run("rename", "vl", "vll", "--json")));
        Assert.Equal(new CliRun(0, string.Empty, "'vll' is called 'vl' now.\n"), _store.Run("rename", "vll", "vl"));
        Assert.Equal(new CliRun(0, string.Empty, "Changed 'vl': model (none) → 'x'.\n"), _store.Run("set", "vl", "--model", "x"));
        Assert.Equal(new CliRun(0, string.Empty, "Nothing of 'vl' differs from that.\n"), _store.Run("set", "vl", "--model", "x"));
    }

    [Fact]
    public void A_kept_key_goes_to_another_host_only_after_a_yes()
    {
        string[] change = ["set", "work", "--base-url", "https://elsewhere.example/v1"];
        Assert.Equal(1, _store.Typing("n\n", change).ExitCode);
        Assert.Equal("https://api.openai.com/v1", _store.Run("get", "work", "--json").Data[0].GetProperty("baseUrl").GetString());
        Assert.Equal(0, _store.Typing("y\n", change).ExitCode);
        Assert.Equal("https://elsewhere.example/v1", _store.Run("get", "work", "--json").Data[0].GetProperty("baseUrl").GetString());
        Assert.Equal(0, _store.Run("set", "work", "--base-url", "", "--yes").ExitCode);
    }

    [Fact]
    public void Remove_asks_before_it_takes_more_than_what_was_named()
    {
        Assert.Equal(0, _store.Run("remove", "keyless").ExitCode);
        Assert.Equal([Odd, "local", "work"], Names(_store.Run("list", "--json")));
        Assert.Equal(0, _store.Typing("n\n", "remove", "w*").ExitCode);
        Assert.Equal(3, Names(_store.Run("list", "--json")).Count);
        Assert.Equal(0, _store.Typing("y\n", "remove", "work", "local").ExitCode);
        Assert.Equal([Odd], Names(_store.Run("list", "--json")));
        Assert.Equal([Odd], Names(_store.Run("remove", "*", "--yes", "--json")));
        Assert.Empty(Names(_store.Run("list", "--json")));
        Assert.Empty(Directory.GetFiles(Path.Combine(_store.Folder, "vault"), "*.sealed"));
    }

    [Fact]
    public void Test_is_1_where_something_does_not_work_and_quiet_shows_nothing()
    {
        Assert.Equal(1, _store.Run("test", "keyless", "--quiet").ExitCode);
        Assert.Equal(0, _store.Run("remove", "keyless").ExitCode);
        CliRun good = _store.Run("test");
        Assert.Equal(0, good.ExitCode);
        Assert.Contains("STATUS", good.Out, StringComparison.Ordinal);
        Assert.Equal(new CliRun(0, string.Empty, string.Empty), _store.Run("test", "--quiet"));
        Assert.All(_store.Run("test", "work", "--json").Data, check => Assert.Equal("Ok", check.GetProperty("status").GetString()));
        foreach (string file in Directory.GetFiles(Path.Combine(_store.Folder, "vault"), "*.sealed"))
        {
            File.Delete(file);
        }

        CliRun bad = _store.Run("test", "work", "--json");
        Assert.Equal(1, bad.ExitCode);
        Assert.True(bad.Json.GetProperty("success").GetBoolean());
        Assert.Equal(new CliRun(1, string.Empty, string.Empty), _store.Run("test", "--quiet"));
        Assert.Contains("llmconfig set NAME --key-stdin", _store.Run("test").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_store_is_served_from_its_backup_and_repaired()
    {
        File.WriteAllText(Path.Combine(_store.Folder, "llm_config.json"), "{");
        CliRun read = _store.Run("list");
        Assert.Equal(0, read.ExitCode);
        Assert.Contains("llmconfig repair", read.Err, StringComparison.Ordinal);
        Fails(1, "StoreCorrupt", "new", "x", "ollama");
        Assert.NotEmpty(_store.Run("repair", "--dry-run", "--json").Data);
        Fails(1, "StoreCorrupt", "new", "x", "ollama");
        Assert.Contains(_store.Run("repair", "--json").Data, result => result.GetProperty("changed").GetBoolean());
        Assert.Equal(0, _store.Run("new", "x", "ollama").ExitCode);
        Assert.Contains("nothing to repair", _store.Run("repair").Err, StringComparison.Ordinal);
    }

    [Fact]
    public void An_export_with_keys_is_sealed_and_comes_in_again()
    {
        string file = Path.Combine(_store.Home, "export.json");
        string password = _store.Write("password", "long enough\n");
        Assert.Equal(0, _store.Run("export", "--include-keys", "--password-file", password, "--output", file).ExitCode);
        Assert.DoesNotContain(CliStore.Key, File.ReadAllText(file), StringComparison.Ordinal);
        Fails(1, "DuplicateName", "export", "--output", file);
        Assert.Equal(0, _store.Run("export", "--output", file + "2", "--json").ExitCode);
        using var other = new CliStore();
        Assert.Equal("VaultLocked", other.Run("import", file, "--json").Code);
        Assert.Equal(4, other.Run("import", file, "--password-file", password, "--dry-run", "--json").Data.Count);
        Assert.Empty(Names(other.Run("list", "--json")));
        Assert.Equal(4, Names(other.RunWith("long enough\n", "import", file, "--password-stdin", "--json")).Count);
        Assert.Equal(CliStore.Key + "\n", other.Run("key", "work").Out);
        Assert.Equal(0, other.Run("set", "work", "--model", "another").ExitCode);
        Assert.Equal("DuplicateName", other.Run("import", file, "--password-file", password, "--json").Code);
        Assert.Empty(other.Run("import", file, "--password-file", password, "--on-conflict", "skip", "--json").Data);
        Assert.Equal("Nothing was changed: all 4 are here already.\n", other.Run("import", file, "--password-file", password, "--on-conflict", "skip").Err);
        Assert.Equal("Exported 1 configuration, without keys.\n", other.Run("export", "work", "--output", file + "3").Err);
        Assert.Equal(["work"], Names(other.Run("import", file, "--password-file", password, "--name", "w*", "--on-conflict", "replace", "--json")));
    }

    [Fact]
    public void An_env_file_is_imported_and_said_to_hold_keys()
    {
        string file = _store.Write(".env", $"MISTRAL_API_KEY={CliStore.Key}\n");
        CliRun run = _store.Run("import", file);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("still holds keys in plain text", run.Err, StringComparison.Ordinal);
        Assert.Equal(CliStore.Key + "\n", _store.Run("key", "mistral").Out);
    }

    [Fact]
    public void Providers_and_store_are_shown()
    {
        Assert.Contains("OPENAI_API_KEY", _store.Run("providers").Out, StringComparison.Ordinal);
        Assert.Equal(LlmProviderCatalog.All.Count, _store.Run("providers", "--json").Data.Count);
        Assert.Equal(["openai", "openai-compatible"], _store.Run("providers", "openai*", "--json").Data.Select(item => item.GetProperty("id").GetString()));
        Assert.Contains(_store.Folder, _store.Run("store").Out, StringComparison.Ordinal);
        Assert.Equal("KeyFile", _store.Run("store", "--json").Data[0].GetProperty("protector").GetString());
    }

    [Fact]
    public void Env_says_on_a_terminal_that_it_prints_a_key()
    {
        Assert.Contains("prints the key of 'work'", _store.Typing(string.Empty, "env", "work").Err, StringComparison.Ordinal);
        Assert.Empty(_store.Run("env", "work").Err);
    }

    [Fact]
    public void Every_verb_has_help_that_begins_with_an_example()
    {
        Assert.All(VerbList.Names, name =>
        {
            foreach (string help in new[] { "--help", "-h", "-?" })
            {
                CliRun run = _store.Run(name, help);
                Assert.Equal((0, string.Empty), (run.ExitCode, run.Err));
                Assert.Matches($@"\A  .*llmconfig {name}", run.Out);
                Assert.Contains($"Usage: llmconfig {name}", run.Out, StringComparison.Ordinal);
            }

            Assert.Contains($"  {name} ", _store.Run("--help").Out, StringComparison.Ordinal);
        });
        Assert.Equal(_store.Run("--help").Out, _store.Run().Out);
        Assert.Matches(@"\Allmconfig \d+\.\d+\.\d+", _store.Run("--version").Out);
    }

    private static IReadOnlyList<string> Names(CliRun run) => [.. run.Data.Select(item => item.GetProperty("name").GetString()!)];

    private void Fails(int exitCode, string code, params string[] arguments)
    {
        CliRun text = _store.Run(arguments);
        Assert.Equal(exitCode, text.ExitCode);
        Assert.Equal(string.Empty, text.Out);
        Assert.StartsWith("llmconfig: ", text.Err, StringComparison.Ordinal);
        CliRun json = _store.Run(["--json", .. arguments]);
        Assert.Equal((exitCode, code), (json.ExitCode, json.Code));
        Assert.False(json.Json.GetProperty("success").GetBoolean());
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
