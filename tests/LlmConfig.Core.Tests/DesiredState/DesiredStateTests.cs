using System.Text;

namespace LlmConfig.Tests;

/// <summary>A store is brought to a state that a file describes: what is missing is found, named and mended, and nothing else is touched.</summary>
public sealed class DesiredStateTests : IDisposable
{
    private const string Full = """
        {"name": "work", "provider": "openai", "baseUrl": "https://gateway.example/v1", "useAuthHeader": true, "model": "gpt-5", "organization": "org-a",
         "project": "proj_a", "apiVersion": "2024-10-21", "headers": {"X-Team": "blue"}, "description": "for all", "tags": ["eu", "ci"], "owner": "ops",
         "keyExpires": "2031-02-03T04:05:06Z", "isDefault": true, "vault": "LlmConfig", "apiKeyFromFile": "key.txt"}
        """;

    private readonly TemporaryStore _store = new(inMemory: true);
    private readonly string _key = TestKey.New();

    public DesiredStateTests() => File.WriteAllText(Path.Combine(_store.Root, "key.txt"), _key + "\n");

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_store_is_made_as_described_and_the_second_run_writes_nothing()
    {
        string state = Describe(Full, """{"name": "local", "provider": "ollama"}""");

        IReadOnlyList<DesiredStep> first = Apply(state);
        IReadOnlyList<string> before = StoreSnapshot.Of(_store.Path);
        IReadOnlyList<DesiredStep> second = Apply(state);

        Assert.All(first, step => Assert.Equal((ImportAction.Create, true), (step.Action, step.Changed)));
        Assert.All(second, step => Assert.Equal((ImportAction.None, false), (step.Action, step.Changed)));
        Assert.Equal(before, StoreSnapshot.Of(_store.Path));
        LlmConfiguration work = _store.Open().Get("work");
        Assert.Equal(_key, _store.ReadKey(work.Id));
        Assert.Equal(
            ("openai", "https://gateway.example/v1", true, "gpt-5", "org-a", "2024-10-21", "for all", "ops", true, "machines"),
            (work.Provider, work.BaseUrl, work.UseAuthHeader, work.Model, work.Organization, work.ApiVersion, work.Description, work.Owner, work.IsDefault, work.ManagedBy));
        Assert.Equal(new DateTime(2031, 2, 3, 4, 5, 6, DateTimeKind.Utc), work.ExpiresAt);
    }

    public static TheoryData<string, ConfigurationUpdate> Drifts => new()
    {
        { "provider", new() { Provider = "groq" } },
        { "baseUrl", new() { BaseUrl = "https://other.example/v1" } },
        { "useAuthHeader", new() { UseAuthHeader = false } },
        { "model", new() { Model = "gpt-4" } },
        { "organization", new() { Details = new() { Organization = "org-b" } } },
        { "project", new() { Details = new() { Project = string.Empty } } },
        { "apiVersion", new() { Details = new() { ApiVersion = "2020-01-01" } } },
        { "headers", new() { Details = new() { Headers = new Dictionary<string, string> { ["X-Team"] = "red" } } } },
        { "description", new() { Details = new() { Description = "for some" } } },
        { "tags", new() { Details = new() { Tags = ["eu"] } } },
        { "owner", new() { Details = new() { Owner = "dev" } } },
        { "keyExpires", new() { Details = new() { ExpiresAt = DateTime.MaxValue } } },
        { "isDefault", new() { AsDefault = false } },
    };

    [Theory]
    [MemberData(nameof(Drifts))]
    public void A_field_that_drifted_is_named_and_mended(string property, ConfigurationUpdate drift)
    {
        string state = Describe(Full);
        Apply(state);
        LlmConfigRepository repository = _store.Open();

        // A key that goes elsewhere is accepted by who changes it.
        LlmConfiguration item = repository.Get("work");
        repository.Update(item.Id, drift with { AcceptHostOf = drift.BaseUrl is null && drift.Provider is null && drift.UseAuthHeader is null ? null : item });
        string mended = Describe(Full.Replace("{\"name\"", "{\"acceptHost\": true, \"name\"", StringComparison.Ordinal));

        DesiredStep step = Assert.Single(Plan(mended).Steps);

        Assert.Equal((ImportAction.Update, null), (step.Action, step.Error));
        Assert.Equal([property], step.Differences);
        Assert.True(Assert.Single(Apply(mended)).Changed);
        Assert.True(Plan(state).IsInDesiredState);
        Assert.Equal(_key, _store.ReadKey(item.Id));
    }

