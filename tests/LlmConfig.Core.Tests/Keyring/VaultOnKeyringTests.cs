using System.Diagnostics;

namespace LlmConfig.Tests;

/// <summary>A whole store whose built-in vault is protected by a real gnome-keyring, in this process.</summary>
[Collection(nameof(AloneCollection))]
public sealed class VaultOnKeyringTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly string _key = TestKey.New();

    public void Dispose() => _store.Dispose();

    [SkippableFact]
    public void An_unlocked_keyring_is_chosen_first_and_keeps_the_master_key()
    {
        using GnomeKeyring keyring = Start(KeyringState.Unlocked);
        using var bus = new SessionBusAddress(keyring.BusAddress);

        LlmConfiguration item = Create("work");

        Assert.Equal(("SecretService", "Ready"), (Info().Protector, Info().ProtectorState));
        Assert.Equal(_key, Read(item));
        Assert.Empty(_store.MasterKeyFiles);
        Assert.Equal(1, keyring.CountItems());
        Assert.Empty(_store.Warnings);
    }

    [SkippableFact]
    public void A_keyring_that_is_locked_later_leaves_the_metadata_readable_and_loses_no_key()
    {
        using GnomeKeyring keyring = Start(KeyringState.Unlocked);
        using var bus = new SessionBusAddress(keyring.BusAddress);
        LlmConfiguration item = Create("work");
        keyring.Lock();

        Assert.Equal("work", Assert.Single(Open().GetAll()).Name);
        Assert.Equal("Locked", Info().ProtectorState);
        Refusal.Of(_store, LlmConfigErrorCode.VaultLocked, "work", () => Read(item));
        Refusal.Of(_store, LlmConfigErrorCode.VaultLocked, "new", () => Create("new"));
        keyring.Restart(unlock: true);

        Assert.Equal(_key, Read(item));
        Assert.False(keyring.WasPromptShown());
    }

    [SkippableTheory]
    [InlineData(KeyringState.LockedFromStart, LlmConfigErrorCode.VaultLocked)]
    [InlineData(KeyringState.Hung, LlmConfigErrorCode.VaultUnavailable)]
    public void A_keyring_that_is_locked_or_hangs_is_an_error_within_5_seconds_and_makes_no_weaker_vault(
        KeyringState state, LlmConfigErrorCode code)
    {
        using GnomeKeyring keyring = Start(state);
        using var bus = new SessionBusAddress(keyring.BusAddress);
        long start = Stopwatch.GetTimestamp();

        LlmConfigException error = Assert.Throws<LlmConfigException>(() => Create("work"));

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal(code, error.Code);
        Refusal.AssertHasRemedy(error);
        Assert.Empty(Open().GetAll());
        Assert.False(File.Exists(_store.VaultPaths.Header));
        Assert.Empty(_store.MasterKeyFiles);
    }

    [SkippableTheory]
    [InlineData(KeyringState.None)]
    [InlineData(KeyringState.NoService)]
    [InlineData(KeyringState.NoCollection)]
    public void Without_a_keyring_or_a_collection_a_key_file_serves_and_that_is_said_once(KeyringState state)
    {
        using GnomeKeyring keyring = Start(state);
        using var bus = new SessionBusAddress(keyring.BusAddress);

        LlmConfiguration item = Create("work");
        _ = Create("second");

        Assert.Equal("KeyFile", Info().Protector);
        Assert.Equal(_key, Read(item));
        Assert.Contains(Info().ProtectorReason, Assert.Single(_store.Warnings, warning => warning.Target == LlmConfigRepository.BuiltInVault).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void The_protector_changes_on_request_and_the_old_one_lets_go_of_the_master_key()
    {
        using GnomeKeyring keyring = Start(KeyringState.Unlocked);
        using var bus = new SessionBusAddress(keyring.BusAddress);
        LlmConfiguration item = Create("work");

        Open().SetProtector(ProtectorKind.KeyFile);
        Assert.Equal((_key, 0), (Read(item), keyring.CountItems()));
        Assert.Single(_store.MasterKeyFiles);

        Open().SetProtector(ProtectorKind.SecretService);
        Assert.Equal((_key, 1), (Read(item), keyring.CountItems()));
        Assert.Empty(_store.MasterKeyFiles);
    }

    [SkippableFact]
    public void A_master_key_that_is_gone_from_the_keyring_is_never_made_anew()
    {
        using GnomeKeyring keyring = Start(KeyringState.Unlocked);
        using var bus = new SessionBusAddress(keyring.BusAddress);
        LlmConfiguration item = Create("work");
        _ = keyring.Run("secret-tool", ["clear", "application", "LlmConfig"]);

        Refusal.Of(_store, LlmConfigErrorCode.VaultCorrupt, "work", () => Read(item));
        Refusal.Of(_store, LlmConfigErrorCode.VaultCorrupt, "new", () => Create("new"));
        Assert.Equal(0, keyring.CountItems());
    }

    private static GnomeKeyring Start(KeyringState state)
    {
        Skip.If(GnomeKeyring.Missing is not null, GnomeKeyring.Missing);
        return GnomeKeyring.Start(state);
    }

    private LlmConfigRepository Open() => _store.Open(options => options with { Protectors = MasterKeyProtectors.ForThisSystem });

    private LlmConfiguration Create(string name) => _store.Create(name, _key, repository: Open());

    private string Read(LlmConfiguration item) => _store.ReadKey(item.Id, options => options with { Protectors = MasterKeyProtectors.ForThisSystem });

    private StoreInfo Info() => Open().GetStore();
}
