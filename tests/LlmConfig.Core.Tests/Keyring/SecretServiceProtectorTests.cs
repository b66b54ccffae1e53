using System.Security.Cryptography;
using System.Text;
using Xunit.Abstractions;

namespace LlmConfig.Tests;

/// <summary>The Secret Service's protector against a real gnome-keyring, each operation in a process of its own.</summary>
[Collection(nameof(AloneCollection))]
public sealed class SecretServiceProtectorTests(ITestOutputHelper output)
{
    private const int LimitMilliseconds = 5000;

    private readonly Guid _vault = Guid.NewGuid();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    private string Store => $"store={_vault}={Convert.ToHexString(_key)}";

    private string Load => $"load={_vault}";

    private string Remove => $"remove={_vault}";

    [SkippableTheory]
    [InlineData(KeyringState.None, "Absent", "VaultUnavailable", "VaultUnavailable", "Set-LlmConfigStore -Protector KeyFile")]
    [InlineData(KeyringState.DeadBus, "Absent", "VaultUnavailable", "VaultUnavailable", "Set-LlmConfigStore -Protector KeyFile")]
    [InlineData(KeyringState.NoService, "Absent", "VaultUnavailable", "VaultUnavailable", "Install and start one")]
    [InlineData(KeyringState.NoCollection, "NoCollection", "VaultUnavailable", "Done", "Make a default keyring")]
    [InlineData(KeyringState.LockedFromStart, "Locked", "VaultLocked", "VaultLocked", "gnome-keyring-daemon --unlock")]
    [InlineData(KeyringState.LockedLater, "Locked", "VaultLocked", "VaultLocked", "gnome-keyring-daemon --unlock")]
    [InlineData(KeyringState.Hung, "Hung", "VaultUnavailable", "VaultUnavailable", "restart the keyring")]
    [InlineData(KeyringState.HungBus, "Hung", "VaultUnavailable", "VaultUnavailable", "restart the keyring")]
    [InlineData(KeyringState.MuteBus, "Hung", "VaultUnavailable", "VaultUnavailable", "restart the keyring")]
    public void Every_state_has_its_own_answer_within_5_seconds_that_says_what_to_do_and_never_prompts(
        KeyringState state, string status, string error, string removal, string remedy)
    {
        Skip.If(GnomeKeyring.Missing is not null, GnomeKeyring.Missing);
        using GnomeKeyring keyring = GnomeKeyring.Start(state);

        KeyringAnswer[] answers = AskAtOnce(keyring, "status", Store, Load, Remove);

        Assert.Equal([status, error, error, removal], answers.Select(answer => answer.Result));
        Assert.All(answers, answer => Assert.InRange(answer.Milliseconds, 0, LimitMilliseconds));
        Assert.All(answers.Where(answer => answer.Result == error), answer => Assert.Contains(remedy, answer.Message, StringComparison.Ordinal));
        Assert.False(string.IsNullOrWhiteSpace(answers[0].Message));
        AssertKeyIsNowhere(keyring);
        keyring.Thaw();
        Assert.False(keyring.WasPromptShown());
        Assert.False(File.Exists(keyring.LauncherMark), "a message bus was started");
        Assert.Equal(0, keyring.CountItems());
    }

