using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>Two homes that share one vault: what the first creates, rotates, renames and removes, the second has after an import.</summary>
[Collection(nameof(AloneCollection))]
public sealed class SharedVaultTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryStore _first = new();
    private readonly TemporaryStore _second = new();
    private readonly FakeVault _far = new("Far");

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public void All_settings_of_the_first_are_in_the_second_after_an_import_and_the_key_is_read_where_it_lies()
    {
        using ApiKey key = ApiKey.From(TestKey.New(), "work");
        LlmConfiguration made = First().Create(new NewConfiguration
        {
            Name = "work",
            Provider = "azure-openai",
            BaseUrl = "https://x.openai.azure.com/openai/v1",
            UseAuthHeader = true,
            Model = "m",
            Key = key,
            Vault = "Far",
            AsDefault = false,
        });

        LlmConfiguration got = Assert.Single(Import()).Configuration!;

        Assert.Equal(made with { KeyStoreId = First().GetStore().StoreId, Seal = got.Seal, KeyFingerprint = null }, got);
        Assert.Equal("https://x.openai.azure.com:443", got.Seal!.Host);
        Assert.Equal(got, Second().Get(made.Id));
        Assert.Equal(key.ToPlainText(), _second.ReadKey(made.Id, With));
        Assert.Single(_far.Keys);
        AssertNothingIsLeft();
    }

    [Fact]
    public void What_the_first_does_the_second_has_after_each_import_and_a_second_import_changes_nothing()
    {
        LlmConfiguration a = Create(_first, "a"), b = Create(_first, "b");
        Follow();
        First().Update(a.Id, new ConfigurationUpdate { NewName = "c", Model = "m2" });
        Follow();
        Rotate(_first, a.Id);
        Follow();
        First().Update(b.Id, new ConfigurationUpdate { BaseUrl = "https://api.openai.com/v2", UseAuthHeader = false });
        Follow();
        First().Remove([a.Id]);
        Follow();
        Create(_first, "a");
        Follow();
        First().Remove([.. First().GetAll().Select(item => item.Id)]);
        Follow();

        void Follow()
        {
            _ = Import();
            Assert.Equal(
                First().GetAll().OrderBy(item => item.Id).Select(item => item with { KeyStoreId = First().GetStore().StoreId, Seal = null, KeyFingerprint = null }),
                Second().GetAll().OrderBy(item => item.Id).Select(item => item with { Seal = null }));
            Assert.All(First().GetAll(), item => Assert.Equal(_first.ReadKey(item.Id, With), _second.ReadKey(item.Id, With)));
            Assert.Equal(First().GetAll().Count, _far.Keys.Count);
            long revision = _second.Revision;
            Assert.All(Import(), result => Assert.Equal(ImportAction.None, result.Action));
            Assert.Equal(revision, _second.Revision);
            AssertNothingIsLeft();
        }
    }

    [Fact]
    public void A_key_that_the_first_rotated_is_missing_in_the_second_until_its_next_import()
    {
        LlmConfiguration item = Create(_first, "work");
        _ = Import();

        string value = Rotate(_first, item.Id);

        LlmConfigException missing = Refusal.Of(LlmConfigErrorCode.KeyMissing, "work", () => _second.ReadKey(item.Id, With));
        Assert.Contains("Import-LlmConfig -FromVault 'Far'", missing.RecommendedAction, StringComparison.Ordinal);
        _ = Import();
        Assert.Equal(value, _second.ReadKey(item.Id, With));
    }

    [Fact]
    public void Neither_removes_a_key_of_the_other_or_of_another_program_whatever_it_does()
    {
        LlmConfiguration mine = Create(_first, "mine"), theirs = Create(_second, "theirs");
        _far.Keys["llm-api-key-11111111111111111111111111111111"] = "sk-test-no-label";
        _far.Keys["something-else"] = "sk-test-other-program";
        _ = Import();
        _ = Import(_first);
        Assert.Equal(2, First().GetAll().Count);

        Second().Update(mine.Id, new ConfigurationUpdate { NewName = "renamed here" });
        Second().Remove([mine.Id]);
        First().Update(theirs.Id, new ConfigurationUpdate { RemoveKey = true });
        First().Remove([theirs.Id]);
        Assert.Equal(0, First().Recover() + Second().Recover());

        Assert.Equal(4, _far.Keys.Count);
        Assert.Equal(["mine", "theirs"], _far.Labels.Values.Select(label => label.Configuration.Name).Order());
        Assert.NotEmpty(_first.ReadKey(mine.Id, With));
        Assert.NotEmpty(_second.ReadKey(theirs.Id, With));
    }

    [Fact]
    public void A_key_of_the_first_stays_where_the_file_of_the_second_was_made_to_say_that_it_is_its_own()
    {
        LlmConfiguration item = Create(_first, "work");
        _ = Import();
        JsonNode file = JsonNode.Parse(File.ReadAllBytes(_second.Paths.ConfigFile))!;
        file["configs"]![0]!["key"]!.AsObject().Remove("store");
        File.WriteAllText(_second.Paths.ConfigFile, file.ToJsonString());
        Assert.Null(Second().Get(item.Id).KeyStoreId);

        Second().Remove([item.Id]);

        Assert.Empty(Second().GetAll());
        Assert.NotEmpty(_first.ReadKey(item.Id, With));
    }

    [Fact]
    public void Keys_without_a_readable_label_are_counted_and_passed_over()
    {
        Create(_first, "work");
        _far.Keys["llm-api-key-11111111111111111111111111111111"] = "sk-test-no-label";

        ImportPlan plan = Second().PlanImport("Far");

        Assert.Equal(1, plan.PassedOver);
        Assert.Single(plan.Steps);
    }

    [Fact]
    public void A_key_that_the_second_rotates_is_its_own_and_the_first_gets_it_with_an_import_and_drops_the_one_that_it_wrote()
    {
        LlmConfiguration item = Create(_first, "work");
        _ = Import();
        string value = Rotate(_second, item.Id);
        Assert.Equal(2, _far.Keys.Count);

        ImportResult result = Assert.Single(Import(_first));

        Assert.Equal(ImportAction.Update, result.Action);
        Assert.Equal(Second().GetStore().StoreId, First().Get(item.Id).KeyStoreId);
        Assert.Equal(value, _first.ReadKey(item.Id, With));
        Assert.Equal([value], _far.Keys.Values);
        AssertNothingIsLeft();
    }

    [Fact]
    public void A_key_that_the_first_rotated_and_did_not_remove_yet_is_not_removed_by_the_second()
    {
        LlmConfiguration item = Create(_first, "work");
        _ = Import();
        _far.Before = (name, _) =>
        {
            if (name == "Remove")
            {
                throw FakeVault.Unavailable;
            }
        };
        string value = Rotate(_first, item.Id);
        _far.Before = null;

        Assert.Equal(ImportAction.Update, Assert.Single(Import()).Action);

        Assert.Equal(value, _second.ReadKey(item.Id, With));
        Assert.Contains(item.KeyId, _far.Keys.Keys);
        Assert.Equal(1, First().Recover());
        Assert.Equal([value], _far.Keys.Values);
    }

    [Fact]
    public void A_setting_that_the_second_changed_later_stays_and_a_key_that_was_rotated_before_comes_along()
    {
        LlmConfiguration item = Create(_first, "work");
        _ = Import();
        string value = Rotate(_first, item.Id);
        Second().Update(item.Id, new ConfigurationUpdate { NewName = "here" });

        Assert.Equal(ImportAction.Update, Assert.Single(Import()).Action);

        Assert.Equal("here", Second().Get(item.Id).Name);
        Assert.Equal(First().Get(item.Id).KeyId, Second().Get(item.Id).KeyId);
        Assert.Equal(value, _second.ReadKey(item.Id, With));
        Assert.Equal(ImportAction.None, Assert.Single(Import()).Action);
    }

    [Fact]
    public void Two_names_that_were_exchanged_are_exchanged_and_a_name_that_became_free_is_taken()
    {
        LlmConfiguration a = Create(_first, "a"), b = Create(_first, "b"), c = Create(_first, "c");
        _ = Import();
        First().Update(a.Id, new ConfigurationUpdate { NewName = "x" });
        First().Update(b.Id, new ConfigurationUpdate { NewName = "a" });
        First().Update(a.Id, new ConfigurationUpdate { NewName = "b" });
        First().Remove([c.Id]);
        LlmConfiguration d = Create(_first, "c");

        Assert.All(Import(), result => Assert.Null(result.Error));

        Assert.Equal(("b", "a", "c"), (Second().Get(a.Id).Name, Second().Get(b.Id).Name, Second().Get(d.Id).Name));
        Assert.Equal(3, Second().GetAll().Count);
    }

    [Fact]
    public void A_vault_that_is_offline_or_cannot_read_takes_nothing_away()
    {
        LlmConfiguration item = Create(_first, "work");
        _ = Import();
        First().Remove([item.Id]);
        foreach (string call in new[] { "List", "Read" })
        {
            _far.Before = (name, _) =>
            {
                if (name == call)
                {
                    throw FakeVault.Unavailable;
                }
            };
            if (call == "List")
            {
                Refusal.Of(_second, LlmConfigErrorCode.VaultUnavailable, "fake", () => Import());
            }
            else
            {
                Assert.Empty(Import());
                Assert.Contains(_second.Warnings, warning => warning.Message.Contains("cannot be told", StringComparison.Ordinal));
            }

            Assert.Equal("work", Second().Get(item.Id).Name);
        }

        _far.Before = null;
        Assert.Equal(ImportAction.Remove, Assert.Single(Import()).Action);
        Assert.Empty(Second().GetAll());
    }

    [Fact]
    public void A_vault_that_lists_nothing_by_a_fault_takes_nothing_away()
    {
        LlmConfiguration item = Create(_first, "work");
        _ = Import();
        var short_ = new ShortVault(_far);

        ImportPlan plan = _second.Open(options => options with { Vaults = new OneVault(short_) }).PlanImport("Far");

        Assert.Empty(plan.Steps);
        Assert.Contains(_second.Warnings, warning => warning.Message.Contains("does not list it", StringComparison.Ordinal));
        Assert.Equal("work", Second().Get(item.Id).Name);
    }

    [Fact]
    public void What_the_store_owns_is_never_taken_away_by_an_import()
    {
        LlmConfiguration item = Create(_second, "own");
        _far.Keys.Clear();
        _far.Labels.Clear();

        Assert.Empty(Import());

        Assert.Equal("own", Second().Get(item.Id).Name);
    }

    [Fact]
    public void A_vault_without_labels_the_built_in_one_and_an_unknown_one_are_errors_that_say_so()
    {
        var plain = new FakeVault("Plain") { TakesLabels = false };
        LlmConfigRepository repository = _second.Open(options => options with { Vaults = new FakeVaults(plain) });

        Assert.Contains("no metadata", Refusal.Of(LlmConfigErrorCode.VaultUnavailable, "Plain", () => repository.PlanImport("Plain")).Problem, StringComparison.Ordinal);
        Assert.Contains("Repair-LlmConfig", Refusal.Of(LlmConfigErrorCode.VaultUnavailable, "LlmConfig", () => repository.PlanImport("llmconfig")).RecommendedAction, StringComparison.Ordinal);
        Refusal.Of(LlmConfigErrorCode.VaultNotFound, "Nowhere", () => repository.PlanImport("Nowhere"));
        Assert.False(Directory.Exists(_second.Path));
    }

    [Fact]
    public void A_plan_changes_nothing_and_makes_no_store()
    {
        Create(_first, "work");

        ImportStep step = Assert.Single(Second().PlanImport("Far").Steps);

        Assert.True(step.Changes);
        Assert.Equal(("work", ImportAction.Create), (step.Name, step.Action));
        Assert.False(Directory.Exists(_second.Path));
    }

    [Theory]
    [InlineData("http://10.0.0.7/v1", LlmConfigErrorCode.InsecureBaseUrl)]
    [InlineData(null, LlmConfigErrorCode.InvalidBaseUrl)]
    public void A_label_with_a_url_that_no_command_would_take_is_refused_alone(string? url, LlmConfigErrorCode code)
    {
        LlmConfiguration good = Create(_first, "good"), bad = Create(_first, "bad");
        Relabel(bad, item => item with { ExplicitBaseUrl = url, Provider = url is null ? "azure-openai" : item.Provider });

        IReadOnlyList<ImportResult> results = Import();

        Assert.Equal([null, code], results.Select(result => result.Error?.Code));
        Assert.Equal([good.Id], Second().GetAll().Select(item => item.Id));
        if (url is not null)
        {
            Assert.All(Import(options: new ImportOptions { AllowInsecureBaseUrl = true }), result => Assert.Null(result.Error));
            Assert.Equal(url, Second().Get(bad.Id).BaseUrl);
            Assert.Equal(ImportAction.None, Import()[1].Action);
        }
    }

    [Fact]
    public void A_label_that_breaks_a_rule_of_the_file_is_no_label()
    {
        LlmConfiguration item = Create(_first, "work");
        foreach ((string name, object? value) in new (string, object?)[]
        {
            ("name", "a\u202eb"), ("name", " work"), ("name", new string('x', 101)), ("baseUrl", "https://user:pass@host/"), ("baseUrl", "ftp://host"),
            ("provider", "a\u0007"), ("model", "m\n"), ("useAuthHeader", "maybe"), ("createdAt", "yesterday"), ("configuration", "x"), ("store", "x"),
        })
        {
            Dictionary<string, object?> properties = _far.Labels[item.KeyId!].ToProperties().ToDictionary(pair => pair.Key, pair => (object?)pair.Value);
            properties[name] = value;
            Assert.Null(KeyLabel.TryFrom(properties));
        }
    }

    [Fact]
    public void A_host_provider_or_header_style_that_the_second_did_not_choose_is_asked_about_whether_the_key_stays_or_not()
    {
        LlmConfiguration item = Create(_first, "work");
        _ = Import();
        First().Update(item.Id, new ConfigurationUpdate { BaseUrl = "https://evil.example/v1" });
        Assert.True(Assert.Single(Second().PlanImport("Far").Steps).SendsKeptKeyElsewhere);

        // Who may write labels need not have the key that one names.
        Rotate(_first, item.Id);
        ImportStep step = Assert.Single(Second().PlanImport("Far").Steps);
        Assert.True(step.SendsKeptKeyElsewhere, "A label can be put beside any key.");
        Assert.Contains("from https://api.openai.com/v1 to https://evil.example/v1", step.Effect, StringComparison.Ordinal);

        First().Update(item.Id, new ConfigurationUpdate { Model = "m" });
        _ = Import();
        First().Update(item.Id, new ConfigurationUpdate { UseAuthHeader = false });
        Assert.True(Assert.Single(Second().PlanImport("Far").Steps).SendsKeptKeyElsewhere);
        First().Update(item.Id, new ConfigurationUpdate { UseAuthHeader = true, Provider = "groq" });
        Assert.True(Assert.Single(Second().PlanImport("Far").Steps).SendsKeptKeyElsewhere);
        _ = Import();
        First().Update(item.Id, new ConfigurationUpdate { BaseUrl = "https://evil.example/v2" });
        Assert.False(Assert.Single(Second().PlanImport("Far").Steps).SendsKeptKeyElsewhere);
    }

    // Set-SecretInfo changes a label and needs no key.
    [Fact]
    public void A_first_import_asks_about_a_host_that_is_not_the_providers_own()
    {
        LlmConfiguration item = Create(_first, "work");
        Assert.False(Assert.Single(Second().PlanImport("Far").Steps).SendsKeptKeyElsewhere);

        KeyLabel label = _far.Labels[item.KeyId!];
        _far.Labels[item.KeyId!] = label with { Configuration = label.Configuration with { ExplicitBaseUrl = "https://evil.example/v1" } };
        ImportStep step = Assert.Single(Second().PlanImport("Far").Steps);

        Assert.True(step.SendsKeptKeyElsewhere);
        Assert.Equal("openai at https://evil.example/v1", step.Effect);
    }

    [Fact]
    public void An_import_makes_no_foreign_host_the_default_where_it_replaces_a_configuration_without_a_key()
    {
        using ApiKey key = ApiKey.From(TestKey.New(), "work");
        First().Create(new NewConfiguration { Name = "work", Provider = "openai", BaseUrl = "https://gateway.example/v1", Key = key, Vault = "Far" });
        LlmConfiguration local = _second.Create("work", null, null, Second());
        Second().Update(local.Id, new ConfigurationUpdate { AsDefault = true });
        ImportStep step = Assert.Single(Second().PlanImport("Far", new ImportOptions { OnConflict = ImportConflict.Replace }).Steps);
        Assert.Contains("no default one any more", step.Effect, StringComparison.Ordinal);

        ImportResult result = Assert.Single(Import(options: new ImportOptions { OnConflict = ImportConflict.Replace }));

        Assert.Equal(local.Id, result.RemovedConfiguration?.Id);
        Assert.Null(Second().GetDefault());
    }

    [Theory]
    [InlineData(ImportConflict.Error)]
    [InlineData(ImportConflict.Skip)]
    [InlineData(ImportConflict.Rename)]
    [InlineData(ImportConflict.Replace)]
    public void A_name_that_the_second_uses_otherwise_follows_the_choice(ImportConflict choice)
    {
        LlmConfiguration shared = Create(_first, "work");
        LlmConfiguration local = _second.Create("WORK", TestKey.New(), null, Second());
        Second().Update(local.Id, new ConfigurationUpdate { AsDefault = true });

        ImportResult result = Assert.Single(Import(options: new ImportOptions { OnConflict = choice }));

        Assert.Equal(choice == ImportConflict.Error ? LlmConfigErrorCode.DuplicateName : null, result.Error?.Code);
        Assert.Equal(
            choice switch { ImportConflict.Rename => ["WORK", "work (2)"], ImportConflict.Replace => ["WORK (2)", "work"], _ => ["WORK"] },
            Second().GetAll().Select(item => item.Name));
        Assert.Single(_second.Sealed);
        Assert.Equal(local.Id, Second().RequireDefault().Id);
        Assert.Equal(choice == ImportConflict.Replace ? "WORK (2)" : null, result.RenamedConfiguration?.Name);
        AssertNothingIsLeft();

        // What is renamed here is followed all the same, and keeps its name here.
        First().Update(shared.Id, new ConfigurationUpdate { Model = "m2" });
        _ = Import(options: new ImportOptions { OnConflict = choice });
        if (choice == ImportConflict.Rename)
        {
            Assert.Equal(("work (2)", "m2"), (Second().Get(shared.Id).Name, Second().Get(shared.Id).Model));
        }
    }

    [Fact]
    public void A_rename_onto_a_name_of_the_second_takes_the_name_and_leaves_it_its_key()
    {
        LlmConfiguration own = Create(_second, "own");
        _ = Import(_first);
        Rotate(_first, own.Id);
        LlmConfiguration local = Create(_second, "local");
        First().Update(own.Id, new ConfigurationUpdate { NewName = "local" });

        ImportResult result = Assert.Single(Import(options: new ImportOptions { OnConflict = ImportConflict.Replace, Names = name => name != "x" }), item => item.Configuration?.Id == own.Id);

        Assert.Null(result.Error);
        Assert.Equal(new[] { own.Id, local.Id }.Order(), Second().GetAll().Select(item => item.Id).Order());
        Assert.Equal(new[] { First().Get(own.Id).KeyId!, local.KeyId! }.Order(), _far.Keys.Keys.Order());
        Assert.Equal("local (2)", Second().Get(local.Id).Name);
        Assert.Equal("local (2)", _far.Labels[local.KeyId!].Configuration.Name);
        AssertNothingIsLeft();
    }

    [Fact]
    public void Names_and_providers_can_be_chosen()
    {
        Create(_first, "team-a");
        Create(_first, "private");

        Assert.Equal("team-a", Assert.Single(Import(options: new ImportOptions { Names = name => name.StartsWith("team", StringComparison.Ordinal) })).Configuration!.Name);
        Assert.Empty(Import(options: new ImportOptions { Providers = provider => provider == "groq" }));
        First().Remove([.. First().GetAll().Select(item => item.Id)]);
        Assert.Empty(Import(options: new ImportOptions { Names = name => name == "private" }));
        Assert.Single(Import());
    }

    [Fact]
    public void A_key_that_a_process_of_this_store_is_dropping_is_not_taken_for_a_lost_configuration()
    {
        LlmConfiguration item = Create(_second, "work");
        IReadOnlyList<ImportStep>? steps = null;
        _far.Before = (call, _) =>
        {
            if (call == "Remove" && steps is null)
            {
                steps = Second().PlanImport("Far").Steps;
            }
        };

        Second().Remove([item.Id]);

        Assert.NotNull(steps);
        Assert.Empty(steps);
    }

    [Fact]
    public void A_key_that_a_process_of_this_store_is_writing_is_not_taken_for_a_lost_configuration()
    {
        IReadOnlyList<ImportStep>? steps = null;
        _far.Before = (call, _) =>
        {
            if (call == "Flush" && steps is null)
            {
                steps = [];
                steps = Second().PlanImport("Far").Steps;
            }
        };

        Create(_second, "work");

        Assert.NotNull(steps);
        Assert.Empty(steps);
    }

    [Fact]
    public void What_is_removed_here_between_plan_and_import_is_not_brought_back()
    {
        LlmConfiguration item = Create(_first, "work");
        _ = Import();
        First().Update(item.Id, new ConfigurationUpdate { NewName = "job" });
        LlmConfigRepository second = Second();
        IReadOnlyList<ImportStep> steps = second.PlanImport("Far").Steps;
        Second().Remove([item.Id]);

        Assert.Equal(ImportAction.None, Assert.Single(second.Import(steps)).Action);

        Assert.Empty(Second().GetAll());
    }

    [Fact]
    public void What_got_a_key_of_its_own_between_plan_and_import_is_not_removed()
    {
        LlmConfiguration item = Create(_first, "work");
        _ = Import();
        First().Remove([item.Id]);
        LlmConfigRepository second = Second();
        IReadOnlyList<ImportStep> steps = second.PlanImport("Far").Steps;
        string value = Rotate(_second, item.Id);

        Assert.Equal(ImportAction.None, Assert.Single(second.Import(steps)).Action);

        Assert.Equal(value, _second.ReadKey(item.Id, With));
    }

    [Fact]
    public async Task Imports_that_run_while_the_first_changes_end_with_what_the_first_has()
    {
        using var stop = new CancellationTokenSource();
        var errors = new ConcurrentQueue<string>();
        Task[] readers = [.. Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    foreach (ImportResult result in Import())
                    {
                        if (result.Error is { } error)
                        {
                            errors.Enqueue(error.Message);
                        }
                    }
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))];
        for (int round = 0; round < 12; round++)
        {
            LlmConfiguration item = Create(_first, $"a{round}");
            Rotate(_first, item.Id);
            First().Update(item.Id, new ConfigurationUpdate { NewName = $"b{round}" });
            if (round % 3 == 0)
            {
                First().Remove([item.Id]);
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
        _ = Import();

        Assert.Empty(errors);
        Assert.Equal(First().GetAll().Select(item => (item.Id, item.Name, item.KeyId)).Order(), Second().GetAll().Select(item => (item.Id, item.Name, item.KeyId)).Order());
        Assert.Equal(8, _far.Keys.Count);
        AssertNothingIsLeft();
    }

    [Fact]
    public void An_import_that_dies_at_any_call_leaves_the_old_state_or_the_new_one_and_the_next_one_ends_it()
    {
        int points = 0;
        bool reached = true;
        while (reached)
        {
            using var world = new SharedVaultTests(output);
            reached = world.DieAt(points);
            points++;
        }

        output.WriteLine($"crash points of an import from a shared vault: {points - 1}");
        Console.WriteLine($"crash points of an import from a shared vault: {points - 1}");
        Assert.True(points > 20, $"{points}");
    }

    // Everything at once: a key that this store wrote and drops, a name that is exchanged, one that goes and one that comes.
    private bool DieAt(int point)
    {
        LlmConfiguration a = Create(_second, "a"), b = Create(_first, "b"), c = Create(_first, "c");
        _ = Import(_first);
        _ = Import();
        string value = Rotate(_first, a.Id);
        First().Update(b.Id, new ConfigurationUpdate { NewName = "x" });
        First().Update(a.Id, new ConfigurationUpdate { NewName = "b" });
        First().Remove([c.Id]);
        LlmConfiguration d = Create(_first, "a");
        string before = State();
        int calls = 0;
        bool reached = false;
        void Before()
        {
            if (calls++ >= point)
            {
                reached = true;
                throw new CrashException();
            }
        }

        var files = new FailingFileSystem { Before = (_, _, _) => Before() };
        _far.Before = (_, _) => Before();
        try
        {
            LlmConfigRepository repository = _second.Open(options => With(options) with { Files = files });
            Assert.All(repository.Import(repository.PlanImport("Far").Steps), result => Assert.Null(result.Error));
            Assert.False(reached);
        }
        catch (CrashException)
        {
            Assert.True(reached);
        }

        _far.Before = null;
        Second().Recover();
        string between = State();
        Assert.All(Import(), result => Assert.Null(result.Error));
        string after = State();
        Assert.Contains(between, new[] { before, after });
        Assert.Equal($"a {d.Id}; b {a.Id}; x {b.Id}", after);
        Assert.Equal(value, _second.ReadKey(a.Id, With));
        Second().Recover();
        Assert.Equal(3, _far.Keys.Count);
        AssertNothingIsLeft();
        return reached;

        string State() => string.Join("; ", Second().GetAll().Select(item => $"{item.Name} {item.Id}").Order());
    }

    [Fact]
    public void No_label_and_no_file_holds_a_key()
    {
        Create(_first, "work");
        _ = Import();

        string all = File.ReadAllText(_second.Paths.ConfigFile) + JsonSerializer.Serialize(_far.Labels.Values.Select(label => label.ToProperties()));
        Assert.DoesNotContain("sk-test", all, StringComparison.Ordinal);
    }

    private static LlmConfigOptions With(LlmConfigOptions options, FakeVault vault) => options with { Vaults = new FakeVaults(vault) };

    private LlmConfigOptions With(LlmConfigOptions options) => With(options, _far);

    private LlmConfigRepository First() => _first.Open(With);

    private LlmConfigRepository Second() => _second.Open(With);

    private LlmConfiguration Create(TemporaryStore store, string name) => store.Create(name, TestKey.New(), "Far", store.Open(With));

    private string Rotate(TemporaryStore store, Guid id)
    {
        string value = TestKey.New();
        using ApiKey key = ApiKey.From(value, null);
        store.Open(With).Update(id, new ConfigurationUpdate { Key = key });
        return value;
    }

    private void Relabel(LlmConfiguration item, Func<LlmConfiguration, LlmConfiguration> change) =>
        _far.Labels[item.KeyId!] = new KeyLabel(_far.Labels[item.KeyId!].StoreId, change(item));

    private IReadOnlyList<ImportResult> Import(TemporaryStore? store = null, ImportOptions? options = null)
    {
        LlmConfigRepository repository = (store ?? _second).Open(With);
        return repository.Import(repository.PlanImport("Far", options).Steps);
    }

    private void AssertNothingIsLeft()
    {
        Assert.Empty(_first.Intents);
        Assert.Empty(_second.Intents);
    }

    /// <summary>A vault whose list is empty although it has its keys.</summary>
    private sealed class ShortVault(FakeVault vault) : IKeyVault
    {
        public string Name => vault.Name;

        public bool TakesLabels => true;

        public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation) => vault.Write(keyId, key, label, cancellation);

        public void Flush() => vault.Flush();

        public ApiKey Read(string keyId, CancellationToken cancellation) => vault.Read(keyId, cancellation);

        public void Remove(string keyId, CancellationToken cancellation) => vault.Remove(keyId, cancellation);

        public IReadOnlyList<KeyVaultEntry> List(CancellationToken cancellation) => [];

        public IReadOnlyList<string> ListSecrets(CancellationToken cancellation) => [];

        public void Relabel(string keyId, KeyLabel label, CancellationToken cancellation) => vault.Relabel(keyId, label, cancellation);
    }

    private sealed class OneVault(IKeyVault vault) : IKeyVaultSource
    {
        public VaultChoice? DefaultVault => null;

        public IKeyVault Open(string name) => vault;
    }
}
