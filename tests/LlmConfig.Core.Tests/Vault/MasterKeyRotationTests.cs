using Microsoft.Win32.SafeHandles;

namespace LlmConfig.Tests;

public sealed class MasterKeyRotationTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly FakeProtector _keyring = new(ProtectorKind.SecretService);

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_rotation_seals_every_key_under_a_new_master_key_and_destroys_the_old_one()
    {
        Dictionary<Guid, string> keys = Create(3);
        string old = _store.MasterKeyFile;
        Guid before = Header().VaultId;
        using LlmConfigRepository reader = _store.Open();
        reader.GetKey(keys.First().Key).Dispose();

        _store.Open().RotateMasterKey();

        Assert.NotEqual(before, Header().VaultId);
        Assert.NotEqual(old, _store.MasterKeyFile);
        Assert.Null(Header().Previous);
        Assert.All(_store.Sealed, path => Assert.Equal(Header().VaultId, SealedSecret.VaultOf(File.ReadAllBytes(path))));
        AssertReadable(keys);

        // Whoever had opened the vault before goes on with the new master key, for what is written too.
        using ApiKey key = reader.GetKey(keys.First().Key);
        Assert.Equal(keys.First().Value, key.ToPlainText());
        LlmConfiguration later = _store.Create("later", "sk-test-later", null, reader);
        Assert.Equal("sk-test-later", _store.ReadKey(later.Id));
        Assert.DoesNotContain(_store.Open().Check(), result => result.Status != CheckStatus.Ok);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_change_of_protector_makes_a_new_master_key_unless_told_not_to(bool keep)
    {
        using LlmConfigRepository repository = Open();
        LlmConfiguration item = _store.Create("work", "sk-test-work", null, repository);
        Guid before = Header().VaultId;

        Open().SetProtector(ProtectorKind.KeyFile, keepMasterKey: keep);

        Assert.Equal(keep, Header().VaultId == before);
        Assert.Equal((ProtectorKind.KeyFile, 0), (Header().Protector, _keyring.Count));
        using ApiKey key = Open().GetKey(item.Id);
        Assert.Equal("sk-test-work", key.ToPlainText());
    }

    [Fact]
    public void After_a_rotation_it_is_still_seen_that_two_configurations_have_the_same_key()
    {
        _store.Create("one", "sk-test-the-same");
        _store.Open().RotateMasterKey();

        _store.Create("two", "sk-test-the-same");

        Assert.Contains(_store.Warnings, warning => warning.Message.StartsWith("'one' and 'two' have the same key.", StringComparison.Ordinal));
    }

    [Fact]
    public void Interrupted_anywhere_keys_are_read_and_written_and_a_repair_or_the_next_rotation_finishes()
    {
        int points = 0;
        for (bool finished = false; !finished; points++)
        {
            using var store = new TemporaryStore(inMemory: true);
            string[] values = ["sk-test-0", "sk-test-1", "sk-test-2"];
            Guid[] ids = [.. values.Select((value, index) => store.Create($"c{index}", value).Id)];
            int left = points;
            var files = new FailingFileSystem { Before = (_, _, _) => { if (left-- <= 0) { throw new InvalidOperationException("dead"); } } };
            try
            {
                store.Open(options => options with { Files = files }).RotateMasterKey();
                finished = true;
            }
            catch (InvalidOperationException)
            {
                // Dead.
            }

            Assert.Equal(values, ids.Select(id => store.ReadKey(id)));
            Guid written = store.Create("new", "sk-test-new").Id;
            using ApiKey other = ApiKey.From("sk-test-other", "c0");
            store.Open().Update(ids[0], new ConfigurationUpdate { Key = other });
            using LlmConfigRepository repository = store.Open();
            if (points % 2 == 0)
            {
                repository.RotateMasterKey();
            }

            Assert.All(repository.Repair(repository.PlanRepair(), _ => true), result => Assert.True(result.Changed, result.Message));
            Assert.DoesNotContain(repository.Check(), result => result.Status != CheckStatus.Ok);
            Assert.Equal(
                ["sk-test-other", "sk-test-1", "sk-test-2", "sk-test-new"], ids.Append(written).Select(id => store.ReadKey(id)));
            Assert.Single(store.MasterKeyFiles);
        }

        Assert.InRange(points, 30, 300);
    }

    [Fact]
    public void A_rotation_between_a_look_at_the_file_and_one_at_the_vault_is_no_false_alarm()
    {
        Dictionary<Guid, string> keys = Create(2);
        using LlmConfigRepository writer = Overtaken();
        Guid created = _store.Create("new", "sk-test-new", null, writer).Id;
        Assert.Equal("sk-test-new", _store.ReadKey(created));

        LlmConfiguration item = _store.Open().Get("c0");
        using LlmConfigRepository looker = Overtaken();
        Assert.Null(looker.GetHostProblem(item));
        using LlmConfigRepository reader = Overtaken();
        reader.GetKey(item).Dispose();
        AssertReadable(keys);
    }

    [Fact]
    public void Nor_is_one_that_ends_then_after_another_change_was_made_in_it()
    {
        Guid id = Create(2).Keys.First();
        Interrupt();
        _store.Create("in it", "sk-test-in-it");

        using LlmConfigRepository writer = Overtaken(() =>
        {
            using LlmConfigRepository other = _store.Open();
            Assert.All(other.Repair(other.PlanRepair(), _ => true), result => Assert.True(result.Changed, result.Message));
        });
        using ApiKey key = ApiKey.From("sk-test-new", "c0");
        writer.Update(id, new ConfigurationUpdate { Key = key });

        Assert.Equal("sk-test-new", _store.ReadKey(id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nor_is_one_that_comes_between_a_key_in_a_vault_of_others_and_its_commit(bool moves)
    {
        Create(2);
        var far = new FakeVault("far");
        LlmConfigRepository Open() => _store.Open(options => options with { Vaults = new FakeVaults(far) });
        using LlmConfigRepository writer = Open();
        using ApiKey key = ApiKey.From("sk-test-new", "c0");
        far.Before = (operation, _) =>
        {
            if (operation == nameof(FakeVault.Flush))
            {
                far.Before = null;
                using LlmConfigRepository other = Open();
                other.RotateMasterKey();
            }
        };
        writer.Update(writer.Get("c0").Id, new ConfigurationUpdate { Vault = "far", Key = moves ? null : key });

        using LlmConfigRepository reader = Open();
        using ApiKey read = reader.GetKey(reader.Get("c0").Id);
        Assert.Equal(moves ? "sk-test-0" : "sk-test-new", read.ToPlainText());
        Assert.Null(far.Before);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nor_is_one_that_is_overtaken_by_others_while_it_reads_keys_in_a_vault_of_others(bool makesOneMore)
    {
        var far = new FakeVault("far");
        LlmConfigRepository Open() => _store.Open(options => options with { Vaults = new FakeVaults(far) });
        Guid id = _store.Create("work", "sk-test-work", "far", Open()).Id;
        far.Before = (operation, _) =>
        {
            if (operation == nameof(FakeVault.Read))
            {
                // Ends the one that is under way.
                far.Before = null;
                using LlmConfigRepository other = Open();
                if (makesOneMore)
                {
                    other.RotateMasterKey();
                }
                else
                {
                    Assert.All(other.Repair(other.PlanRepair(), _ => true), result => Assert.Null(result.Error));
                }
            }
        };

        Open().RotateMasterKey();

        Assert.Null(far.Before);
        using LlmConfigRepository reader = Open();
        using ApiKey key = reader.GetKey(id);
        Assert.Equal("sk-test-work", key.ToPlainText());
        Assert.DoesNotContain(reader.Check(), result => result.Status != CheckStatus.Ok);
        Assert.Null(Header().Previous);
    }

    [Fact]
    public void A_rotation_that_was_left_undone_is_told_of()
    {
        Create(2);
        Interrupt();

        CheckResult found = Assert.Single(_store.Open().Check(), result => result.Status != CheckStatus.Ok);

        Assert.Equal(("Protector", CheckStatus.Warning), (found.Check, found.Status));
        Assert.Contains("Repair-LlmConfig", found.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_master_key_that_somebody_adds_to_the_header_is_refused()
    {
        Dictionary<Guid, string> keys = Create(2);
        using SecretBytes foreign = SecretBytes.Random(SealedSecret.MasterKeySize);
        VaultHeader theirs = (Header() with { VaultId = VaultHeader.IdOf(foreign.Span) }).WithCheck(foreign.Span);
        _ = new KeyFileProtector(_store.Paths.Vault, new StoreFileSystem()).Store(theirs.VaultId, foreign.Span);
        Write(Header() with { Previous = new PreviousMasterKey(theirs) });

        Refusal.Of(_store, LlmConfigErrorCode.VaultCorrupt, "c0", () => _store.ReadKey(keys.First().Key));
        Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "new", () => _store.Create("new", TestKey.New()));
        Assert.Throws<LlmConfigException>(() => _store.Open().RotateMasterKey());
        Assert.Equal(2, _store.MasterKeyFiles.Length);
    }

    [Fact]
    public void A_vault_with_a_key_that_cannot_be_read_keeps_its_master_key()
    {
        Dictionary<Guid, string> keys = Create(2);
        byte[] bytes = File.ReadAllBytes(_store.Sealed[0]);
        bytes[^1] ^= 1;
        File.WriteAllBytes(_store.Sealed[0], bytes);
        IReadOnlyList<string> before = StoreSnapshot.Of(_store.Paths.Vault);

        LlmConfigException error = Refusal.Of(_store, LlmConfigErrorCode.VaultCorrupt, _store.Sealed[0], () => _store.Open().RotateMasterKey());

        Assert.Contains("is not destroyed", error.Problem, StringComparison.Ordinal);
        Assert.Equal(before.Where(line => !line.Contains("vault.lock", StringComparison.Ordinal)), StoreSnapshot.Of(_store.Paths.Vault).Where(line => !line.Contains("vault.lock", StringComparison.Ordinal)));
        Assert.Equal(2, keys.Count);
    }

    [Fact]
    public void A_rotation_that_was_left_undone_keeps_the_old_master_key_while_a_file_cannot_be_sealed_anew()
    {
        Dictionary<Guid, string> keys = Create(2);
        Guid before = Header().VaultId;
        Interrupt();
        string path = _store.Sealed.Single(path => SealedSecret.VaultOf(File.ReadAllBytes(path)) == before);
        byte[] bytes = File.ReadAllBytes(path);
        byte[] bad = [.. bytes];
        bad[^1] ^= 1;
        File.WriteAllBytes(path, bad);

        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.VaultCorrupt, path, () => _store.Open().RotateMasterKey());

        Assert.Contains("is not destroyed", error.Problem, StringComparison.Ordinal);
        Assert.Contains(_store.VaultPaths.MasterKey(before), _store.MasterKeyFiles);
        File.WriteAllBytes(path, bytes);
        _store.Open().RotateMasterKey();
        AssertReadable(keys);
        Assert.Single(_store.MasterKeyFiles);
    }

    [Fact]
    public void The_file_of_an_old_master_key_is_overwritten_and_flushed_before_it_is_removed()
    {
        Create(1);
        string old = _store.MasterKeyFile;
        byte[]? removed = null;
        string? last = null;
        string? beforeIt = null;
        var files = new FailingFileSystem
        {
            Before = (_, call, path) =>
            {
                if (call == "Delete" && path == old)
                {
                    (removed, beforeIt) = (File.ReadAllBytes(old), last);
                }

                last = call;
            },
        };

        _store.Open(options => options with { Files = files, Protectors = (vault, _) => [new KeyFileProtector(vault, files)] }).RotateMasterKey();

        Assert.Equal(new byte[56], removed);
        Assert.Equal("FlushFile", beforeIt);
    }

    [Fact]
    public void An_old_master_key_that_its_protector_does_not_let_go_of_is_destroyed_by_the_next_repair()
    {
        LlmConfiguration item = _store.Create("work", "sk-test-work", null, Open());
        _keyring.Before = operation => _keyring.State = operation == "Remove" ? ProtectorState.Locked : ProtectorState.Ready;
        Open().RotateMasterKey();
        _keyring.Before = null;
        _keyring.State = ProtectorState.Ready;
        Assert.Equal(2, _keyring.Count);

        using LlmConfigRepository repository = Open();
        Assert.True(Assert.Single(repository.Repair(repository.PlanRepair(), _ => true)).Changed);

        Assert.Equal(1, _keyring.Count);
        using ApiKey key = Open().GetKey(item.Id);
        Assert.Equal("sk-test-work", key.ToPlainText());
    }

    [Fact]
    public void Where_there_is_no_vault_there_is_nothing_to_rotate()
    {
        _store.Create("local");

        _store.Open().RotateMasterKey();

        Assert.False(File.Exists(_store.VaultPaths.Header));
    }

    // Dead when the new header is in its place and the first key is sealed anew.
    private void Interrupt()
    {
        int renamed = 0;
        var files = new FailingFileSystem
        {
            Before = (_, call, path) =>
            {
                if (call == "Rename" && path.EndsWith(".sealed", StringComparison.Ordinal) && renamed++ == 1)
                {
                    throw new InvalidOperationException("dead");
                }
            },
        };
        Assert.Throws<InvalidOperationException>(() => _store.Open(options => options with { Files = files }).RotateMasterKey());
    }

    private Dictionary<Guid, string> Create(int count) =>
        Enumerable.Range(0, count).ToDictionary(number => _store.Create($"c{number}", $"sk-test-{number}").Id, number => $"sk-test-{number}");

    private void AssertReadable(Dictionary<Guid, string> keys) =>
        Assert.All(keys, pair => Assert.Equal(pair.Value, _store.ReadKey(pair.Key)));

    private VaultHeader Header() => VaultHeader.Parse(File.ReadAllBytes(_store.VaultPaths.Header));

    private void Write(VaultHeader header)
    {
        File.Delete(_store.VaultPaths.Header);
        File.WriteAllBytes(_store.VaultPaths.Header, header.ToBytes());
        Access.Restrict(_store.VaultPaths.Header);
    }

    // Another process rotates the master key just before this one looks at the vault.
    private LlmConfigRepository Overtaken(Action? other = null) =>
        _store.Open(options => options with { Files = new OvertakenFileSystem(other ?? (() => _store.Open().RotateMasterKey())) });

    private LlmConfigRepository Open() => _store.Open(options => options with
    {
        Protectors = TestProtectors.KeyFile(_keyring),
    });

    private sealed class OvertakenFileSystem(Action other) : StoreFileSystem
    {
        private bool _done;

        protected override SafeFileHandle? Open(string path, OpenFlags flags)
        {
            if (!_done && flags == OpenFlags.ReadOnly && path.EndsWith("vault.json", StringComparison.Ordinal))
            {
                _done = true;
                other();
            }

            return base.Open(path, flags);
        }
    }
}
