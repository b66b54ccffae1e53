using System.Security.Cryptography;

namespace LlmConfig.Tests;

public sealed class SealedFileTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_sealed_file_that_has_grown_is_VaultCorrupt()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        string path = _store.Sealed.Single();
        foreach (byte[] content in new byte[][] { [.. File.ReadAllBytes(path), 0], new byte[SealedSecret.MaximumFileBytes + 1] })
        {
            File.WriteAllBytes(path, content);
            Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "work", () => _store.ReadKey(item.Id));
            Assert.Equal(content.Length, new FileInfo(path).Length);
        }
    }

    [Fact]
    public void Two_sealed_files_with_exchanged_names_are_both_VaultCorrupt()
    {
        LlmConfiguration a = _store.Create("a", TestKey.New());
        LlmConfiguration b = _store.Create("b", TestKey.New());
        string[] paths = _store.Sealed;
        byte[] first = File.ReadAllBytes(paths[0]);
        File.Copy(paths[1], paths[0], overwrite: true);
        File.WriteAllBytes(paths[1], first);

        foreach (LlmConfiguration item in new[] { a, b })
        {
            Refusal.Of(LlmConfigErrorCode.VaultCorrupt, item.Name, () => _store.ReadKey(item.Id));
        }
    }

    [Fact]
    public void A_sealed_file_of_another_vault_is_VaultCorrupt()
    {
        using var other = new TemporaryStore();
        other.Create("work", TestKey.New());
        LlmConfiguration item = _store.Create("work", TestKey.New());
        File.Copy(other.Sealed.Single(), _store.Sealed.Single(), overwrite: true);

        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "work", () => _store.ReadKey(item.Id));
        Assert.Contains("another vault", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_key_sealed_twice_gives_two_different_files()
    {
        string value = TestKey.New();
        _store.Create("a", value);
        _store.Create("b", value);
        byte[] key = RandomNumberGenerator.GetBytes(32);
        var vault = Guid.NewGuid();

        Assert.NotEqual(File.ReadAllBytes(_store.Sealed[0]), File.ReadAllBytes(_store.Sealed[1]));
        Assert.NotEqual(Seal(), Seal());

        byte[] Seal() => SealedSecret.Seal(vault, key, "name", SealedSecretType.String, [], "sk-test"u8);
    }

    [Theory]
    [InlineData(1, "", "")]
    [InlineData(2, "{}", "value")]
    [InlineData(4, "{\"a\":1}", "ключ")]
    public void What_is_sealed_opens_with_its_name_type_metadata_and_value(int number, string metadata, string value)
    {
        var type = (SealedSecretType)number;
        byte[] key = RandomNumberGenerator.GetBytes(32);
        var vault = Guid.NewGuid();
        byte[] file = SealedSecret.Seal(
            vault, key, "имя", type, System.Text.Encoding.UTF8.GetBytes(metadata), System.Text.Encoding.UTF8.GetBytes(value));

        using SealedSecret back = SealedSecret.Open(file, vault, key, SecretName.Hash("имя"));
        Assert.Equal(("имя", type), (back.Name, back.Type));
        Assert.Equal(metadata, System.Text.Encoding.UTF8.GetString(back.Metadata));
        Assert.Equal(value, System.Text.Encoding.UTF8.GetString(back.Value.Span));
        Assert.Throws<StoreFormatException>(() => SealedSecret.Open(file, vault, key, SecretName.Hash("имя2")));
        Assert.Throws<StoreFormatException>(() => SealedSecret.Open(file, Guid.NewGuid(), key, SecretName.Hash("имя")));
        Assert.Throws<StoreFormatException>(() => SealedSecret.Open(file, vault, RandomNumberGenerator.GetBytes(32), SecretName.Hash("имя")));
    }

    [Fact]
    public void A_sealed_file_that_is_gone_is_KeyMissing_and_the_message_says_how_to_set_the_key_anew()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        File.Delete(_store.Sealed.Single());

        LlmConfigException error = Refusal.Of(_store, LlmConfigErrorCode.KeyMissing, "work", () => _store.ReadKey(item.Id));
        Assert.Contains("Set-LlmConfig -AskApiKey", error.RecommendedAction, StringComparison.Ordinal);
        Directory.Delete(_store.Paths.Vault, recursive: true);
        Refusal.Of(_store, LlmConfigErrorCode.KeyMissing, "work", () => _store.ReadKey(item.Id));
    }

    [Fact]
    public void A_damaged_key_can_be_set_anew_and_removed()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        File.WriteAllBytes(_store.Sealed.Single(), [1, 2, 3]);
        string value = TestKey.New();
        using ApiKey key = ApiKey.From(value, "work");

        _store.Open().Update(item.Id, new ConfigurationUpdate { Key = key });

        Assert.Equal(value, _store.ReadKey(item.Id));
        Assert.Single(_store.Sealed);
    }
}
