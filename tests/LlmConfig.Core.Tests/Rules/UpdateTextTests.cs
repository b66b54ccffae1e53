namespace LlmConfig.Tests;

/// <summary>What an update says that it changes.</summary>
public sealed class UpdateTextTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Each_setting_that_differs_is_told_old_and_new()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());

        Assert.Equal(
            ["name 'work' → 'job'", "provider 'openai' → 'groq'", "base URL 'https://api.openai.com/v1' → 'https://x.example/v1'", "header 'Authorization: Bearer' → 'the provider's own'", "model (none) → 'm'", "default no → yes"],
            new ConfigurationUpdate { NewName = " job ", Provider = "GROQ", BaseUrl = "https://x.example/v1", UseAuthHeader = false, Model = "m", AsDefault = true }.Describe(item));
        Assert.Empty(new ConfigurationUpdate { NewName = "work", Provider = "openai", UseAuthHeader = true, Model = " ", AsDefault = false, Vault = "LlmConfig" }.Describe(item));
    }

    [Fact]
    public void What_becomes_of_the_key_is_told_and_the_key_is_not()
    {
        string value = TestKey.New();
        using ApiKey key = ApiKey.From(value, null);
        LlmConfiguration item = _store.Create("work", TestKey.New()), none = _store.Create("none");

        Assert.Equal(["a new key"], new ConfigurationUpdate { Key = key }.Describe(item));
        Assert.Equal(["a new key in the vault 'Far'"], new ConfigurationUpdate { Vault = "Far" }.Describe(item, hasNewKey: true));
        Assert.Equal(["no key in place of its key, which is removed from the vault 'LlmConfig'"], new ConfigurationUpdate { RemoveKey = true }.Describe(item));
        Assert.Equal(["its key from the vault 'LlmConfig' to 'Far'"], new ConfigurationUpdate { Vault = "Far" }.Describe(item));
        Assert.Equal(["the secret 'Mine' in place of its key, which is removed from the vault 'LlmConfig'"], new ConfigurationUpdate { KeyName = "Mine" }.Describe(item));
        Assert.Equal(["the secret 'Mine' in the vault 'Far' as its key"], new ConfigurationUpdate { KeyName = "Mine", Vault = "Far" }.Describe(none));
        Assert.Empty(new ConfigurationUpdate { RemoveKey = true, Vault = "Far" }.Describe(none));
    }

    [Fact]
    public void What_was_noted_is_told_and_what_would_be_refused_is_not_shown()
    {
        LlmConfiguration item = _store.Create("work");
        string secret = TestKey.New();
        var details = new ConfigurationDetails { Owner = "ops", Tags = ["eu", " us "], Headers = new Dictionary<string, string> { ["X-Team"] = "blue" } };

        Assert.Equal(["header X-Team (none) → 'blue'", "tags (none) → 'eu, us'", "owner (none) → 'ops'"], new ConfigurationUpdate { Details = details }.Describe(item));
        Assert.Equal(
            ["header (not shown) (none) → '(not shown)'", "description (none) → '(not shown)'", "owner (none) → '(not shown)'"],
            new ConfigurationUpdate { Details = new ConfigurationDetails { Owner = "ops", Description = $"for {secret}", Headers = new Dictionary<string, string> { ["X-Gate"] = secret } } }.Describe(item));
        Assert.Empty(new ConfigurationUpdate { Details = new ConfigurationDetails { Owner = " ", Tags = [" "], ExpiresAt = DateTime.MaxValue } }.Describe(item));
    }

    [Fact]
    public void What_is_wrong_or_steers_a_terminal_is_not_repeated()
    {
        LlmConfiguration item = _store.Create("work");
        string told = string.Concat(new ConfigurationUpdate { NewName = "a\u001B[31m", Provider = "sk-secret", BaseUrl = "https://me:secret@x.example", Model = "\u202E" }.Describe(item));

        Assert.DoesNotContain("secret", told, StringComparison.Ordinal);
        Assert.DoesNotContain(told, character => char.IsControl(character) || character == '\u202E');
    }
}
