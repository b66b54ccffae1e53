using System.Security;

namespace LlmConfig.Tests;

/// <summary>Secrets of any kind in the built-in vault, beside the keys of configurations.</summary>
public sealed class SecretVaultTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    private SecretVault Open() => new(StoreFolder.At(_store.Path), _store.Options);

    private void Write(string name, string value, Dictionary<string, object?>? metadata = null)
    {
        using SecretVault vault = Open();
        using VaultSecret secret = VaultSecret.From(value);
        vault.Write(name, secret, metadata);
    }

    private string? Text(string name)
    {
        using SecretVault vault = Open();
        using VaultSecret? secret = vault.Read(name);
        return secret?.ToText();
    }

    [Fact]
    public void Each_type_comes_back_as_what_it_was()
    {
        using SecretVault vault = Open();
        using SecureString word = Secure("wörd 😀");
        using VaultSecret bytes = VaultSecret.From([0, 1, 255]);
        using VaultSecret empty = VaultSecret.From(string.Empty);
        using VaultSecret credential = VaultSecret.From("user", word);
        using VaultSecret secure = VaultSecret.From(word);
        using VaultSecret table = VaultSecret.FromTable([new("b", bytes), new("c", credential), new("", empty)]);
        foreach ((string name, VaultSecret secret) in new[] { ("bytes", bytes), ("empty", empty), ("login", credential), ("secure", secure), ("table", table) })
        {
            vault.Write(name, secret);
        }

        using SecretVault again = Open();
        Assert.Equal([0, 1, 255], again.Read("bytes")!.Bytes.ToArray());
        Assert.Equal(string.Empty, again.Read("empty")!.ToText());
        (string userName, SecureString password) = again.Read("login")!.ToCredential();
        Assert.Equal(("user", "wörd 😀"), (userName, Plain(password)));
        Assert.Equal("wörd 😀", Plain(again.Read("secure")!.ToSecureString()));
        IReadOnlyList<KeyValuePair<string, VaultSecret>> items = again.Read("table")!.ToTable();
        Assert.Equal(["b", "c", ""], items.Select(item => item.Key));
        Assert.Equal("wörd 😀", Plain(items[1].Value.ToCredential().Password));
        Assert.Equal(
            [SealedSecretType.ByteArray, SealedSecretType.String, SealedSecretType.Credential, SealedSecretType.SecureString, SealedSecretType.Hashtable],
            again.List().Select(item => item.Type));
        Assert.Throws<InvalidOperationException>(() => again.Read("bytes")!.ToText());
        Assert.Throws<ArgumentException>(() => VaultSecret.FromTable([new("t", table)]));
        Assert.Throws<System.Text.EncoderFallbackException>(() => VaultSecret.From("\ud800"));
    }

    [Theory]
    [InlineData("name", "NAME")]
    [InlineData("größe", "GRÖßE")]
    [InlineData("ά 名前 😀 𐐨", "Ά 名前 😀 𐐀")]
    public void Letter_case_in_names_does_not_count(string one, string other)
    {
        Write(one, "first");
        Write(other, "second");
        Assert.Equal(("second", "second"), (Text(one), Text(other)));
        using SecretVault vault = Open();
        Assert.Equal(other, Assert.Single(vault.List()).Name);
        Assert.True(vault.Remove(one));
        Assert.False(vault.Remove(other));
    }

    [Fact]
    public void Any_text_is_a_name()
    {
        string[] names = ["*", "a[b]", " ", "../../x", "名前", "K\u212A", "kk", new string('n', 5000)];
        foreach (string name in names)
        {
            Write(name, "value of " + name);
        }

        Assert.All(names, name => Assert.Equal("value of " + name, Text(name)));
        Assert.Equal(LlmConfigErrorCode.InvalidName, Assert.Throws<LlmConfigException>(() => Write("\ud800", "x")).Code);
        Assert.Equal(LlmConfigErrorCode.InvalidName, Assert.Throws<LlmConfigException>(() => Write(new string('n', 17_000), "x")).Code);
    }

    [Fact]
    public void Metadata_keep_their_types_and_are_replaced_as_a_whole()
    {
        var time = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        Write("a", "text", new() { ["t"] = "x", ["n"] = -7, ["y"] = true, ["d"] = time });
        using SecretVault vault = Open();
        IReadOnlyDictionary<string, object> metadata = Assert.Single(vault.List()).Metadata;
        Assert.Equal(("x", -7, true, time), (metadata["t"], metadata["N"], metadata["y"], metadata["d"]));

        Assert.True(vault.WriteMetadata("A", new Dictionary<string, object?> { ["other"] = 1 }));
        Assert.Equal("other", Assert.Single(Assert.Single(vault.List()).Metadata).Key);
        Assert.Equal("text", Text("a"));
        Assert.False(vault.WriteMetadata("nope", new Dictionary<string, object?>()));
        LlmConfigException wrong = Assert.Throws<LlmConfigException>(() => Write("a", "other text", new() { ["n"] = 1.5 }));
        Assert.Equal(LlmConfigErrorCode.InvalidName, wrong.Code);
        Assert.Equal("text", Text("a"));
    }

    [Fact]
    public void Keys_of_configurations_are_listed_and_a_secret_too_large_is_refused()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        Write("other", "text");
        using SecretVault vault = Open();
        VaultSecretInfo key = Assert.Single(vault.List(), secret => SecretVault.IsKeyName(secret.Name));
        Assert.Equal((item.KeyId, SealedSecretType.SecureString, "work"), (key.Name, key.Type, key.Metadata["name"]));
        using VaultSecret large = VaultSecret.From(new byte[(1024 * 1024) + 1]);
        Assert.Equal(LlmConfigErrorCode.InvalidKey, Assert.Throws<LlmConfigException>(() => vault.Write("large", large)).Code);
        vault.Check();
        Assert.Null(vault.Read("large"));
    }

    [Fact]
    public void Looking_makes_nothing()
    {
        using SecretVault vault = Open();
        vault.Check();
        Assert.Empty(vault.List());
        Assert.Null(vault.Read("a"));
        Assert.False(vault.Remove("a"));
        Assert.False(Directory.Exists(_store.Path));
    }

    [Theory]
    [InlineData("vault.json")]
    [InlineData("master.key")]
    public void A_vault_that_lost_its_header_or_master_key_takes_no_secret_and_gets_no_new_one(string file)
    {
        Write("one", "first");
        string path = _store.PathOf("vault/" + file);
        byte[] content = File.ReadAllBytes(path);
        File.Delete(path);
        string[] before = Directory.GetFiles(_store.Paths.Vault);

        Assert.Equal(LlmConfigErrorCode.VaultCorrupt, Assert.Throws<LlmConfigException>(() => Write("two", "second")).Code);

        Assert.Equal(before.Order(), Directory.GetFiles(_store.Paths.Vault).Order());
        File.WriteAllBytes(path, content);
        Access.Restrict(path);
        Assert.Equal("first", Text("one"));
    }

    [Fact]
    public void A_secret_is_not_removed_between_the_two_halves_of_new_metadata_which_would_bring_it_back()
    {
        Write("one", "first");
        var refused = new List<LlmConfigErrorCode>();
        var files = new FailingFileSystem
        {
            Before = (_, call, path) =>
            {
                if (call == "Rename" && path.EndsWith(".sealed", StringComparison.Ordinal))
                {
                    using var other = new SecretVault(StoreFolder.At(_store.Path), _store.Options with { LockPatience = TimeSpan.Zero });
                    refused.Add(Assert.Throws<LlmConfigException>(() => other.Remove("one")).Code);
                }
            },
        };
        using var vault = new SecretVault(StoreFolder.At(_store.Path), _store.Options with { Files = files });

        Assert.True(vault.WriteMetadata("one", new Dictionary<string, object?> { ["a"] = 1 }));

        Assert.Equal([LlmConfigErrorCode.StoreBusy], refused);
        Assert.True(vault.Remove("one"));
        Assert.Null(Text("one"));
    }

    private static SecureString Secure(string text)
    {
        var result = new SecureString();
        foreach (char c in text)
        {
            result.AppendChar(c);
        }

        return result;
    }

    private static string Plain(SecureString text) => new System.Net.NetworkCredential(string.Empty, text).Password;
}
