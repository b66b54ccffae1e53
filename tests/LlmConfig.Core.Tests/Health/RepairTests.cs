using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>Each damage is found by its check with a remedy, repaired by a repair, and gone after it; a second repair does nothing.</summary>
[Collection(nameof(AloneCollection))]
public sealed class RepairTests(ITestOutputHelper output) : IDisposable
{
    private static readonly Dictionary<string, (Action<HealthStore> Damage, string Check, CheckStatus Status, string[] Names)> Repairable = new()
    {
        ["damaged file"] = (store => File.WriteAllText(store.Paths.ConfigFile, "{"), "File", CheckStatus.Error, ["near", "far", "none"]),
        ["empty file"] = (store => File.WriteAllText(store.Paths.ConfigFile, string.Empty), "File", CheckStatus.Error, ["near", "far", "none"]),
        ["file too large"] = (store => Grow(store.Paths.ConfigFile, ConfigFile.MaximumBytes + 1L), "File", CheckStatus.Error, ["near", "far", "none"]),
        ["file gone"] = (store => File.Delete(store.Paths.ConfigFile), "File", CheckStatus.Error, ["near", "far", "none"]),
        ["file and backup damaged"] = (store => DamageBoth(store, "{"), "File", CheckStatus.Error, ["near", "far"]),
        ["file and backup gone"] = (store => DamageBoth(store, null), "File", CheckStatus.Error, ["near", "far"]),
        ["backup damaged"] = (store => File.WriteAllText(store.Paths.Backup, "{"), "Backup", CheckStatus.Warning, ["near", "far", "none"]),
        ["backup gone"] = (store => File.Delete(store.Paths.Backup), "Backup", CheckStatus.Warning, ["near", "far", "none"]),
        ["backup behind"] = (store => store.Edit(item => item, backupToo: false), "Backup", CheckStatus.Warning, ["near", "far", "none"]),
        ["folder open to all"] = (store => Chmod(store.Store.Path, 0x1FF), "Permission", CheckStatus.Error, ["near", "far", "none"]),
        ["vault's folder open to all"] = (store => Chmod(store.Paths.Vault, 0x1ED), "Permission", CheckStatus.Error, ["near", "far", "none"]),
        ["intents' folder open to all"] = (store => Chmod(store.Paths.Pending, 0x1ED), "Permission", CheckStatus.Error, ["near", "far", "none"]),
        ["file open to all"] = (store => Chmod(store.Paths.ConfigFile, 0x1B6), "Permission", CheckStatus.Error, ["near", "far", "none"]),
        ["backup open to all"] = (store => Chmod(store.Paths.Backup, 0x1A4), "Permission", CheckStatus.Error, ["near", "far", "none"]),
        ["lock open to all"] = (store => Chmod(store.Paths.Lock, 0x1B6), "Permission", CheckStatus.Error, ["near", "far", "none"]),
        ["master key open to all"] = (store => Chmod(store.Store.MasterKeyFile, 0x1A4), "Permission", CheckStatus.Error, ["near", "far", "none"]),
        ["sealed file open to all"] = (store => Chmod(store.Store.Sealed.Single(), 0x1A4), "Permission", CheckStatus.Error, ["near", "far", "none"]),
        ["header open to all"] = (store => Chmod(store.Store.VaultPaths.Header, 0x1A4), "Permission", CheckStatus.Error, ["near", "far", "none"]),
        ["key lost sight of"] = (store => store.Edit(item => item.Name == "near" ? item with { KeyId = TestKey.NewId() } : item), "Key", CheckStatus.Error, ["near", "far", "none"]),
        ["orphan in the built-in vault"] = (store => store.Edit(item => item.Name == "near" ? null : item), "Orphan", CheckStatus.Warning, ["far", "none"]),
        ["label behind"] = (store => store.Edit(item => item.Name == "far" ? item with { Model = "m" } : item), "Label", CheckStatus.Warning, ["near", "far", "none"]),
        ["label gone"] = (store => store.Far.Labels.Clear(), "Label", CheckStatus.Warning, ["near", "far", "none"]),
        ["intent of a dead process"] = (store => store.LeaveIntent([store.Document.Find("far")!.Key!, new KeyReference("Far", TestKey.NewId())], []), "Intent", CheckStatus.Warning, ["near", "far", "none"]),
        ["damaged intent"] = (store => File.WriteAllText(store.LeaveIntent([new KeyReference("Far", TestKey.NewId())], []), "{"), "Intent", CheckStatus.Warning, ["near", "far", "none"]),
        ["half-written file"] = (store => Leave(store.Paths.ConfigFile + ".0123.tmp"), "Leftover", CheckStatus.Warning, ["near", "far", "none"]),
        ["half-written backup"] = (store => Leave(store.Paths.Backup + ".0123.tmp"), "Leftover", CheckStatus.Warning, ["near", "far", "none"]),
        ["half-written secret"] = (store => Leave(Path.Combine(store.Paths.Vault, "x.sealed.0123.tmp")), "Leftover", CheckStatus.Warning, ["near", "far", "none"]),
        ["half-written intent"] = (store => Leave(Path.Combine(store.Paths.Pending, "x.json.0123.tmp")), "Leftover", CheckStatus.Warning, ["near", "far", "none"]),
    };

