namespace LlmConfig.Tests;

/// <summary>What a vault says beside a key is what the store says, and a key of another store is never removed.</summary>
[Collection(nameof(AloneCollection))]
public sealed class KeyLabelTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly FakeVault _far = new("Far");

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("Far")]
    [InlineData("LlmConfig")]
    public void Each_setting_that_changes_is_in_the_label_when_the_change_returns(string vault)
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), vault, Open());
        foreach (ConfigurationUpdate update in new ConfigurationUpdate[]
        {
            new() { NewName = "job" }, new() { Model = "m" }, new() { BaseUrl = "https://llm.example/v1" }, new() { UseAuthHeader = false }, new() { Provider = "groq" },
        })
        {
            LlmConfiguration after = Open().Update(item.Id, update);

            Assert.Equal(item.KeyId, after.KeyId);
            KeyLabel label = LabelOf(vault);
            Assert.True(KeyLabel.HaveSameLabel(after, label.Configuration), update.ToString());
            Assert.Equal((after.UpdatedAt, after.CreatedAt, after.KeyUpdatedAt), (label.Configuration.UpdatedAt, label.Configuration.CreatedAt, label.Configuration.KeyUpdatedAt));
            Assert.Empty(_store.Intents);
        }
    }

    [Fact]
    public void What_no_label_holds_costs_no_call_of_the_vault()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        _far.Before = (call, _) => throw new InvalidOperationException(call);

        Open().Update(item.Id, new ConfigurationUpdate { AsDefault = true });
        Open().Update(item.Id, new ConfigurationUpdate { NewName = "work" });
    }

    [Fact]
    public void A_vault_that_is_offline_does_not_stop_a_rename_and_the_next_change_there_makes_up_for_it()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        _far.Before = (call, _) =>
        {
            if (call == "Relabel")
            {
                throw FakeVault.Unavailable;
            }
        };

        Open().Update(item.Id, new ConfigurationUpdate { NewName = "job" });

        Assert.Equal("work", LabelOf("Far").Configuration.Name);
        Assert.Contains(_store.Warnings, warning => warning.Message.Contains("The change was made", StringComparison.Ordinal));
        _far.Before = null;
        _store.Create("other", TestKey.New(), "Far", Open());
        Assert.Equal(["job", "other"], _far.Labels.Values.Select(label => label.Configuration.Name).Order());
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void A_process_that_dies_between_commit_and_label_is_made_up_for()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        _far.Before = (call, _) =>
        {
            if (call == "Relabel")
            {
                throw new CrashException();
            }
        };
        Assert.Throws<CrashException>(() => Open().Update(item.Id, new ConfigurationUpdate { NewName = "job" }));
        _far.Before = null;

        Assert.Equal(1, Open().Recover());
        Assert.Equal("job", LabelOf("Far").Configuration.Name);
    }

    [Fact]
    public void Of_two_renames_at_once_the_label_is_the_last_one()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        bool first = true;
        _far.Before = (call, _) =>
        {
            if (call == "Relabel" && first)
            {
                // The other one commits and labels between this one's reading and its writing.
                first = false;
                Open().Update(item.Id, new ConfigurationUpdate { NewName = "last" });
            }
        };

        Open().Update(item.Id, new ConfigurationUpdate { NewName = "first" });

        Assert.Equal("last", LabelOf("Far").Configuration.Name);
    }

    [Fact]
    public void A_rename_during_a_rotation_is_in_the_new_keys_label()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        bool first = true;
        _far.Before = (call, _) =>
        {
            if (call == "Write" && first)
            {
                first = false;
                Open().Update(item.Id, new ConfigurationUpdate { NewName = "job" });
            }
        };
        using ApiKey key = ApiKey.From(TestKey.New(), "work");

        Open().Update(item.Id, new ConfigurationUpdate { Key = key });

        Assert.Equal("job", LabelOf("Far").Configuration.Name);
    }

    [Fact]
    public void A_vault_without_metadata_is_never_given_a_label()
    {
        var plain = new FakeVault("Plain") { TakesLabels = false };
        LlmConfigRepository Plain() => _store.Open(options => options with { Vaults = new FakeVaults(plain) });
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Plain", Plain());
        plain.Before = (call, _) => Assert.NotEqual("Relabel", call);

        Plain().Update(item.Id, new ConfigurationUpdate { NewName = "job" });

        Assert.Empty(plain.Labels);
        Assert.Empty(_store.Intents);
    }

    [Fact]
    public void A_label_that_breaks_a_rule_is_none()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        var good = LabelOf("Far").ToProperties().ToDictionary(pair => pair.Key, pair => (object?)pair.Value);
        Assert.Equal(LabelOf("Far"), KeyLabel.TryFrom(good) is { } read ? read with { Configuration = read.Configuration with { Vault = item.Vault, KeyId = item.KeyId } } : null);
        foreach ((string name, object? value) in new (string, object?)[]
        {
            ("store", "x"), ("configuration", null), ("name", "a\nb"), ("name", string.Empty), ("provider", "\u001B"),
            ("baseUrl", "https://user:word@host/"), ("useAuthHeader", "maybe"), ("model", "\u202E"), ("createdAt", "yesterday"),
        })
        {
            Assert.Null(KeyLabel.TryFrom(new Dictionary<string, object?>(good) { [name] = value }));
        }
    }

    [Fact]
    public void The_key_of_another_store_is_read_and_survives_removal_rotation_and_taking_away()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        string path = _store.Paths.ConfigFile;
        File.WriteAllText(path, File.ReadAllText(path).Replace(
            "\"vault\": \"Far\",", $"\"vault\": \"Far\", \"store\": \"{Guid.NewGuid():D}\",", StringComparison.Ordinal));
        Refusal.Of(LlmConfigErrorCode.HostMismatch, "work", () => Open().GetKey(item.Id));
        _store.AcceptHosts(options => options with { Vaults = new FakeVaults(_far) });
        string foreign = File.ReadAllText(path), revision = $"\"revision\": {_store.Revision},";
        foreach (Action change in new Action[]
        {
            () => Open().Remove([item.Id]),
            () => Open().Update(item.Id, new ConfigurationUpdate { RemoveKey = true }),
            () => Open().Update(item.Id, new ConfigurationUpdate { Key = ApiKey.From(TestKey.New(), "work") }),
            () => Open().Update(item.Id, new ConfigurationUpdate { Vault = "LlmConfig" }),
            () => Open().Update(item.Id, new ConfigurationUpdate { NewName = "mine" }),
        })
        {
            // As the tests of other programs' edits do: the same handle, so that mode and owner stay.
            // The revision goes on: an older one would be a file that somebody put back.
            File.WriteAllText(path, foreign.Replace(revision, $"\"revision\": {_store.Revision},", StringComparison.Ordinal));
            Assert.NotNull(Open().Get(item.Id).KeyStoreId);
            change();
            Assert.True(_far.Keys.ContainsKey(item.KeyId!));
            Assert.Equal("work", _far.Labels[item.KeyId!].Configuration.Name);
        }

        Assert.Equal(item.KeyId, Open().Get(item.Id).KeyId);
        Assert.NotNull(Open().Get(item.Id).KeyStoreId);
    }

    [Fact]
    public void A_key_that_another_store_rotated_is_missing_until_an_import_brings_it()
    {
        LlmConfiguration item = _store.Create("work", TestKey.New(), "Far", Open());
        string path = _store.Paths.ConfigFile;
        var other = Guid.NewGuid();
        File.WriteAllText(path, File.ReadAllText(path).Replace(
            "\"vault\": \"Far\",", $"\"vault\": \"Far\", \"store\": \"{other:D}\",", StringComparison.Ordinal));
        string value = TestKey.New();
        _far.Keys.Clear();
        foreach ((string text, int age) in new[] { (value, 0), (TestKey.New(), 1) })
        {
            string keyId = TestKey.NewId();
            _far.Keys[keyId] = text;
            _far.Labels[keyId] = new KeyLabel(other, item with { UpdatedAt = item.UpdatedAt.AddMinutes(1 - age) });
        }

        // Whoever may write labels could name any key: nothing that they say is used unasked.
        LlmConfigException missing = Refusal.Of(LlmConfigErrorCode.KeyMissing, "work", () => Open().GetKey(item.Id));
        Assert.Contains("Import-LlmConfig -FromVault 'Far'", missing.RecommendedAction, StringComparison.Ordinal);
        _store.AcceptHosts(options => options with { Vaults = new FakeVaults(_far) });
        Assert.All(Open().Import(Open().PlanImport("Far").Steps), result => Assert.Null(result.Error));
        using ApiKey key = Open().GetKey(item.Id);

        Assert.Equal(value, key.ToPlainText());
    }

    private KeyLabel LabelOf(string vault) =>
        (vault == "Far" ? (IKeyVault)_far : Open().BuiltIn).List(default).Single().Label!;

    private LlmConfigRepository Open() => _store.Open(options => options with { Vaults = new FakeVaults(_far) });
}
