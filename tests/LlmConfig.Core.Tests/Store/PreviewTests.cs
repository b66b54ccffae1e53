namespace LlmConfig.Tests;

/// <summary>A preview says what a change would say, and leaves every byte.</summary>
public sealed class PreviewTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_preview_gives_the_errors_of_the_change_itself_in_order()
    {
        LlmConfiguration taken = _store.Create("taken", TestKey.New());
        NewConfiguration[] wanted =
        [
            new() { Name = "good", Provider = "openai" },
            new() { Name = "TAKEN", Provider = "openai" },
            new() { Name = "good", Provider = "openai" },
            new() { Name = " ", Provider = "openai" },
            new() { Name = "a", Provider = "nobody" },
            new() { Name = "b", Provider = "openai", BaseUrl = "ftp://x" },
            new() { Name = "c", Provider = "openai", BaseUrl = "http://10.0.0.1" },
            new() { Name = "d", Provider = "azure-openai" },
            new() { Name = "e", Provider = "openai", Vault = "nowhere" },
        ];
        KeyValuePair<Guid, ConfigurationUpdate>[] updates =
        [
            new(taken.Id, new ConfigurationUpdate { Model = "m" }),
            new(taken.Id, new ConfigurationUpdate { NewName = " " }),
            new(Guid.NewGuid(), new ConfigurationUpdate { Model = "m" }),
        ];
        IReadOnlyList<string> before = StoreSnapshot.Of(_store.Path);
        LlmConfigRepository repository = _store.Open();

        LlmConfigErrorCode?[] creating = [.. repository.Preview(wanted).Select(result => result.Error?.Code)];
        LlmConfigErrorCode?[] updating = [.. repository.Preview(updates).Select(result => result.Error?.Code)];

        Assert.Equal(before, StoreSnapshot.Of(_store.Path));
        Assert.Equal(
            [
                null, LlmConfigErrorCode.DuplicateName, LlmConfigErrorCode.DuplicateName, LlmConfigErrorCode.InvalidName, LlmConfigErrorCode.UnknownProvider,
                LlmConfigErrorCode.InvalidBaseUrl, LlmConfigErrorCode.InsecureBaseUrl, LlmConfigErrorCode.InvalidBaseUrl, LlmConfigErrorCode.VaultNotFound,
            ],
            creating);
        Assert.Equal([null, LlmConfigErrorCode.InvalidName, LlmConfigErrorCode.NotFound], updating);
        Assert.Equal(creating, repository.Create(wanted).Select(result => result.Error?.Code));
        Assert.Equal(updating, repository.Update(updates).Select(result => result.Error?.Code));
    }

    [Fact]
    public void A_preview_makes_no_store_asks_no_vault_and_warns_of_a_key_that_looks_wrong()
    {
        var far = new FakeVault("Far") { Before = (operation, _) => Assert.Fail($"{operation} was called.") };
        using ApiKey key = ApiKey.From("changeme", null);

        ChangeResult result = Assert.Single(_store.Open(options => options with { Vaults = new FakeVaults(far) })
            .Preview([new NewConfiguration { Name = "a", Provider = "openai", Key = key, Vault = "Far" }]));

        Assert.Equal("a", result.Configuration!.Name);
        Assert.False(Directory.Exists(_store.Path));
        Assert.Contains("placeholder", Assert.Single(_store.Warnings).Message, StringComparison.Ordinal);
    }
}
