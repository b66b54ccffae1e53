using Xunit.Abstractions;

namespace LlmConfig.Tests;

public sealed class VaultHeaderTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("vault.json")]
    [InlineData("master.key")]
    public void A_flipped_byte_never_leads_to_a_new_master_key_and_never_to_a_wrong_key(string file)
    {
        string value = TestKey.New();
        LlmConfiguration item = _store.Create("work", value);
        string path = Path.Combine(_store.Paths.Vault, file);
        byte[] good = File.ReadAllBytes(path);
        int corrupt = 0;
        for (int at = 0; at < good.Length; at++)
        {
            byte[] bad = [.. good];
            bad[at] ^= (byte)(1 << (at % 7));
            File.WriteAllBytes(path, bad);
            corrupt += ReadsOrIsCorrupt(item, value) ? 0 : 1;
            if (at % 16 == 0)
            {
                WritesOrIsRefused();
            }

            Assert.Equal(bad, File.ReadAllBytes(path));
        }

        output.WriteLine($"{file}: {good.Length} flipped bytes, {corrupt} refused, the rest did not matter");
        Assert.InRange(corrupt, good.Length / 3, good.Length);
        File.WriteAllBytes(path, good);
        Assert.Equal(value, _store.ReadKey(item.Id));
    }

    [Theory]
    [InlineData("vault.json")]
    [InlineData("master.key")]
    public void A_file_cut_off_at_any_length_is_VaultCorrupt_and_stays_as_it_is(string file)
    {
        string value = TestKey.New();
        LlmConfiguration item = _store.Create("work", value);
        string path = Path.Combine(_store.Paths.Vault, file);
        byte[] good = File.ReadAllBytes(path);

        // A header without its last line break is whole.
        int end = file == "vault.json" ? good.Length - 1 : good.Length;
        for (int length = 0; length < end; length++)
        {
            File.WriteAllBytes(path, good[..length]);
            Assert.False(ReadsOrIsCorrupt(item, value));
        }

        WritesOrIsRefused();
        File.WriteAllBytes(path, new byte[70 * 1024]);
        Assert.False(ReadsOrIsCorrupt(item, value));
        Assert.Equal(70 * 1024, new FileInfo(path).Length);
    }

    [Theory]
    [InlineData("vault.json")]
    [InlineData("master.key")]
    public void A_file_that_is_gone_while_there_are_secrets_is_VaultCorrupt_and_never_made_anew(string file)
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        File.Delete(Path.Combine(_store.Paths.Vault, file));
        using ApiKey key = ApiKey.From(TestKey.New(), "work");

        Refusal.Of(_store, LlmConfigErrorCode.VaultCorrupt, "work", () => _store.ReadKey(item.Id));
        Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "other", () => _store.Create("other", TestKey.New()));
        Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "work", () => _store.Open().Update(item.Id, new ConfigurationUpdate { Key = key }));
        Assert.Equal(
            LlmConfigErrorCode.VaultCorrupt, Assert.Throws<LlmConfigException>(() => _store.Open().SetProtector(ProtectorKind.KeyFile)).Code);
        Assert.False(File.Exists(Path.Combine(_store.Paths.Vault, file)));
        Assert.Single(_store.Sealed);
        Assert.Empty(_store.Intents);
        Assert.Equal("work", _store.Open().GetAll().Single().Name);
    }

    [Fact]
    public void The_master_key_of_another_vault_is_VaultCorrupt()
    {
        using var other = new TemporaryStore();
        other.Create("work", TestKey.New());
        LlmConfiguration item = _store.Create("work", TestKey.New());
        File.Copy(other.VaultPaths.MasterKey, _store.VaultPaths.MasterKey, overwrite: true);

        Refusal.Of(_store, LlmConfigErrorCode.VaultCorrupt, "work", () => _store.ReadKey(item.Id));
    }

    [Theory]
    [InlineData("\"version\": 1", "\"version\": 2")]
    [InlineData("\"KeyFile\"", "\"Tomorrow\"")]
    [InlineData("\"KeyFile\"", "\"Dpapi\"")]
    [InlineData("\"wrapped\"", "\"wrap\"")]
    [InlineData("\"check\": \"", "\"check\": \"AAAA")]
    [InlineData("{", "[")]
    [InlineData("\"vault\": \"", "\"vault\": \"x")]
    public void A_header_that_is_not_understood_is_refused_and_stays(string part, string other)
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        File.WriteAllText(_store.VaultPaths.Header, File.ReadAllText(_store.VaultPaths.Header).Replace(part, other, StringComparison.Ordinal));
        IReadOnlyList<string> before = StoreSnapshot.Of(_store.Paths.Vault);

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => _store.ReadKey(item.Id));
        Assert.Contains(error.Code, new[] { LlmConfigErrorCode.VaultCorrupt, LlmConfigErrorCode.VaultUnavailable });
        Assert.Equal("work", error.Target);
        Assert.Throws<LlmConfigException>(() => _store.Create("other", TestKey.New()));
        Assert.Equal(before, StoreSnapshot.Of(_store.Paths.Vault));
    }

    private bool ReadsOrIsCorrupt(LlmConfiguration item, string value)
    {
        try
        {
            Assert.Equal(value, _store.ReadKey(item.Id));
            return true;
        }
        catch (LlmConfigException e)
        {
            // A flip can turn the protector's name into a shorter number of another one.
            Assert.Contains(e.Code, new[] { LlmConfigErrorCode.VaultCorrupt, LlmConfigErrorCode.VaultUnavailable });
            return false;
        }
    }

    private void WritesOrIsRefused()
    {
        try
        {
            LlmConfiguration made = _store.Create("other", TestKey.New());
            _store.Open().Remove([made.Id]);
        }
        catch (LlmConfigException e)
        {
            Assert.Contains(e.Code, new[] { LlmConfigErrorCode.VaultCorrupt, LlmConfigErrorCode.VaultUnavailable });
        }

        Assert.Single(_store.Sealed);
    }
}
