using System.Text;
using System.Text.Json;

namespace LlmConfig.Tests;

/// <summary>A vault of others is tried before it gets its first key, and what it showed is kept.</summary>
public sealed class VaultProfileTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly FakeVault _far = new("Far") { TakesLabels = false };
    private readonly List<string> _probes = [];

    private string _module = "FakeVault 1.0";
    private Action<string>? _probing;

    public void Dispose() => _store.Dispose();

    private LlmConfigRepository Open() => _store.Open(options => options with
    {
        Vaults = new ProbedVault(_far)
        {
            Module = _module,
            Probing = keyId =>
            {
                _probes.Add(keyId);
                _probing?.Invoke(keyId);
            },
        },
    });

    private JsonElement Stored()
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(_store.Paths.ConfigFile));
        return json.RootElement.GetProperty("vaults").GetProperty("Far").Clone();
    }

    [Fact]
    public void A_vault_is_tried_once_before_its_first_key_and_what_it_showed_is_in_the_file()
    {
        _store.Create("a", TestKey.New(), "Far", Open());
        _store.Create("b", TestKey.New(), "far", Open());
        _store.Create("near", TestKey.New(), null, Open());

        Assert.Single(_probes);
        Assert.Equal(
            ("FakeVault 1.0", "PlainText", "/", false, true, "2026-11-25T01:02:03.456Z", 12),
            (Stored().GetProperty("module").GetString(), Stored().GetProperty("form").GetString(), Stored().GetProperty("prefix").GetString(), Stored().GetProperty("labels").GetBoolean(),
                Stored().GetProperty("names").GetBoolean(), Stored().GetProperty("probedAt").GetString(), Stored().GetProperty("milliseconds").GetInt32()));
        VaultInfo shown = Assert.Single(Open().GetStore().Vaults);
        Assert.Equal(("Far", 2), (shown.Name, shown.KeyCount));
        Assert.Equal("Far: 2 keys, FakeVault 1.0, takes texts only under names with '/', keeps no labels (tried 2026-11-25 in 12 ms)", shown.ToString());
        Assert.Empty(_store.Intents);
    }

    [Theory]
    [InlineData("2026-11-25T01:02:03.07Z", 70)]
    [InlineData("2026-11-25T01:02:03Z", 0)]
    public void A_profile_is_read_when_another_program_wrote_its_time_without_the_last_zeros(string time, int milliseconds)
    {
        _store.Create("a", TestKey.New(), "Far", Open());
        Dictionary<string, string> properties = new(Open().GetStore().Vaults[0].Profile!.ToProperties()) { ["probedAt"] = time };

        Assert.Equal(new DateTime(2026, 11, 25, 1, 2, 3, milliseconds, DateTimeKind.Utc), VaultProfile.TryFrom(properties)!.ProbedAt);
    }

    [Fact]
    public void Another_version_of_the_module_is_tried_anew_and_so_is_a_vault_that_somebody_names()
    {
        _store.Create("a", TestKey.New(), "Far", Open());
        _module = "FakeVault 2.0";
        _store.Create("b", TestKey.New(), "Far", Open());
        Assert.Equal((2, "FakeVault 2.0"), (_probes.Count, Stored().GetProperty("module").GetString()));

        Open().ProbeVault("FAR");

        Assert.Equal(3, _probes.Count);
        Assert.Equal(3, _probes.Distinct().Count());
        Assert.Single(Open().GetStore().Vaults);
        Refusal.Of(_store, LlmConfigErrorCode.InvalidArgument, "LlmConfig", () => Open().ProbeVault("LlmConfig"));
    }

    [Fact]
    public void A_vault_that_cannot_serve_gets_no_key_and_the_next_change_tries_it_again()
    {
        _probing = _ => throw FakeVault.Unavailable;

        Refusal.Of(LlmConfigErrorCode.VaultUnavailable, "a", () => _store.Create("a", TestKey.New(), "Far", Open()));

        Assert.Empty(_far.Keys);
        Assert.Empty(Open().GetAll());
        Assert.Empty(_store.Intents);
        _probing = null;
        _store.Create("a", TestKey.New(), "Far", Open());
        Assert.Equal(2, _probes.Count);
    }

    [Fact]
    public void While_a_vault_is_tried_an_intent_names_the_throwaway_secret()
    {
        _store.Create("near", TestKey.New(), null, Open());
        _probing = keyId =>
        {
            Assert.Contains(keyId, Encoding.UTF8.GetString(new StoreFileSystem().ReadFile(Assert.Single(_store.Intents), 65536)!), StringComparison.Ordinal);
            _far.Keys[keyId] = "throwaway";
            throw new OperationCanceledException();
        };
        Assert.Throws<OperationCanceledException>(() => _store.Create("a", TestKey.New(), "Far", Open()));
        Assert.Single(_far.Keys);

        _probing = null;
        _store.Create("a", TestKey.New(), "Far", Open());

        Assert.DoesNotContain("throwaway", _far.Keys.Values);
        Assert.Empty(_store.Intents);
    }

    [Theory]
    [InlineData("\"form\": \"Tablet\"")]
    [InlineData("\"prefix\": \"../\"")]
    [InlineData("\"labels\": \"perhaps\"")]
    [InlineData("\"probedAt\": \"yesterday\"")]
    [InlineData("\"milliseconds\": -1")]
    [InlineData("\"module\": null")]
    public void A_profile_that_breaks_the_rules_is_damage(string broken)
    {
        _store.Create("a", TestKey.New(), "Far", Open());
        string name = broken.Split(':')[0];
        string text = File.ReadAllText(_store.Paths.ConfigFile);
        string line = text.Split('\n').Single(line => line.TrimStart().StartsWith(name, StringComparison.Ordinal));
        File.WriteAllText(_store.Paths.ConfigFile, text.Replace(line.TrimEnd(','), broken, StringComparison.Ordinal));

        Assert.Throws<LlmConfigException>(() => _store.Create("b", TestKey.New(), null, Open()));
    }

    [Fact]
    public void What_is_not_known_of_a_profile_survives_a_change()
    {
        _store.Create("a", TestKey.New(), "Far", Open());
        string text = File.ReadAllText(_store.Paths.ConfigFile);
        File.WriteAllText(_store.Paths.ConfigFile, text.Replace("\"module\"", "\"later\": [1, 2], \"module\"", StringComparison.Ordinal));

        Open().ProbeVault("Far");

        Assert.Equal(2, Stored().GetProperty("later").GetArrayLength());
    }
}
