using System.Globalization;
using System.Security;

namespace LlmConfig.Tests;

/// <summary>What a provider wants beside the key, and what people note: through every format, and to the tools.</summary>
public sealed class DetailsTests : IDisposable
{
    private static readonly DateTime Expiry = new(2031, 2, 3, 4, 5, 6, 7, DateTimeKind.Utc);

    private static readonly ConfigurationDetails All = new()
    {
        Organization = "org-example",
        Project = "proj_example",
        ApiVersion = "2024-10-21",
        Headers = new Dictionary<string, string> { ["X-Team"] = "blue", ["X-Trace"] = "on; level=1" },
        Description = "Größe: \"all\" of it, for the team",
        Tags = ["eu", "Team Blue"],
        Owner = "ops@example.com",
        ExpiresAt = Expiry,
    };

    private readonly TemporaryStore _store = new();
    private readonly TemporaryStore _other = new();
    private readonly FakeVault _far = new("Far");

    public void Dispose()
    {
        _store.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void All_that_was_set_is_there_in_a_fresh_process_and_survives_a_change_of_something_else()
    {
        LlmConfiguration made = Create("work", All);

        _store.Open().Update(made.Id, new ConfigurationUpdate { Model = "gpt-5" });

        AssertAll(_store.Open().Get("work"));
        Assert.Equal(made with { Model = "gpt-5", UpdatedAt = _store.Open().Get("work").UpdatedAt }, _store.Open().Get("work"));
    }

    [Fact]
    public void An_update_changes_what_it_names_and_takes_away_what_is_empty()
    {
        LlmConfiguration made = Create("work", All);

        Update(made, new ConfigurationDetails { Organization = "org-other", Tags = ["us", "US ", " "] });
        LlmConfiguration after = _store.Open().Get("work");
        Assert.Equal(("org-other", "proj_example", "us"), (after.Organization, after.Project, Assert.Single(after.Tags!)));

        Update(made, new ConfigurationDetails
        {
            Organization = " ",
            Project = string.Empty,
            ApiVersion = string.Empty,
            Headers = new Dictionary<string, string>(),
            Description = string.Empty,
            Tags = [],
            Owner = string.Empty,
            ExpiresAt = DateTime.MaxValue,
        });
        after = _store.Open().Get("work");
        Assert.Equal((null, null, null, null), (after.Organization, after.Project, after.ApiVersion, after.Headers));
        Assert.Equal((null, null, null, null), (after.Description, after.Tags, after.Owner, after.ExpiresAt));
        Assert.DoesNotContain("details", File.ReadAllText(_store.Paths.ConfigFile), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_again_is_no_change()
    {
        LlmConfiguration made = Create("work", All);
        long revision = _store.Revision;

        Update(made, new ConfigurationDetails { Headers = new Dictionary<string, string> { ["x-trace"] = "on; level=1", ["x-team"] = "blue" }, Tags = ["eu", "Team Blue"], ExpiresAt = Expiry });

        Assert.Equal(revision, _store.Revision);
    }

    // The value stands where it does not belong: no message may repeat it.
    public static IEnumerable<object[]> Refused =>
    [
        ["line", new ConfigurationDetails { Organization = "a\nb" }],
        ["long", new ConfigurationDetails { Owner = new string('x', 257) }],
        ["description", new ConfigurationDetails { Description = new string('x', 1001) }],
        ["key as organization", new ConfigurationDetails { Organization = "sk-test-0123456789abcdef" }],
        ["key as description", new ConfigurationDetails { Description = "sk-test-0123456789abcdef" }],
        ["key in a description", new ConfigurationDetails { Description = "its key is sk-test-0123456789abcdef" }],
        ["key as the name of a header", Header("sk-test-0123456789abcdef", "x")],
        ["comma", new ConfigurationDetails { Tags = ["a,b"] }],
        ["tags", new ConfigurationDetails { Tags = [.. Enumerable.Range(0, 33).Select(number => $"t{number}")] }],
        ["headers", new ConfigurationDetails { Headers = Enumerable.Range(0, 17).ToDictionary(number => $"X-{number}", _ => "v") }],
        ["name of a header", Header("X Team", "blue")],
        ["second header in the name", Header("X:Y", "blue")],
        ["second header in the value", Header("X-Team", "blue\r\nX-Other: 1")],
        ["no value", Header("X-Team", " ")],
        ["credential", Header("authorization", "Basic abc")],
        ["provider's own header", Header("X-Api-Key", "abc")],
        ["key in a header", Header("X-Gateway", "sk-test-0123456789abcdef")],
        ["key behind a word", Header("X-Gateway", "Bearer sk-test-0123456789abcdef")],
        ["beyond ASCII", Header("X-Team", "größe")],
    ];

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_breaks_a_rule_is_refused_and_not_repeated(string what, ConfigurationDetails details)
    {
        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.InvalidArgument, "work", () => Create("work", details));

        Assert.DoesNotContain("0123456789abcdef", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_store.Open().GetAll());
        Assert.NotEmpty(what);
    }

    [Fact]
    public void What_another_version_wrote_and_this_one_would_refuse_stays_through_a_change_of_something_else()
    {
        LlmConfiguration made = Create("work", new ConfigurationDetails { Owner = "ops" });
        File.WriteAllText(_store.Paths.ConfigFile, File.ReadAllText(_store.Paths.ConfigFile).Replace("\"owner\": \"ops\"", $"\"owner\": \"{new string('x', 300)}\"", StringComparison.Ordinal));

        Update(made, new ConfigurationDetails { Project = "proj_example" });

        LlmConfiguration after = _store.Open().Get("work");
        Assert.Equal((300, "proj_example"), (after.Owner!.Length, after.Project));
    }

    [Fact]
    public void Headers_and_tags_say_as_a_text_what_they_hold_and_a_header_is_found_in_any_letter_case()
    {
        Create("work", All);
        LlmConfiguration item = _store.Open().Get("work");

        Assert.Equal(("X-Team: blue\nX-Trace: on; level=1", "eu, Team Blue"), (item.Headers!.ToString(), item.Tags!.ToString()));
        Assert.Equal("blue", item.Headers["x-team"]);
    }

    [Theory]
    [InlineData("X-Team: blue", "X-Team", "blue")]
    [InlineData(" X-Team :a: b ", "X-Team", "a: b")]
    [InlineData("X-Team", null, null)]
    public void A_header_is_read_from_a_line(string line, string? name, string? value) =>
        Assert.Equal(name is null ? null : KeyValuePair.Create(name, value!), ConfigurationDetails.ParseHeader(line));

    [Theory]
    [InlineData("2031-02-03T04:05:06.007Z", "2031-02-03T04:05:06.007Z")]
    [InlineData(" 2031-02-03T04:05Z ", "2031-02-03T04:05:00Z")]
    [InlineData("2031-02-03 04:05:06+02:00", "2031-02-03T02:05:06Z")]
    [InlineData("90d", "2026-04-01T00:00:00Z")]
    [InlineData("2W", "2026-01-15T00:00:00Z")]
    [InlineData("36h", "2026-01-02T12:00:00Z")]
    [InlineData("99999w", "3942-07-09T00:00:00Z")]
    [InlineData("0d", "2026-01-01T00:00:00Z")]
    [InlineData("100000w", null)]
    [InlineData("d", null)]
    [InlineData("-1d", null)]
    [InlineData("90", null)]
    [InlineData("90m", null)]
    [InlineData("02/03/2031", null)]
    [InlineData("2031-2-3", null)]
    [InlineData("2031-02-30", null)]
    [InlineData("20310203", null)]
    [InlineData("04:05", null)]
    [InlineData("", null)]
    public void An_expiry_is_read_from_what_means_the_same_everywhere(string text, string? time) => Assert.Equal(
        time is null ? (DateTime?)null : DateTime.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal),
        ConfigurationDetails.ParseExpiry(text, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc)));

