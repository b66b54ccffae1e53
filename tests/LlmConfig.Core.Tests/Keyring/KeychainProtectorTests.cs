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
