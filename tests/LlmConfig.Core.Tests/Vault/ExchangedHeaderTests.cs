namespace LlmConfig.Tests;

/// <summary>A header that was changed, is old, or was exchanged together with its master key.</summary>
public sealed class ExchangedHeaderTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly FakeProtector _keyring = new(ProtectorKind.SecretService) { KnowsTheFolder = true };

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(ProtectorState.Ready)]
    [InlineData(ProtectorState.Absent)]
    public void One_word_of_the_header_changed_costs_no_master_key_and_a_repair_writes_it_back(ProtectorState keyring)
    {
        LlmConfiguration item = _store.Create("work", "sk-test-work");
        _keyring.State = keyring;
        byte[] masterKey = File.ReadAllBytes(_store.MasterKeyFile);
        WriteHeader(File.ReadAllText(_store.VaultPaths.Header).Replace("\"KeyFile\"", "\"SecretService\"", StringComparison.Ordinal));

        CheckResult found = Assert.Single(Open().Check(), result => result is { Check: "Protector", Status: CheckStatus.Error });
        Assert.Contains("KeyFile", found.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Open().PlanRepair().Steps, step => step.Check == "Leftover");

        string changed = File.ReadAllText(_store.VaultPaths.Header);

        AssertRepaired(item, "sk-test-work");
        Assert.Equal(masterKey, File.ReadAllBytes(_store.MasterKeyFile));
        Assert.Equal(changed, File.ReadAllText(Directory.GetFiles(_store.Paths.Vault, "vault.json.damaged-*").Single()));
    }

    [Fact]
    public void A_header_is_not_written_back_for_a_master_key_that_is_not_the_one_of_the_keys()
    {
        _store.Create("work", "sk-test-work");
        byte[] forged = File.ReadAllBytes(_store.MasterKeyFile);
        forged[^1] ^= 1;
        File.WriteAllBytes(_store.MasterKeyFile, forged);
        WriteHeader(File.ReadAllText(_store.VaultPaths.Header).Replace("\"KeyFile\"", "\"SecretService\"", StringComparison.Ordinal));
        string header = File.ReadAllText(_store.VaultPaths.Header);

        Assert.DoesNotContain(Open().PlanRepair().Steps, step => step.Check == "Protector");
        Repair();

        Assert.Equal(header, File.ReadAllText(_store.VaultPaths.Header));
        Assert.Single(_store.MasterKeyFiles);
    }

    [Fact]
    public void An_older_header_costs_no_master_key_and_a_repair_finds_the_one_that_the_keys_need()
    {
        LlmConfiguration item = _store.Create("work", "sk-test-work");
        string old = File.ReadAllText(_store.VaultPaths.Header);
        _store.Open().RotateMasterKey();
        WriteHeader(old);

        AssertRepaired(item, "sk-test-work");
        Assert.Single(_store.MasterKeyFiles);
    }

    [Fact]
    public void An_older_header_that_names_the_keyring_costs_no_master_key()
    {
        LlmConfiguration item = _store.Create("work", "sk-test-work", null, Open());
        string old = File.ReadAllText(_store.VaultPaths.Header);
        Open().SetProtector(ProtectorKind.KeyFile);
        WriteHeader(old);

        AssertRepaired(item, "sk-test-work");
        Assert.Equal("KeyFile", Open().GetStore().Protector);
    }

    [Fact]
    public void A_lost_header_is_written_anew_where_the_master_key_is_there()
    {
        LlmConfiguration item = _store.Create("work", "sk-test-work");
        File.Delete(_store.VaultPaths.Header);

        AssertRepaired(item, "sk-test-work");
    }

    [Fact]
    public void A_master_key_is_never_left_over_while_a_key_does_not_open()
    {
        _store.Create("work", "sk-test-work");
        LlmConfiguration other = _store.Create("other", "sk-test-other");
        string path = _store.VaultPaths.MasterKey(Guid.NewGuid());
        File.Copy(_store.MasterKeyFile, path);
        string damaged = _store.VaultPaths.Sealed(other.KeyId!);
        byte[] bytes = File.ReadAllBytes(damaged);
        byte[] bad = [.. bytes];
        bad[^1] ^= 1;
        File.WriteAllBytes(damaged, bad);
        Repair();
        Assert.True(File.Exists(path));

        File.WriteAllBytes(damaged, bytes);
        Repair();
        Assert.False(File.Exists(path));
        Assert.Single(_store.MasterKeyFiles);
    }

    [Fact]
    public void A_master_key_that_may_be_another_vaults_is_removed_after_a_yes_only()
    {
        LlmConfiguration item = _store.Create("work", "sk-test-work");
        using var other = new TemporaryStore();
        LlmConfiguration theirs = other.Create("theirs", "sk-test-theirs");
        string path = Path.Combine(_store.Paths.Vault, Path.GetFileName(other.MasterKeyFile));
        File.Move(other.MasterKeyFile, path);

        RepairStep step = Assert.Single(Open().PlanRepair().Steps, step => step.Target == path);
        Assert.True(step is { Check: "Leftover", NeedsConsent: true, RemovesKey: true });
        Repair(step => !step.NeedsConsent);
        File.Copy(path, Path.Combine(other.Paths.Vault, Path.GetFileName(path)));
        Assert.Equal("sk-test-theirs", other.ReadKey(theirs.Id));

        Repair();
        Assert.False(File.Exists(path));
        Assert.Equal("sk-test-work", _store.ReadKey(item.Id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_copy_of_the_master_key_that_the_keyring_has_and_one_that_was_overwritten_need_no_yes(bool isCopy)
    {
        LlmConfiguration item = _store.Create("work", "sk-test-work");
        string path = isCopy ? _store.MasterKeyFile : _store.VaultPaths.MasterKey(Guid.NewGuid());
        byte[] left = isCopy ? File.ReadAllBytes(path) : new byte[56];
        Open().SetProtector(ProtectorKind.SecretService, keepMasterKey: true);
        File.WriteAllBytes(path, left);
        Access.Restrict(path);

        Repair(step => !step.NeedsConsent);

        Assert.False(File.Exists(path));
        using ApiKey key = Open().GetKey(item.Id);
        Assert.Equal("sk-test-work", key.ToPlainText());
    }

    [Fact]
    public void A_header_and_a_master_key_exchanged_for_known_ones_take_no_new_key()
    {
        LlmConfiguration item = _store.Create("work", "sk-test-work");
        byte[] header = File.ReadAllBytes(_store.VaultPaths.Header);
        (Guid known, _) = Plant();

        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "new", () => _store.Create("new", "sk-test-new"));
        Assert.Contains(_store.Sealed.Single(), error.Message, StringComparison.Ordinal);
        Assert.Contains(known.ToString("D"), error.Message, StringComparison.Ordinal);
        using ApiKey key = ApiKey.From("sk-test-next", "work");
        Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "work", () => _store.Open().Update(item.Id, new ConfigurationUpdate { Key = key }));
        Refusal.Of(LlmConfigErrorCode.VaultCorrupt, "work", () => _store.ReadKey(item.Id));
        Assert.Single(_store.Sealed);

        // Its own master key lies beside the known one, so the header is known too.
        AssertRepaired(item, "sk-test-work");
        Assert.Equal(VaultHeader.Parse(header).VaultId, Header().VaultId);
    }

    [Fact]
    public void A_vault_with_a_known_master_key_and_nothing_in_it_gets_a_new_one_with_its_first_key()
    {
        _store.Create("local");
        Access.MakeFolder(_store.Paths.Vault);
        (Guid known, byte[] masterKey) = Plant();

        LlmConfiguration item = _store.Create("work", "sk-test-work");

        Assert.NotEqual(known, Header().VaultId);
        Assert.DoesNotContain(_store.MasterKeyFiles, path => File.ReadAllBytes(path).AsSpan().IndexOf(masterKey) >= 0);
        Assert.Equal("sk-test-work", _store.ReadKey(item.Id));
        Assert.Single(_store.MasterKeyFiles);

        // Not with the next one.
        Guid made = Header().VaultId;
        _store.Create("second", "sk-test-second");
        Assert.Equal(made, Header().VaultId);
    }

    [Fact]
    public void A_header_that_says_KeyFile_while_the_keyring_has_the_master_key_of_this_folder_takes_no_new_key()
    {
        LlmConfiguration item = _store.Create("work", "sk-test-work", null, Open());
        Guid before = Header().VaultId;
        (Guid known, _) = Plant();
        foreach (string path in _store.Sealed)
        {
            File.Delete(path);
        }

        LlmConfigException error = Refusal.Of(
            LlmConfigErrorCode.VaultCorrupt, "new", () => _store.Create("new", "sk-test-new", null, Open()));

        Assert.Contains(before.ToString("D"), error.Message, StringComparison.Ordinal);
        Assert.Contains(known.ToString("D"), error.Message, StringComparison.Ordinal);
        Assert.Empty(_store.Sealed);
        Assert.NotNull(item);
    }

    [Fact]
    public void Files_with_a_known_master_key_are_not_trusted_by_a_repair_while_the_keyring_knows_another_one()
    {
        LlmConfiguration item = _store.Create("work", "sk-test-work", null, Open());
        string header = File.ReadAllText(_store.VaultPaths.Header);
        (Guid known, byte[] masterKey) = Plant();
        File.WriteAllBytes(_store.Sealed.Single(), SealedSecret.Seal(known, masterKey, item.KeyId!, SealedSecretType.SecureString, "{}"u8, "sk-test-theirs"u8));
        WriteHeader(header);

        IReadOnlyList<RepairResult> done = Repair();

        Assert.DoesNotContain(done, result => result.Changed && result.Check == "Protector");
        Assert.Equal(header, File.ReadAllText(_store.VaultPaths.Header));
    }

    // What somebody who can write to the folder puts there.
    private (Guid VaultId, byte[] MasterKey) Plant()
    {
        using SecretBytes masterKey = SecretBytes.Random(SealedSecret.MasterKeySize);
        var header = new VaultHeader
        {
            VaultId = VaultHeader.IdOf(masterKey.Span),
            Protector = ProtectorKind.KeyFile,
            Reason = "The keyring cannot be reached from this session.",
            Wrapped = [],
            CreatedAt = DateTime.UtcNow,
        };
        _ = new KeyFileProtector(_store.Paths.Vault, new StoreFileSystem()).Store(header.VaultId, masterKey.Span);
        WriteHeader(System.Text.Encoding.UTF8.GetString(header.WithCheck(masterKey.Span).ToBytes()));
        return (header.VaultId, masterKey.Span.ToArray());
    }

    private void AssertRepaired(LlmConfiguration item, string value)
    {
        Assert.Contains(Repair(), result => result is { Check: "Protector", Changed: true });
        Repair();
        Assert.DoesNotContain(Open().Check(), result => result.Status != CheckStatus.Ok);
        using ApiKey key = Open().GetKey(item.Id);
        Assert.Equal(value, key.ToPlainText());
    }

    private IReadOnlyList<RepairResult> Repair(Func<RepairStep, bool>? isWanted = null)
    {
        using LlmConfigRepository repository = Open();
        return [.. repository.Repair(repository.PlanRepair(), isWanted ?? (_ => true))];
    }

    private VaultHeader Header() => VaultHeader.Parse(File.ReadAllBytes(_store.VaultPaths.Header));

    private void WriteHeader(string text)
    {
        File.Delete(_store.VaultPaths.Header);
        File.WriteAllText(_store.VaultPaths.Header, text);
        Access.Restrict(_store.VaultPaths.Header);
    }

    private LlmConfigRepository Open() => _store.Open(options => options with
    {
        Protectors = TestProtectors.KeyFile(_keyring),
    });
}
