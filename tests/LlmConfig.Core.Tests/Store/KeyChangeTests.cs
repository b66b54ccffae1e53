namespace LlmConfig.Tests;

/// <summary>Rotation, move and removal of keys, and what a vault that fails leaves behind.</summary>
[Collection(nameof(AloneCollection))]
public sealed class KeyChangeTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly FakeVault _far = new("Far");

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_rotation_gets_a_new_key_id_and_the_old_key_is_gone_after_it()
    {
        LlmConfiguration before = _store.Create("work", TestKey.New());
        string oldFile = _store.Sealed.Single();
        string value = TestKey.New();

        LlmConfiguration after = Rotate(Open(), before.Id, value);

        Assert.NotEqual(before.KeyId, after.KeyId);
        Assert.True(TestKey.IsId(after.KeyId!));
        Assert.NotEqual(oldFile, _store.Sealed.Single());
        Assert.Equal(value, _store.ReadKey(after.Id));
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void A_removal_takes_the_key_along_unless_it_is_to_stay()
    {
        LlmConfiguration gone = _store.Create("gone", TestKey.New());
        LlmConfiguration kept = _store.Create("kept", TestKey.New());

        _store.Open().Remove([gone.Id]);
        Assert.Single(_store.Sealed);
        _store.Open().Remove([kept.Id], keepKeys: true);
        Assert.Single(_store.Sealed);
        Assert.Empty(_store.Intents);
        Assert.Empty(_store.Open().GetAll());
    }

    [Fact]
    public void Taking_the_key_away_leaves_the_configuration_and_asking_for_it_is_KeyMissing()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());

        item = _store.Open().Update(item.Id, new ConfigurationUpdate { RemoveKey = true });

        Assert.Null(item.Vault);
        Assert.Null(item.KeyUpdatedAt);
        Assert.Empty(_store.Sealed);
        LlmConfigException error = Refusal.Of(_store, LlmConfigErrorCode.KeyMissing, "work", () => _store.ReadKey(item.Id));
        Assert.Contains("-AskApiKey", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_moves_to_another_vault_and_back_under_new_ids()
    {
        string value = TestKey.New();
        LlmConfiguration item = _store.Create("work", value);

        LlmConfiguration moved = Open().Update(item.Id, new ConfigurationUpdate { Vault = "far" });
        Assert.Equal("Far", moved.Vault);
        Assert.NotEqual(item.KeyId, moved.KeyId);
        Assert.Equal(item.KeyUpdatedAt, moved.KeyUpdatedAt);
        Assert.Equal((value, 0), (_far.Keys.Values.Single(), _store.Sealed.Length));
        Assert.Equal(moved, Open().Update(item.Id, new ConfigurationUpdate { Vault = "FAR" }));

        LlmConfiguration back = Open().Update(item.Id, new ConfigurationUpdate { Vault = "LlmConfig" });
        Assert.Empty(_far.Keys);
        Assert.NotEqual(item.KeyId, back.KeyId);
        Assert.Equal(value, _store.ReadKey(item.Id));
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void A_rotation_stays_in_the_vault_of_the_old_key_unless_another_is_named()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());

        Assert.Equal("Far", Rotate(Open(), item.Id, TestKey.New()).Vault);
        Assert.Single(_far.Keys);
        using ApiKey key = ApiKey.From(TestKey.New(), "work");
        Assert.Equal("LlmConfig", Open().Update(item.Id, new ConfigurationUpdate { Key = key, Vault = "LlmConfig" }).Vault);
        Assert.Empty(_far.Keys);
        Assert.Single(_store.Sealed);
    }

    [Theory]
    [InlineData("Write")]
    [InlineData("Flush")]
    public void A_vault_that_fails_to_write_leaves_the_old_state_and_no_key(string operation)
    {
        LlmConfiguration near = _store.Create("near", TestKey.New());
        LlmConfiguration far = _store.Create("far", TestKey.New(), "Far", Open());
        string old = _far.Keys.Single().Value;
        string last = string.Empty;
        _far.Before = (name, _) =>
        {
            // The flush of what was written, not the one of what is tidied up after that.
            bool fails = name == operation && last != "Remove";
            last = name;
            ThrowIf(fails);
        };

        Refusal.Of(_store, LlmConfigErrorCode.VaultUnavailable, "new", () => _store.Create("new", TestKey.New(), "Far", Open()));
        Refusal.Of(_store, LlmConfigErrorCode.VaultUnavailable, "far", () => Rotate(Open(), far.Id, TestKey.New()));
        Refusal.Of(
            _store,
            LlmConfigErrorCode.VaultUnavailable,
            "near",
            () => Open().Update(near.Id, new ConfigurationUpdate { Vault = "Far" }));

        _far.Before = null;
        Assert.Equal(old, _far.Keys.Single().Value);
        Assert.Single(_store.Sealed);
        Assert.Empty(_store.Intents);
        Open().GetKey(far.Id).Dispose();
    }

    [Fact]
    public void Of_a_batch_over_two_vaults_only_what_the_failing_vault_should_keep_fails()
    {
        int written = 0;
        _far.Before = (name, _) => ThrowIf(name == "Write" && ++written == 2);
        using ApiKey key = ApiKey.From(TestKey.New(), null);
        IReadOnlyList<ChangeResult> results = Open().Create(
            [.. Enumerable.Range(0, 6).Select(i => new NewConfiguration { Name = $"n{i}", Provider = "openai", Key = key, Vault = i % 2 == 0 ? "Far" : null })]);

        Assert.Equal([true, true, false, true, true, true], results.Select(result => result.Error is null));
        Assert.Equal((2, 3, 5), (_far.Keys.Count, _store.Sealed.Length, Open().GetAll().Count));
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void A_key_that_could_not_be_removed_stays_in_its_intent_and_is_removed_by_the_next_change_that_uses_the_vault()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        _far.Before = (name, _) => ThrowIf(name == "Remove");

        LlmConfiguration rotated = Rotate(Open(), item.Id, TestKey.New());
        Assert.Equal(2, _far.Keys.Count);
        Assert.Single(_store.Intents);
        Assert.Contains(_store.Warnings, warning => warning.Target == "Far");
        Assert.Equal(1, Open().GetStore().PendingChanges);

        // A change that does not use the vault leaves it alone; it might prompt.
        _far.Before = (_, _) => Assert.Fail("the vault was called");
        _store.Create("near", TestKey.New(), null, Open());
        Assert.Single(_store.Intents);

        _far.Before = null;
        _store.Create("far", TestKey.New(), "Far", Open());
        Assert.Equal(2, _far.Keys.Count);
        Assert.Empty(_store.Intents);
        Open().GetKey(rotated.Id).Dispose();
    }

    [Fact]
    public void A_vault_that_lost_a_key_is_KeyMissing_with_the_name_of_the_configuration()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        _far.Keys.Clear();

        Refusal.Of(_store, LlmConfigErrorCode.KeyMissing, "work", () => Open().GetKey(item.Id));
        Refusal.Of(_store, LlmConfigErrorCode.KeyMissing, "work", () => Open().Update(item.Id, new ConfigurationUpdate { Vault = "LlmConfig" }));
        Refusal.Of(_store, LlmConfigErrorCode.VaultNotFound, "work", () => _store.ReadKey(item.Id));
    }

    [Fact]
    public void The_lock_of_the_store_is_not_held_while_a_vault_is_called()
    {
        using var writing = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        _far.Before = (name, _) =>
        {
            if (name == "Write")
            {
                writing.Set();
                goOn.Wait();
            }
        };
        Task<LlmConfiguration> slow = Task.Run(() => _store.Create("slow", TestKey.New(), "Far", Open()));
        writing.Wait();

        _store.Create("fast", TestKey.New(), null, _store.Open(options => options with { LockPatience = TimeSpan.FromSeconds(5) }));
        Assert.Equal("fast", _store.Open().GetAll().Single().Name);

        goOn.Set();
        Assert.Equal("slow", slow.GetAwaiter().GetResult().Name);
        Assert.Equal(2, _store.Open().GetAll().Count);
    }

    [Fact]
    public void A_rotation_during_a_move_is_not_lost_the_move_copies_the_new_key()
    {
        string newest = TestKey.New();
        LlmConfiguration item = _store.Create("work", TestKey.New());
        RunOnce("Write", () => Rotate(_store.Open(), item.Id, newest));

        LlmConfiguration moved = Open().Update(item.Id, new ConfigurationUpdate { Vault = "Far", Model = "m" });

        Assert.Equal(("Far", "m"), (moved.Vault, moved.Model));
        Assert.Equal(newest, _far.Keys.Single().Value);
        Assert.Equal(newest, ReadKey(item.Id));
        Assert.Empty(_store.Sealed);
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void A_rotation_just_before_a_move_reads_the_old_key_is_not_reported_as_a_missing_key()
    {
        string newest = TestKey.New();
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        RunOnce("Read", () => Rotate(Open(), item.Id, newest));

        LlmConfiguration moved = Open().Update(item.Id, new ConfigurationUpdate { Vault = "LlmConfig" });

        Assert.Equal("LlmConfig", moved.Vault);
        Assert.Equal(newest, ReadKey(item.Id));
        Assert.Empty(_far.Keys);
        Assert.Single(_store.Sealed);
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void A_move_whose_key_is_rotated_again_and_again_gives_up_with_StoreBusy_and_changes_nothing()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        string newest = string.Empty;
        _far.Before = (name, _) =>
        {
            if (name == "Write")
            {
                newest = TestKey.New();
                Rotate(_store.Open(), item.Id, newest);
            }
        };

        Refusal.Of(LlmConfigErrorCode.StoreBusy, "work", () => Open().Update(item.Id, new ConfigurationUpdate { Vault = "Far" }));

        Assert.Empty(_far.Keys);
        Assert.Equal(newest, ReadKey(item.Id));
        Assert.Single(_store.Sealed);
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void A_rotation_of_a_configuration_that_was_rotated_meanwhile_drops_the_newer_old_key_too()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        string last = TestKey.New();
        RunOnce("Write", () => Rotate(Open(), item.Id, TestKey.New()));

        Rotate(Open(), item.Id, last);

        Assert.Equal(last, _far.Keys.Single().Value);
        Assert.Equal(last, ReadKey(item.Id));
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void A_rotation_of_a_configuration_that_was_removed_meanwhile_is_NotFound_and_leaves_no_key()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        RunOnce("Write", () => Open().Remove([item.Id]));

        Refusal.Of(LlmConfigErrorCode.NotFound, "work", () => Rotate(Open(), item.Id, TestKey.New()));

        Assert.Empty(_far.Keys);
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void A_name_that_was_taken_while_the_key_was_written_is_DuplicateName_and_leaves_no_key()
    {
        RunOnce("Write", () => _store.Create("Work"));

        Refusal.Of(LlmConfigErrorCode.DuplicateName, "work", () => _store.Create("work", TestKey.New(), "Far", Open()));

        Assert.Empty(_far.Keys);
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void A_reader_that_finds_the_key_gone_because_of_a_rotation_gets_the_new_one()
    {
        string newest = TestKey.New();
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        RunOnce("Read", () => Rotate(Open(), item.Id, newest));

        using ApiKey key = Open().GetKey(item.Id);
        Assert.Equal(newest, key.ToPlainText());
    }

    [Fact]
    public void A_reader_that_is_overtaken_by_several_rotations_gets_the_newest_key()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        string newest = string.Empty;
        int left = 5;
        _far.Before = (name, _) =>
        {
            if (name == "Read" && left-- > 0)
            {
                newest = TestKey.New();
                Rotate(Open(), item.Id, newest);
            }
        };

        using ApiKey key = Open().GetKey(item.Id);
        Assert.Equal(newest, key.ToPlainText());
    }

    [Fact]
    public void A_store_that_disappears_during_a_change_costs_no_key()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        byte[] bytes = File.ReadAllBytes(_store.Paths.ConfigFile);
        RunOnce("Write", () =>
        {
            File.Delete(_store.Paths.ConfigFile);
            File.Delete(_store.Paths.Backup);
        });

        Refusal.Of(LlmConfigErrorCode.StoreCorrupt, _store.Paths.ConfigFile, () => Rotate(Open(), item.Id, TestKey.New()));
        File.WriteAllBytes(_store.Paths.ConfigFile, bytes);
        Open().GetKey(item.Id).Dispose();
        Assert.Equal(1, Open().Recover());
        Assert.Single(_far.Keys);
    }

    [Fact]
    public void A_store_that_is_damaged_during_a_change_keeps_all_keys_until_it_is_repaired()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        byte[] bytes = File.ReadAllBytes(_store.Paths.ConfigFile);
        RunOnce("Write", () => File.WriteAllText(_store.Paths.ConfigFile, "{"));

        LlmConfigException error = Refusal.Of(
            LlmConfigErrorCode.StoreCorrupt, _store.Paths.ConfigFile, () => Rotate(Open(), item.Id, TestKey.New()));
        Assert.Contains("Repair-LlmConfig", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(2, _far.Keys.Count);
        Assert.Single(_store.Intents);
        Assert.Contains(_store.Warnings, warning => warning.Message.Contains("unfinished change", StringComparison.Ordinal));

        File.WriteAllBytes(_store.Paths.ConfigFile, bytes);
        Assert.Equal(1, Open().Recover());
        Assert.Single(_far.Keys);
        Open().GetKey(item.Id).Dispose();
    }

    [Fact]
    public void A_cancelled_change_leaves_no_key_and_no_intent()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New());
        IReadOnlyList<string> before = StoreSnapshot.Of(_store.Path);
        foreach (string operation in new[] { "Write", "Flush" })
        {
            using var cancellation = new CancellationTokenSource();
            _far.Before = (name, _) =>
            {
                if (name == operation)
                {
                    cancellation.Cancel();
                }
            };
            using ApiKey key = ApiKey.From(TestKey.New(), "new");
            Assert.ThrowsAny<OperationCanceledException>(() => Open().Create(
                [new NewConfiguration { Name = "new", Provider = "openai", Key = key, Vault = "Far" }, new NewConfiguration { Name = "new2", Provider = "openai", Key = key }],
                null,
                cancellation.Token));
            Assert.ThrowsAny<OperationCanceledException>(() => Open().Update(item.Id, new ConfigurationUpdate { Key = key }, cancellation.Token));
            Assert.ThrowsAny<OperationCanceledException>(() => Open().Remove([item.Id], false, cancellation.Token));
            Assert.ThrowsAny<OperationCanceledException>(() => Open().SetDefaultVault("Far", cancellation.Token));
            Assert.ThrowsAny<OperationCanceledException>(() => Open().SetProtector(ProtectorKind.KeyFile, cancellation: cancellation.Token));
        }

        Assert.Equal(before, StoreSnapshot.Of(_store.Path));
        Assert.Empty(_far.Keys);
    }

    private static void ThrowIf(bool failing)
    {
        if (failing)
        {
            throw FakeVault.Unavailable;
        }
    }

    private static LlmConfiguration Rotate(LlmConfigRepository repository, Guid id, string value)
    {
        using ApiKey key = ApiKey.From(value, "work");
        return repository.Update(id, new ConfigurationUpdate { Key = key });
    }

    // What another process does while the vault is at work.
    private void RunOnce(string operation, Action meanwhile) => _far.Before = (name, _) =>
    {
        if (name == operation)
        {
            _far.Before = null;
            meanwhile();
        }
    };

    private LlmConfigRepository Open() => _store.Open(options => options with { Vaults = new FakeVaults(_far) });

    private string ReadKey(Guid id)
    {
        using ApiKey key = Open().GetKey(id);
        return key.ToPlainText();
    }
}
