using System.Text.RegularExpressions;

namespace LlmConfig.Tests;

/// <summary>One key for two configurations is noticed without keeping the key, and without reading any.</summary>
public sealed class SameKeyTests : IDisposable
{
    private const string Advice = "have the same key. A key of its own for each lets you revoke one without the others.";
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_second_configuration_with_the_key_of_another_is_noticed_by_a_process_that_never_saw_it()
    {
        string key = TestKey.New();
        _store.Create("first", key);
        _store.Create("other", TestKey.New());
        Assert.Empty(Doubts());

        _store.Create("second", key);

        LlmConfigWarning warning = Assert.Single(_store.Warnings, warning => IsDoubt(warning.Message));
        Assert.Equal($"'first' and 'second' {Advice}", warning.Message);
        Assert.Equal("second", warning.Target);
    }

    [Fact]
    public void One_key_in_a_batch_is_one_warning_that_names_a_few()
    {
        string key = TestKey.New();
        using ApiKey same = ApiKey.From(key, null);
        using ApiKey another = ApiKey.From(TestKey.New(), null);
        NewConfiguration[] wanted =
        [
            .. Enumerable.Range(1, 1000).Select(number => new NewConfiguration { Name = $"c{number}", Provider = "openai", Key = same }),
            new NewConfiguration { Name = "alone", Provider = "openai", Key = another },
        ];

        Assert.All(_store.Open().Create(wanted), result => Assert.Null(result.Error));

        Assert.Equal([$"'c1', 'c2', 'c3', 'c4' and 996 others {Advice}"], Doubts());
    }

    [Fact]
    public void A_rotation_to_the_key_of_another_and_to_its_own_are_noticed()
    {
        string first = TestKey.New();
        LlmConfiguration a = _store.Create("a", first);
        LlmConfiguration b = _store.Create("b", TestKey.New());

        Rotate(b, first);
        Assert.Equal([$"'a' and 'b' {Advice}"], Doubts());

        Rotate(b, TestKey.New());
        Rotate(a, first);
        Assert.Equal("The new key of 'a' is the one that it had. Make a new one in the provider's console and revoke the old.", Doubts()[1]);
        Assert.Equal(2, Doubts().Length);
        Assert.Equal(first, _store.ReadKey(a.Id));
    }

    [Fact]
    public void A_removed_or_renamed_configuration_and_one_without_a_key_count_as_they_are()
    {
        string key = TestKey.New();
        LlmConfiguration a = _store.Create("a", key);
        _store.Open().Update(a.Id, new ConfigurationUpdate { NewName = "renamed" });
        _store.Create("b", key);
        Assert.Equal([$"'renamed' and 'b' {Advice}"], Doubts());

        _store.Open().Update(a.Id, new ConfigurationUpdate { RemoveKey = true });
        _store.Open().Remove([_store.Open().Get("b").Id]);
        _store.Create("c", key);
        Assert.Single(Doubts());
    }

    [Fact]
    public void A_key_has_its_mark_in_whatever_vault_it_lies()
    {
        var far = new FakeVault("Far");
        LlmConfigRepository repository = _store.Open(options => options with { Vaults = new FakeVaults(far) });
        string key = TestKey.New();
        string other = TestKey.New();
        LlmConfiguration moved = _store.Create("moved", key, null, repository);
        repository.Update(moved.Id, new ConfigurationUpdate { Vault = "Far" });
        _store.Create("b", key, null, repository);
        Assert.Equal([$"'moved' and 'b' {Advice}"], Doubts());

        // No vault is asked for a key to compare.
        far.Before = (operation, _) => Assert.NotEqual("Read", operation);
        LlmConfiguration come = _store.Create("come", other, "Far", repository);
        _store.Create("d", other, "Far", repository);
        Assert.Equal($"'come' and 'd' {Advice}", Doubts()[1]);
        far.Before = null;
        repository.Update(come.Id, new ConfigurationUpdate { Vault = "LlmConfig" });
        _store.Create("e", other, null, repository);
        Assert.Equal($"'come', 'd' and 'e' {Advice}", Doubts()[^1]);
    }

    [Fact]
    public void The_mark_is_64_bits_that_another_vault_gives_otherwise_and_no_plain_hash_of_the_key()
    {
        string key = TestKey.New();
        using var elsewhere = new TemporaryStore();
        _store.Create("a", key);
        _store.Create("b", key);
        _store.Create("c", TestKey.New());
        elsewhere.Create("a", key);

        string[] marks = Marks(_store);
        Assert.Equal(3, marks.Length);
        Assert.Equal(marks[0], marks[1]);
        Assert.NotEqual(marks[0], marks[2]);
        Assert.NotEqual(marks[0], Assert.Single(Marks(elsewhere)));
        byte[] utf8 = System.Text.Encoding.UTF8.GetBytes(key);
        Assert.DoesNotContain(marks[0], Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(utf8)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_mark_survives_another_protector_and_an_older_file_without_marks_is_read()
    {
        string key = TestKey.New();
        _store.Create("a", key);
        string before = Marks(_store)[0];
        _store.Open().SetProtector(ProtectorKind.KeyFile);
        string text = File.ReadAllText(_store.Paths.ConfigFile);
        File.WriteAllText(_store.Paths.ConfigFile, Regex.Replace(text, ",\\s*\"mark\": \"[0-9a-f]{16}\"", string.Empty));

        _store.Create("b", key);
        Assert.Empty(Doubts());
        Assert.Equal([before], Marks(_store));
        _store.Create("c", key);
        Assert.Equal([$"'b' and 'c' {Advice}"], Doubts());
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"0123\"")]
    [InlineData("\"0123456789abcdeg\"")]
    [InlineData("17")]
    [InlineData("{}")]
    public void A_mark_that_is_none_is_damage(string mark)
    {
        _store.Create("a", TestKey.New());
        string text = File.ReadAllText(_store.Paths.ConfigFile);
        File.WriteAllText(_store.Paths.ConfigFile, Regex.Replace(text, "\"mark\": \"[0-9a-f]{16}\"", $"\"mark\": {mark}"));

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => _store.Create("b"));
        Assert.Equal(LlmConfigErrorCode.StoreCorrupt, error.Code);
        Assert.Contains("key.mark", error.Message, StringComparison.Ordinal);
    }

    private static bool IsDoubt(string text) => !text.StartsWith("Keys are protected", StringComparison.Ordinal);

    private static string[] Marks(TemporaryStore store) =>
        [.. Regex.Matches(File.ReadAllText(store.Paths.ConfigFile), "\"mark\": \"([0-9a-f]{16})\"").Select(match => match.Groups[1].Value)];

    private string[] Doubts() => [.. _store.Warnings.Select(warning => warning.Message).Where(IsDoubt)];

    private void Rotate(LlmConfiguration item, string key)
    {
        using ApiKey value = ApiKey.From(key, null);
        _store.Open().Update(item.Id, new ConfigurationUpdate { Key = value });
    }
}
