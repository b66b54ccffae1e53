namespace LlmConfig.Tests;

/// <summary>Secrets that people have in a vault become configurations that refer to them.</summary>
public sealed class NamedSecretImportTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly FakeVault _far = new("Far");

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("MyOpenAI", "openai")]
    [InlineData("team/OPENAI_API_KEY", "openai")]
    [InlineData("azure-openai-prod", "azure-openai")]
    [InlineData("OpenAI on Azure", "azure-openai")]
    [InlineData("GEMINI_API_KEY", "google")]
    [InlineData("Google Gemini", "google")]
    [InlineData("hugging face", "huggingface")]
    [InlineData("xai", "xai")]
    [InlineData("XAI_API_KEY", "xai")]
    [InlineData("openrouter.key", "openrouter")]
    [InlineData("my ollama", "ollama")]
    [InlineData("openai-compatible", "openai-compatible")]
    [InlineData("maxaim", "")]
    [InlineData("database", "")]
    [InlineData("co", "")]
    [InlineData("", "")]
    [InlineData("anthropic through openrouter", "anthropic openrouter")]
    public void A_name_speaks_of_a_provider_or_is_left_open(string name, string providers) =>
        Assert.Equal(providers, string.Join(' ', ProviderGuess.ByName(name).Select(provider => provider.Id).Order(StringComparer.Ordinal)));

    [Fact]
    public void Each_provider_is_told_by_its_own_id_and_name() => Assert.All(LlmProviderCatalog.All, provider =>
    {
        Assert.Equal([provider], ProviderGuess.ByName(provider.Id));
        Assert.Equal([provider], ProviderGuess.ByName(provider.DisplayName));
    });

    [Fact]
    public void What_matches_is_referred_to_under_its_own_name_and_stays_where_it_is()
    {
        Put("MyOpenAI", "team openai", "Database", "groq");
        _store.Create("own", TestKey.New(), "Far", Open());

        IReadOnlyList<ImportResult> results = Open().Import(Open().FindSecrets("far", name => name.Contains("openai", StringComparison.OrdinalIgnoreCase)));

        Assert.Equal(["MyOpenAI", "team openai"], results.Select(result => result.Configuration!.Name));
        Assert.All(results, result => Assert.Equal((result.Configuration!.Name, "Far", "openai"), (result.Configuration.KeyName, result.Configuration.Vault, result.Configuration.Provider)));
        Assert.All(results, result => Assert.Equal(_far.Keys[result.Configuration!.KeyName!], _store.ReadKey(result.Configuration.Id, With)));
        Assert.Equal(4, _far.Keys.Keys.Count(name => !TestKey.IsId(name)));
        Assert.DoesNotContain(_far.Labels.Keys, name => !TestKey.IsId(name));

        // Again, it changes nothing, under whatever name the configuration goes now.
        Open().Update(results[0].Configuration!.Id, new ConfigurationUpdate { NewName = "renamed" });
        Assert.All(Open().Import(Open().FindSecrets("Far", _ => true, "openai")).Where(result => result.Step.Detail.Contains("penAI", StringComparison.OrdinalIgnoreCase)), result => Assert.Equal(ImportAction.None, result.Action));
    }

    [Fact]
    public void The_key_tells_what_the_name_does_not()
    {
        _far.Keys["one"] = "sk-ant-api03-" + new string('k', 30) + "7Qf";
        _far.Keys["two"] = "made-up-key-of-nobody";
        var reads = new List<string>();
        _far.Before = (call, id) =>
        {
            if (call == nameof(IKeyVault.Read))
            {
                reads.Add(id);
            }
        };
        Put("MyOpenAI");

        using ImportSource source = Open().FindSecrets("Far", _ => true);

        Assert.Equal(["MyOpenAI openai", "one anthropic"], source.Items.Select(item => $"{item.KeyName} {item.Provider}"));
        Assert.Equal(["one", "two"], reads);
        LlmConfigException error = Assert.Single(source.Errors);
        Assert.Equal((LlmConfigErrorCode.UnknownProvider, "two"), (error.Code, error.Target));
        Assert.Contains("-Provider", error.RecommendedAction, StringComparison.Ordinal);
        Refusal.AssertNowhere("made-up-key-of-nobody", error);
    }

    [Fact]
    public void Whoever_is_asked_says_the_provider_or_leaves_a_secret_out()
    {
        Put("a", "b", "c");
        _far.Keys["a"] = _far.Keys["b"] = _far.Keys["c"] = "made-up-key-of-nobody";

        using ImportSource source = Open().FindSecrets("Far", _ => true, askProvider: name => name switch { "a" => " GROQ ", "b" => "", _ => "nonsense" });

        Assert.Equal("groq", Assert.Single(source.Items).Provider);
        Assert.Equal("c", Assert.Single(source.Errors).Target);
    }

    [Fact]
    public void One_provider_for_all_reads_no_secret_and_a_name_that_is_taken_is_treated_as_in_any_import()
    {
        Put("work", "azure-openai");
        LlmConfiguration own = _store.Create("work", TestKey.New());
        int read = 0;
        _far.Before = (call, _) => read += call == nameof(IKeyVault.Read) ? 1 : 0;

        using ImportSource source = Open().FindSecrets("Far", _ => true, "groq");
        Assert.Equal(LlmConfigErrorCode.DuplicateName, Open().PlanImport(source.Items).Steps[1].Error!.Code);
        ImportPlan plan = Open().PlanImport(source.Items, new ImportOptions { OnConflict = ImportConflict.Rename });
        Assert.Equal(["azure-openai", "work (2)"], plan.Steps.Select(step => step.Name));
        Assert.Equal(0, read);
        Open().Import(Open().PlanImport(source.Items, new ImportOptions { OnConflict = ImportConflict.Replace }).Steps);

        LlmConfiguration replaced = Open().Get("work");
        Assert.Equal((own.Id, "work", "Far", "groq"), (replaced.Id, replaced.KeyName, replaced.Vault, replaced.Provider));
        Assert.Empty(_store.Sealed);
        Assert.Equal(2, _far.Keys.Count);
    }

    [Fact]
    public void A_provider_without_a_default_base_url_says_how_to_make_the_configuration()
    {
        Put("azure-openai");

        ImportResult result = Assert.Single(Open().Import(Open().FindSecrets("Far", _ => true)));

        Assert.Equal(LlmConfigErrorCode.InvalidBaseUrl, result.Error!.Code);
        Assert.Contains("-KeyName", result.Error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_cannot_be_read_does_not_stop_the_others()
    {
        Put("groq", "openai", "openai-gone");
        using ImportSource source = Open().FindSecrets("Far", _ => true);
        _far.Keys.TryRemove("openai-gone", out _);

        IReadOnlyList<ImportResult> results = Open().Import(source);

        Assert.Equal([null, null, LlmConfigErrorCode.KeyMissing], results.Select(result => result.Error?.Code));
        Assert.Equal(2, Open().GetAll().Count);
    }

    [Fact]
    public void The_built_in_vault_has_such_secrets_too_and_a_list_never_names_keys_of_stores()
    {
        _store.Create("own", TestKey.New());
        ((LocalVault)Open().BuiltIn).WriteSecret("My Groq", SealedSecretType.String, "{}"u8, "gsk_made_up_for_this_test"u8, default);

        Assert.Equal(["My Groq"], Open().ListSecrets("LlmConfig"));
        Assert.Equal("groq", Assert.Single(Open().Import(Open().FindSecrets("LlmConfig", _ => true))).Configuration!.Provider);
        Refusal.Of(LlmConfigErrorCode.VaultNotFound, "Nowhere", () => Open().FindSecrets("Nowhere", _ => true));
    }

    private void Put(params string[] names)
    {
        foreach (string name in names)
        {
            _far.Keys[name] = TestKey.New();
        }
    }

    private LlmConfigRepository Open() => _store.Open(With);

    private LlmConfigOptions With(LlmConfigOptions options) => options with { Vaults = new FakeVaults(_far) };
}