    [Fact]
    public void Without_a_zone_it_is_of_this_machines_clock() => Assert.Equal(
        new DateTime(2031, 2, 3, 4, 5, 0, DateTimeKind.Local).ToUniversalTime(), ConfigurationDetails.ParseExpiry("2031-02-03T04:05", DateTime.UtcNow));

    [Fact]
    public void Properties_that_a_newer_version_knows_survive_a_change_of_the_details()
    {
        LlmConfiguration made = Create("work", new ConfigurationDetails { Owner = "ops" });
        string text = File.ReadAllText(_store.Paths.ConfigFile).Replace("\"owner\": \"ops\"", "\"owner\": \"ops\", \"budget\": {\"eur\": 5}", StringComparison.Ordinal);
        File.WriteAllText(_store.Paths.ConfigFile, text);

        Update(made, new ConfigurationDetails { Owner = "team" });

        string after = File.ReadAllText(_store.Paths.ConfigFile);
        Assert.Contains("\"budget\": {\"eur\": 5}", after, StringComparison.Ordinal);
        Assert.Contains("\"owner\": \"team\"", after, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"tags\": [\"eu\", 1]")]
    [InlineData("\"tags\": \"eu\"")]
    [InlineData("\"headers\": {\"X\": null}")]
    [InlineData("\"headers\": []")]
    [InlineData("\"owner\": \"a\\u0007b\"")]
    [InlineData("\"owner\": \"ops\", \"owner\": \"ops\"")]
    [InlineData("\"expiresAt\": \"2031-02-03\"")]
    public void A_file_with_details_of_another_form_is_damaged(string details)
    {
        Create("work", new ConfigurationDetails { Owner = "ops" });
        File.WriteAllText(_store.Paths.ConfigFile, File.ReadAllText(_store.Paths.ConfigFile).Replace("\"owner\": \"ops\"", details, StringComparison.Ordinal));

        Refusal.Of(LlmConfigErrorCode.StoreCorrupt, _store.Paths.ConfigFile, () => _store.Create("other"));
    }