    [SkippableFact]
    public void A_hung_keyring_is_let_go_of_and_not_just_abandoned()
    {
        Skip.If(GnomeKeyring.Missing is not null, GnomeKeyring.Missing);
        using GnomeKeyring keyring = GnomeKeyring.Start(KeyringState.Hung);

        // GIO's own words for a call that its GCancellable ended; a thread that was given up would leave a TimeoutException.
        Assert.Contains("GErrorException: Operation was cancelled", keyring.Ask(Load)[0].Details, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_prompt_would_be_seen_by_these_tests()
    {
        Skip.If(GnomeKeyring.Missing is not null, GnomeKeyring.Missing);
        using GnomeKeyring keyring = GnomeKeyring.Start(KeyringState.LockedLater);

        _ = keyring.Run("secret-tool", ["store", "--label=x", "application", "LlmConfig"], "x");

        Assert.True(keyring.WasPromptShown());
    }

    [SkippableFact]
    public void An_unlocked_keyring_gives_back_what_was_stored_last()
    {
        Skip.If(GnomeKeyring.Missing is not null, GnomeKeyring.Missing);
        using GnomeKeyring keyring = GnomeKeyring.Start(KeyringState.Unlocked);
        byte[] other = RandomNumberGenerator.GetBytes(32);

        KeyringAnswer[] answers = keyring.Ask(
            "status", $"store={_vault}={Convert.ToHexString(other)}", Load, Store, Load, $"load={Guid.NewGuid()}");

        Assert.Equal(["Ready", "Done", "Done", "Done", "Done", "VaultCorrupt"], answers.Select(answer => answer.Result));
        Assert.Equal(Digest(other), answers[2].Digest);
        Assert.Equal(Digest(_key), answers[4].Digest);
        Assert.Equal(Digest(_key), keyring.Ask(Load)[0].Digest);
        Assert.Equal(1, keyring.CountItems());
        AssertKeyIsNowhere(keyring);
        Assert.False(keyring.WasPromptShown());
    }

    [SkippableFact]
    public void Other_tools_see_the_item_and_can_save_it_and_put_it_back()
    {
        Skip.If(GnomeKeyring.Missing is not null, GnomeKeyring.Missing);
        using GnomeKeyring keyring = GnomeKeyring.Start(KeyringState.Unlocked);
        string[] attributes = ["xdg:schema", "dev.llmconfig.masterkey", "application", "LlmConfig", "vault", $"{_vault}"];
        _ = keyring.Ask(Store);

        string shown = keyring.Items();
        string saved = keyring.Run("secret-tool", ["lookup", .. attributes]);
        _ = keyring.Run("secret-tool", ["clear", .. attributes]);
        string gone = keyring.Ask(Load)[0].Result;
        _ = keyring.Run("secret-tool", ["store", "--label=back", .. attributes], saved + "\n");

        Assert.Contains("label = LlmConfig: master key of the built-in vault", shown, StringComparison.Ordinal);
        Assert.Contains("schema = dev.llmconfig.masterkey", shown, StringComparison.Ordinal);
        Assert.Equal(Convert.ToBase64String(_key), saved);
        Assert.Equal("VaultCorrupt", gone);
        Assert.Equal(Digest(_key), keyring.Ask(Load)[0].Digest);
    }

    [SkippableFact]
    public void Removing_is_done_once_and_harmless_twice()
    {
        Skip.If(GnomeKeyring.Missing is not null, GnomeKeyring.Missing);
        using GnomeKeyring keyring = GnomeKeyring.Start(KeyringState.Unlocked);
        var neighbour = Guid.NewGuid();

        KeyringAnswer[] answers = keyring.Ask(
            Store, $"store={neighbour}={Convert.ToHexString(_key)}", Remove, Remove, Load, $"load={neighbour}");

        Assert.Equal(["Done", "Done", "Done", "Done", "VaultCorrupt", "Done"], answers.Select(answer => answer.Result));
        Assert.Equal(1, keyring.CountItems());
    }

    [SkippableFact]
    public void A_missing_key_is_damage_that_says_who_has_it_and_that_nothing_was_deleted()
    {
        Skip.If(GnomeKeyring.Missing is not null, GnomeKeyring.Missing);
        using GnomeKeyring keyring = GnomeKeyring.Start(KeyringState.Unlocked);

        KeyringAnswer answer = keyring.Ask(Load)[0];

        Assert.Equal("VaultCorrupt", answer.Result);
        Assert.Contains("no master key for this vault", answer.Message, StringComparison.Ordinal);
        Assert.Contains("Sign in as the user", answer.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing was deleted", answer.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(3000)]
    [InlineData(-1)]
    public void Something_else_in_the_keys_place_is_damage(int length)
    {
        Skip.If(GnomeKeyring.Missing is not null, GnomeKeyring.Missing);
        using GnomeKeyring keyring = GnomeKeyring.Start(KeyringState.Unlocked);
        string text = length < 0 ? "32 characters, yet not of base64" : Convert.ToBase64String(RandomNumberGenerator.GetBytes(length));
        _ = keyring.Run(
            "secret-tool",
            ["store", "--label=x", "xdg:schema", "dev.llmconfig.masterkey", "application", "LlmConfig", "vault", $"{_vault}"],
            text);

        KeyringAnswer answer = keyring.Ask(Load)[0];

        Assert.Equal("VaultCorrupt", answer.Result);
        Assert.Contains("not a master key", answer.Message, StringComparison.Ordinal);
        if (length != 0)
        {
            Assert.DoesNotContain(text, keyring.Spoken, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public void A_locked_keyring_loses_nothing_and_takes_nothing()
    {
        Skip.If(GnomeKeyring.Missing is not null, GnomeKeyring.Missing);
        using GnomeKeyring keyring = GnomeKeyring.Start(KeyringState.Unlocked);
        _ = keyring.Ask(Store);
        string otherKey = $"store={_vault}={Convert.ToHexString(RandomNumberGenerator.GetBytes(32))}";

        keyring.Lock();
        KeyringAnswer[] lockedLater = keyring.Ask("status", Load, otherKey, Remove);
        keyring.Restart(unlock: false);
        KeyringAnswer[] lockedFromStart = keyring.Ask("status", Load, otherKey, Remove);
        keyring.Restart(unlock: true);

        string[] expected = ["Locked", "VaultLocked", "VaultLocked", "VaultLocked"];
        Assert.Equal(expected, lockedLater.Select(answer => answer.Result));
        Assert.Equal(expected, lockedFromStart.Select(answer => answer.Result));
        Assert.False(keyring.WasPromptShown());
        Assert.Equal(Digest(_key), keyring.Ask(Load)[0].Digest);
        Assert.Equal(1, keyring.CountItems());
    }

    [SkippableFact]
    public void One_process_follows_a_keyring_and_a_bus_that_restart()
    {
        Skip.If(GnomeKeyring.Missing is not null, GnomeKeyring.Missing);
        using GnomeKeyring keyring = GnomeKeyring.Start(KeyringState.Unlocked);
        using KeyringDialogue dialogue = keyring.Talk(Store, "wait", Load, "wait", Load, "wait", Load, "wait", Load);

        Assert.Equal("Done", dialogue.Next().Result);
        keyring.Restart(unlock: true);
        dialogue.GoOn();
        Assert.Equal(Digest(_key), dialogue.Next().Digest);
        keyring.Lock();
        dialogue.GoOn();
        Assert.Equal("VaultLocked", dialogue.Next().Result);
        keyring.Restart(unlock: true);
        dialogue.GoOn();
        Assert.Equal(Digest(_key), dialogue.Next().Digest);
        keyring.RestartBus();
        dialogue.GoOn();
        Assert.Equal(Digest(_key), dialogue.Next().Digest);
    }

    [SkippableFact]
    public void Nothing_stays_open_between_calls_and_threads_do_not_disturb_each_other()
    {
        Skip.If(GnomeKeyring.Missing is not null, GnomeKeyring.Missing);
        using GnomeKeyring keyring = GnomeKeyring.Start(KeyringState.Unlocked);

        KeyringAnswer[] answers = keyring.Ask(
            [Store, Load, "handles", .. Enumerable.Repeat(Load, 50), $"parallel={_vault}", Load, "handles"]);

        int before = int.Parse(answers[2].Result);
        int after = int.Parse(answers[^1].Result);
        output.WriteLine($"open handles: {before} after the first calls, {after} after 59 more; a load takes {answers[40].Milliseconds} ms");
        Assert.All(answers[3..53], answer => Assert.Equal(Digest(_key), answer.Digest));
        Assert.Equal(Digest(_key), answers[53].Digest);
        // The runtime opens some of its own; a connection left behind by every call would be over 59.
        Assert.InRange(after - before, -10, 10);
    }

    [SkippableFact]
    public void The_key_crosses_the_bus_encrypted()
    {
        Skip.If(GnomeKeyring.Missing is not null, GnomeKeyring.Missing);
        using GnomeKeyring keyring = GnomeKeyring.Start(KeyringState.Unlocked);

        KeyringAnswer[] answers = keyring.Ask(Store, Load);

        Assert.Equal(Digest(_key), answers[1].Digest);
        Assert.False(keyring.WasPromptShown());
        // dbus-monitor writes bytes as text where they are printable, else as pairs of digits.
        string text = Convert.ToBase64String(_key);
        Assert.Contains("CreateItem", keyring.Traffic, StringComparison.Ordinal);
        Assert.DoesNotContain(text, keyring.Traffic, StringComparison.Ordinal);
        Assert.DoesNotContain(
            string.Join(' ', Encoding.ASCII.GetBytes(text)[..8].Select(b => b.ToString("x2"))), keyring.Traffic, StringComparison.Ordinal);
        Assert.DoesNotContain(string.Join(' ', _key[..8].Select(b => b.ToString("x2"))), keyring.Traffic, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_bus_address_that_only_NET_knows_starts_no_bus()
    {
        Skip.If(GnomeKeyring.Missing is not null, GnomeKeyring.Missing);
        using GnomeKeyring keyring = GnomeKeyring.Start(KeyringState.None);

        // PowerShell's $env: sets a variable for .NET alone; GDBus would not see it and start a bus with dbus-launch.
        KeyringAnswer answer = keyring.Ask($"set=DBUS_SESSION_BUS_ADDRESS={keyring.BusAddress}", "status")[0];

        Assert.Equal("Absent", answer.Result);
        Assert.False(File.Exists(keyring.LauncherMark), "a message bus was started");
    }

    [SkippableFact]
    public void A_bus_is_found_in_the_runtime_folder()
    {
        Skip.If(GnomeKeyring.Missing is not null, GnomeKeyring.Missing);
        using GnomeKeyring keyring = GnomeKeyring.Start(KeyringState.Unlocked);
        keyring.MoveBusToRuntimeFolder();

        Assert.Equal("Ready", keyring.Ask("status")[0].Result);
    }

    private static string Digest(byte[] key) => Convert.ToHexString(SHA256.HashData(key));

    /// <summary>Each in a process of its own, all at the same time: a hung keyring costs each of them its whole limit.</summary>
    private KeyringAnswer[] AskAtOnce(GnomeKeyring keyring, params string[] operations)
    {
        KeyringDialogue[] dialogues = [.. operations.Select(operation => keyring.Talk(operation))];
        KeyringAnswer[] answers = [.. dialogues.Select(dialogue => dialogue.Next())];
        Array.ForEach(dialogues, dialogue => dialogue.Dispose());
        Array.ForEach(answers, answer => output.WriteLine($"{answer.Operation}: {answer.Result} after {answer.Milliseconds} ms; {answer.Message}"));
        return answers;
    }

    private void AssertKeyIsNowhere(GnomeKeyring keyring)
    {
        Assert.DoesNotContain(Convert.ToHexString(_key), keyring.Spoken, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToBase64String(_key), keyring.Spoken, StringComparison.Ordinal);
    }
}
