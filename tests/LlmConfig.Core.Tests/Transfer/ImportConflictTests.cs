namespace LlmConfig.Tests;

/// <summary>What an import does where the store has the name or the id already.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ImportConflictTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void By_default_a_conflict_is_an_error_that_names_the_choices_and_the_others_are_imported()
    {
        LlmConfiguration there = _store.Create("work", TestKey.New());

        IReadOnlyList<ImportResult> results = Import(ImportConflict.Error, Item("Work"), Item("new"));

        Assert.Equal((LlmConfigErrorCode.DuplicateName, "Work"), (results[0].Error!.Code, results[0].Error!.Target));
        Assert.Contains("-OnConflict", results[0].Error!.RecommendedAction, StringComparison.Ordinal);
        Assert.Null(results[1].Error);
        Assert.Equal(there, _store.Open().Get("work"));
        Assert.Equal(2, _store.Open().GetAll().Count);
    }

    [Fact]
    public void Skip_leaves_what_is_there_and_says_so()
    {
        LlmConfiguration there = _store.Create("work", TestKey.New());
        long revision = _store.Revision;

        ImportResult result = Assert.Single(Import(ImportConflict.Skip, Item("work", key: TestKey.New())));

        Assert.Equal((ImportAction.Skip, there), (result.Action, result.Configuration));
        Assert.Equal(revision, _store.Revision);
        Assert.Single(_store.Sealed);
    }

    [Fact]
    public void Replace_gives_the_settings_and_the_key_and_keeps_the_id_and_drops_the_old_key()
    {
        LlmConfiguration there = _store.Create("work", TestKey.New());
        string value = TestKey.New();

        ImportResult result = Assert.Single(Import(ImportConflict.Replace, Item("WORK", "groq", value)));

        LlmConfiguration after = _store.Open().Get(there.Id);
        Assert.Equal((ImportAction.Update, after), (result.Action, result.Configuration));
        Assert.Equal(("WORK", "groq", there.CreatedAt), (after.Name, after.Provider, after.CreatedAt));
        Assert.Equal(value, _store.ReadKey(after.Id));
        Assert.Single(_store.Sealed);
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void Replace_without_a_key_keeps_the_one_that_is_there_and_tells_when_it_would_go_elsewhere()
    {
        string value = TestKey.New();
        LlmConfiguration there = _store.Create("work", value);

        ImportStep step = Assert.Single(Plan(ImportConflict.Replace, Item("work", url: "https://other.example/v1")));
        Assert.True(step.SendsKeptKeyElsewhere);
        Assert.False(Assert.Single(Plan(ImportConflict.Replace, Item("work", url: "https://api.openai.com/v2"))).SendsKeptKeyElsewhere);
        Assert.False(Assert.Single(Plan(ImportConflict.Replace, Item("work", key: value, url: "https://other.example/v1"))).SendsKeptKeyElsewhere);
        _ = Import(ImportConflict.Replace, Item("work", url: "https://other.example/v1"));

        Assert.Equal((there.KeyId, "https://other.example/v1"), (_store.Open().Get("work").KeyId, _store.Open().Get("work").BaseUrl));
        Assert.Equal(value, _store.ReadKey(there.Id));
        Assert.Equal(ImportAction.None, Assert.Single(Import(ImportConflict.Replace, Item("work", url: "https://other.example/v1"))).Action);
    }

    [Fact]
    public void Replace_in_the_vault_where_the_key_lies_unless_another_is_named_and_the_label_follows()
    {
        var far = new FakeVault("Far");
        LlmConfigRepository repository = _store.Open(options => options with { Vaults = new FakeVaults(far) });
        _store.Create("work", TestKey.New(), "Far", repository);

        _ = Import(ImportConflict.Replace, repository, null, Item("work", key: TestKey.New()));
        Assert.Equal("Far", repository.Get("work").Vault);
        Assert.Single(far.Keys);
        _ = Import(ImportConflict.Replace, repository, null, Item("work", "groq"));
        Assert.Equal("groq", Assert.Single(far.Labels.Values).Configuration.Provider);
        _ = Import(ImportConflict.Replace, repository, "LlmConfig", Item("work", key: TestKey.New()));
        Assert.Empty(far.Keys);
        Assert.Equal(LlmConfigErrorCode.VaultNotFound, Assert.Single(Import(ImportConflict.Replace, repository, "Nowhere", Item("x"))).Error!.Code);
    }

    [Fact]
    public void Rename_takes_the_next_free_name()
    {
        _store.Create("work");
        _store.Create("work (2)");

        IReadOnlyList<ImportResult> results = Import(ImportConflict.Rename, Item("work"), Item("Work"), Item("work (2)"));

        Assert.Equal(["work (3)", "Work (4)", "work (5)"], results.Select(result => result.Configuration!.Name));
        Assert.All(results, result => Assert.Equal(ImportAction.Create, result.Action));
    }

    [Theory]
    [InlineData("a", 2, "a (2)")]
    [InlineData("a (2)", 3, "a (3)")]
    [InlineData("a (x)", 2, "a (x) (2)")]
    [InlineData("a ()", 2, "a () (2)")]
    [InlineData(" (2)", 3, " (2) (3)")]
    public void A_number_goes_behind_a_name_once(string name, int number, string expected) =>
        Assert.Equal(expected, ConfigurationName.Numbered(name, number));

    [Fact]
    public void A_name_of_full_length_is_cut_for_its_number_and_never_within_a_character()
    {
        Assert.Equal(new string('x', 96) + " (2)", ConfigurationName.Numbered(new string('x', 100), 2));
        string pairs = string.Concat(Enumerable.Repeat("\U0001F511", 50));
        string cut = ConfigurationName.Numbered("x" + pairs[..98], 12);
        Assert.True(ConfigurationName.IsStored(cut), cut);
        Assert.True(cut.Length <= 100);
    }

    [Fact]
    public void The_same_id_is_the_same_configuration_whatever_its_name()
    {
        using var origin = new TemporaryStore();
        LlmConfiguration item = origin.Create("work");
        string before = Export(origin, "1.json");
        _ = ImportFileOf(before, ImportConflict.Error);
        origin.Open().Update(item.Id, new ConfigurationUpdate { NewName = "job", Model = "m" });
        string after = Export(origin, "2.json");

        Assert.Equal(ImportAction.None, Assert.Single(ImportFileOf(before, ImportConflict.Error)).Action);
        Assert.Equal(LlmConfigErrorCode.DuplicateName, Assert.Single(ImportFileOf(after, ImportConflict.Error)).Error!.Code);
        Assert.Equal(ImportAction.Update, Assert.Single(ImportFileOf(after, ImportConflict.Replace)).Action);
        Assert.Equal(("job", "m"), (_store.Open().Get(item.Id).Name, _store.Open().Get(item.Id).Model));
        Assert.Equal(ImportAction.None, Assert.Single(ImportFileOf(after, ImportConflict.Replace)).Action);
        ImportResult copy = Assert.Single(ImportFileOf(before, ImportConflict.Rename));
        Assert.Equal(("work", false), (copy.Configuration!.Name, copy.Configuration.Id == item.Id));
    }

    [Fact]
    public void An_id_of_one_and_the_name_of_another_replaces_neither()
    {
        using var origin = new TemporaryStore();
        LlmConfiguration item = origin.Create("work");
        string file = Export(origin, "1.json");
        _ = ImportFileOf(file, ImportConflict.Error);
        _store.Open().Update(item.Id, new ConfigurationUpdate { NewName = "mine" });
        _store.Create("work");

        Assert.Equal(LlmConfigErrorCode.DuplicateName, Assert.Single(ImportFileOf(file, ImportConflict.Replace)).Error!.Code);
        Assert.Equal("work (2)", Assert.Single(ImportFileOf(file, ImportConflict.Rename)).Configuration!.Name);
    }

    [Theory]
    [InlineData(ImportConflict.Error, 1)]
    [InlineData(ImportConflict.Skip, 1)]
    [InlineData(ImportConflict.Replace, 1)]
    [InlineData(ImportConflict.Rename, 2)]
    public void A_name_that_stands_twice_in_one_import_never_overwrites_the_first(ImportConflict choice, int count)
    {
        string value = TestKey.New();

        IReadOnlyList<ImportResult> results = Import(choice, Item("a", key: value), Item("A", key: TestKey.New()));

        Assert.Null(results[0].Error);
        Assert.Equal(count, _store.Open().GetAll().Count);
        Assert.Equal(count, _store.Sealed.Length);
        Assert.Equal(value, _store.ReadKey(results[0].Configuration!.Id));
        Assert.Equal(choice is ImportConflict.Error or ImportConflict.Replace ? LlmConfigErrorCode.DuplicateName : null, results[1].Error?.Code);
    }

    [Fact]
    public void All_is_one_commit_and_progress_is_told()
    {
        long before = _store.Open().GetStore().Revision;
        var seen = new List<int>();
        LlmConfigRepository repository = _store.Open();

        _ = repository.Import(
            repository.PlanImport([.. Enumerable.Range(0, 20).Select(number => Item($"n{number}", key: TestKey.New()))]).Steps,
            new Told(seen));

        Assert.Equal(before + 1, _store.Revision);
        Assert.Equal(Enumerable.Range(1, 20), seen);
    }

    [Fact]
    public void Each_rule_that_an_item_breaks_is_an_error_of_that_item()
    {
        IReadOnlyList<ImportResult> results = Import(
            ImportConflict.Error, Item("a\nb"), Item("b", "nonsense"), Item("c", url: "ftp://x"), Item("d", url: "http://10.0.0.1/v1"), Item("e", "azure-openai"), Item("f"));

        Assert.Equal(
            [LlmConfigErrorCode.InvalidName, LlmConfigErrorCode.UnknownProvider, LlmConfigErrorCode.InvalidBaseUrl, LlmConfigErrorCode.InsecureBaseUrl, LlmConfigErrorCode.InvalidBaseUrl, null],
            results.Select(result => result.Error?.Code));
        Assert.Equal(["f"], _store.Open().GetAll().Select(item => item.Name));
    }

    [Fact]
    public void A_vault_that_fails_for_one_key_fails_that_item_alone()
    {
        var far = new FakeVault("Far");
        int writes = 0;
        far.Before = (call, _) =>
        {
            if (call == "Write" && ++writes == 2)
            {
                throw FakeVault.Unavailable;
            }
        };
        LlmConfigRepository repository = _store.Open(options => options with { Vaults = new FakeVaults(far) });

        IReadOnlyList<ImportResult> results = Import(ImportConflict.Error, repository, "Far", Item("a", key: TestKey.New()), Item("b", key: TestKey.New()), Item("c", key: TestKey.New()));

        Assert.Equal([null, LlmConfigErrorCode.VaultUnavailable, null], results.Select(result => result.Error?.Code));
        Assert.Equal(["a", "c"], repository.GetAll().Select(item => item.Name));
        Assert.Equal(2, far.Keys.Count);
    }

    [Fact]
    public void A_name_that_another_process_takes_between_plan_and_import_follows_the_choice_all_the_same()
    {
        foreach (ImportConflict choice in Enum.GetValues<ImportConflict>())
        {
            LlmConfigRepository repository = _store.Open();
            string name = choice.ToString();
            IReadOnlyList<ImportStep> steps = repository.PlanImport([Item(name, "groq", TestKey.New())], new ImportOptions { OnConflict = choice }).Steps;
            Assert.Equal(ImportAction.Create, steps[0].Action);
            _store.Create(name);

            ImportResult result = Assert.Single(repository.Import(steps));

            Assert.Equal(
                choice switch
                {
                    ImportConflict.Error => (ImportAction.None, null, LlmConfigErrorCode.DuplicateName),
                    ImportConflict.Skip => (ImportAction.Skip, name, null),
                    ImportConflict.Replace => (ImportAction.Update, name, null),
                    _ => (ImportAction.Create, name + " (2)", (LlmConfigErrorCode?)null),
                },
                (result.Error is null ? result.Action : ImportAction.None, result.Configuration?.Name, result.Error?.Code));
        }

        Assert.Equal(2, _store.Sealed.Length);
        Assert.Empty(_store.Intents);
    }

    private static ImportItem Item(string name, string provider = "openai", string? key = null, string? url = null) => new()
    {
        Name = name,
        Provider = provider,
        BaseUrl = url,
        Key = key is null ? null : ApiKey.From(key, name),
    };

    private IReadOnlyList<ImportStep> Plan(ImportConflict choice, params ImportItem[] items) =>
        _store.Open().PlanImport(items, new ImportOptions { OnConflict = choice }).Steps;

    private IReadOnlyList<ImportResult> Import(ImportConflict choice, params ImportItem[] items) => Import(choice, _store.Open(), null, items);

    private static IReadOnlyList<ImportResult> Import(ImportConflict choice, LlmConfigRepository repository, string? vault, params ImportItem[] items) =>
        repository.Import(repository.PlanImport(items, new ImportOptions { OnConflict = choice, Vault = vault }).Steps);

    private string Export(TemporaryStore origin, string name)
    {
        string path = Path.Combine(_store.Root, name);
        LlmConfigRepository repository = origin.Open();
        repository.WriteExport(path, repository.Export([.. repository.GetAll().Select(item => item.Id)]));
        return path;
    }

    private IReadOnlyList<ImportResult> ImportFileOf(string path, ImportConflict choice)
    {
        using ImportSource source = ImportSource.FromFile(path);
        return _store.Open().Import(source, new ImportOptions { OnConflict = choice });
    }

    private sealed class Told(List<int> seen) : IProgress<int>
    {
        public void Report(int value) => seen.Add(value);
    }
}
