using System.Text;

namespace LlmConfig.Tests;

public sealed class DamageTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public static TheoryData<string> Damages =>
    [
        "", "{", "[]", "null", "{}", "not json", "{\"version\":1}", "\u0000\u0000\u0000\u0000",
    ];

    /// <summary>What is put in the place of a part of a good file.</summary>
    public static TheoryData<string, string> Edits => new()
    {
        { "\n}\n", "\n}\n{}" },
        { "\n}\n", "\n} x" },
        { "\n}\n", "\n" },
        { "\n}\n", ",\n}\n" },
        { "\"revision\":", "\"revision\": 1, \"revision\":" },
        { "\"name\":", "\"name\": \"x\", \"name\":" },
        { "\"name\":", "\"x\": 1, \"x\": 2, \"name\":" },
        { "\"vault\":", "\"vault\": \"x\", \"vault\":" },
        { "\"work\"", "\"\"" },
        { "\"work\"", "\" work\"" },
        { "\"work\"", "\"wo\\u0000rk\"" },
        { "\"work\"", "\"wo\\ud800rk\"" },
        { "\"work\"", "\"other\"" },
        { "\"work\"", "7" },
        { "\"work\"", "null" },
        { "\"provider\": \"openai\"", "\"provider\": 1" },
        { "\"provider\": \"openai\",", string.Empty },
        { "\"useAuthHeader\": true", "\"useAuthHeader\": \"true\"" },
        { "\"useAuthHeader\": true", "\"useAuthHeader\": true, \"baseUrl\": \"ftp://x\"" },
        { "\"useAuthHeader\": true", "\"useAuthHeader\": true, \"baseUrl\": \"https://u:p@x\"" },
        { "llm-api-key-", "llm-api-key-0" },
        { "llm-api-key-", "../llm-api-ke" },
        { "\"revision\": ", "\"revision\": -" },
        { "\"revision\": ", "\"revision\": 0." },
        { "\"revision\": ", "\"revision\": 9007199254740992, \"x\": " },
        { "\"store\": \"", "\"store\": \"x" },
        { "\"version\": 1", "\"version\": 0" },
        { "\"version\": 1", "\"version\": \"1\"" },
        { "\"version\": 1,", string.Empty },
        { "\"createdAt\": \"2", "\"createdAt\": \"x2" },
        { "\"configs\": [", "\"default\": \"11111111-2222-4333-8444-555555555555\", \"configs\": [" },
        { "\"configs\": [", "\"configs\": [ 5," },
        { "\"configs\": [", "\"configs\": {}, \"y\": [" },
        { "\"configs\": [", "\"deep\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]], \"configs\": [" },
        { "\"key\": {", "\"key\": [{" },
        { "\"key\": {", "\"key\": { \"id\": 5," },
        { "\"configs\": [", "// a comment\n\"configs\": [" },
    };

    public void Dispose() => _store.Dispose();

    [Theory]
    [MemberData(nameof(Damages), DisableDiscoveryEnumeration = true)]
    public void A_damaged_file_is_never_read_as_empty_and_never_overwritten(string content)
    {
        LlmConfiguration item = Prepare();
        File.WriteAllText(_store.Paths.ConfigFile, content);

        AssertDamaged(item);
    }

    [Theory]
    [MemberData(nameof(Edits), DisableDiscoveryEnumeration = true)]
    public void A_file_that_breaks_one_rule_is_damaged(string part, string other)
    {
        LlmConfiguration item = Prepare();
        string good = File.ReadAllText(_store.Paths.ConfigFile);
        int at = good.LastIndexOf(part, StringComparison.Ordinal);
        Assert.True(at >= 0, part);
        File.WriteAllText(_store.Paths.ConfigFile, good.Remove(at, part.Length).Insert(at, other));

        AssertDamaged(item);
    }

    [Fact]
    public void Two_configurations_with_one_id_are_damage()
    {
        LlmConfiguration item = Prepare();
        string text = File.ReadAllText(_store.Paths.ConfigFile);
        File.WriteAllText(
            _store.Paths.ConfigFile,
            text.Replace(_store.Open().Get("other").Id.ToString(), item.Id.ToString(), StringComparison.Ordinal));

        AssertDamaged(item);
    }

    [Fact]
    public void A_time_with_another_offset_is_the_same_moment_in_UTC()
    {
        LlmConfiguration item = Prepare();
        string text = File.ReadAllText(_store.Paths.ConfigFile);
        string utc = ConfigDocumentWriter.Time(item.CreatedAt);
        string east = new DateTimeOffset(item.CreatedAt).ToOffset(TimeSpan.FromHours(5)).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz");
        File.WriteAllText(_store.Paths.ConfigFile, text.Replace(utc, east, StringComparison.Ordinal));

        Assert.Equal(item.CreatedAt, _store.Open().Get(item.Id).CreatedAt);
    }

    [Fact]
    public void A_depth_bomb_bad_UTF_8_and_a_file_that_is_too_large_are_damage()
    {
        LlmConfiguration item = Prepare();
        byte[] good = File.ReadAllBytes(_store.Paths.ConfigFile);
        byte[] invalid = [.. good];
        invalid[good.AsSpan().IndexOf("work"u8)] = 0xC3;
        foreach (byte[] bad in new byte[][]
        {
            Encoding.UTF8.GetBytes(new string('[', 100_000)),
            Encoding.UTF8.GetBytes("{\"x\":" + string.Concat(Enumerable.Repeat("{\"x\":", 50_000))),
            invalid,
            [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("{}")],
            [0xEF, 0xBB, 0xBF],
            [0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF, .. good],
        })
        {
            File.WriteAllBytes(_store.Paths.ConfigFile, bad);
            AssertDamaged(item);
        }

        using (FileStream file = File.OpenWrite(_store.Paths.ConfigFile))
        {
            file.SetLength(ConfigFile.MaximumBytes + 1L);
        }

        AssertServesBackup(item);
        Refusal.Of(LlmConfigErrorCode.StoreCorrupt, _store.Paths.ConfigFile, () => _store.Create("new"));
        Assert.Equal(ConfigFile.MaximumBytes + 1L, new FileInfo(_store.Paths.ConfigFile).Length);
    }

    [Fact]
    public void A_file_that_is_gone_while_its_backup_is_there_is_damage()
    {
        LlmConfiguration item = Prepare();
        File.Delete(_store.Paths.ConfigFile);

        AssertDamaged(item);
        Assert.False(File.Exists(_store.Paths.ConfigFile));
    }

    [Fact]
    public void Without_a_backup_of_use_a_damaged_file_is_an_error_for_readers_too()
    {
        Prepare();
        File.WriteAllText(_store.Paths.ConfigFile, "{");
        foreach (string backup in new[] { "{", File.ReadAllText(_store.Paths.Backup).Replace("\"version\": 1", "\"version\": 9", StringComparison.Ordinal) })
        {
            File.WriteAllText(_store.Paths.Backup, backup);
            LlmConfigException error = Refusal.Of(
                _store, LlmConfigErrorCode.StoreCorrupt, _store.Paths.ConfigFile, () => _store.Open().GetAll());
            Assert.Contains("Repair-LlmConfig", error.RecommendedAction, StringComparison.Ordinal);
        }

        File.Delete(_store.Paths.Backup);
        Refusal.Of(_store, LlmConfigErrorCode.StoreCorrupt, _store.Paths.ConfigFile, () => _store.Open().GetStore());
    }

    [Theory]
    [InlineData("2")]
    [InlineData("2147483647")]
    public void A_higher_version_is_refused_by_reads_and_writes_and_never_written(string version)
    {
        LlmConfiguration item = Prepare();
        string text = File.ReadAllText(_store.Paths.ConfigFile).Replace("\"version\": 1", "\"version\": " + version, StringComparison.Ordinal);

        // What else is new in it must not hide the version.
        File.WriteAllText(_store.Paths.ConfigFile, text.Replace("\"configs\"", "\"entries\"", StringComparison.Ordinal));
        LlmConfigErrorCode code = LlmConfigErrorCode.StoreVersionUnsupported;
        LlmConfigException error = Refusal.Of(_store, code, _store.Paths.ConfigFile, () => _store.Open().GetAll());
        Assert.Contains("Update LlmConfig.PowerShell", error.RecommendedAction, StringComparison.Ordinal);
        Refusal.Of(_store, code, _store.Paths.ConfigFile, () => _store.Open().GetKey(item.Id));
        Refusal.Of(_store, code, _store.Paths.ConfigFile, () => _store.Create("new", TestKey.New()));
        Refusal.Of(_store, code, _store.Paths.ConfigFile, () => _store.Open().Update(item.Id, new ConfigurationUpdate { Model = "m" }));
        Refusal.Of(_store, code, _store.Paths.ConfigFile, () => _store.Open().Remove([item.Id]));
        Refusal.Of(_store, code, _store.Paths.ConfigFile, () => _store.Open().SetDefaultVault("LlmConfig"));
        Refusal.Of(_store, code, _store.Paths.ConfigFile, () => _store.Open().SetProtector(ProtectorKind.KeyFile));
        Refusal.Of(_store, code, _store.Paths.ConfigFile, () => _store.Open().Recover());
    }

    [Fact]
    public void A_byte_order_mark_in_front_is_accepted_and_dropped_by_the_next_write()
    {
        LlmConfiguration item = Prepare();
        File.WriteAllBytes(_store.Paths.ConfigFile, [0xEF, 0xBB, 0xBF, .. File.ReadAllBytes(_store.Paths.ConfigFile)]);

        Assert.Equal(2, _store.Open().GetAll().Count);
        _store.Open().Update(item.Id, new ConfigurationUpdate { Model = "m" });
        Assert.Equal((byte)'{', File.ReadAllBytes(_store.Paths.ConfigFile)[0]);
        Assert.DoesNotContain(_store.Warnings, warning => warning.Target != "LlmConfig" && !warning.Message.Contains("has no key yet", StringComparison.Ordinal));
    }

    [Fact]
    public void The_backup_holds_what_was_committed_last()
    {
        LlmConfiguration item = Prepare();
        _store.Open().Update(item.Id, new ConfigurationUpdate { Model = "m" });

        Assert.Equal(File.ReadAllBytes(_store.Paths.ConfigFile), File.ReadAllBytes(_store.Paths.Backup));
    }

    private LlmConfiguration Prepare()
    {
        _store.Create("other");
        return _store.Create("work", TestKey.New());
    }

    private void AssertServesBackup(LlmConfiguration item)
    {
        int warnings = _store.Warnings.Count;
        Assert.Equal(item.Id, _store.Open().Get("work").Id);
        Assert.Equal(warnings + 1, _store.Warnings.Count);
        Assert.Contains("Repair-LlmConfig", _store.Warnings[^1].Message, StringComparison.Ordinal);
        Assert.StartsWith("sk-test-", _store.ReadKey(item.Id), StringComparison.Ordinal);
    }

    private void AssertDamaged(LlmConfiguration item)
    {
        IReadOnlyList<string> before = StoreSnapshot.Of(_store.Path);
        AssertServesBackup(item);
        using ApiKey key = ApiKey.From(TestKey.New(), "x");
        foreach (Action change in new Action[]
        {
            () => _store.Create("new", TestKey.New()),
            () => _store.Open().Update(item.Id, new ConfigurationUpdate { Key = key }),
            () => _store.Open().Remove([item.Id]),
            () => _store.Open().SetDefaultVault(null),
            () => _store.Open().SetProtector(ProtectorKind.KeyFile),
            () => _store.Open().Recover(),
        })
        {
            LlmConfigException error = Refusal.Of(_store, LlmConfigErrorCode.StoreCorrupt, _store.Paths.ConfigFile, change);
            Assert.Contains("Repair-LlmConfig", error.RecommendedAction, StringComparison.Ordinal);
        }

        Assert.Equal(before, StoreSnapshot.Of(_store.Path));
    }
}