    [Fact]
    public void An_export_carries_them_and_an_import_that_says_nothing_of_them_leaves_them()
    {
        LlmConfiguration made = Create("work", All);
        string path = Path.Combine(_store.Root, "export.json");
        LlmConfigRepository repository = _store.Open();
        repository.WriteExport(path, repository.Export([made.Id]));

        using (ImportSource source = ImportSource.FromFile(path))
        {
            AssertAll(Assert.Single(Import(source)).Configuration!);
        }

        string variables = Path.Combine(_store.Root, ".env");
        File.WriteAllText(variables, "OPENAI_API_KEY=sk-test-imported\n");
        _other.Open().Update(_other.Open().Get("work").Id, new ConfigurationUpdate { NewName = "openai" });
        using ImportSource environment = ImportSource.FromFile(variables);
        AssertAll(Assert.Single(Import(environment, new ImportOptions { OnConflict = ImportConflict.Replace })).Configuration!);
    }

    [Fact]
    public void A_sealed_export_carries_them_with_the_key()
    {
        LlmConfiguration made = Create("work", All);
        string path = Path.Combine(_store.Root, "sealed.json");
        using var password = new SecureString();
        "made up password".ToList().ForEach(password.AppendChar);
        LlmConfigRepository repository = _store.Open();
        repository.WriteExport(path, repository.Export([made.Id], password));
        Assert.DoesNotContain("org-example", File.ReadAllText(path), StringComparison.Ordinal);

        using ImportSource source = ImportSource.FromFile(path, password: password);
        AssertAll(Assert.Single(Import(source)).Configuration!);

        AssertAll(_other.Open().Get("work"));
    }

    [Theory]
    [InlineData("openai", "org-example proj_example ")]
    [InlineData("azure-openai", "  2024-10-21")]
    public void What_tools_read_of_them_comes_back_from_a_file_of_variables(string provider, string details)
    {
        using ApiKey key = ApiKey.From(TestKey.New(), null);
        LlmConfiguration made = _store.Open().Create(new NewConfiguration { Name = "work", Provider = provider, BaseUrl = "https://llm.example/openai/v1", Key = key, Details = All });
        string path = Path.Combine(_store.Root, ".env");
        using (LlmEnvironment environment = _store.Open().GetEnvironment(made.Id))
        {
            File.WriteAllLines(path, environment.Settings.Where(setting => !setting.Value.Contains('\n', StringComparison.Ordinal)).Select(setting => $"{setting.Key}={setting.Value}")
                .Concat(environment.KeyVariables.Select(variable => $"{variable}={TestKey.New()}")));
        }

        using ImportSource source = ImportSource.FromFile(path);
        LlmConfiguration item = Assert.Single(Import(source), result => result.Configuration!.Provider is "openai-compatible" or "azure-openai").Configuration!;

        Assert.Equal(details, $"{item.Organization} {item.Project} {item.ApiVersion}");
        Assert.Null(item.Headers);
    }