    [Fact]
    public void Another_key_is_a_difference_that_says_no_more_and_a_lost_one_is_given_back()
    {
        string state = Describe(Full);
        Apply(state);
        File.WriteAllText(Path.Combine(_store.Root, "key.txt"), TestKey.New());

        DesiredStep step = Assert.Single(Plan(state).Steps);
        Assert.Equal(["apiKey"], step.Differences);
        Assert.DoesNotContain("sk-test", step.ToString(), StringComparison.Ordinal);
        Assert.True(Assert.Single(Apply(state)).Changed);
        Assert.NotEqual(_key, _store.ReadKey(_store.Open().Get("work").Id));
        Assert.Single(_store.Sealed);

        File.Delete(Assert.Single(_store.Sealed));
        Assert.Equal(["apiKey"], Assert.Single(Apply(state)).Differences);
        Assert.True(Plan(state).IsInDesiredState);
    }

    [Fact]
    public void A_key_that_is_kept_goes_to_another_host_only_where_that_is_said()
    {
        Apply(Describe("""{"name": "work", "provider": "openai", "apiKeyFromFile": "key.txt"}"""));

        DesiredStep refused = Assert.Single(Apply(Describe("""{"name": "work", "baseUrl": "https://other.example/v1"}""")));
        Assert.Equal(LlmConfigErrorCode.HostMismatch, refused.Error?.Code);
        Assert.Contains("api.openai.com", refused.Error!.Problem, StringComparison.Ordinal);
        Assert.Equal("api.openai.com", _store.Open().Get("work").Host);

        Assert.True(Assert.Single(Apply(Describe("""{"name": "work", "baseUrl": "https://other.example/v1", "acceptHost": true}"""))).Changed);
        Assert.Equal(_key, _store.ReadKey(_store.Open().Get("work").Id));
    }

    [Fact]
    public void A_host_that_somebody_wrote_into_the_file_is_put_back_without_a_question()
    {
        string state = Describe("""{"name": "work", "provider": "openai", "baseUrl": "https://good.example/v1", "apiKeyFromFile": "key.txt"}""");
        Apply(state);
        foreach (string file in new[] { _store.Paths.ConfigFile, _store.Paths.Backup })
        {
            File.WriteAllText(file, File.ReadAllText(file).Replace("https://good.example/v1", "https://evil.example/v1", StringComparison.Ordinal));
        }

        Assert.Equal(["baseUrl"], Assert.Single(Plan(state).Steps).Differences);
        Assert.Null(Assert.Single(Apply(state)).Error);
        Assert.Equal(_key, _store.ReadKey(_store.Open().Get("work").Id));
    }

    [Fact]
    public void Exact_removes_what_the_same_state_made_and_nothing_else()
    {
        _store.Create("by hand", TestKey.New());
        Apply(Describe("""{"name": "a", "provider": "openai", "apiKeyFromFile": "key.txt"}""", """{"name": "b", "provider": "ollama"}"""));
        Apply(Describe("other machines", """{"name": "c", "provider": "ollama"}"""));
        string less = Describe("""{"name": "b", "provider": "ollama"}""", """{"name": "by hand", "model": "m"}""");

        Assert.DoesNotContain(Plan(less).Steps, step => step.Action == ImportAction.Remove);
        IReadOnlyList<DesiredStep> steps = Apply(less, isExact: true);

        Assert.Equal([("a", ImportAction.Remove), ("b", ImportAction.None), ("by hand", ImportAction.Update)], steps.Select(step => (step.Name, step.Action)));
        Assert.Equal(["by hand", "b", "c"], _store.Open().GetAll().Select(item => item.Name));
        Assert.Single(_store.Sealed);
        Assert.True(Plan(less, isExact: true).IsInDesiredState);
        Apply(Describe("""{"name": "b", "provider": "ollama"}"""), isExact: true);
        Assert.Equal(["by hand", "b", "c"], _store.Open().GetAll().Select(item => item.Name));
    }

