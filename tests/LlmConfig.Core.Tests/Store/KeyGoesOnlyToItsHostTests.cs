using System.Security;
using System.Text.Json.Nodes;

namespace LlmConfig.Tests;

/// <summary>Whoever can write the file, its backup or a label, but has no master key, can make no key go elsewhere.</summary>
[Collection(nameof(AloneCollection))]
public sealed class KeyGoesOnlyToItsHostTests : IDisposable
{
    private const string TrueHost = "https://api.openai.com:443";
    private const string ForgedHost = "https://forged.example:443";

    private static readonly Dictionary<string, Action<JsonObject>> Changes = new()
    {
        ["the base URL"] = file => Work(file)["baseUrl"] = "https://forged.example/v1",
        ["the base URL, to plain http"] = file => Work(file)["baseUrl"] = "http://api.openai.com/v1",
        ["the base URL and the host that the seal says"] = file =>
        {
            Work(file)["baseUrl"] = "https://forged.example/v1";
            Work(file)["key"]!["host"] = ForgedHost;
        },
        ["the provider"] = file => Work(file)["provider"] = "groq",
        ["the provider, at the same host"] = file =>
        {
            Work(file)["provider"] = "groq";
            Work(file)["baseUrl"] = "https://api.openai.com/v1";
        },
        ["the header style"] = file => Work(file)["useAuthHeader"] = false,
        ["another entry's key"] = file => Work(file)["key"]!["id"] = Other(file)["key"]!["id"]!.DeepClone(),
        ["another entry's key, host and seal"] = file =>
        {
            JsonNode key = Other(file)["key"]!.DeepClone();
            Other(file)["key"] = Work(file)["key"]!.DeepClone();
            Work(file)["key"] = key;
        },
        ["the vault"] = file => Work(file)["key"]!["vault"] = "Far",
        ["the store of the key"] = file => Work(file)["key"]!["store"] = Guid.NewGuid().ToString("D"),
        ["the id"] = file =>
        {
            Work(file)["id"] = Guid.NewGuid().ToString("D");
            file.Remove("default");
        },
        ["no seal"] = file => Work(file)["key"]!.AsObject().Remove("seal"),
        ["no host"] = file => Work(file)["key"]!.AsObject().Remove("host"),
        ["the seal of another entry"] = file =>
        {
            Work(file)["key"]!["host"] = Other(file)["key"]!["host"]!.DeepClone();
            Work(file)["key"]!["seal"] = Other(file)["key"]!["seal"]!.DeepClone();
        },
    };

    private readonly TemporaryStore _store = new();
    private readonly FakeVault _far = new("Far");
    private readonly LlmConfiguration _work;
    private readonly string _value = TestKey.New();

    public KeyGoesOnlyToItsHostTests()
    {
        _work = _store.Create("work", _value, null, Open());
        using ApiKey key = ApiKey.From(TestKey.New(), "other");
        Open().Create(new NewConfiguration { Name = "other", Provider = "openai-compatible", BaseUrl = "https://other.example/v1", Key = key });
    }

    public static TheoryData<string> AllChanges => [.. Changes.Keys];

    public void Dispose() => _store.Dispose();

    [Theory]
    [MemberData(nameof(AllChanges))]
    public void What_was_changed_in_the_file_gets_no_key_at_any_door(string change)
    {
        _far.Keys[_work.KeyId!] = _value;
        Edit(Changes[change]);
        LlmConfiguration item = Open().Get("work");

        Refuse(() => Open().GetKey(item.Id));
        Refuse(() => Open().GetKey(item));
        Refuse(() => Open().GetEnvironment(item.Id));
        using SecureString password = Password();
        Refuse(() => Open().Export([item.Id], password));
        using ApiKey key = ApiKey.From(TestKey.New(), "work");
        Refuse(() => Open().Update(item.Id, new ConfigurationUpdate { Key = key }));
        Refuse(() => Open().Update(item.Id, new ConfigurationUpdate { Vault = item.Vault == "Far" ? "LlmConfig" : "Far" }));
        Assert.Equal(OnlineOutcome.NoKey, Assert.Single(Open().CheckOnline([item.Id])).Outcome);
        CheckResult found = Open().Check().First(result => result is { Check: "Host", Target: "work" });
        Assert.Equal((CheckStatus.Error, KeySeals.Remedy), (found.Status, found.Remedy));
    }