    [Fact]
    public void A_variable_with_what_is_refused_is_left_out_and_the_key_comes_all_the_same()
    {
        string path = Path.Combine(_store.Root, ".env");
        File.WriteAllText(path, "OPENAI_API_KEY=sk-test-imported\nOPENAI_ORG_ID=sk-test-0123456789abcdef\n");

        using ImportSource source = ImportSource.FromFile(path);

        Assert.Contains("organization", Assert.Single(source.Remarks), StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcdef", source.Remarks[0], StringComparison.Ordinal);
        Assert.Null(Assert.Single(Import(source)).Configuration!.Organization);
    }

    [Fact]
    public void A_second_home_on_the_same_vault_gets_them_and_their_changes()
    {
        LlmConfiguration made = Create("work", All, "Far");
        AssertAll(Assert.Single(Follow()).Configuration!);

        _store.Open(With).Update(made.Id, new ConfigurationUpdate { Details = new ConfigurationDetails { Owner = "team" } });

        Assert.Equal("team", Assert.Single(Follow()).Configuration!.Owner);
        Assert.All(Follow(), result => Assert.Equal(ImportAction.None, result.Action));
    }

    [Theory]
    [InlineData("LlmConfig")]
    [InlineData("Far")]
    public void A_store_that_lost_its_file_gets_them_back_from_its_vault(string vault)
    {
        LlmConfiguration made = Create("work", All, vault);
        Guid store = _store.StoreId;
        File.Delete(_store.Paths.ConfigFile);
        File.Delete(_store.Paths.Backup);

        LlmConfigRepository repository = _store.Open(With);
        Assert.NotEmpty(repository.Repair(repository.PlanRepair(["Far"], store), _ => true));

        AssertAll(_store.Open(With).Get(made.Id));
    }

    [Fact]
    public void A_label_keeps_them_as_a_vault_gives_it_back_and_one_with_details_that_break_a_rule_is_none()
    {
        LlmConfiguration made = Create("work", All, "Far");
        IReadOnlyDictionary<string, string> properties = _far.Labels.Single().Value.ToProperties();

        AssertAll(KeyLabel.TryFrom(properties.ToDictionary(pair => pair.Key, pair => (object?)pair.Value))!.Configuration);
        foreach (string details in new[] { "{", "[]", "{\"headers\":{\"Authorization\":\"x\"}}", "{\"owner\":\"sk-test-0123456789abcdef\"}", "{\"owner\":\"a\"} x" })
        {
            Assert.Null(KeyLabel.TryFrom(properties.ToDictionary(pair => pair.Key, pair => (object?)(pair.Key == "details" ? details : pair.Value))));
        }

        Assert.NotNull(made);
    }

    [Theory]
    [InlineData("openai", "OPENAI_ORG_ID=org-example OPENAI_ORGANIZATION=org-example OPENAI_PROJECT_ID=proj_example OPENAI_PROJECT=proj_example OPENAI_CUSTOM_HEADERS=HEADERS")]
    [InlineData("openai-compatible", "OPENAI_ORG_ID=org-example OPENAI_ORGANIZATION=org-example OPENAI_PROJECT_ID=proj_example OPENAI_PROJECT=proj_example OPENAI_CUSTOM_HEADERS=HEADERS")]
    [InlineData("anthropic", "ANTHROPIC_CUSTOM_HEADERS=HEADERS")]
    [InlineData("azure-openai", "OPENAI_API_VERSION=2024-10-21 AZURE_OPENAI_API_VERSION=2024-10-21 AZURE_API_VERSION=2024-10-21")]
    public void Tools_get_them_in_the_variables_that_they_read(string provider, string variables)
    {
        using ApiKey key = ApiKey.From(TestKey.New(), null);
        LlmConfiguration made = _store.Open().Create(new NewConfiguration { Name = "work", Provider = provider, BaseUrl = "https://llm.example/v1", Key = key, Details = All });
        using LlmEnvironment environment = _store.Open().GetEnvironment(made.Id);

        foreach (string[] pair in variables.Split(' ').Select(variable => variable.Split('=')))
        {
            Assert.Equal(pair[1] == "HEADERS" ? "X-Team: blue\nX-Trace: on; level=1" : pair[1], environment.Settings[pair[0]]);
        }

        _store.Open().Update(made.Id, new ConfigurationUpdate { Details = new ConfigurationDetails { Organization = string.Empty, Project = string.Empty, ApiVersion = string.Empty, Headers = new Dictionary<string, string>() } });
        using LlmEnvironment without = _store.Open().GetEnvironment(made.Id);
        Assert.All(variables.Split(' ').Select(variable => variable.Split('=')[0]), variable =>
        {
            Assert.DoesNotContain(variable, without.Settings.Keys);

            // What somebody set for all that runs here stays: Azure's SDKs do not work without one.
            Assert.Equal(!variable.EndsWith("API_VERSION", StringComparison.Ordinal), without.ClearedVariables.Contains(variable));
        });
    }

    [Theory]
    [InlineData(20, CheckStatus.Ok, "expires on")]
    [InlineData(13, CheckStatus.Warning, "in 1")]
    [InlineData(0.5, CheckStatus.Warning, "less than a day")]
    [InlineData(-3, CheckStatus.Warning, "expired on")]
    public void An_expiry_is_warned_of_two_weeks_before(double days, CheckStatus status, string says)
    {
        Create("work", new ConfigurationDetails { ExpiresAt = DateTime.UtcNow.AddDays(days) });
        _store.Create("other");

        CheckResult result = Assert.Single(_store.Open().Check(), result => result.Check == "Expiry");

        Assert.Equal((status, "work"), (result.Status, result.Target));
        Assert.Contains(says, result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EU", true)]
    [InlineData("team*", true)]
    [InlineData("e?", true)]
    [InlineData("e", false)]
    [InlineData("", false)]
    public void It_is_found_by_a_tag(string pattern, bool found) => Assert.Equal(found, Create("work", All).HasTag(pattern));

    private static ConfigurationDetails Header(string name, string value) => new() { Headers = new Dictionary<string, string> { [name] = value } };

    private static void AssertAll(LlmConfiguration item)
    {
        Assert.Equal(("org-example", "proj_example", "2024-10-21"), (item.Organization, item.Project, item.ApiVersion));
        Assert.Equal(["X-Team: blue", "X-Trace: on; level=1"], item.Headers!.Select(header => $"{header.Key}: {header.Value}"));
        Assert.Equal((All.Description, "eu|Team Blue", "ops@example.com", Expiry), (item.Description, string.Join('|', item.Tags!), item.Owner, item.ExpiresAt));
    }

    private LlmConfigOptions With(LlmConfigOptions options) => options with { Vaults = new FakeVaults(_far) };

    private LlmConfiguration Create(string name, ConfigurationDetails details, string? vault = null)
    {
        using ApiKey key = ApiKey.From(TestKey.New(), null);
        return _store.Open(With).Create(new NewConfiguration { Name = name, Provider = "openai", Key = key, Vault = vault, Details = details });
    }

    private void Update(LlmConfiguration item, ConfigurationDetails details) =>
        _store.Open().Update(item.Id, new ConfigurationUpdate { Details = details });

    private IReadOnlyList<ImportResult> Follow()
    {
        LlmConfigRepository repository = _other.Open(With);
        return repository.Import(repository.PlanImport("Far").Steps);
    }

    private IReadOnlyList<ImportResult> Import(ImportSource source, ImportOptions? options = null)
    {
        LlmConfigRepository repository = _other.Open();
        return repository.Import(repository.PlanImport(source.Items, options).Steps);
    }
}