    private readonly HealthStore _store = new();

    public static TheoryData<string> Damages => [.. Repairable.Keys];

    public void Dispose() => _store.Dispose();

    [Theory]
    [MemberData(nameof(Damages))]
    public void Each_damage_is_found_put_right_and_gone(string name)
    {
        (Action<HealthStore> damage, string check, CheckStatus status, string[] names) = Repairable[name];
        Assert.Empty(_store.Problems());
        damage(_store);
        string[] before = Entries();

        CheckResult found = Assert.Single(_store.Problems(), result => result.Check == check);
        Assert.Equal(status, found.Status);
        Assert.Contains("Repair-LlmConfig", found.Remedy, StringComparison.Ordinal);
        Assert.Equal(before, Entries());
        LlmConfigRepository planner = _store.Open();
        RepairPlan plan = planner.PlanRepair(["Far"]);
        Assert.NotEmpty(plan.Steps);
        Assert.Equal(before, Entries());

        IReadOnlyList<RepairResult> done = _store.Repair(null, "Far");

        Assert.Equal(plan.Steps.Select(step => (step.Check, step.Target)), done.Where(result => result.Changed).Select(result => (result.Check, result.Target)));
        Assert.All(done.Where(result => result.Check != "Host"), result => Assert.True(result is { Changed: true, Status: CheckStatus.Ok, Error: null }, result.ToString()));
        Assert.Equal(name.StartsWith("file and backup", StringComparison.Ordinal) ? 1 : 0, done.Count(result => result.Check == "Host"));
        if (name.StartsWith("file and backup", StringComparison.Ordinal))
        {
            // Whoever may write the labels of that vault must not decide where its key goes.
            Assert.Equal(("Host", "far"), (Assert.Single(_store.Problems()).Check, _store.Problems()[0].Target));
            _store.AcceptHosts();
        }

        Assert.Empty(_store.Problems());
        _store.AssertWhole(names);
        IReadOnlyList<string> repaired = StoreSnapshot.Of(_store.Store.Path);
        Assert.Empty(_store.Repair(null, "Far"));
        Assert.Equal(repaired, StoreSnapshot.Of(_store.Store.Path));
        output.WriteLine($"{name}: {string.Join(" ", done.Select(result => result.Message))}");
    }

    [Fact]
    public void All_damages_at_once_are_put_right()
    {
        string[] together = [.. Repairable.Keys.Where(name => name is not ("file gone" or "empty file" or "file too large" or "backup gone" or "backup damaged" or "backup behind"
            or "file and backup gone" or "file and backup damaged" or "orphan in the built-in vault" or "key lost sight of" or "label behind" or "damaged file"
            or "intent of a dead process" or "damaged intent"))];
        foreach (string name in together)
        {
            Repairable[name].Damage(_store);
        }

        _store.LeaveIntent([], [_store.Document.Find("far")!.Key!]);
        File.WriteAllText(_store.Paths.ConfigFile, "{");
        Chmod(_store.Paths.ConfigFile, 0x1B6);
        IReadOnlyList<RepairResult> done = _store.Repair();

        Assert.True(done.Count >= together.Length + 1);
        Assert.Empty(_store.Problems());
        _store.AssertWhole("near", "far", "none");
        Assert.Equal("{", File.ReadAllText(Assert.Single(_store.KeptAside)));
        Assert.True(Access.IsOfUserAlone(_store.KeptAside[0]));
        Assert.Empty(_store.Repair());
        output.WriteLine($"damages at once: {done.Count}, left: 0");
    }

