namespace LlmConfig.Tests;

/// <summary>What a check says of a store that is whole, of vaults that do not answer, and of keys that are old.</summary>
[Collection(nameof(AloneCollection))]
public sealed class CheckTests : IDisposable
{
    private readonly HealthStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_whole_store_passes_every_check()
    {
        IReadOnlyList<CheckResult> results = _store.Open().Check(maximumKeyAge: TimeSpan.FromDays(1));

        Assert.All(results, result => Assert.Equal((CheckStatus.Ok, null), (result.Status, result.Remedy)));
        Assert.Equal(
            ["File", "Version", "Backup", "Owner", "Permission", "Protector", "Intent", "Leftover", "Vault", "Key", "Key", "Host", "Label", "Age", "Orphan"],
            results.Select(result => result.Check));
        Assert.DoesNotContain(_store.Store.Warnings, warning => warning.Target != "LlmConfig");
    }

    [Theory]
    [InlineData(LlmConfigErrorCode.VaultUnavailable, CheckStatus.Unknown)]
    [InlineData(LlmConfigErrorCode.VaultLocked, CheckStatus.Unknown)]
    public void A_vault_that_does_not_answer_is_one_result_and_not_one_for_each_key(LlmConfigErrorCode code, CheckStatus status)
    {
        for (int i = 0; i < 5; i++)
        {
            _store.Store.Create($"more{i}", TestKey.New(), "Far", _store.Open());
        }

        _store.Far.Before = (_, _) => throw new LlmConfigException(code, "Far", "It does not answer.", "Wake it up.");

        CheckResult found = Assert.Single(_store.Problems());
        Assert.Equal(("Vault", status, "Far", "Wake it up."), (found.Check, found.Status, found.Target, found.Remedy));
        Assert.Contains("6 keys", found.Message, StringComparison.Ordinal);
        RepairResult remaining = Assert.Single(_store.Repair());
        Assert.Equal(("Vault", false), (remaining.Check, remaining.Changed));
    }

    [Theory]
    [InlineData(ProtectorState.Locked, CheckStatus.Warning)]
    [InlineData(ProtectorState.Hung, CheckStatus.Error)]
    public void A_protector_that_does_not_serve_is_one_result(ProtectorState state, CheckStatus status)
    {
        using var store = new TemporaryStore();
        var protector = new FakeProtector(ProtectorKind.SecretService);
        LlmConfigOptions With(LlmConfigOptions options) => options with { Protectors = (_, _) => [protector] };
        store.Create("a", TestKey.New(), repository: store.Open(With));
        store.Create("b", TestKey.New(), repository: store.Open(With));
        Assert.DoesNotContain(store.Open(With).Check(), result => result.Status != CheckStatus.Ok);
        protector.State = state;

        CheckResult found = Assert.Single(store.Open(With).Check(), result => result.Status != CheckStatus.Ok);
        Assert.Equal(("Protector", status), (found.Check, found.Status));
    }

    [Fact]
    public void A_configuration_without_the_key_that_its_provider_needs_is_an_error_and_was_warned_of()
    {
        using var store = new TemporaryStore();
        LlmConfiguration hug = store.Open().Create(new NewConfiguration { Name = "hug", Provider = "huggingface" });
        store.Open().Create(new NewConfiguration { Name = "local", Provider = "ollama" });

        LlmConfigWarning warning = Assert.Single(store.Warnings);
        Assert.Equal("hug", warning.Target);
        Assert.Contains("Set-LlmConfig 'hug' -AskApiKey", warning.Message, StringComparison.Ordinal);
        CheckResult found = Assert.Single(store.Open().Check([hug.Id]));
        Assert.Equal(("Key", CheckStatus.Error, "hug", "It has no key, though Hugging Face needs one."), (found.Check, found.Status, found.Target, found.Message));
    }

    [Theory]
    [InlineData("9999-12-31T23:59:59.999Z")]
    [InlineData("2199-01-01T00:00:00Z")]
    public void A_time_that_no_clock_can_have_given_is_read_as_now_and_every_change_works(string late)
    {
        LlmConfiguration item = _store.Document.Find("near")!;
        string text = System.Text.RegularExpressions.Regex.Replace(
            File.ReadAllText(_store.Paths.ConfigFile), "\"(createdAt|updatedAt)\": *\"[^\"]*\"", $"\"$1\": \"{late}\"");
        File.WriteAllText(_store.Paths.ConfigFile, text);
        File.WriteAllText(_store.Paths.Backup, text);

        LlmConfiguration read = _store.Open().Get(item.Id);
        Assert.All(new[] { read.CreatedAt, read.UpdatedAt, read.KeyUpdatedAt!.Value }, time => Assert.True(time <= DateTime.UtcNow));
        Assert.Equal(["far", "near", "none"], _store.Problems().Where(result => result.Check == "Time").Select(result => result.Target).Order());
        using ApiKey key = ApiKey.From(TestKey.New(), "near");
        _store.Open().Update(item.Id, new ConfigurationUpdate { Model = "m" });
        _store.Open().Update(item.Id, new ConfigurationUpdate { Key = key, NewName = "nearer" });
        Assert.Equal(["far", "none"], _store.Problems().Where(result => result.Check == "Time").Select(result => result.Target).Order());
        Assert.True(_store.Document.Find("nearer")!.UpdatedAt <= DateTime.UtcNow);
    }

