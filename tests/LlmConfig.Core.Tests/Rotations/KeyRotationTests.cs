namespace LlmConfig.Tests;

public sealed class KeyRotationTests : IDisposable
{
    private readonly TemporaryStore _store = new(inMemory: true);
    private readonly PlayedProvider _provider = new();
    private readonly FakeVault _vault = new("Team");
    private readonly string _first;

    public KeyRotationTests() => _first = _provider.Create();

    public static TheoryData<string?> Vaults => [null, "Team"];

    // What was said of the configuration, beside what a new vault says of itself.
    private string[] Said => [.. _store.Warnings.Where(warning => warning.Target == "a").Select(warning => warning.Message)];

    private string Second => _provider.Live.Single(key => key != _first);

    public void Dispose() => _store.Dispose();

    [Theory]
    [MemberData(nameof(Vaults))]
    public void A_new_key_is_made_then_checked_then_in_use_and_then_the_old_one_is_revoked(string? vault)
    {
        LlmConfiguration item = Create(vault);
        var inUse = new List<string>();
        _provider.Before = _ => inUse.Add(KeyOf(item));

        KeyRotationResult result = Rotate(item);

        string second = Assert.Single(_provider.Live);
        Assert.Equal([$"make {_first}", $"check {second}", $"revoke {_first}"], _provider.Calls);
        Assert.Equal([_first, _first, second], inUse);
        Assert.Equal(second, KeyOf(item));
        Assert.Equal(("a", true, true), (result.Name, result.IsChecked, result.IsRevoked));
        LlmConfiguration after = Open().Get("a");
        Assert.Equal((item.Id, item.Vault, item.BaseUrl), (after.Id, after.Vault, after.BaseUrl));
        Assert.Equal(vault is null ? 1 : 0, _store.Sealed.Length);
        Assert.Equal(vault is null ? [] : [second], _vault.Keys.Values);
        Assert.Empty(Said);
        Assert.Empty(_store.Intents);
        Assert.DoesNotContain(Open().Check(), found => found.Status != CheckStatus.Ok);
    }

    [Fact]
    public void Without_a_way_to_revoke_a_warning_says_that_the_old_key_still_works()
    {
        LlmConfiguration item = Create();

        Assert.False(Rotate(item, _provider.StepsWithoutRevoke).IsRevoked);

        Assert.Contains("had before still works", Assert.Single(Said), StringComparison.Ordinal);
        Assert.Single(_store.Sealed);
    }

    [Theory]
    [MemberData(nameof(Vaults))]
    public void A_key_that_the_provider_refuses_is_not_used_and_the_next_run_tries_the_same_one(string? vault)
    {
        LlmConfiguration item = Create(vault);
        _provider.TakesNewKeys = false;

        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.InvalidKey, "a", () => Rotate(item));

