namespace LlmConfig.Tests;

/// <summary>Keys whose <c>llm_config.json</c> is gone are never stranded without a word (promise 13).</summary>
public sealed class LostFileTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("list")]
    [InlineData("create")]
    [InlineData("set the default vault")]
    [InlineData("rotate")]
    [InlineData("import")]
    public void Each_command_says_that_the_file_of_the_vault_s_keys_is_gone(string command)
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        Lose();

        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.StoreCorrupt, _store.Paths.ConfigFile, () => Run(command, item.Id));

        Assert.Contains("Repair-LlmConfig", error.RecommendedAction, StringComparison.Ordinal);
        Assert.False(File.Exists(_store.Paths.ConfigFile));
    }

    [Fact]
    public void A_vault_that_does_not_open_is_not_taken_for_one_without_keys()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        Lose();
        byte[] masterKey = File.ReadAllBytes(_store.MasterKeyFile);
        string path = _store.MasterKeyFile;
        File.Delete(path);

        Refusal.Of(_store, LlmConfigErrorCode.VaultCorrupt, path, () => _store.Create("local"));
        Refusal.Of(_store, LlmConfigErrorCode.VaultCorrupt, path, () => _store.Open().GetAll());

        File.WriteAllBytes(path, masterKey);
        Access.Restrict(path);
        LlmConfigRepository repository = _store.Open();
        Assert.All(repository.Repair(repository.PlanRepair(), _ => true), result => Assert.Null(result.Error));
        _store.ReadKey(item.Id);
    }

    [Fact]
    public void A_repair_brings_the_configuration_and_its_key_back()
    {
        string key = TestKey.New();
        LlmConfiguration item = _store.Create("work", key);
        Lose();

        LlmConfigRepository repository = _store.Open();
        Assert.All(repository.Repair(repository.PlanRepair(), _ => true), result => Assert.Null(result.Error));

        Assert.Equal("work", _store.Open().Get(item.Id).Name);
        Assert.Equal(key, _store.ReadKey(item.Id));
    }

    [Fact]
    public void Keys_in_a_vault_of_others_alone_are_missed_too_and_a_repair_that_names_the_vault_brings_them_back()
    {
        var far = new FakeVault("Far");
        LlmConfigRepository Open() => _store.Open(options => options with { Vaults = new FakeVaults(far) });
        string key = TestKey.New();
        LlmConfiguration item = _store.Create("work", key, "Far", Open());
        Guid storeId = _store.StoreId;
        Lose();

        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.StoreCorrupt, _store.Paths.ConfigFile, () => _store.Create("new", TestKey.New(), "Far", Open()));
        CheckResult check = Assert.Single(Open().Check(), result => result.Check == "File");

        Assert.Contains("Repair-LlmConfig -Vault", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(CheckStatus.Error, check.Status);
        LlmConfigRepository repository = Open();
        Assert.All(repository.Repair(repository.PlanRepair(["Far"], storeId), _ => true), result => Assert.Null(result.Error));
        Assert.Equal(item.Name, Open().Get(item.Id).Name);
        Assert.Single(far.Keys);
    }

    [Fact]
    public void A_vault_that_was_set_aside_gives_a_new_store()
    {
        _store.Create("work", TestKey.New());
        Lose();
        Directory.Move(_store.Paths.Vault, _store.Paths.Vault + ".aside");

        string key = TestKey.New();
        LlmConfiguration item = _store.Create("new", key);

        Assert.Equal(key, _store.ReadKey(item.Id));
        Assert.Single(_store.Open().GetAll());
    }

    [Fact]
    public void Secrets_that_other_programs_keep_in_the_vault_are_no_lost_store()
    {
        using (var vault = new SecretVault(StoreFolder.At(_store.Path), _store.Options))
        using (VaultSecret secret = VaultSecret.From("hello"))
        {
            vault.Write("mail", secret);
        }

        Assert.Empty(_store.Open().GetAll());
        _store.Create("work", TestKey.New());
    }

    [Fact]
    public void Keys_of_a_store_whose_file_was_replaced_by_another_one_are_reported()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        Guid storeId = _store.Open().GetStore().StoreId!.Value;
        Lose();
        string aside = _store.Paths.Vault + ".aside";
        Directory.Move(_store.Paths.Vault, aside);
        _store.Create("new");
        Directory.Move(aside, _store.Paths.Vault);

        CheckResult found = Assert.Single(_store.Open().Check(), result => result.Check == "Orphan" && result.Status != CheckStatus.Ok);

        Assert.Contains(storeId.ToString("D"), found.Target, StringComparison.Ordinal);
        Assert.Contains($"'{item.Name}'", found.Message, StringComparison.Ordinal);
    }

    private void Lose()
    {
        File.Delete(_store.Paths.ConfigFile);
        File.Delete(_store.Paths.Backup);
    }

    private void Run(string command, Guid id)
    {
        LlmConfigRepository repository = _store.Open();
        using ApiKey key = ApiKey.From(TestKey.New(), "work");
        switch (command)
        {
            case "list":
                repository.GetAll();
                break;
            case "create":
                repository.Create(new NewConfiguration { Name = "new", Provider = "openai", Key = key });
                break;
            case "set the default vault":
                repository.SetDefaultVault("LlmConfig");
                break;
            case "rotate":
                repository.Update(id, new ConfigurationUpdate { Key = key });
                break;
            default:
                repository.PlanImport([]);
                break;
        }
    }
}