    [Theory]
    [InlineData("createdAt")]
    [InlineData("updatedAt")]
    [InlineData("keyUpdatedAt")]
    public void A_label_of_a_time_that_no_clock_can_have_given_is_no_label(string property)
    {
        var label = new KeyLabel(_store.Document.StoreId, _store.Document.Find("near")!);
        Dictionary<string, object?> properties = label.ToProperties().ToDictionary(pair => pair.Key, pair => (object?)pair.Value);
        Assert.NotNull(KeyLabel.TryFrom(properties));

        properties[property] = "9999-12-31T23:59:59.999Z";
        Assert.Null(KeyLabel.TryFrom(properties));
        properties[property] = DateTime.MaxValue;
        Assert.Null(KeyLabel.TryFrom(properties));
        properties[property] = DateTime.UtcNow.AddHours(20);
        Assert.NotNull(KeyLabel.TryFrom(properties));
    }

    [UnixFact]
    public void Nothing_that_a_check_a_warning_or_an_error_says_steers_a_terminal()
    {
        string path = Path.Combine(_store.Paths.Pending, "\u001B]0;owned\u0007\u001B[2J.json");
        File.WriteAllText(path, "{");
        Access.Restrict(path);
        string reason = "Because \u001B[31mred";
        string header = Path.Combine(_store.Paths.Vault, "vault.json");
        File.WriteAllText(header, System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(header), "\"reason\": *\"[^\"]*\"", "\"reason\": \"Because \\u001B[31mred\""));

        _ = _store.Open().Recover();
        List<string> said =
        [
            .. _store.Problems().SelectMany(result => new[] { result.Target, result.Message, result.Remedy ?? string.Empty }),
            .. _store.Open().PlanRepair().Steps.SelectMany(step => new[] { step.Target, step.Action }),
            .. _store.Store.Warnings.SelectMany(warning => new[] { warning.Target, warning.Message }),
            _store.Open().GetStore().ProtectorReason,
            new LlmConfigException(LlmConfigErrorCode.NotFound, null, reason, reason).Message,
        ];

