namespace LlmConfig.Tests;

public sealed class KeychainProtectorTests
{
    [SkippableFact]
    public void Off_macOS_it_is_absent_and_says_so()
    {
        Skip.If(OperatingSystem.IsMacOS(), "not on macOS");
        var protector = new KeychainProtector();
        var vault = Guid.NewGuid();

        Assert.Equal(ProtectorState.Absent, protector.GetStatus().State);
        Assert.Equal(LlmConfigErrorCode.VaultUnavailable, Assert.Throws<LlmConfigException>(() => protector.Store(vault, new byte[32])).Code);
        Assert.Equal(LlmConfigErrorCode.VaultUnavailable, Assert.Throws<LlmConfigException>(() => protector.Load(vault, [])).Code);
        Assert.Equal(LlmConfigErrorCode.VaultUnavailable, Assert.Throws<LlmConfigException>(() => protector.Remove(vault)).Code);
    }

    [SkippableFact]
    public void The_calls_come_in_their_order_with_dialogs_off_and_leave_nothing_behind()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && File.Exists("/usr/bin/cc"), "A C compiler on Linux is needed for the stand-in of the keychain.");
        string library = Path.Combine(Directory.CreateTempSubdirectory("llmconfig-test-").FullName, "keychain.so");
        (int code, string text) = ChildProcess.Run("cc", ["-shared", "-fPIC", "-Wall", "-Werror", "-o", library, Path.Combine(AppContext.BaseDirectory, "Keyring", "StandIn", "keychain.c")]);
        Assert.True(code == 0, text);

        (code, text) = ChildProcess.Run("dotnet", [ChildProcess.Worker, "keychain", library]);

        Directory.Delete(Path.GetDirectoryName(library)!, recursive: true);
        Assert.True(code == 0, text);
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["Ready", "loaded", "loaded", "VaultCorrupt"], lines[..4]);
        string[] calls =
        [
            "status",
            "status add LlmConfig password", "copy LlmConfig password quiet",
            "status add LlmConfig password update LlmConfig password quiet", "copy LlmConfig password quiet",
            "delete LlmConfig password quiet", "delete LlmConfig password quiet status", "copy LlmConfig password quiet status",
        ];
        Assert.Equal([.. calls.Select(call => $"dialogs off {call} dialogs on"), "left 0, wiped"], Split(lines[4..]));

        // One line for each question: what was called between the dialogs' going off and on.
        static IEnumerable<string> Split(string[] lines) => string.Join(' ', lines).Replace(" dialogs off", "\ndialogs off", StringComparison.Ordinal)
            .Replace(" left", "\nleft", StringComparison.Ordinal).Split('\n');
    }

    [Theory]
    [InlineData(-25308, ProtectorState.Locked, LlmConfigErrorCode.VaultLocked)]
    [InlineData(-25293, ProtectorState.Locked, LlmConfigErrorCode.VaultLocked)]
    [InlineData(-25320, ProtectorState.Locked, LlmConfigErrorCode.VaultLocked)]
    [InlineData(-25291, ProtectorState.Absent, LlmConfigErrorCode.VaultUnavailable)]
    [InlineData(-25307, ProtectorState.NoCollection, LlmConfigErrorCode.VaultUnavailable)]
    [InlineData(-25294, ProtectorState.NoCollection, LlmConfigErrorCode.VaultUnavailable)]
    [InlineData(-34018, ProtectorState.Failed, LlmConfigErrorCode.VaultUnavailable)]
    public void Every_status_of_the_keychain_has_its_own_answer(int osStatus, ProtectorState state, LlmConfigErrorCode code)
    {
        ProtectorStateException failure = KeychainProtector.ToFailure(osStatus);

        Assert.Equal(state, failure.State);
        Assert.Equal(code, failure.ToError().Code);
        Assert.Contains($"{osStatus}", failure.ToError().Message, StringComparison.Ordinal);
        Assert.Contains("KeyFile", failure.ToError().RecommendedAction, StringComparison.Ordinal);
    }
}
