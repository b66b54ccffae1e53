namespace LlmConfig.Tests;

/// <summary>What is done with the intents of processes that live and of those that died.</summary>
[Collection(nameof(AloneCollection))]
public sealed class IntentTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly FakeVault _far = new("Far");

    public void Dispose() => _store.Dispose();

    [Fact]
    public void The_intent_is_on_disk_before_a_key_is_written_and_names_it_and_the_one_to_be_dropped()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        var named = new List<string>();
        _far.Before = (name, keyId) =>
        {
            if (name is "Write" or "Remove")
            {
                string path = _store.Intents.Single(path => path.EndsWith(".json", StringComparison.Ordinal));
                string intent = System.Text.Encoding.UTF8.GetString(new StoreFileSystem().ReadFile(path, 4096)!);
                Assert.Contains(keyId, intent, StringComparison.Ordinal);
                Assert.Contains(item.KeyId!, intent, StringComparison.Ordinal);
                Assert.DoesNotContain("sk-test", intent, StringComparison.Ordinal);
                named.Add(name);
            }
        };
        using ApiKey key = ApiKey.From(TestKey.New(), "work");

        Open().Update(item.Id, new ConfigurationUpdate { Key = key });

        Assert.Equal(["Write", "Remove"], named);
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void A_dead_intent_is_finished_keys_in_use_stay_and_keys_of_no_configuration_go()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        string orphan = LeaveKey();
        Assert.Equal(2, _store.Sealed.Length);
        Dead(Entry("LlmConfig", orphan), Entry("LlmConfig", item.KeyId!), Entry("LlmConfig", TestKey.NewId()));

        Assert.Equal(1, _store.Open().Recover());

        Assert.Single(_store.Sealed);
        Assert.Empty(_store.Intents);
        _store.ReadKey(item.Id);
    }

    [Fact]
    public void Every_change_finishes_dead_intents_first()
    {
        string orphan = LeaveKey();
        Dead(Entry("LlmConfig", orphan));

        _store.Create("work");

        Assert.Empty(_store.Sealed);
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void A_vaults_name_in_another_letter_case_costs_no_key()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        Dead(Entry("llmconfig", item.KeyId!));

        Assert.Equal(1, _store.Open().Recover());
        _store.ReadKey(item.Id);
    }

    [Fact]
    public void A_live_intent_is_left_alone()
    {
        string orphan = LeaveKey();
        string path = Dead(Entry("LlmConfig", orphan));
        var files = new StoreFileSystem();
        using (files.TryLockExistingFile(path))
        {
            _store.Create("work", TestKey.New());
            Assert.Equal(0, _store.Open().Recover());
            Assert.Equal(2, _store.Sealed.Length);
            Assert.Equal(path, _store.Intents.Single());
        }

        Assert.Equal(1, _store.Open().Recover());
        Assert.Single(_store.Sealed);
    }

    [Fact]
    public void A_vault_that_does_not_answer_is_asked_once_for_all_dead_intents()
    {
        _store.Create("work", TestKey.New());
        int asked = 0;
        _far.Before = (_, _) =>
        {
            asked++;
            throw FakeVault.Unavailable;
        };
        for (int i = 0; i < 5; i++)
        {
            Dead(Entry("Far", TestKey.NewId()));
        }

        Assert.Equal(0, Open().Recover());

        Assert.Equal(1, asked);
        Assert.Equal(5, _store.Intents.Length);
        Assert.Single(_store.Warnings, warning => warning.Target == "Far");
        _far.Before = null;
        Assert.Equal(5, Open().Recover());
    }

    [Fact]
    public void A_key_that_a_dead_intent_names_waits_for_its_vault()
    {
        _store.Create("work", TestKey.New());
        string id = LeaveFarKey(_store.StoreId);
        Dead(Entry("Far", id));

        Assert.Equal(0, _store.Open().Recover());
        Assert.Single(_store.Intents);
        Assert.Contains(_store.Warnings, warning => warning.Target == "Far");
        Assert.Equal(1, Open().Recover());
        Assert.Empty(_far.Keys);
        Assert.Empty(_store.Intents);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"version\":2,\"keys\":[]}")]
    [InlineData("{\"version\":1,\"keys\":[]}")]
    [InlineData("{\"version\":1,\"store\":\"x\",\"keys\":[]}")]
    [InlineData("{\"version\":1,\"store\":\"00112233-4455-6677-8899-aabbccddeeff\",\"keys\":{}}")]
    [InlineData("{\"version\":1,\"keys\":[{\"vault\":\"LlmConfig\"}]}")]
    [InlineData("{\"version\":1,\"keys\":[{\"vault\":\"LlmConfig\",\"id\":\"../../x\"}]}")]
    [InlineData("{\"version\":1,\"keys\":[{\"vault\":7,\"id\":\"llm-api-key-00112233445566778899aabbccddeeff\"}]}")]
    public void A_damaged_intent_stays_and_stops_nothing(string content)
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        string path = Dead();
        File.WriteAllText(path, content);

        Assert.Equal(0, _store.Open().Recover());
        _store.Create("other", TestKey.New());

        Assert.Equal(content, File.ReadAllText(path));
        Assert.Equal(1, _store.Open().GetStore().PendingChanges);
        _store.ReadKey(item.Id);
    }

    [Fact]
    public void What_never_got_its_final_name_is_removed_unless_its_writer_lives()
    {
        _store.Create("work", TestKey.New());
        string torn = Path.Combine(_store.Paths.Pending, Guid.NewGuid() + ".json.0123456789AB.tmp");
        string live = Path.Combine(_store.Paths.Pending, Guid.NewGuid() + ".json.BA9876543210.tmp");
        File.WriteAllText(torn, "{\"version\":1,");
        File.WriteAllText(live, "{\"version\":1,");
        var files = new StoreFileSystem();
        using (files.TryLockExistingFile(live))
        {
            _store.Create("other");
            Assert.Equal(live, _store.Intents.Single());
        }

        _store.Open().Recover();
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void An_intent_that_was_taken_for_a_leftover_before_it_was_locked_is_made_anew()
    {
        _store.Create("work");
        int taken = 0;
        using var files = new Snatcher(() => taken++ < 3);

        _store.Create("other", TestKey.New(), null, _store.Open(options => options with { Files = files.System }));

        Assert.Equal(2, _store.Open().GetAll().Count);
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void Recovery_also_removes_what_was_left_half_written_in_the_vault()
    {
        _store.Create("work", TestKey.New());
        string leftover = Path.Combine(_store.Paths.Vault, "x.sealed.0123456789AB.tmp");
        File.WriteAllText(leftover, "half");
        Dead(Entry("LlmConfig", TestKey.NewId()));
        var files = new StoreFileSystem();
        using (files.TryLockFile(_store.VaultPaths.Lock, exclusive: false))
        {
            _store.Open().Recover();
            Assert.True(File.Exists(leftover));
        }

        Dead(Entry("LlmConfig", TestKey.NewId()));
        _store.Open().Recover();
        Assert.False(File.Exists(leftover));
    }

    [Fact]
    public void Recovery_refuses_to_guess_while_the_store_is_damaged()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        Dead(Entry("LlmConfig", item.KeyId!));
        File.WriteAllText(_store.Paths.ConfigFile, "{");

        Refusal.Of(_store, LlmConfigErrorCode.StoreCorrupt, _store.Paths.ConfigFile, () => _store.Open().Recover());
        Assert.Single(_store.Sealed);
    }

    [Fact]
    public void A_forged_intent_removes_no_key_of_another_store_from_a_vault_that_both_share()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        string others = LeaveFarKey(Guid.NewGuid());
        string nobodys = LeaveFarKey(KeyLabel.NoStore);
        string left = LeaveFarKey(_store.StoreId);
        string path = Dead(Entry("Far", others), Entry("Far", nobodys), Entry("Far", left));

        Assert.Equal(1, Open().Recover());

        Assert.Equal(new[] { item.KeyId!, others, nobodys }.Order(), _far.Keys.Keys.Order());
        Assert.False(File.Exists(path));
        Assert.Contains(_store.Warnings, warning => warning.Message.Contains(others, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_key_that_nothing_shows_to_be_this_stores_stays_until_somebody_decides(bool takesLabels)
    {
        var plain = new FakeVault("Plain") { TakesLabels = takesLabels };
        _store.Create("work", TestKey.New(), "Plain", OpenWith(plain));
        string id = TestKey.NewId();
        plain.Keys[id] = TestKey.New();
        string path = Dead(Entry("Plain", id));

        Assert.Equal(0, OpenWith(plain).Recover());

        Assert.Contains(id, plain.Keys.Keys);
        Assert.True(File.Exists(path));
        Assert.Contains(_store.Warnings, warning => warning.Target == "Plain" && warning.Message.Contains(id, StringComparison.Ordinal));
        plain.Keys.TryRemove(id, out _);
        Assert.Equal(1, OpenWith(plain).Recover());
    }

    [Fact]
    public void A_store_removes_its_own_keys_from_a_vault_that_keeps_no_labels()
    {
        var plain = new FakeVault("Plain") { TakesLabels = false };
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Plain", OpenWith(plain));

        OpenWith(plain).Remove([item.Id]);

        Assert.Empty(plain.Keys);
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void An_intent_of_another_store_removes_nothing_and_is_reported()
    {
        string orphan = LeaveKey();
        string path = DeadOf(Guid.NewGuid(), Entry("LlmConfig", orphan));

        Assert.Equal(0, _store.Open().Recover());

        Assert.Single(_store.Sealed);
        Assert.True(File.Exists(path));
        Assert.Contains(_store.Warnings, warning => warning.Message.Contains("another store", StringComparison.Ordinal));
    }

    [Fact]
    public void A_forged_intent_takes_no_label_from_a_key_of_another_store()
    {
        _store.Create("work", TestKey.New());
        string id = LeaveFarKey(Guid.NewGuid());
        KeyLabel before = _far.Labels[id];
        string path = Dead();
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"keys\":[]", $"\"keys\":[],\"labels\":[{Entry("Far", id)}]", StringComparison.Ordinal));

        Assert.Equal(1, Open().Recover());

        Assert.Equal(before, _far.Labels[id]);
    }

    private static string Entry(string vault, string id) => $$"""{"vault":"{{vault}}","id":"{{id}}"}""";

    // What a process that was killed leaves: the file, without the lock.
    private string Dead(params string[] entries) => DeadOf(_store.StoreId, entries);

    private string DeadOf(Guid store, params string[] entries)
    {
        Access.MakeFolder(_store.Paths.Pending);
        string path = Path.Combine(_store.Paths.Pending, Guid.NewGuid() + ".json");
        File.WriteAllText(path, $$"""{"version":1,"store":"{{store}}","process":1,"createdAt":"2026-01-01T00:00:00.000Z","keys":[{{string.Join(',', entries)}}]}""");
        Access.Restrict(path);
        return path;
    }

    /// <summary>A key as a process leaves it that dies between its removal from the file and that from the vault.</summary>
    private string LeaveKey()
    {
        LlmConfiguration item = _store.Create("left", TestKey.New());
        string path = _store.VaultPaths.Sealed(item.KeyId!);
        File.Copy(path, path + ".aside");
        _store.Open().Remove([item.Id]);
        File.Move(path + ".aside", path);
        return item.KeyId!;
    }

    // A key in the shared vault that no configuration refers to.
    private string LeaveFarKey(Guid store)
    {
        string id = TestKey.NewId();
        _far.Keys[id] = TestKey.New();
        _far.Labels[id] = new KeyLabel(store, new LlmConfiguration { Id = Guid.NewGuid(), Name = "left", Provider = "openai" });
        return id;
    }

    private LlmConfigRepository OpenWith(FakeVault vault) => _store.Open(options => options with { Vaults = new FakeVaults(vault) });

    private LlmConfigRepository Open() => _store.Open(options => options with { Vaults = new FakeVaults(_far) });

    /// <summary>Another process that takes new intents for leftovers: once before they are opened, once while it holds them.</summary>
    private sealed class Snatcher(Func<bool> wanted) : IDisposable
    {
        private readonly List<FileLock?> _held = [];
        private readonly StoreFileSystem _other = new();
        private int _count;

        public StoreFileSystem System => new SnatchingFileSystem(this);

        public void Dispose() => _held.ForEach(held => held?.Dispose());

        private void Take(string path)
        {
            if (!path.Contains("pending", StringComparison.Ordinal) || !wanted())
            {
                return;
            }

            if (_count++ % 2 == 0)
            {
                _held.Add(_other.TryLockExistingFile(path));
            }
            else
            {
                _other.DeleteFile(path);
            }
        }

        private sealed class SnatchingFileSystem(Snatcher snatcher) : StoreFileSystem
        {
            protected override Microsoft.Win32.SafeHandles.SafeFileHandle CreateFile(string path)
            {
                Microsoft.Win32.SafeHandles.SafeFileHandle handle = base.CreateFile(path);
                snatcher.Take(path);
                return handle;
            }
        }
    }
}