        Assert.Contains("it refused the key", error.Problem, StringComparison.Ordinal);
        Assert.Equal(_first, KeyOf(item));
        Assert.Contains("is not finished", Assert.Single(Said), StringComparison.Ordinal);
        _provider.TakesNewKeys = true;
        string second = Second;
        KeyRotationResult result = Rotate(item);
        Assert.Equal(second, KeyOf(item));
        Assert.Equal([second], _provider.Live);
        Assert.Equal(1, _provider.Calls.Count(call => call.StartsWith("make", StringComparison.Ordinal)));
        Assert.True(result.IsChecked);
        AssertKeysNowhere(error);
    }

    [Fact]
    public void After_a_step_that_failed_while_a_key_was_made_the_next_run_says_when_that_was()
    {
        LlmConfiguration item = Create();
        var clock = new SetClock { Now = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero) };
        using (LlmConfigRepository store = Open(options => options with { Clock = clock }))
        {
            KeyRotationSteps failing = _provider.Steps with { MakeKey = _ => throw new InvalidTimeZoneException() };
            Assert.Throws<InvalidTimeZoneException>(() => store.RotateKey(item.Id, failing));
        }

        Assert.Equal(_first, KeyOf(item));
        KeyRotationResult result = Rotate(item);
        Assert.Equal(Second, KeyOf(item));
        string time = DisplayText.LocalTime(clock.Now.UtcDateTime)!;
        Assert.Contains(_store.Warnings, warning => warning.Message.Contains($"began at {time}", StringComparison.Ordinal) && warning.Message.Contains("not known here", StringComparison.Ordinal));
        Assert.NotEqual(clock.Now.UtcDateTime, result.StartedAt);
    }

    [Fact]
    public void A_revocation_that_failed_is_repeated_and_nothing_else()
    {
        LlmConfiguration item = Create();
        KeyRotationSteps failing = _provider.Steps with { Revoke = (_, _) => throw new InvalidTimeZoneException() };
        Assert.Throws<InvalidTimeZoneException>(() => Rotate(item, failing));
        string second = Second;
        Assert.Equal(second, KeyOf(item));

        KeyRotationResult result = Rotate(item);

        Assert.Equal([$"make {_first}", $"check {second}", $"revoke {_first}"], _provider.Calls);
        Assert.Equal([second], _provider.Live);
        Assert.Equal((false, true), (result.IsChecked, result.IsRevoked));
    }

    [Fact]
    public void The_key_that_it_has_is_no_new_key()
    {
        LlmConfiguration item = Create();

        Refusal.Of(LlmConfigErrorCode.InvalidKey, "a", () => Rotate(item, _provider.Steps with { MakeKey = old => ApiKey.FromUtf8(old.Utf8, null) }));

        Assert.Equal([_first], _provider.Live);
        Assert.Equal(_first, KeyOf(item));
    }

    [Theory]
    [InlineData("{\"key\":\"sk-test-0123456789abcdef\"}")]
    [InlineData("$OPENAI_API_KEY")]
    public void What_does_not_look_like_a_key_is_not_used_unchecked(string made)
    {
        LlmConfiguration item = Create();
        KeyRotationSteps steps = _provider.Steps with { SkipOnlineCheck = true, MakeKey = _ => ApiKey.From(made, null) };

        Refusal.Of(LlmConfigErrorCode.InvalidKey, "a", () => Rotate(item, steps));

        Assert.Equal(_first, KeyOf(item));
        Assert.Equal([_first], _provider.Live);
    }

    [Fact]
    public void Keys_that_cannot_be_checked_are_rotated_only_where_that_was_said()
    {
        using ApiKey key = ApiKey.From(_first, null);
        LlmConfiguration item = Open().Create(new NewConfiguration { Name = "p", Provider = "perplexity", Key = key });

        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.InvalidArgument, "p", () => Rotate(item));
        Assert.Contains("-SkipOnlineCheck", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(_provider.Calls);
        Assert.Single(_store.Sealed);

        string made = "pplx-" + TestKey.New();
        Assert.False(Rotate(item, _provider.Steps with { SkipOnlineCheck = true, MakeKey = _ => ApiKey.From(made, null) }).IsChecked);
        Assert.Equal(made, KeyOf(item));
        Assert.Equal([$"revoke {_first}"], _provider.Calls);
    }

    [Fact]
    public void A_secret_of_somebody_else_is_not_rotated()
    {
        Create();
        _vault.Keys["OPENAI"] = _first;
        LlmConfiguration item = Open().Create(new NewConfiguration { Name = "named", Provider = "openai", KeyName = "OPENAI", Vault = "Team" });

        Refusal.Of(LlmConfigErrorCode.InvalidArgument, "named", () => Rotate(item));
        Refusal.Of(LlmConfigErrorCode.KeyMissing, "keyless", () => Rotate(_store.Create("keyless", repository: Open())));

        Assert.Empty(_provider.Calls);
    }

    [Fact]
    public void A_key_that_another_configuration_has_too_is_not_revoked()
    {
        LlmConfiguration item = Create();
        _store.Create("b", _first, repository: Open());

        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.InvalidArgument, "a", () => Rotate(item));
        Assert.Contains("'b'", error.Problem, StringComparison.Ordinal);
        Assert.Empty(_provider.Calls);

        Assert.False(Rotate(item, _provider.StepsWithoutRevoke).IsRevoked);
        Assert.Equal(Second, KeyOf(item));
    }

    [Theory]
    [InlineData("make")]
    [InlineData("check")]
    public void A_key_that_somebody_else_sets_meanwhile_stays(string step)
    {
        LlmConfiguration item = Create();
        string other = _provider.Create();
        _provider.Before = name =>
        {
            if (name == step)
            {
                using ApiKey key = ApiKey.From(other, null);
                _ = Open().Update(item.Id, new ConfigurationUpdate { Key = key });
            }
        };

        Refusal.Of(LlmConfigErrorCode.InvalidKey, "a", () => Rotate(item));

        Assert.Equal(other, KeyOf(item));
        _provider.Before = _ => { };
        LlmConfigException error = Refusal.Of(LlmConfigErrorCode.InvalidKey, "a", () => Rotate(item));
        Assert.Contains("-Abandon", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(3, _provider.Live.Count);
        Open().AbandonRotation(item.Id);
        Rotate(item);
        Assert.DoesNotContain(other, _provider.Live);
    }

    [Fact]
    public void A_key_that_somebody_else_set_after_a_rotation_was_cut_off_stays()
    {
        LlmConfiguration item = Create();
        Assert.Throws<InvalidTimeZoneException>(() => Rotate(item, _provider.Steps with { MakeKey = _ => throw new InvalidTimeZoneException() }));
        using ApiKey key = ApiKey.From(_provider.Create(), null);
        _ = Open().Update(item.Id, new ConfigurationUpdate { Key = key });

        Refusal.Of(LlmConfigErrorCode.InvalidKey, "a", () => Rotate(item));

        Assert.Empty(_provider.Calls);
    }

    [Fact]
    public void A_second_rotation_is_refused_while_one_is_under_way()
    {
        LlmConfiguration item = Create();
        _provider.Before = name =>
        {
            if (name == "make")
            {
                _provider.Before = _ => { };
                Assert.Equal(
                    LlmConfigErrorCode.StoreBusy,
                    Assert.Throws<LlmConfigException>(() => Open(options => options with { LockPatience = TimeSpan.Zero }).RotateKey(item.Id, _provider.Steps)).Code);
            }
        };

        Rotate(item);

        Assert.Equal(3, _provider.Calls.Count);
    }

    [Fact]
    public void Giving_up_keeps_the_key_in_use_and_says_what_may_be_left_at_the_provider()
    {
        LlmConfiguration item = Create();
        _provider.TakesNewKeys = false;
        Refusal.Of(LlmConfigErrorCode.InvalidKey, "a", () => Rotate(item));

        Open().AbandonRotation(item.Id);

        Assert.Equal(_first, KeyOf(item));
        Assert.Contains("revoke it there", _store.Warnings[^1].Message, StringComparison.Ordinal);
        Assert.Single(_store.Sealed);
        Refusal.Of(LlmConfigErrorCode.NotFound, "a", () => Open().AbandonRotation(item.Id));
        AssertKeysNowhere(null);
    }

    [Fact]
    public void A_rotation_that_was_cut_off_is_in_no_list_and_a_check_names_it()
    {
        LlmConfiguration item = CutOff();

        Assert.Equal(2, _store.Sealed.Length);
        Assert.Empty(Open().ListSecrets(LlmConfigRepository.BuiltInVault));
        using var vault = new SecretVault(StoreFolder.At(_store.Path), _store.Options);
        Assert.Equal([item.KeyId!], vault.List().Select(secret => secret.Name));
        Assert.True(SecretVault.IsKeyName($"LLMCONFIG-rotation-{item.Id}"));
        CheckResult found = Assert.Single(Open().Check(), result => result.Status != CheckStatus.Ok);
        Assert.Equal(("Rotation", CheckStatus.Warning, "a", KeyRotation.Remedy), (found.Check, found.Status, found.Target, found.Remedy));
        Assert.Contains("is not finished", found.Message, StringComparison.Ordinal);
        Assert.Empty(Open().PlanRepair().Steps);
        Assert.Contains(Open().Check([item.Id]), result => result.Check == "Rotation");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_rotation_goes_on_after_another_master_key_and_another_name(bool inUse)
    {
        LlmConfiguration item = CutOff(inUse);
        Open().RotateMasterKey();
        _ = Open().Update(item.Id, new ConfigurationUpdate { NewName = "renamed" });
        string second = Second;

        Assert.Equal("renamed", Rotate(item).Name);

        Assert.Equal(second, KeyOf(item));
        Assert.Equal([second], _provider.Live);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void With_the_configuration_its_rotation_goes(bool byDesiredState)
    {
        LlmConfiguration item = CutOff();
        LlmConfigRepository repository = Open();
        using var absent = new DesiredState(new DesiredConfiguration { Name = item.Name, Exists = false });

        Assert.Null(byDesiredState
            ? Assert.Single(repository.Apply(repository.PlanDesiredState(absent))).Error
            : Assert.Single(repository.Remove([item.Id])).Error);

        Assert.Empty(_store.Sealed);
        Assert.Contains("It was given up", _store.Warnings[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_whose_configuration_is_gone_is_found_and_removed_after_a_question()
    {
        LlmConfiguration item = CutOff();
        string path = Assert.Single(_store.Sealed, path => path != _store.VaultPaths.Sealed(item.KeyId!));
        byte[] record = File.ReadAllBytes(path);
        _ = _store.Create("b", TestKey.New());
        Open().Remove([item.Id]);
        File.WriteAllBytes(path, record);
        Access.Restrict(path);

        RepairStep step = Assert.Single(Open().PlanRepair().Steps);
        Assert.True(step.NeedsConsent && step.RemovesKey);
        Assert.All(Open().Repair(Open().PlanRepair(), _ => true), result => Assert.Null(result.Error));

        Assert.False(File.Exists(path));
        Assert.DoesNotContain(Open().Check(), result => result.Status != CheckStatus.Ok);
    }

    [Fact]
    public void The_record_has_the_format_that_is_documented()
    {
        LlmConfiguration item = CutOff();
        using var vault = new SecretVault(StoreFolder.At(_store.Path), _store.Options);

        using LocalVault local = new(_store.Paths.Vault, new StoreFileSystem(), [new KeyFileProtector(_store.Paths.Vault, new StoreFileSystem())], TimeProvider.System, _ => { }, TimeSpan.Zero);
        using SealedSecret secret = local.ReadSecret($"llmconfig-rotation-{item.Id:D}")!;

        Assert.Equal(SealedSecretType.ByteArray, secret.Type);
        Assert.Matches("""^\{"version":1,"startedAt":\{"time":"[0-9T:.-]+Z"\}\}$""", System.Text.Encoding.UTF8.GetString(secret.Metadata));
        byte[] expected = [0, 0, 0, (byte)_first.Length, .. System.Text.Encoding.UTF8.GetBytes(_first + Second)];
        Assert.Equal(expected, secret.Value.Span.ToArray());
    }

    [Fact]
    public void A_record_of_a_newer_version_is_left_alone()
    {
        LlmConfiguration item = Create();
        using (LocalVault local = new(_store.Paths.Vault, new StoreFileSystem(), [new KeyFileProtector(_store.Paths.Vault, new StoreFileSystem())], TimeProvider.System, _ => { }, TimeSpan.Zero))
        {
            local.WriteSecret($"llmconfig-rotation-{item.Id:D}", SealedSecretType.ByteArray, "{\"version\":2}"u8, "?"u8, CancellationToken.None);
        }

        Assert.Equal(LlmConfigErrorCode.StoreVersionUnsupported, Assert.Throws<LlmConfigException>(() => Rotate(item)).Code);
        Assert.Empty(_provider.Calls);
        Assert.Equal(_first, KeyOf(item));
    }

    [Fact]
    public void The_events_are_those_of_a_read_and_a_changed_key()
    {
        LlmConfiguration item = Create();
        string log = Path.Combine(_store.Root, "log.jsonl");

        Open(options => options with { LogFile = log }).RotateKey(item.Id, _provider.Steps);

        string text = File.ReadAllText(log);
        Assert.Equal(["KeyRead", "KeyWritten", "KeyRemoved", "ConfigurationChanged"], File.ReadLines(log).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()));
        Assert.DoesNotContain("sk-test", text, StringComparison.Ordinal);
    }

    private LlmConfiguration Create(string? vault = null) => _store.Create("a", _first, vault, Open());

    // One whose new key is in use and not revoked, or is neither.
    private LlmConfiguration CutOff(bool inUse = false)
    {
        LlmConfiguration item = Create();
        _provider.TakesNewKeys = inUse;
        Assert.ThrowsAny<Exception>(() => Rotate(item, _provider.Steps with { Revoke = (_, _) => throw new InvalidTimeZoneException() }));
        _provider.TakesNewKeys = true;
        Assert.Equal(inUse, KeyOf(item) != _first);
        return item;
    }

    private LlmConfigRepository Open(Func<LlmConfigOptions, LlmConfigOptions>? change = null) => _store.Open(options =>
    {
        LlmConfigOptions own = options with { Online = _provider.Online, Vaults = new FakeVaults(_vault) };
        return change is null ? own : change(own);
    });

    private KeyRotationResult Rotate(LlmConfiguration item, KeyRotationSteps? steps = null) => Open().RotateKey(item.Id, steps ?? _provider.Steps);

    private string KeyOf(LlmConfiguration item) => _store.ReadKey(item.Id, options => options with { Vaults = new FakeVaults(_vault) });

    private void AssertKeysNowhere(Exception? error)
    {
        Assert.DoesNotContain(_store.Warnings, warning => warning.ToString().Contains("sk-test", StringComparison.Ordinal));
        if (error is not null)
        {
            Refusal.AssertNowhere("sk-test", error);
        }
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; init; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
