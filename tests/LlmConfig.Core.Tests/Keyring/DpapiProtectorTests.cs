using System.Security.Cryptography;

namespace LlmConfig.Tests;

public sealed class DpapiProtectorTests
{
    private readonly DpapiProtector _protector = new();
    private readonly Guid _vault = Guid.NewGuid();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    [SkippableFact]
    public void Off_Windows_it_is_absent_and_says_so()
    {
        Skip.If(OperatingSystem.IsWindows(), "not on Windows");

        Assert.Equal(ProtectorState.Absent, _protector.GetStatus().State);
        Assert.Equal(LlmConfigErrorCode.VaultUnavailable, Assert.Throws<LlmConfigException>(() => _protector.Store(_vault, _key)).Code);
        Assert.Equal(LlmConfigErrorCode.VaultUnavailable, Assert.Throws<LlmConfigException>(() => _protector.Load(_vault, [1])).Code);
        _protector.Remove(_vault);
    }

    [SkippableFact]
    public void On_Windows_the_key_comes_back_for_its_own_vault_only()
    {
        Skip.IfNot(OperatingSystem.IsWindows(), "needs Windows");

        byte[] wrapped = _protector.Store(_vault, _key);

        Assert.Equal(ProtectorState.Ready, _protector.GetStatus().State);
        using SecretBytes loaded = _protector.Load(_vault, wrapped);
        Assert.Equal(_key, loaded.Span.ToArray());
        Assert.Equal(LlmConfigErrorCode.VaultCorrupt, Assert.Throws<LlmConfigException>(() => _protector.Load(Guid.NewGuid(), wrapped)).Code);
        wrapped[^1] ^= 1;
        Assert.Equal(LlmConfigErrorCode.VaultCorrupt, Assert.Throws<LlmConfigException>(() => _protector.Load(_vault, wrapped)).Code);
    }
}