    [Fact]
    public void The_error_names_both_hosts()
    {
        Edit(Changes["the base URL"]);

        LlmConfigException error = Refuse(() => Open().GetKey(_work.Id));

        Assert.Contains(TrueHost, error.Problem, StringComparison.Ordinal);
        Assert.Contains(ForgedHost, error.Problem, StringComparison.Ordinal);
        Assert.Contains("Set-LlmConfig -AcceptHost", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(error.Problem, Open().GetHostProblem(Open().Get("work")));
        Refusal.AssertNowhere(_value, error);
    }

    [Fact]
    public void A_forged_backup_in_the_place_of_the_file_gets_no_key_and_neither_does_what_is_restored_from_it()
    {
        Edit(Changes["the base URL"]);
        File.Move(_store.Paths.ConfigFile, _store.Paths.Backup, overwrite: true);

        Refuse(() => Open().GetKey(_work.Id));
        LlmConfigRepository repository = Open();
        _ = repository.Repair(repository.PlanRepair(), _ => true).ToList();
        Refuse(() => Open().GetKey(_work.Id));
    }

    [Fact]
    public void An_entry_that_was_doubled_under_another_id_gets_no_key_and_the_true_one_does()
    {
        Edit(file =>
        {
            JsonNode twin = Work(file).DeepClone();
            twin["id"] = Guid.NewGuid().ToString("D");
            twin["name"] = "twin";
            twin["baseUrl"] = "https://forged.example/v1";
            file["configs"]!.AsArray().Add(twin);
        });

        Refusal.Of(LlmConfigErrorCode.HostMismatch, "twin", () => Open().GetKey(Open().Get("twin").Id));
        Assert.Equal(_value, _store.ReadKey(_work.Id, With));
    }

    [Fact]
    public void A_rename_works_and_seals_nothing_and_the_label_keeps_the_true_host()
    {
        Edit(Changes["the base URL"]);

        LlmConfiguration after = Open().Update(_work.Id, new ConfigurationUpdate { NewName = "job", Model = "m" });

        Assert.Equal(("job", "m", _work.Seal), (after.Name, after.Model, after.Seal));
        Refusal.Of(LlmConfigErrorCode.HostMismatch, "job", () => Open().GetKey(_work.Id));
        Assert.Null(LabelOf(after).ExplicitBaseUrl);
    }

    [Fact]
    public void A_repair_does_not_write_the_forged_host_into_the_label()
    {
        Edit(Changes["the base URL"]);
        LlmConfigRepository repository = Open();

        List<RepairResult> done = [.. repository.Repair(repository.PlanRepair(), _ => true)];

        Assert.Contains(done, result => result is { Check: "Host", Changed: false, Target: "work", Status: CheckStatus.Error });
        Assert.Null(LabelOf(_work).ExplicitBaseUrl);
        Refuse(() => Open().GetKey(_work.Id));
    }

    [Fact]
    public void Accepted_the_key_goes_to_the_new_host_and_the_label_says_so()
    {
        Edit(Changes["the base URL"]);

        LlmConfiguration after = Open().Update(_work.Id, new ConfigurationUpdate { AcceptHostOf = Open().Get("work") });

        Assert.Equal(ForgedHost, after.Seal!.Host);
        Assert.Equal(_value, _store.ReadKey(_work.Id, With));
        Assert.Equal("https://forged.example/v1", LabelOf(after).ExplicitBaseUrl);
        Assert.DoesNotContain(Open().Check(), result => result.Status != CheckStatus.Ok && result.Check != "Protector");
        Assert.Empty(_store.Intents);
    }

    [Theory]
    [InlineData("the base URL, to plain http", "http://api.openai.com:80")]
    [InlineData("another entry's key", "the provider, header style or key is another")]
    [InlineData("the provider", "the provider, header style or key is another")]
    [InlineData("the header style", "the provider, header style or key is another")]
    public void What_changes_between_the_question_and_the_commit_was_not_accepted(string change, string said)
    {
        Edit(Changes["the base URL"]);
        LlmConfiguration shown = Open().Get("work");
        string asked = shown.BaseUrl!;
        Edit(Changes[change]);

        LlmConfigException error = Refuse(() => Open().Update(_work.Id, new ConfigurationUpdate { AcceptHostOf = shown, BaseUrl = asked }));

        Assert.Contains(ForgedHost, error.Problem, StringComparison.Ordinal);
        Assert.Contains(said, error.Problem, StringComparison.Ordinal);
        Refuse(() => Open().GetKey(_work.Id));
        Assert.Equal(2, _store.Sealed.Length);
    }

    [Fact]
    public void The_true_values_can_be_put_back_with_a_command_and_nothing_is_to_be_accepted()
    {
        Edit(Changes["the base URL"]);
        Assert.Equal(_work.Seal, Open().Update(_work.Id, new ConfigurationUpdate { BaseUrl = "https://api.openai.com/v1" }).Seal);
        Assert.Equal(_value, _store.ReadKey(_work.Id, With));

        Edit(Changes["the header style"]);
        Open().Update(_work.Id, new ConfigurationUpdate { UseAuthHeader = true });
        Assert.Equal(_value, _store.ReadKey(_work.Id, With));
    }

    [Fact]
    public void What_decides_nothing_can_be_edited_by_hand()
    {
        Edit(file =>
        {
            Work(file)["name"] = "job";
            Work(file)["model"] = "m";
            Work(file)["baseUrl"] = "https://API.openai.com:443/v2";
            JsonObject more = Work(file).DeepClone().AsObject();
            more.Remove("key");
            more["id"] = Guid.NewGuid().ToString("D");
            more["name"] = "by hand";
            file["configs"]!.AsArray().Add(more);
        });

        Assert.Equal(_value, _store.ReadKey(_work.Id, With));
        Assert.DoesNotContain(Open().Check(), result => result is { Check: "Host", Status: not CheckStatus.Ok });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void A_store_that_does_not_know_its_vault_takes_no_new_key_until_somebody_accepts_it(string? seal)
    {
        Edit(file => file["seal"] = seal);
        using ApiKey key = ApiKey.From(TestKey.New(), null);

        Assert.Equal(_value, _store.ReadKey(_work.Id, With));
        Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "new", () => _store.Create("new", TestKey.New()));
        Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "work", () => Open().Update(_work.Id, new ConfigurationUpdate { Key = key }));
        Assert.Single(_store.Sealed, path => path == _store.VaultPaths.Sealed(_work.KeyId!));

        Open().Update(_work.Id, new ConfigurationUpdate { AcceptHostOf = Open().Get("work") });
        _store.Create("new", TestKey.New());
    }

