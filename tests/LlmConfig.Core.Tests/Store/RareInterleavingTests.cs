namespace LlmConfig.Tests;

/// <summary>Coincidences that reviews found, each of which once lost a key or said something false.</summary>
[Collection(nameof(AloneCollection))]
public sealed class RareInterleavingTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly FakeVault _far = new("Far");

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_batch_that_rotates_and_then_moves_one_configuration_moves_the_new_key()
    {
        LlmConfiguration x = _store.Create("x", TestKey.New(), null, Open());
        LlmConfiguration y = _store.Create("y", TestKey.New(), "Far", Open());
        string value = TestKey.New();
        using ApiKey first = ApiKey.From(TestKey.New(), "y");
        using ApiKey second = ApiKey.From(value, "x");

        IReadOnlyList<ChangeResult> results = Open().Update(
        [
            new(y.Id, new ConfigurationUpdate { Key = first }),
            new(x.Id, new ConfigurationUpdate { Key = second }),
            new(x.Id, new ConfigurationUpdate { Vault = "Far" }),
        ]);

        Assert.All(results, result => Assert.Null(result.Error));
        using ApiKey back = Open().GetKey(x.Id);
        Assert.Equal(value, back.ToPlainText());
        Assert.Equal("Far", Open().Get(x.Id).Vault);
        Assert.Equal((2, 0, 0), (_far.Keys.Count, _store.Sealed.Length, _store.Intents.Length));
    }

    [Fact]
    public void A_kept_key_survives_the_intent_of_a_process_that_died_while_it_rotated_it()
    {
        LlmConfiguration x = _store.Create("x", TestKey.New(), "Far", Open());
        File.WriteAllText(
            Path.Combine(_store.Paths.Pending, Guid.NewGuid() + ".json"),
            $$"""{"version":1,"store":"{{_store.StoreId}}","process":1,"createdAt":"2026-01-01T00:00:00Z","keys":[{"vault":"Far","id":"{{TestKey.NewId()}}"},{"vault":"Far","id":"{{x.KeyId}}"}]}""");

        _ = Open().Remove([x.Id], keepKeys: true);
        _ = _store.Create("other", TestKey.New(), "Far", Open());

        Assert.True(_far.Keys.ContainsKey(x.KeyId!));
    }

    [Fact]
    public void A_kept_key_survives_a_rotation_that_was_under_way()
    {
        LlmConfiguration x = _store.Create("x", TestKey.New(), "Far", Open());
        _far.Before = (operation, keyId) =>
        {
            if (operation == "Write")
            {
                _far.Before = null;
                Open().Remove([x.Id], keepKeys: true);
            }
        };
        using ApiKey key = ApiKey.From(TestKey.New(), "x");

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => Open().Update(x.Id, new ConfigurationUpdate { Key = key }));

        Assert.Equal(LlmConfigErrorCode.NotFound, error.Code);
        Assert.Equal(x.KeyId, Assert.Single(_far.Keys).Key);
    }

    [Fact]
    public void A_configuration_that_is_removed_while_its_key_moves_is_NotFound()
    {
        var near = new FakeVault("Near");
        LlmConfigRepository Both() => _store.Open(options => options with { Vaults = new FakeVaults(_far, near) });
        LlmConfiguration x = _store.Create("x", TestKey.New(), "Far", Both());
        _far.Before = (operation, keyId) =>
        {
            if (operation == "Read")
            {
                _far.Before = null;
                Both().Remove([x.Id]);
            }
        };

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => Both().Update(x.Id, new ConfigurationUpdate { Vault = "Near" }));

        Assert.Equal(LlmConfigErrorCode.NotFound, error.Code);
        Assert.Empty(near.Keys);
    }

    [Fact]
    public void The_folder_is_flushed_before_a_dropped_key_is_removed()
    {
        LlmConfiguration x = _store.Create("x", TestKey.New(), "Far", Open());
        var calls = new List<string>();
        var files = new FailingFileSystem { Before = (_, call, path) => calls.Add($"{call} {path}") };
        _far.Before = (operation, _) => calls.Add(operation);
        using ApiKey key = ApiKey.From(TestKey.New(), "x");

        _ = _store.Open(options => options with { Vaults = new FakeVaults(_far), Files = files }).Update(x.Id, new ConfigurationUpdate { Key = key });

        // The commit's own flush, and another after the file was read again: another process may have renamed its own since.
        int removed = calls.IndexOf("Remove");
        int unlocked = calls.FindIndex(call => call.StartsWith("Rename", StringComparison.Ordinal) && call.EndsWith(".bak", StringComparison.Ordinal));
        Assert.Equal(2, calls[unlocked..removed].Count(call => call == $"SyncFolder {_store.Path}"));
    }

    [Theory]
    [InlineData("protector")]
    [InlineData("master key")]
    public void A_reader_during_an_exchange_of_the_master_key_finds_its_key(string what)
    {
        string value = TestKey.New();
        LlmConfiguration x = _store.Create("x", value);
        var other = new FakeProtector(ProtectorKind.SecretService);
        bool changed = false;
        LlmConfigOptions With(LlmConfigOptions options) => options with { Protectors = TestProtectors.KeyFile(other) };

        // The reader has read the header, and looks for the master key where it no longer is.
        using LlmConfigRepository reader = _store.Open(options => With(options) with
        {
            Files = new InterruptedReader(path =>
            {
                if (path.EndsWith(".key", StringComparison.Ordinal) && !changed)
                {
                    changed = true;
                    using LlmConfigRepository writer = _store.Open(With);
                    if (what == "protector")
                    {
                        writer.SetProtector(ProtectorKind.SecretService);
                    }
                    else
                    {
                        writer.RotateMasterKey();
                    }
                }
            }),
        });

        using ApiKey key = reader.GetKey(x.Id);

        Assert.Equal(value, key.ToPlainText());
        Assert.True(changed);
    }

    [Fact]
    public void A_copy_of_the_master_key_that_a_dead_process_left_goes_with_the_next_change()
    {
        _ = _store.Create("x", TestKey.New());
        string leftover = _store.MasterKeyFile + ".0123456789AB.tmp";
        File.Copy(_store.MasterKeyFile, leftover);

        _ = _store.Create("y", TestKey.New());

        Assert.False(File.Exists(leftover));
    }

    [Fact]
    public void A_vault_that_holds_nothing_is_made_anew_when_its_master_key_is_lost()
    {
        LlmConfiguration x = _store.Create("x", TestKey.New());
        File.Delete(_store.MasterKeyFile);
        Refusal.Of(_store, LlmConfigErrorCode.VaultCorrupt, "y", () => _store.Create("y", TestKey.New()));
        _ = _store.Open().Remove([x.Id]);
        string value = TestKey.New();

        Assert.Equal(value, _store.ReadKey(_store.Create("z", value).Id));
    }

    [Fact]
    public void A_configuration_that_was_read_cannot_be_changed_by_who_reads_it()
    {
        Assert.All(
            typeof(LlmConfiguration).GetProperties().Concat(typeof(StoreInfo).GetProperties()).Concat(typeof(LlmProvider).GetProperties()),
            property => Assert.Null(property.GetSetMethod(nonPublic: false)));
        Assert.Throws<NotSupportedException>(() => ((IList<string>)LlmProviderCatalog.All[0].KeyVariables)[0] = "X");
    }

    private LlmConfigRepository Open() => _store.Open(options => options with { Vaults = new FakeVaults(_far) });

    private sealed class InterruptedReader(Action<string> before) : StoreFileSystem
    {
        protected override Microsoft.Win32.SafeHandles.SafeFileHandle? Open(string path, OpenFlags flags)
        {
            if (flags == OpenFlags.ReadOnly)
            {
                before(path);
            }

            return base.Open(path, flags);
        }
    }
}