    [Fact]
    public void What_is_damaged_is_kept_under_a_dated_name_and_never_over_another()
    {
        var clock = new FixedClock(new DateTimeOffset(2026, 11, 24, 8, 15, 0, TimeSpan.Zero));
        string expected = _store.Paths.ConfigFile + ".damaged-20261124T081500Z";
        for (int round = 1; round <= 3; round++)
        {
            File.WriteAllText(_store.Paths.ConfigFile, $"damage {round}");
            LlmConfigRepository repository = _store.Open(options => options with { Clock = clock });
            RepairResult done = Assert.Single(repository.Repair(repository.PlanRepair(), _ => true));

            string name = round == 1 ? expected : $"{expected}-{round}";
            Assert.Equal($"damage {round}", File.ReadAllText(name));
            Assert.Contains($"'{Path.GetFileName(name)}'", done.Message, StringComparison.Ordinal);
        }

        Assert.Equal(3, _store.KeptAside.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_damaged_backup_is_kept_too(bool fileToo)
    {
        File.WriteAllText(_store.Paths.Backup, "damaged backup");
        if (fileToo)
        {
            File.WriteAllText(_store.Paths.ConfigFile, "damaged file");
        }

        Assert.All(_store.Repair(null, "Far"), result => Assert.True(result.Error is null, result.ToString()));

        Assert.Equal(fileToo ? ["damaged backup", "damaged file"] : ["damaged backup"], _store.KeptAside.Select(File.ReadAllText).Order());
        Assert.Equal(File.ReadAllBytes(_store.Paths.ConfigFile), File.ReadAllBytes(_store.Paths.Backup));
    }

    [Fact]
    public void The_damaged_file_is_moved_aside_once_a_backup_that_validates_is_durable()
    {
        File.WriteAllText(_store.Paths.ConfigFile, "{");
        File.WriteAllText(_store.Paths.Backup, "{");
        string? last = null;
        int moved = 0;
        var files = new FailingFileSystem
        {
            Before = (_, call, path) =>
            {
                if (call == "Rename" && path.StartsWith(_store.Paths.ConfigFile + ".damaged", StringComparison.Ordinal))
                {
                    moved++;
                    Assert.Equal($"SyncFolder {_store.Store.Path}", last);
                    Assert.Equal(2, StoreDocument.Read(File.ReadAllBytes(_store.Paths.Backup)).Configurations.Count);
                }

                last = $"{call} {path}";
            },
        };

        LlmConfigRepository repository = _store.Open(options => options with { Files = files });
        Assert.All(repository.Repair(repository.PlanRepair(["Far"]), _ => true).Where(result => result.Check == "File"), result => Assert.Null(result.Error));

        Assert.Equal(1, moved);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_key_that_is_found_again_is_not_sealed_for_what_others_wrote(bool isFar)
    {
        // The label of a vault of others says the forged host too; that of the built-in one says another header style than the file.
        LlmConfiguration item = _store.Document.Find(isFar ? "far" : "near")!;
        LlmConfiguration forged = isFar ? item with { ExplicitBaseUrl = "https://forged.example/v1" } : item with { UseAuthHeader = false };
        if (isFar)
        {
            _store.Far.Labels[item.KeyId!] = new KeyLabel(_store.Store.StoreId, forged);
        }

        _store.Edit(other => other.Id == item.Id ? forged with { KeyId = TestKey.NewId() } : other);

        RepairResult done = Assert.Single(_store.Repair(null, "Far"), result => result is { Check: "Key", Changed: true });

        Assert.Contains("-AcceptHost", done.Message, StringComparison.Ordinal);
        Assert.Equal(item.KeyId, _store.Document.Find(item.Id)!.KeyId);
        Refusal.Of(LlmConfigErrorCode.HostMismatch, item.Name, () => _store.Open().GetKey(item.Id));
    }

    [Fact]
    public void The_backup_comes_back_byte_for_byte()
    {
        byte[] bytes = File.ReadAllBytes(_store.Paths.Backup);
        File.WriteAllText(_store.Paths.ConfigFile, "{");

        _store.Repair();

        Assert.Equal(bytes, File.ReadAllBytes(_store.Paths.ConfigFile));
        Assert.Equal(bytes, File.ReadAllBytes(_store.Paths.Backup));
        Assert.Equal("near", _store.Open().RequireDefault().Name);
    }

    [Fact]
    public void A_newer_version_is_refused_and_nothing_is_touched()
    {
        string text = File.ReadAllText(_store.Paths.ConfigFile).Replace("\"version\": 1", "\"version\": 2", StringComparison.Ordinal);
        File.WriteAllText(_store.Paths.ConfigFile, text);
        Chmod(_store.Paths.Backup, 0x1A4);

        CheckResult found = Assert.Single(_store.Problems(), result => result.Check == "Version");
        Assert.Contains("Update", found.Remedy, StringComparison.Ordinal);
        Refusal.Of(_store.Store, LlmConfigErrorCode.StoreVersionUnsupported, _store.Paths.ConfigFile, () => _store.Repair());

        // A backup of a newer version is not restored either.
        File.WriteAllText(_store.Paths.Backup, text);
        File.WriteAllText(_store.Paths.ConfigFile, "{");
        Refusal.Of(_store.Store, LlmConfigErrorCode.StoreVersionUnsupported, _store.Paths.Backup, () => _store.Repair());
    }

    [UnixFact]
    public void A_link_in_the_place_of_the_file_is_reported_and_not_followed()
    {
        string elsewhere = Path.Combine(_store.Store.Root, "elsewhere");
        File.Move(_store.Paths.ConfigFile, elsewhere);
        File.CreateSymbolicLink(_store.Paths.ConfigFile, elsewhere);
        Chmod(elsewhere, 0x1B6);

        Assert.Contains(_store.Problems(), result => result.Check == "Owner" && result.Target == _store.Paths.ConfigFile && result.Status == CheckStatus.Error);
        Refusal.Of(_store.Store, LlmConfigErrorCode.StoreUnsafe, _store.Paths.ConfigFile, () => _store.Repair());
        Assert.Equal((UnixFileMode)0x1B6, File.GetUnixFileMode(elsewhere));
    }

    [UnixFact]
    public void Permissions_of_what_a_link_leads_to_are_left_alone()
    {
        string elsewhere = Path.Combine(_store.Store.Root, "elsewhere");
        File.WriteAllText(elsewhere, "somebody's");
        Chmod(elsewhere, 0x1B6);
        File.CreateSymbolicLink(Path.Combine(_store.Paths.Vault, "x.sealed"), elsewhere);
        string other = Path.Combine(_store.Store.Root, "other");
        File.WriteAllText(other, "somebody's");
        Chmod(other, 0x1B6);
        Access.Link(other, Path.Combine(_store.Paths.Pending, "linked.json"));

        IReadOnlyList<RepairResult> done = _store.Repair();

        Assert.Equal(2, done.Count(result => result is { Check: "Owner", Status: CheckStatus.Error, Changed: false, Remedy: not null }));
        Assert.Equal(((UnixFileMode)0x1B6, (UnixFileMode)0x1B6), (File.GetUnixFileMode(elsewhere), File.GetUnixFileMode(other)));
        Assert.Equal("somebody's", File.ReadAllText(elsewhere));
    }

    [Fact]
    public void A_sealed_file_that_does_not_open_stays_and_its_configuration_is_reported()
    {
        string path = _store.Store.Sealed.Single();
        File.WriteAllText(path, "damaged");

        CheckResult found = Assert.Single(_store.Problems());
        Assert.Equal(("Key", CheckStatus.Error, "near"), (found.Check, found.Status, found.Target));
        Assert.Contains(path, found.Message, StringComparison.Ordinal);
        Assert.Contains("Set-LlmConfig -AskApiKey", found.Remedy, StringComparison.Ordinal);
        RepairResult reported = Assert.Single(_store.Repair());
        Assert.Equal(("Key", false), (reported.Check, reported.Changed));
        Assert.Equal("damaged", File.ReadAllText(path));

        // The remedy works, and takes the damaged file away.
        using ApiKey key = ApiKey.From(TestKey.New(), "near");
        _store.Open().Update(_store.Open().Get("near").Id, new ConfigurationUpdate { Key = key });
        Assert.Empty(_store.Problems());
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_lost_key_is_reported_and_its_configuration_stays()
    {
        File.Delete(_store.Store.Sealed.Single());
        _store.Far.Keys.Clear();

        Assert.Equal(["near", "far"], _store.Problems().Where(result => result is { Check: "Key", Status: CheckStatus.Error }).Select(result => result.Target));
        IReadOnlyList<RepairResult> done = _store.Repair();
        Assert.Equal(2, done.Count);
        Assert.All(done, result => Assert.Equal((false, "Key", "Set the key anew with Set-LlmConfig -AskApiKey."), (result.Changed, result.Check, result.Remedy)));
        Assert.Equal(3, _store.Open().GetAll().Count);
    }

    [Fact]
    public void A_lost_master_key_cannot_be_rebuilt_and_the_repair_says_so()
    {
        foreach (string path in new[] { _store.Store.MasterKeyFile })
        {
            byte[] bytes = File.ReadAllBytes(path);
            foreach (byte[]? damaged in new byte[]?[] { null, [1, 2, 3] })
            {
                File.Delete(path);
                if (damaged is not null)
                {
                    File.WriteAllBytes(path, damaged);
                    Access.Restrict(path);
                }

                IReadOnlyList<string> before = StoreSnapshot.Of(_store.Store.Path);
                CheckResult found = Assert.Single(_store.Problems());
                Assert.Equal(("Protector", CheckStatus.Error), (found.Check, found.Status));
                Assert.Contains("backup", found.Remedy, StringComparison.Ordinal);
                RepairResult done = Assert.Single(_store.Repair());
                Assert.Equal(("Protector", false, found.Remedy), (done.Check, done.Changed, done.Remedy));
                Assert.Equal(before, StoreSnapshot.Of(_store.Store.Path));
            }

            File.WriteAllBytes(path, bytes);
            Assert.Empty(_store.Problems());
        }
    }

    [Fact]
    public void A_key_of_another_store_or_without_a_label_is_never_an_orphan()
    {
        _store.Far.Keys["llm-api-key-00000000000000000000000000000001"] = "x";
        _store.Far.Keys["llm-api-key-00000000000000000000000000000002"] = "x";
        _store.Far.Labels["llm-api-key-00000000000000000000000000000002"] = new KeyLabel(Guid.NewGuid(), _store.Document.Find("near")!);
        _store.Far.Keys["somebody-elses"] = "x";

        // Counted, since nobody can tell whose it is.
        CheckResult unknown = Assert.Single(_store.Problems());
        Assert.Equal((StoreCheck.Orphan, CheckStatus.Unknown, "Far"), (unknown.Check, unknown.Status, unknown.Target));
        Assert.StartsWith("It holds 1 key that does not say whose it is", unknown.Message, StringComparison.Ordinal);
        Assert.False(unknown.IsFailure());
        Assert.Empty(_store.Repair());
        Assert.Equal(4, _store.Far.Keys.Count);
    }

    [Fact]
    public void A_key_that_was_kept_for_other_stores_is_no_orphan()
    {
        _store.Open().Remove([.. _store.Open().GetAll().Where(item => item.Vault is not null).Select(item => item.Id)], keepKeys: true);

        Assert.Equal(KeyLabel.NoStore, Assert.Single(_store.Far.Labels).Value.StoreId);
        Assert.Empty(_store.Problems());
        Assert.Empty(_store.Repair(null, "Far"));
        Assert.Single(_store.Far.Keys);
        Assert.Single(_store.Store.Sealed);
    }

    [Fact]
    public void A_key_that_a_live_change_names_is_no_orphan_and_no_change_is_left_undone()
    {
        string keyId = TestKey.NewId();
        _store.Far.Keys[keyId] = "x";
        _store.Far.Labels[keyId] = new KeyLabel(_store.Document.StoreId, _store.Document.Find("far")!);
        var log = new IntentLog(_store.Store.Path, new StoreFileSystem(), TestSeals.Of(_store.Store.Path), TimeProvider.System, _ => { });
        using (log.Begin(_store.Document.StoreId, [new KeyReference("Far", keyId)], []).Single())
        {
            Assert.Empty(_store.Problems());
            Assert.Empty(_store.Repair());
        }

        Assert.Equal("Intent", Assert.Single(_store.Problems()).Check);
        Assert.True(Assert.Single(_store.Repair()).Changed);
        Assert.Single(_store.Far.Keys);
    }

    [Fact]
    public void A_step_that_is_not_wanted_is_not_done_nor_what_rests_on_it()
    {
        File.WriteAllText(_store.Paths.ConfigFile, "{");
        _store.LeaveIntent([new KeyReference("Far", TestKey.NewId())], []);
        IReadOnlyList<string> before = StoreSnapshot.Of(_store.Store.Path);

        LlmConfigRepository repository = _store.Open();
        var asked = new List<string>();
        Assert.Empty(repository.Repair(repository.PlanRepair(), step =>
        {
            asked.Add(step.Check);
            return step.Check != "File";
        }));

        Assert.Equal(["File", "Intent"], asked);
        Assert.Equal(before, StoreSnapshot.Of(_store.Store.Path));
    }

    [Fact]
    public void A_plan_that_is_old_does_no_harm()
    {
        _store.Edit(item => item.Name == "far" ? null : item);
        LlmConfigRepository repository = _store.Open();
        RepairPlan plan = repository.PlanRepair(["Far"]);
        Assert.Single(plan.Steps, step => step.RemovesKey);

        // Meanwhile somebody brings the configuration back.
        string keyId = _store.Far.Keys.Keys.Single();
        _store.Edit(item => item.Name == "none" ? item with { KeyId = keyId, Vault = "Far", KeyUpdatedAt = item.UpdatedAt } : item);
        Assert.DoesNotContain(repository.Repair(plan, _ => true), result => result.Changed);
        Assert.Single(_store.Far.Keys);

        File.WriteAllText(_store.Paths.ConfigFile, "{");
        plan = repository.PlanRepair();
        File.Copy(_store.Paths.Backup, _store.Paths.ConfigFile, overwrite: true);
        Assert.DoesNotContain(repository.Repair(plan, _ => true), result => result.Check == "File");
        Assert.Empty(_store.KeptAside);
    }

    [Fact]
    public void A_vault_that_is_offline_keeps_what_is_to_be_removed_for_later()
    {
        string keyId = TestKey.NewId();
        _store.Far.Keys[keyId] = "x";
        _store.Far.Labels[keyId] = new KeyLabel(_store.Document.StoreId, _store.Document.Find("far")!);
        _store.Far.Before = (call, _) =>
        {
            if (call == "Remove")
            {
                throw FakeVault.Unavailable;
            }
        };

        RepairResult later = Assert.Single(_store.Repair());
        Assert.Equal((false, CheckStatus.Warning, "Orphan"), (later.Changed, later.Status, later.Check));
        _store.Far.Before = null;
        Assert.Equal("Intent", Assert.Single(_store.Repair()).Check);
        Assert.Empty(_store.Problems());
        Assert.Single(_store.Far.Keys);
    }

    [Fact]
    public void A_full_disk_leaves_the_damaged_file_where_it_is()
    {
        File.WriteAllText(_store.Paths.ConfigFile, "{");
        var files = new FailingFileSystem
        {
            Before = (_, call, _) =>
            {
                if (call == "Write")
                {
                    throw new IOException("No space left on device", 28);
                }
            },
        };
        LlmConfigRepository repository = _store.Open(options => options with { Files = files });

        RepairResult failed = Assert.Single(repository.Repair(repository.PlanRepair(), _ => true));

        Assert.Equal(LlmConfigErrorCode.StoreFull, failed.Error?.Code);
        Assert.Equal(3, _store.Open().GetAll().Count);
        _store.Repair();
        Assert.Empty(_store.Problems());
    }

    private static void Chmod(string path, int mode) => Access.Set(path, (UnixFileMode)mode);

    private static void Leave(string path)
    {
        File.WriteAllText(path, "half");
        Access.Restrict(path);
    }

    private static void DamageBoth(HealthStore store, string? text)
    {
        foreach (string path in new[] { store.Paths.ConfigFile, store.Paths.Backup })
        {
            if (text is null)
            {
                File.Delete(path);
            }
            else
            {
                File.WriteAllText(path, text);
            }
        }
    }

    private static void Grow(string path, long length)
    {
        using FileStream file = File.OpenWrite(path);
        file.SetLength(length);
    }

    // Names, modes and times: a look changes none of them.
    private string[] Entries() =>
    [
        .. Directory.EnumerateFileSystemEntries(_store.Store.Path, "*", SearchOption.AllDirectories).Prepend(_store.Store.Path).Order(StringComparer.Ordinal)
            .Select(path => $"{path} {Access.Describe(path)} {File.GetLastWriteTimeUtc(path):O}"),
    ];

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
