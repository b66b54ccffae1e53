using System.Collections.Concurrent;

namespace LlmConfig.Tests;

/// <summary>A vault in memory that outlives the processes of a test, with the faults of its plan.</summary>
internal sealed class MemoryVault(
    ConcurrentDictionary<string, string> keys, ConcurrentDictionary<string, KeyLabel> labels, FaultPlan plan) : IKeyVault, IKeyVaultSource
{
    public const string VaultName = "Memory";

    public string Name => VaultName;

    public bool TakesLabels => true;

    public VaultChoice? DefaultVault => null;

    public IKeyVault? Open(string name) => this;

    public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        string plain = key.ToPlainText();
        Call("vault write", () =>
        {
            Assert.True(keys.TryAdd(keyId, plain), "A key id was used twice.");
            labels[keyId] = label;
        });
    }

    public void Flush() => Call("vault flush", () => { });

    public ApiKey Read(string keyId, CancellationToken cancellation) => Call("vault read", () =>
        keys.TryGetValue(keyId, out string? plain)
            ? ApiKey.From(plain.AsSpan(), keyId)
            : throw new LlmConfigException(LlmConfigErrorCode.KeyMissing, keyId, "The key is not there.", "Set it anew."));

    public void Remove(string keyId, CancellationToken cancellation) => Call("vault remove", () => keys.TryRemove(keyId, out _));

    public IReadOnlyList<KeyVaultEntry> List(CancellationToken cancellation) =>
        Call("vault list", () => keys.Keys.Select(keyId => new KeyVaultEntry(keyId, labels.GetValueOrDefault(keyId))).ToList());

    public void Relabel(string keyId, KeyLabel label, CancellationToken cancellation) => Call("vault relabel", () =>
    {
        if (keys.ContainsKey(keyId))
        {
            labels[keyId] = label;
        }
    });

    private T Call<T>(string name, Func<T> call)
    {
        try
        {
            return plan.Run(name, call);
        }
        catch (IOException e)
        {
            throw new LlmConfigException(LlmConfigErrorCode.VaultUnavailable, VaultName, "The vault failed.", "Try again.", e);
        }
    }

    private void Call(string name, Action call) => Call(name, () =>
    {
        call();
        return true;
    });
}