    [Fact]
    public void An_export_does_not_carry_who_made_it()
    {
        Apply(Describe("""{"name": "a", "provider": "ollama"}"""));
        LlmConfigRepository repository = _store.Open();

        Assert.DoesNotContain("machines", Encoding.UTF8.GetString(repository.Export([repository.Get("a").Id])), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_fails_does_not_stop_the_others()
    {
        IReadOnlyList<DesiredStep> steps = Apply(Describe(
            """{"name": "a", "provider": "openai", "apiKeyFromFile": "no such file"}""",
            """{"name": "b", "provider": "nobody"}""",
            """{"name": "c"}""",
            """{"name": "d", "provider": "openai", "apiKeyFromCommand": "rm -rf ."}""",
            """{"name": "e", "provider": "openai", "vault": "Nowhere", "apiKeyFromFile": "key.txt"}""",
            """{"name": "f", "provider": "ollama", "baseUrl": "http://far.example"}""",
            """{"name": "good", "provider": "ollama"}"""));

        Assert.Equal(
            [LlmConfigErrorCode.InvalidKey, LlmConfigErrorCode.UnknownProvider, LlmConfigErrorCode.UnknownProvider, LlmConfigErrorCode.InvalidArgument, LlmConfigErrorCode.VaultNotFound, LlmConfigErrorCode.InsecureBaseUrl, null],
            steps.Select(step => step.Error?.Code));
        Assert.All(steps.Where(step => step.Error is not null), step => Refusal.AssertHasRemedy(step.Error!));
        Assert.Equal(["good"], _store.Open().GetAll().Select(item => item.Name));
    }

    [Fact]
    public void A_command_is_run_only_where_that_is_allowed()
    {
        string state = Describe("""{"name": "a", "provider": "openai", "apiKeyFromCommand": "give me"}""");
        using DesiredState wanted = DesiredState.FromFile(state);
        LlmConfigRepository repository = _store.Open();
        string? ran = null;

        repository.Apply(repository.PlanDesiredState(wanted, runCommand: command =>
        {
            ran = command;
            return ApiKey.From(_key, null);
        }));

        Assert.Equal("give me", ran);
        Assert.Equal(_key, _store.ReadKey(repository.Get("a").Id));
    }

    [Fact]
    public void The_vault_for_new_keys_is_set_with_it()
    {
        string state = Write("""{"desiredState": "machines", "defaultVault": "LlmConfig", "configurations": []}""");

        Assert.Equal("LlmConfig", Plan(state).DefaultVault);
        Apply(state);
        Assert.True(Plan(state).IsInDesiredState);
        Assert.Equal(["defaultVault"], _store.Open().Compare(new DesiredStore { DefaultVault = string.Empty }));
        Assert.Equal(["defaultVault"], _store.Open().Apply(new DesiredStore { DefaultVault = string.Empty }));
        Assert.Empty(_store.Open().Compare(new DesiredStore { DefaultVault = string.Empty, Protector = ProtectorKind.KeyFile }));
    }

    [Theory]
    [InlineData("[]", "the file is not an object")]
    [InlineData("{}", "'desiredState' has to name it")]
    [InlineData("""{"desiredState": "", "configurations": []}""", "'desiredState' has to name it")]
    [InlineData("""{"desiredState": "x"}""", "'configurations' is missing")]
    [InlineData("""{"desiredState": "x", "configurations": {}}""", "'configurations' is not an array")]
    [InlineData("""{"desiredState": "x", "configuration": []}""", "did you mean 'configurations'?")]
    [InlineData("""{"desiredState": "x", "desiredState": "y", "configurations": []}""", "stands twice")]
    [InlineData("""{"desiredState": "x", "configurations": [1]}""", "a configuration is not an object")]
    [InlineData("""{"desiredState": "x", "configurations": [{}]}""", "has no 'name'")]
    [InlineData("""{"desiredState": "x", "configurations": [{"name": "a", "modell": "b"}]}""", "did you mean 'model'?")]
    [InlineData("""{"desiredState": "x", "configurations": [{"name": "a", "model": 5}]}""", "'model' is not a text")]
    [InlineData("""{"desiredState": "x", "configurations": [{"name": "a", "isDefault": "yes"}]}""", "'isDefault' is neither true nor false")]
    [InlineData("""{"desiredState": "x", "configurations": [{"name": "a", "keyExpires": "90d"}]}""", "'keyExpires' is no date")]
    [InlineData("""{"desiredState": "x", "configurations": [{"name": "a"}, {"name": "A"}]}""", "describes 'A' twice")]
    [InlineData("""{"desiredState": "x", "configurations": [{"name": "a", "isDefault": true}, {"name": "b", "isDefault": true}]}""", "two default configurations")]
    [InlineData("""{"desiredState": "x", "configurations": [{"name": "a", "keyName": "k", "apiKeyFromEnvironment": "K"}]}""", "in two ways")]
    [InlineData("""{"desiredState": "x", "configurations": [{"name": "a", "apiKey": "sk-test-secret"}]}""", "holds a key in plain text")]
    [InlineData("""{"desiredState": "x", "configurations": [{"name": "a", "sk-test-secret0123456789012345678901234": "x"}]}""", "one of its properties is no property")]
    [InlineData("""{"desiredState": "x", "configurations": [], }, sk-test-secret""", "no valid JSON (line 1")]
    public void What_is_no_desired_state_is_refused_by_name_and_no_secret_is_repeated(string content, string problem)
    {
        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.InvalidArgument, null, () => DesiredState.FromFile(Write(content)).Dispose());

        Assert.Contains(problem, error.Message, StringComparison.OrdinalIgnoreCase);
        Refusal.AssertNowhere("sk-test-secret", error);
    }

    [Fact]
    public void A_thousand_configurations_are_one_commit_and_nothing_the_second_time()
    {
        string state = Describe([.. Enumerable.Range(0, 1000).Select(i => $$"""{"name": "c{{i}}", "provider": "openai", "model": "m{{i}}", "apiKeyFromFile": "key.txt"}""")]);

        Assert.All(Apply(state), step => Assert.Equal(ImportAction.Create, step.Action));
        Assert.Equal(1, _store.Revision);
        (DateTime written, IReadOnlyList<string> before) = (File.GetLastWriteTimeUtc(_store.Paths.ConfigFile), StoreSnapshot.Of(_store.Path));
        Assert.All(Apply(state, isExact: true), step => Assert.Equal(ImportAction.None, step.Action));

        Assert.Equal((1, written), (_store.Revision, File.GetLastWriteTimeUtc(_store.Paths.ConfigFile)));
        Assert.Equal(before, StoreSnapshot.Of(_store.Path));
    }

    private DesiredPlan Plan(string file, bool isExact = false)
    {
        using DesiredState wanted = DesiredState.FromFile(file);
        return _store.Open().PlanDesiredState(wanted, isExact);
    }

    private IReadOnlyList<DesiredStep> Apply(string file, bool isExact = false)
    {
        using DesiredState wanted = DesiredState.FromFile(file);
        LlmConfigRepository repository = _store.Open();
        return repository.Apply(repository.PlanDesiredState(wanted, isExact));
    }

    private string Describe(params string[] configurations)
    {
        string name = configurations[0].StartsWith('{') ? "machines" : configurations[0];
        return Write($$"""{"$schema": "https://example.com/desired.json", "desiredState": "{{name}}", "configurations": [{{string.Join(",\n", configurations.Where(text => text.StartsWith('{')))}}]}""");
    }

    private string Write(string content)
    {
        string path = Path.Combine(_store.Root, $"{Guid.NewGuid():N}.json");
        File.WriteAllText(path, content);
        return path;
    }
}
