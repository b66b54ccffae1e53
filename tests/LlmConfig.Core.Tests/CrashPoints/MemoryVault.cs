using System.Collections.Concurrent;

namespace LlmConfig.Tests;

/// <summary>A vault in memory that outlives the processes of a test, with the faults of its plan.</summary>
internal sealed class MemoryVault(ConcurrentDictionary<string, MemoryKey> keys, FaultPlan plan, DiskJournal? journal = null) : IKeyVault, IKeyVaultSource
{
    public const string VaultName = "Memory";

    public string Name => VaultName;

    public bool TakesLabels => true;

    public VaultChoice? DefaultVault => null;

    public IKeyVault? Open(string name) => this;

    public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        var written = new MemoryKey(key.ToPlainText(), label);
        Call("vault write", () => Assert.True(keys.TryAdd(keyId, written), "A key id was used twice."), cancellation);
        journal?.Add(new DiskCall.WroteKey(keyId, written));
    }

    public void Flush()
    {
        Call("vault flush", () => { });
        journal?.Add(new DiskCall.FlushedKeys());
    }

    public ApiKey Read(string keyId, CancellationToken cancellation) => Call("vault read", () =>
        keys.TryGetValue(keyId, out MemoryKey? key)
            ? ApiKey.From(key.Value.AsSpan(), keyId)
            : throw new LlmConfigException(LlmConfigErrorCode.KeyMissing, keyId, "The key is not there.", "Set it anew."), cancellation);

    public void Remove(string keyId, CancellationToken cancellation)
    {
        Call("vault remove", () => keys.TryRemove(keyId, out _), cancellation);
        journal?.Add(new DiskCall.RemovedKey(keyId));
    }

    public IReadOnlyList<KeyVaultEntry> List(CancellationToken cancellation) =>
        Call("vault list", () => keys.Select(key => new KeyVaultEntry(key.Key, key.Value.Label)).ToList(), cancellation);

    public IReadOnlyList<string> ListSecrets(CancellationToken cancellation) => Call("vault list", () => keys.Keys.ToList(), cancellation);

    public void Relabel(string keyId, KeyLabel label, CancellationToken cancellation)
    {
        if (Call("vault relabel", () => keys.TryGetValue(keyId, out MemoryKey? key) ? keys[keyId] = key with { Label = label } : null, cancellation) is { } written)
        {
            journal?.Add(new DiskCall.WroteKey(keyId, written));
        }
    }

    private T Call<T>(string name, Func<T> call, CancellationToken cancellation = default)
    {
        try
        {
            return plan.Run(name, call, null, cancellation);
        }
        catch (IOException e)
        {
            throw new LlmConfigException(LlmConfigErrorCode.VaultUnavailable, VaultName, "The vault failed.", "Try again.", e);
        }
    }

    private void Call(string name, Action call, CancellationToken cancellation = default) => Call(
        name,
        () =>
        {
            call();
            return true;
        },
        cancellation);
}
