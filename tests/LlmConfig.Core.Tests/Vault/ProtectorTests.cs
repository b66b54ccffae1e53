namespace LlmConfig.Tests;

public sealed class ProtectorTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly FakeProtector _keyring = new(ProtectorKind.SecretService);

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(ProtectorState.Locked, LlmConfigErrorCode.VaultLocked)]
    [InlineData(ProtectorState.Hung, LlmConfigErrorCode.VaultUnavailable)]
    [InlineData(ProtectorState.Failed, LlmConfigErrorCode.VaultUnavailable)]
    public void A_keyring_that_is_locked_hung_or_failed_is_never_passed_over(ProtectorState state, LlmConfigErrorCode code)
    {
        _keyring.State = state;
        _store.Open().SetDefaultVault("LlmConfig");

        LlmConfigException error = Refusal.Of(code, "work", () => _store.Create("work", TestKey.New(), null, Open()));

        Assert.Contains("Set-LlmConfigStore -Protector", error.RecommendedAction, StringComparison.Ordinal);
        Assert.False(File.Exists(_store.VaultPaths.Header));
        Assert.Empty(_store.MasterKeyFiles);
        Assert.Empty(_store.Intents);
        StoreInfo info = Open().GetStore();
        Assert.Null(info.Protector);
        Assert.Equal(state.ToString(), info.ProtectorState);
    }

    [Theory]
    [InlineData(ProtectorState.Absent)]
    [InlineData(ProtectorState.NoCollection)]
    public void A_keyring_that_is_not_there_leads_to_the_next_one_and_that_is_said(ProtectorState state)
    {
        _keyring.State = state;
        StoreInfo before = Open().GetStore();
        Assert.Equal(nameof(ProtectorKind.KeyFile), before.Protector);

        string value = TestKey.New();
        LlmConfiguration item = _store.Create("work", value, null, Open());
        _store.Create("again", TestKey.New(), null, Open());

        Assert.Equal(value, ReadKey(item));
        StoreInfo info = Open().GetStore();
        Assert.Equal(nameof(ProtectorKind.KeyFile), info.Protector);
        Assert.Contains("SecretService", info.ProtectorReason, StringComparison.Ordinal);
        LlmConfigWarning warning = Assert.Single(_store.Warnings);
        Assert.Contains(_store.MasterKeyFile, warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_protector_a_key_is_refused_and_nothing_is_made()
    {
        LlmConfigRepository repository = _store.Open(options => options with { Protectors = (_, _) => [new FakeProtector(ProtectorKind.Dpapi, ProtectorState.Absent)] });

        Refusal.Of(LlmConfigErrorCode.VaultUnavailable, "work", () => _store.Create("work", TestKey.New(), null, repository));
        Assert.Empty(repository.GetAll());
    }

    [Fact]
    public void A_vault_that_is_gone_is_not_made_anew_by_a_change_of_protector()
    {
        _keyring.State = ProtectorState.Absent;
        _store.Create("work", TestKey.New(), null, Open());
        Directory.Delete(_store.VaultPaths.Folder, recursive: true);

        LlmConfigException error = Refusal.Of(_store, LlmConfigErrorCode.VaultCorrupt, "LlmConfig", () => Open().SetProtector(ProtectorKind.KeyFile));

        Assert.Contains("backup", error.RecommendedAction, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_store.VaultPaths.Folder));
    }

    [Fact]
    public void The_protector_is_chosen_once_and_never_switched_by_itself()
    {
        _keyring.State = ProtectorState.Absent;
        LlmConfiguration item = _store.Create("work", TestKey.New(), null, Open());
        _keyring.State = ProtectorState.Ready;

        _store.Create("other", TestKey.New(), null, Open());

        Assert.Equal(nameof(ProtectorKind.KeyFile), Open().GetStore().Protector);
        Assert.Equal(0, _keyring.Count);
        ReadKey(item);
    }

    [Theory]
    [InlineData(ProtectorState.Locked, LlmConfigErrorCode.VaultLocked)]
    [InlineData(ProtectorState.Hung, LlmConfigErrorCode.VaultUnavailable)]
    [InlineData(ProtectorState.Absent, LlmConfigErrorCode.VaultUnavailable)]
    public void A_vault_whose_keyring_does_not_answer_keeps_its_metadata_readable_and_its_keys(ProtectorState state, LlmConfigErrorCode code)
    {
        string value = TestKey.New();
        LlmConfiguration item = _store.Create("work", value, null, Open());
        Assert.Equal(nameof(ProtectorKind.SecretService), Open().GetStore().Protector);
        _keyring.State = state;

        Refusal.Of(_store, code, "work", () => ReadKey(item));
        Refusal.Of(_store, code, "new", () => _store.Create("new", TestKey.New(), null, Open()));
        Assert.Equal("work", Open().GetAll().Single().Name);
        Assert.Equal("m", Open().Update(item.Id, new ConfigurationUpdate { Model = "m" }).Model);
        _keyring.State = ProtectorState.Ready;
        Assert.Equal(value, ReadKey(item));
    }

    [Fact]
    public void A_protector_that_gives_back_another_key_is_not_trusted()
    {
        _keyring.Forgets = true;

        Refusal.Of(LlmConfigErrorCode.VaultUnavailable, "work", () => _store.Create("work", TestKey.New(), null, Open()));
        Assert.False(File.Exists(_store.VaultPaths.Header));

        _keyring.Forgets = false;
        LlmConfiguration item = _store.Create("work", TestKey.New(), null, Open());
        _keyring.Forgets = true;
        Refusal.Of(_store, LlmConfigErrorCode.VaultCorrupt, "work", () => ReadKey(item));
    }

    [Fact]
    public void Changing_the_protector_keeps_every_key_readable_in_every_process_and_leaves_one_copy_of_the_master_key()
    {
        string value = TestKey.New();
        using LlmConfigRepository old = Open();
        LlmConfiguration item = _store.Create("work", value, null, old);

        Open().SetProtector(ProtectorKind.KeyFile);
        Assert.Equal((nameof(ProtectorKind.KeyFile), 0), (Open().GetStore().Protector, _keyring.Count));
        Assert.Equal(value, ReadKey(item));
        using (ApiKey key = old.GetKey(item.Id))
        {
            Assert.Equal(value, key.ToPlainText());
        }

        LlmConfiguration second = _store.Create("second", value, null, old);
        Open().SetProtector(ProtectorKind.SecretService);
        Assert.Empty(_store.MasterKeyFiles);
        Assert.Equal((nameof(ProtectorKind.SecretService), 1), (Open().GetStore().Protector, _keyring.Count));
        Assert.Equal(value, ReadKey(second));
        Assert.Contains("Set-LlmConfigStore", Open().GetStore().ProtectorReason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_protector_is_changed_from_what_the_header_says_now_not_from_what_was_read_once()
    {
        using LlmConfigRepository old = Open();
        LlmConfiguration item = _store.Create("work", TestKey.New(), null, old);
        Open().SetProtector(ProtectorKind.KeyFile);

        old.SetProtector(ProtectorKind.SecretService);

        Assert.Equal(nameof(ProtectorKind.SecretService), Open().GetStore().Protector);
        Assert.Empty(_store.MasterKeyFiles);
        ReadKey(item);
        old.SetProtector(ProtectorKind.SecretService);
        ReadKey(item);
    }

    [Fact]
    public void Choosing_a_protector_before_the_first_key_makes_the_vault_with_it()
    {
        Open().SetProtector(ProtectorKind.KeyFile);

        Assert.Equal(nameof(ProtectorKind.KeyFile), Open().GetStore().Protector);
        string value = TestKey.New();
        Assert.Equal(value, ReadKey(_store.Create("work", value, null, Open())));
    }

    [Theory]
    [InlineData(ProtectorState.Locked, LlmConfigErrorCode.VaultLocked)]
    [InlineData(ProtectorState.Failed, LlmConfigErrorCode.VaultUnavailable)]
    public void A_protector_that_is_not_ready_is_refused_and_the_old_one_stays(ProtectorState state, LlmConfigErrorCode code)
    {
        _keyring.State = ProtectorState.Absent;
        LlmConfiguration item = _store.Create("work", TestKey.New(), null, Open());
        _keyring.State = state;

        Refusal.Of(_store, code, "LlmConfig", () => Open().SetProtector(ProtectorKind.SecretService));
        Refusal.Of(_store, LlmConfigErrorCode.VaultUnavailable, "LlmConfig", () => Open().SetProtector(ProtectorKind.Dpapi));
        ReadKey(item);
    }

    [Fact]
    public void An_old_protector_that_does_not_let_go_is_a_warning_since_the_change_is_made()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), null, Open());
        _keyring.Before = operation => _keyring.State = operation == "Remove" ? ProtectorState.Locked : ProtectorState.Ready;

        Open().SetProtector(ProtectorKind.KeyFile);

        _keyring.Before = null;
        Assert.Contains(_store.Warnings, warning => warning.Message.Contains("did not release", StringComparison.Ordinal));
        Assert.Equal(nameof(ProtectorKind.KeyFile), Open().GetStore().Protector);
        ReadKey(item);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_change_of_protector_that_stops_at_any_call_leaves_every_key_readable(bool toKeyFile)
    {
        // The process dies at call n: nothing after it happens, neither clean-up.
        int points = 0;
        for (bool finished = false; !finished; points++)
        {
            using var store = new TemporaryStore();
            var keyring = new FakeProtector(ProtectorKind.SecretService, toKeyFile ? ProtectorState.Ready : ProtectorState.Absent);
            string value = TestKey.New();
            LlmConfiguration item = store.Create("work", value, null, Open(store, keyring));
            keyring.State = ProtectorState.Ready;
            bool dead = false;
            int left = points;
            void Step()
            {
                dead |= left-- <= 0;
                if (dead)
                {
                    throw new InvalidOperationException("power cut");
                }
            }

            var files = new FailingFileSystem { Before = (_, _, _) => Step() };
            keyring.Before = operation =>
            {
                if (operation != "Load")
                {
                    Step();
                }
            };
            try
            {
                Open(store, keyring, files).SetProtector(toKeyFile ? ProtectorKind.KeyFile : ProtectorKind.SecretService);
                finished = true;
            }
            catch (InvalidOperationException)
            {
                // Dead.
            }

            keyring.Before = null;
            using ApiKey key = Open(store, keyring).GetKey(item.Id);
            Assert.Equal(value, key.ToPlainText());

            // The next change finds what is stale and can still write.
            LlmConfiguration next = store.Create("next", value, null, Open(store, keyring));
            using ApiKey nextKey = Open(store, keyring).GetKey(next.Id);
            Assert.Equal(value, nextKey.ToPlainText());

            // What is left to do, a repair does: then there is one file with a master key, or none.
            using LlmConfigRepository repairer = Open(store, keyring);
            Assert.All(repairer.Repair(repairer.PlanRepair(), _ => true), result => Assert.True(result.Changed, result.Message));
            Assert.Equal(repairer.GetStore().Protector == nameof(ProtectorKind.KeyFile) ? 1 : 0, store.MasterKeyFiles.Length);
            using ApiKey last = Open(store, keyring).GetKey(item.Id);
            Assert.Equal(value, last.ToPlainText());
        }

        Console.WriteLine($"Change of protector (to a key file: {toKeyFile}): {points - 1} crash points.");
        Assert.InRange(points, 20, 200);
    }

    private static LlmConfigRepository Open(TemporaryStore store, FakeProtector keyring, StoreFileSystem? system = null) => store.Open(options => options with
    {
        Files = system,
        Protectors = TestProtectors.KeyFile(keyring),
    });

    private LlmConfigRepository Open() => Open(_store, _keyring);

    private string ReadKey(LlmConfiguration item)
    {
        using ApiKey key = Open().GetKey(item.Id);
        return key.ToPlainText();
    }
}
