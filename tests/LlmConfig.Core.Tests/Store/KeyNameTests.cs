using System.Security;
using System.Text.Json.Nodes;

namespace LlmConfig.Tests;

/// <summary>A configuration may refer to a secret that somebody else keeps in a vault: read at each use, never written, moved or removed.</summary>
public sealed class KeyNameTests : IDisposable
{
    private const string Secret = "MyOpenAI";

    private readonly TemporaryStore _store = new();
    private readonly FakeVault _far = new("Far");
    private readonly FakeVault _near = new("Near");
    private readonly List<string> _calls = [];
    private readonly string _value = TestKey.New();

    public KeyNameTests()
    {
        _far.Keys[Secret] = _value;
        _far.Before = (call, id) => _calls.Add($"{call} {id}".Trim());
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void New_reads_the_secret_once_and_writes_nothing_to_its_vault()
    {
        LlmConfiguration item = Named();

        Assert.Equal((Secret, "Far", null), (item.KeyName, item.Vault, item.KeyStoreId));
        Assert.Equal([$"Read {Secret}"], _calls);
        Assert.Equal(_value, Read(item));
        JsonNode key = JsonNode.Parse(File.ReadAllBytes(_store.Paths.ConfigFile))!["configs"]![0]!["key"]!;
        Assert.Equal((Secret, null, null), ((string?)key["name"], key["id"], key["mark"]));
        Assert.Equal(item, Open().Get("work"));
        AssertUntouched();
    }

    [Fact]
    public void Whoever_keeps_the_secret_rotates_it_there()
    {
        LlmConfiguration item = Named();
        string next = _far.Keys[Secret] = TestKey.New();

        Assert.Equal(next, Read(item));
        using LlmEnvironment environment = Open().GetEnvironment(item.Id);
        Assert.True(environment.KeyUtf8.SequenceEqual(System.Text.Encoding.UTF8.GetBytes(next)));
        using SecureString password = Password();
        byte[] export = Open().Export([item.Id], password);
        using var second = new TemporaryStore();
        string file = Path.Combine(_store.Root, "export.json");
        File.WriteAllBytes(file, export);
        using ImportSource source = ImportSource.FromFile(file, null, password);
        ImportResult imported = Assert.Single(second.Open().Import(source));
        Assert.Null(imported.Configuration!.KeyName);
        Assert.Equal(next, second.ReadKey(imported.Configuration.Id));
    }

    [Fact]
    public void A_wrong_name_is_an_error_at_once_that_says_which_one_is_near()
    {
        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.KeyMissing, "work", () => Named(name: "MyOpenAl"));

        Assert.Equal("The vault 'Far' has no secret 'MyOpenAl'.", error.Problem);
        Assert.StartsWith("Did you mean 'MyOpenAI'?", error.RecommendedAction, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_store.Path));
        Refusal.Of(LlmConfigErrorCode.VaultNotFound, "Nowhere", () => Named(vault: "Nowhere"));
        Assert.False(Directory.Exists(_store.Path));
    }

    [Fact]
    public void A_vault_that_lists_nothing_makes_the_same_error()
    {
        _far.Before = (call, _) =>
        {
            if (call == nameof(IKeyVault.ListSecrets))
            {
                throw FakeVault.Unavailable;
            }
        };

        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.KeyMissing, "work", () => Named(name: "MyOpenAl"));

        Assert.StartsWith("Check -KeyName and -Vault", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llm-api-key-00112233445566778899aabbccddeeff")]
    [InlineData("LLM-API-KEY-00112233445566778899AABBCCDDEEFF")]
    [InlineData("a\u0001b")]
    public void A_name_that_breaks_the_rules_is_refused(string name)
    {
        _far.Keys[name] = _value;

        Refusal.Of(LlmConfigErrorCode.InvalidName, "work", () => Named(name: name));
        Assert.Empty(_calls);
        Refusal.Of(LlmConfigErrorCode.InvalidName, "own", () => Open().Update(_store.Create("own", TestKey.New()).Id, new ConfigurationUpdate { KeyName = name, Vault = "Far" }));
    }

    [Fact]
    public void A_secret_that_is_no_key_is_refused_when_it_is_named_and_when_it_is_used()
    {
        LlmConfiguration item = Named();
        LocalVault local = (LocalVault)Open().BuiltIn;
        local.WriteSecret("table", SealedSecretType.Hashtable, "{}"u8, [], default);
        local.WriteSecret("lines", SealedSecretType.String, "{}"u8, "sk-test\nsecond line"u8, default);

        LlmConfigException table = Refusal.Of(LlmConfigErrorCode.InvalidKey, "other", () => Named("other", "table", "LlmConfig"));
        Assert.StartsWith("The secret 'table' of the vault 'LlmConfig' cannot be used as a key. It is a Hashtable", table.Problem, StringComparison.Ordinal);
        LlmConfigException lines = Refusal.Of(LlmConfigErrorCode.InvalidKey, "other", () => Named("other", "lines", "LlmConfig"));
        Refusal.AssertNowhere("sk-test", lines);
        Edit(entry => entry["key"]!["vault"] = "LlmConfig", entry => entry["key"]!["name"] = "lines");
        Open().Update(item.Id, new ConfigurationUpdate { AcceptHostOf = Open().Get(item.Id) });
        Refusal.Of(LlmConfigErrorCode.InvalidKey, "work", () => Open().GetKey(item.Id));
    }

    [Theory]
    [InlineData(SealedSecretType.String)]
    [InlineData(SealedSecretType.SecureString)]
    public void A_secret_that_people_put_into_the_built_in_vault_serves(SealedSecretType type)
    {
        _store.Create("first", TestKey.New());
        ((LocalVault)Open().BuiltIn).WriteSecret("Mine", type, "{}"u8, System.Text.Encoding.UTF8.GetBytes(_value), default);

        LlmConfiguration item = Named(name: "mine", vault: "LlmConfig");

        Assert.Equal(_value, Read(item));
        Assert.DoesNotContain(Open().Check(), result => result.Status != CheckStatus.Ok);
        Open().Remove([item.Id]);
        Assert.Equal(2, _store.Sealed.Length);
        Assert.Contains("Mine", Open().BuiltIn.ListSecrets(default));
    }

    [Fact]
    public void A_doubt_about_the_key_is_a_warning()
    {
        _far.Keys[Secret] = "sk-ant-api03-" + new string('k', 40) + "7Q";

        Named();

        Assert.Contains("looks like one of Anthropic", Assert.Single(_store.Warnings, warning => warning.Target == "work").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_and_a_name_exclude_each_other()
    {
        using ApiKey key = ApiKey.From(TestKey.New(), "work");

        Refusal.Of(LlmConfigErrorCode.InvalidArgument, "work", () => Open().Create(new NewConfiguration { Name = "work", Provider = "openai", Key = key, KeyName = Secret, Vault = "Far" }));
        LlmConfiguration item = Named();
        Refusal.Of(LlmConfigErrorCode.InvalidArgument, "work", () => Open().Update(item.Id, new ConfigurationUpdate { Key = key, KeyName = "Other" }));
        Refusal.Of(LlmConfigErrorCode.InvalidArgument, "work", () => Open().Update(item.Id, new ConfigurationUpdate { RemoveKey = true, KeyName = "Other" }));
        AssertUntouched();
    }

    [Fact]
    public void A_name_takes_the_place_of_an_own_key_which_goes()
    {
        LlmConfiguration own = _store.Create("work", TestKey.New(), "Near", Open());
        Assert.Single(_near.Keys);

        LlmConfiguration item = Open().Update(own.Id, new ConfigurationUpdate { KeyName = Secret, Vault = "Far" });

        Assert.Equal((Secret, "Far"), (item.KeyName, item.Vault));
        Assert.Equal(_value, Read(item));
        Assert.Empty(_near.Keys);
        AssertUntouched();

        _far.Keys["Second"] = TestKey.New();
        Assert.Equal(("Second", "Far"), Open().Update(item.Id, new ConfigurationUpdate { KeyName = "Second" }) is var second ? (second.KeyName, second.Vault) : default);
        AssertUntouched();
    }

    [Fact]
    public void A_new_key_takes_the_place_of_the_secret_which_stays()
    {
        LlmConfiguration item = Named();
        string value = TestKey.New();
        using ApiKey key = ApiKey.From(value, "work");

        LlmConfiguration own = Open().Update(item.Id, new ConfigurationUpdate { Key = key });

        // Its vault was chosen for the secret; a key of its own goes where new keys go.
        Assert.Equal((null, "LlmConfig"), (own.KeyName, own.Vault));
        Assert.Equal(value, Read(own));
        AssertUntouched();
    }

    [Fact]
    public void A_secret_that_stays_is_asked_about_before_it_goes_to_another_host()
    {
        LlmConfiguration item = Named();

        Assert.True(new ConfigurationUpdate { BaseUrl = "https://other.example/v1", KeyName = Secret }.SendsKeptKeyElsewhere(item));
        Assert.False(new ConfigurationUpdate { BaseUrl = "https://other.example/v1", KeyName = "Other" }.SendsKeptKeyElsewhere(item));
    }

    [Fact]
    public void The_secret_is_not_moved()
    {
        LlmConfiguration item = Named();

        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.InvalidArgument, "work", () => Open().Update(item.Id, new ConfigurationUpdate { Vault = "Near" }));

        Assert.Contains("somebody else keeps", error.Problem, StringComparison.Ordinal);
        Assert.Equal(item, Open().Update(item.Id, new ConfigurationUpdate { Vault = "far" }));
        Assert.Empty(_near.Keys);
        AssertUntouched();
    }

    [Fact]
    public void Removing_the_key_or_the_configuration_leaves_the_secret()
    {
        LlmConfiguration item = Named();
        LlmConfiguration without = Open().Update(item.Id, new ConfigurationUpdate { RemoveKey = true });
        Assert.Equal((null, null), (without.KeyName, without.Vault));
        AssertUntouched();

        Assert.Null(Assert.Single(Open().Remove([item.Id])).Error);
        Assert.Null(Assert.Single(Open().Remove([Named().Id], keepKeys: true)).Error);
        AssertUntouched();
        Assert.Empty(Open().GetAll());
    }

    [Fact]
    public void Two_configurations_may_use_one_secret_and_no_other_change_touches_it()
    {
        LlmConfiguration item = Named();
        Named("second", Secret, "Far");
        LlmConfigRepository repository = Open();

        repository.Update(item.Id, new ConfigurationUpdate { NewName = "renamed", Model = "m", AsDefault = true });
        repository.Update(item.Id, new ConfigurationUpdate { BaseUrl = "https://gateway.example/v1" });
        Assert.Equal(_value, Read(item));
        repository.Recover();
        repository.RotateMasterKey();
        Assert.Equal(_value, Read(item));
        _ = repository.Repair(repository.PlanRepair(["Far"]), _ => true).ToList();
        repository.Remove([item.Id]);
        Assert.Equal(_value, Read(Open().Get("second")));
        AssertUntouched();
        Assert.DoesNotContain(_store.Warnings, warning => warning.Message.Contains("have the same key", StringComparison.Ordinal));
    }

    [Fact]
    public void A_check_reads_the_secret_and_never_calls_it_an_orphan()
    {
        LlmConfiguration item = Named();
        CheckResult[] results = [.. Open().Check(maximumKeyAge: TimeSpan.Zero)];
        Assert.DoesNotContain(results, result => result.Status != CheckStatus.Ok);
        Assert.Contains(results, result => result is { Check: "Key", Target: "work" } && result.Message.Contains(Secret, StringComparison.Ordinal));

        _far.Keys.Clear();
        CheckResult missing = Assert.Single(Open().Check([item.Id]), result => result.Check == "Key");
        Assert.Equal((CheckStatus.Error, "The vault 'Far' has no secret 'MyOpenAI'."), (missing.Status, missing.Message));
        Assert.DoesNotContain(Open().PlanRepair().Steps, step => step.Check is "Key" or "Orphan" or "Label");
    }

    [Fact]
    public void A_secret_that_is_gone_is_an_error_at_use_that_names_it()
    {
        LlmConfiguration item = Named();
        _far.Keys.Clear();

        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.KeyMissing, "work", () => Open().GetKey(item.Id));

        Assert.Equal("The vault 'Far' has no secret 'MyOpenAI'.", error.Problem);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("vault")]
    [InlineData("id")]
    public void A_forged_name_vault_or_id_gets_no_key(string field)
    {
        LlmConfiguration item = Named();
        _far.Keys["Database"] = TestKey.New();
        _near.Keys[Secret] = TestKey.New();
        string foreign = TestKey.NewId();
        _far.Keys[foreign] = TestKey.New();
        Edit(entry =>
        {
            JsonObject key = entry["key"]!.AsObject();
            if (field == "id")
            {
                key.Remove("name");
            }

            key[field] = field switch { "name" => "Database", "vault" => "Near", _ => foreign };
        });

        Refusal.Of(LlmConfigErrorCode.HostMismatch, "work", () => Open().GetKey(item.Id));
        using ApiKey next = ApiKey.From(TestKey.New(), "work");
        Refusal.Of(LlmConfigErrorCode.HostMismatch, "work", () => Open().Update(item.Id, new ConfigurationUpdate { Key = next }));
        _ = Open().Remove([item.Id]);
        Assert.True(_far.Keys.ContainsKey(foreign) && _far.Keys.ContainsKey("Database") && _near.Keys.ContainsKey(Secret));
    }

    [Fact]
    public void The_name_of_a_secret_in_the_place_of_an_own_key_gets_no_key()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        Edit(entry =>
        {
            entry["key"]!.AsObject().Remove("id");
            entry["key"]!["name"] = Secret;
        });

        Refusal.Of(LlmConfigErrorCode.HostMismatch, "work", () => Open().GetKey(item.Id));
        Refusal.Of(LlmConfigErrorCode.HostMismatch, "work", () => Open().GetEnvironment(item.Id));
    }

    [Theory]
    [InlineData("\"name\": \"llm-api-key-00112233445566778899aabbccddeeff\"")]
    [InlineData("\"name\": \"MyOpenAI\", \"id\": \"llm-api-key-00112233445566778899aabbccddeeff\"")]
    [InlineData("\"name\": \"MyOpenAI\", \"store\": \"7c9e6679-7425-40de-944b-e07fc1f90ae7\"")]
    [InlineData("\"name\": \"\"")]
    [InlineData("\"name\": 5")]
    [InlineData("\"name\": null")]
    public void A_file_with_a_name_that_breaks_the_rules_is_damaged(string name)
    {
        Named();
        string text = File.ReadAllText(_store.Paths.ConfigFile).Replace("\"name\": \"MyOpenAI\"", name, StringComparison.Ordinal);
        File.WriteAllText(_store.Paths.ConfigFile, text);
        File.WriteAllText(_store.Paths.Backup, text);

        Refusal.Of(LlmConfigErrorCode.StoreCorrupt, _store.Paths.ConfigFile, () => Open().GetAll());
    }

    [Fact]
    public void A_secret_that_cannot_be_read_stops_its_own_change_alone_and_its_vault_is_asked_once()
    {
        _far.Before = (call, id) =>
        {
            _calls.Add($"{call} {id}");
            throw FakeVault.Unavailable;
        };
        _near.Keys["Near"] = TestKey.New();

        IReadOnlyList<ChangeResult> results = Open().Create(
        [
            new NewConfiguration { Name = "a", Provider = "openai", KeyName = "a", Vault = "Far" },
            new NewConfiguration { Name = "b", Provider = "openai", KeyName = "b", Vault = "Far" },
            new NewConfiguration { Name = "c", Provider = "openai", KeyName = "Near", Vault = "Near" },
        ]);

        Assert.Equal(["a", "b", null], results.Select(result => result.Error?.Target));
        Assert.Equal(["Read a"], _calls);
        Assert.Equal("c", Assert.Single(Open().GetAll()).Name);
    }

    [Fact]
    public void An_import_into_a_store_that_has_the_name_keeps_the_reference()
    {
        using var other = new TemporaryStore();
        other.Create("work", TestKey.New(), "Far", other.Open(With));
        LlmConfiguration mine = Named();

        IReadOnlyList<ImportResult> results = Open().Import(Open().PlanImport("Far", new ImportOptions { OnConflict = ImportConflict.Replace }).Steps);

        ImportResult result = Assert.Single(results);
        Assert.Equal("work (2)", result.RenamedConfiguration!.Name);
        Assert.Equal(Secret, Open().Get(mine.Id).KeyName);
        Assert.Equal(_value, Read(mine));
    }

    private LlmConfiguration Named(string name, string secret, string vault) =>
        Open().Create(new NewConfiguration { Name = name, Provider = "openai", KeyName = secret, Vault = vault });

    private LlmConfiguration Named(string? name = null, string? vault = null) => Named("work", name ?? Secret, vault ?? "Far");

    private string Read(LlmConfiguration item) => _store.ReadKey(item.Id, With);

    private void Edit(params Action<JsonObject>[] changes)
    {
        JsonObject file = JsonNode.Parse(File.ReadAllBytes(_store.Paths.ConfigFile))!.AsObject();
        Assert.All(changes, change => change(file["configs"]![0]!.AsObject()));
        File.WriteAllText(_store.Paths.ConfigFile, file.ToJsonString());
        File.Copy(_store.Paths.ConfigFile, _store.Paths.Backup, overwrite: true);
    }

    private static SecureString Password()
    {
        var password = new SecureString();
        foreach (char c in "eight or more")
        {
            password.AppendChar(c);
        }

        return password;
    }

    // What somebody else keeps was neither written, labelled nor removed, and no intent is left.
    private void AssertUntouched()
    {
        Assert.Equal(_value, _far.Keys[Secret]);
        Assert.Empty(_far.Labels);
        Assert.DoesNotContain(_calls, call => call.StartsWith("Write", StringComparison.Ordinal) || call.StartsWith("Remove", StringComparison.Ordinal) || call.StartsWith("Relabel", StringComparison.Ordinal));
        Assert.Empty(_store.Intents);
    }

    private LlmConfigRepository Open() => _store.Open(With);

    private LlmConfigOptions With(LlmConfigOptions options) => options with { Vaults = new FakeVaults(_far, _near) };
}
