using System.Collections.Concurrent;

namespace LlmConfig.Tests;

/// <summary>A vault in memory that outlives the processes of a test, with the faults of its plan.</summary>
/// <param name="keys">What it keeps.</param>
/// <param name="plan">What happens to its calls.</param>
/// <param name="journal">Where they are written down, if anywhere.</param>
/// <param name="takesLabels">False for a vault that keeps no labels, which the probe shows before its first key.</param>
internal sealed class MemoryVault(ConcurrentDictionary<string, MemoryKey> keys, FaultPlan plan, DiskJournal? journal = null, bool takesLabels = true) : IProbedVault, IKeyVaultSource
{
    public const string VaultName = "Memory";

    public string Name => VaultName;

    public bool TakesLabels => takesLabels;

    public VaultProfile? Profile { get; set; }

    public bool NeedsProbe => !takesLabels && Profile is null;

    public VaultChoice? DefaultVault => null;

    public IKeyVault? Open(string name) => this;

    // As the one of registered vaults does it.
    public VaultProfile Probe(string keyId, CancellationToken cancellation)
    {
        try
        {
            Call("vault write", () => keys[keyId] = new MemoryKey("throwaway", null), cancellation);
            Call("vault read", () => keys[keyId], cancellation);
        }
        catch (LlmConfigException)
        {
            Call("vault remove", () => keys.TryRemove(keyId, out _), CancellationToken.None);
            throw;
        }

        try
        {
            Call("vault remove", () => keys.TryRemove(keyId, out _), cancellation);
        }
        catch (LlmConfigException)
        {
            // That one names it in its error: it is no key, and nobody's from then on.
            keys.TryRemove(keyId, out _);
            throw;
        }

        return Profile = new VaultProfile { Module = VaultName, ProbedAt = DateTime.UnixEpoch };
    }

    public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        var written = new MemoryKey(key.ToPlainText(), takesLabels ? label : null);
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
        if (takesLabels && Call("vault relabel", () => keys.TryGetValue(keyId, out MemoryKey? key) ? keys[keyId] = key with { Label = label } : null, cancellation) is { } written)
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