    [Fact]
    public void Where_the_whole_vault_is_gone_no_new_one_is_made_before_somebody_accepts_it()
    {
        string aside = _store.Paths.Vault + ".aside";
        Directory.Move(_store.Paths.Vault, aside);
        IReadOnlyList<string> before = StoreSnapshot.Of(_store.Paths.Folder);

        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "new", () => _store.Create("new", TestKey.New()));
        Assert.Contains("is gone", error.Problem, StringComparison.Ordinal);
        using ApiKey key = ApiKey.From(TestKey.New(), null);
        Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "work", () => Open().Update(_work.Id, new ConfigurationUpdate { Key = key }));
        Assert.Equal(before, StoreSnapshot.Of(_store.Paths.Folder));

        // Put back, nothing is lost; a store without keys makes its vault as before.
        Directory.Move(aside, _store.Paths.Vault);
        Assert.Equal(_value, _store.ReadKey(_work.Id, With));
        Directory.Delete(_store.Paths.Vault, recursive: true);
        Open().Update(_work.Id, new ConfigurationUpdate { AcceptHostOf = Open().Get("work") });
        _store.Create("new", TestKey.New());
    }

    [Fact]
    public void A_vault_that_was_exchanged_for_a_known_one_takes_no_new_key()
    {
        using var known = new TemporaryStore();
        known.Create("known", TestKey.New());
        File.Copy(known.VaultPaths.Header, _store.VaultPaths.Header, overwrite: true);
        File.Copy(known.MasterKeyFile, Path.Combine(_store.Paths.Vault, Path.GetFileName(known.MasterKeyFile)));

        Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "new", () => _store.Create("new", TestKey.New()));
        using ApiKey key = ApiKey.From(TestKey.New(), null);
        Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "work", () => Open().Update(_work.Id, new ConfigurationUpdate { Key = key }));
        Assert.Equal(2, _store.Sealed.Length);
    }

    [Fact]
    public void A_key_is_found_again_by_a_repair_only_where_its_own_label_says_the_same_place()
    {
        Edit(file => Work(file)["key"]!["id"] = TestKey.NewId());
        LlmConfigRepository repository = Open();
        Assert.True(Assert.Single(repository.Repair(repository.PlanRepair(), _ => true)).Changed);
        Assert.Equal(_value, _store.ReadKey(_work.Id, With));

        Edit(file =>
        {
            Work(file)["key"]!["id"] = TestKey.NewId();
            Work(file)["baseUrl"] = "https://forged.example/v1";
        });
        repository = Open();
        Assert.DoesNotContain(repository.Repair(repository.PlanRepair(), step => !step.RemovesKey).ToList(), result => result.Changed);
        Refusal.Of(LlmConfigErrorCode.KeyMissing, "work", () => Open().GetKey(_work.Id));
        Assert.True(File.Exists(_store.VaultPaths.Sealed(_work.KeyId!)));
    }

    private static JsonObject Work(JsonObject file) => file["configs"]![0]!.AsObject();

    private static JsonObject Other(JsonObject file) => file["configs"]![1]!.AsObject();

    private static SecureString Password()
    {
        var password = new SecureString();
        foreach (char c in "eight or more")
        {
            password.AppendChar(c);
        }

        return password;
    }

    private static LlmConfigException Refuse(Action act) => Refusal.Of(LlmConfigErrorCode.HostMismatch, "work", act);

    private void Edit(Action<JsonObject> change)
    {
        JsonObject file = JsonNode.Parse(File.ReadAllBytes(_store.Paths.ConfigFile))!.AsObject();
        change(file);
        File.WriteAllText(_store.Paths.ConfigFile, file.ToJsonString());
        File.Copy(_store.Paths.ConfigFile, _store.Paths.Backup, overwrite: true);
    }

    private LlmConfiguration LabelOf(LlmConfiguration item) =>
        Open().BuiltIn.List(default).Single(entry => entry.KeyId == item.KeyId).Label!.Configuration;

    private LlmConfigRepository Open() => _store.Open(With);

    private LlmConfigOptions With(LlmConfigOptions options) => options with { Vaults = new FakeVaults(_far) };
}