        Assert.Contains(said, text => text.Contains("\\u{1B}", StringComparison.Ordinal));
        Assert.All(said, text => Assert.DoesNotContain(text, char.IsControl));
    }

    [Fact]
    public void A_master_key_that_its_protector_lost_is_an_error_although_the_protector_is_ready()
    {
        using var store = new TemporaryStore();
        store.Create("a", TestKey.New(), repository: store.Open(options => options with { Protectors = (_, _) => [new FakeProtector(ProtectorKind.SecretService)] }));

        CheckResult found = Assert.Single(
            store.Open(options => options with { Protectors = (_, _) => [new FakeProtector(ProtectorKind.SecretService)] }).Check(),
            result => result.Status != CheckStatus.Ok);
        Assert.Equal(("Protector", CheckStatus.Error), (found.Check, found.Status));
    }

    [Fact]
    public void A_key_file_that_another_protector_took_over_from_is_left_over()
    {
        var protector = new FakeProtector(ProtectorKind.SecretService);
        LlmConfigOptions With(LlmConfigOptions options) => options with
        {
            Protectors = TestProtectors.KeyFile(protector),
        };
        string path = _store.Store.MasterKeyFile;
        byte[] key = File.ReadAllBytes(path);
        _store.Open(With).SetProtector(ProtectorKind.SecretService);
        File.WriteAllBytes(path, key);
        Access.Restrict(path);

        CheckResult found = Assert.Single(_store.Open(With).Check(), result => result.Status != CheckStatus.Ok);
        Assert.Equal(("Leftover", path), (found.Check, found.Target));
        LlmConfigRepository repository = _store.Open(With);
        Assert.True(Assert.Single(repository.Repair(repository.PlanRepair(), _ => true)).Changed);
        Assert.False(File.Exists(path));
        Assert.DoesNotContain(_store.Open(With).Check(), result => result.Status != CheckStatus.Ok);
    }

    [Fact]
    public void Keys_older_than_what_is_allowed_lead_to_warnings_of_their_own()
    {
        _store.Edit(item => item.Name == "far" ? item with { KeyUpdatedAt = DateTime.UtcNow.AddDays(-100) } : item);

        CheckResult found = Assert.Single(_store.Open().Check(maximumKeyAge: TimeSpan.FromDays(90)), result => result.Check == "Age");
        Assert.Equal((CheckStatus.Warning, "far"), (found.Status, found.Target));
        Assert.Contains("100 days ago", found.Message, StringComparison.Ordinal);
        Assert.Equal(CheckStatus.Ok, Assert.Single(_store.Open().Check(maximumKeyAge: TimeSpan.FromDays(101)), result => result.Check == "Age").Status);
        Assert.DoesNotContain(_store.Open().Check(), result => result.Check == "Age");
    }

    [Fact]
    public void With_configurations_named_only_their_vaults_are_asked()
    {
        _store.Far.Before = (call, _) => throw new InvalidOperationException(call);

        IReadOnlyList<CheckResult> results = _store.Open().Check([_store.Open().Get("near").Id]);

        Assert.Equal(["Key", "Host", "Label"], results.Select(result => result.Check));
        Assert.Empty(_store.Open().Check([_store.Open().Get("none").Id]));
    }

    [Fact]
    public void A_key_that_its_owner_rotated_in_a_shared_vault_is_reported_until_an_import_brings_it()
    {
        var owner = Guid.NewGuid();
        LlmConfiguration item = _store.Document.Find("far")!;
        string keyId = TestKey.NewId();
        _store.Far.Keys.Clear();
        _store.Far.Keys[keyId] = "x";
        _store.Far.Labels[keyId] = new KeyLabel(owner, item);
        _store.Edit(entry => entry.Name == "far" ? entry with { KeyStoreId = owner } : entry);
        _store.AcceptHosts();

        CheckResult found = Assert.Single(_store.Problems());
        Assert.Equal(("Key", CheckStatus.Error, "far", "Bring it here with Import-LlmConfig -FromVault 'Far'."), (found.Check, found.Status, found.Target, found.Remedy));
        Assert.DoesNotContain(_store.Repair(), result => result.Changed);
        Assert.All(_store.Open().Import(_store.Open().PlanImport("Far").Steps), result => Assert.Null(result.Error));
        Assert.Empty(_store.Problems());
    }

    [Fact]
    public void A_key_that_is_written_between_the_look_at_the_file_and_that_into_its_vault_is_no_orphan()
    {
        _store.Far.Before = (call, _) =>
        {
            if (call == "List")
            {
                _store.Far.Before = null;
                _store.Store.Create("late", TestKey.New(), "Far", _store.Open());
            }
        };

        IReadOnlyList<CheckResult> results = _store.Open().Check();

        Assert.Null(_store.Far.Before);
        Assert.Equal((CheckStatus.Ok, CheckStatus.Ok), (results.Single(result => result.Check == "Orphan").Status, results.Last(result => result.Check == "Key").Status));
        Assert.Equal(3, results.Count(result => result.Check == "Key"));
    }

    [Fact]
    public void A_store_that_changes_all_the_time_never_seems_broken()
    {
        using var stop = new CancellationTokenSource();
        var writer = new Thread(() =>
        {
            LlmConfigRepository repository = _store.Open();
            for (int round = 0; !stop.IsCancellationRequested; round++)
            {
                using ApiKey key = ApiKey.From(TestKey.New(), "near");
                LlmConfiguration item = repository.Get("near");
                repository.Update(item.Id, new ConfigurationUpdate { Key = key, Model = $"m{round}" });
            }
        });
        writer.Start();
        int checks = 0;
        try
        {
            for (; checks < 60; checks++)
            {
                Assert.DoesNotContain(_store.Open().Check(), result => result.Status == CheckStatus.Error);
                LlmConfigRepository repository = _store.Open();
                Assert.DoesNotContain(repository.PlanRepair().Steps, step => step.RemovesKey || step.Check is "File" or "Key");
            }
        }
        finally
        {
            stop.Cancel();
            writer.Join();
        }

        Assert.Equal(60, checks);
        Assert.Empty(_store.Problems());
    }

    [Fact]
    public void A_check_stops_when_it_is_cancelled_and_tells_how_far_it_is()
    {
        using var stop = new CancellationTokenSource();
        var progress = new Counter(stop);

        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            _store.Store.Create("more", TestKey.New(), repository: _store.Open());
            _store.Open().Check(progress: progress, cancellation: stop.Token);
        });
        Assert.Equal(1, progress.Last);
    }

    [Fact]
    public void Each_key_has_a_result_of_its_own_in_the_order_of_the_store()
    {
        for (int i = 0; i < 20; i++)
        {
            _store.Store.Create($"k{i:00}", TestKey.New(), repository: _store.Open());
        }

        IReadOnlyList<CheckResult> keys = [.. _store.Open().Check().Where(result => result.Check == "Key")];
        Assert.Equal(_store.Document.Configurations.Where(item => item.Vault is not null).Select(item => item.Name), keys.Select(result => result.Target));
    }

    private sealed class Counter(CancellationTokenSource stop) : IProgress<int>
    {
        public int Last { get; private set; }

        public void Report(int value)
        {
            Last = value;
            stop.Cancel();
        }
    }
}
