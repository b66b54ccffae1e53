using System.Collections.Concurrent;

namespace LlmConfig.Tests;

/// <summary>A vault in memory that can fail, lose and hang.</summary>
internal sealed class FakeVault(string name) : IKeyVault
{
    public string Name { get; } = name;

    /// <summary>False for a vault that keeps no metadata.</summary>
    public bool TakesLabels { get; init; } = true;

    public ConcurrentDictionary<string, string> Keys { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, KeyLabel> Labels { get; } = new(StringComparer.Ordinal);

    /// <summary>Called before each operation with its name (Write, Flush, Read, Remove, List, ListSecrets, Relabel) and the key's id; may throw or wait.</summary>
    public Action<string, string>? Before { get; set; }

    public static LlmConfigException Unavailable => new(
        LlmConfigErrorCode.VaultUnavailable, "fake", "The fake vault is offline.", "Bring it back.");

    public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        Before?.Invoke(nameof(Write), keyId);
        cancellation.ThrowIfCancellationRequested();
        Assert.True(Keys.TryAdd(keyId, key.ToPlainText()), "a key id was used twice");
        if (TakesLabels)
        {
            Labels[keyId] = label;
        }
    }

    public void Flush() => Before?.Invoke(nameof(Flush), string.Empty);

    public ApiKey Read(string keyId, CancellationToken cancellation)
    {
        Before?.Invoke(nameof(Read), keyId);
        return Keys.TryGetValue(keyId, out string? value)
            ? ApiKey.From(value, keyId)
            : throw new LlmConfigException(LlmConfigErrorCode.KeyMissing, keyId, "The fake vault has no such key.", "Set it anew.");
    }

    public void Remove(string keyId, CancellationToken cancellation)
    {
        Before?.Invoke(nameof(Remove), keyId);
        _ = Keys.TryRemove(keyId, out _);
        _ = Labels.TryRemove(keyId, out _);
    }

    public IReadOnlyList<KeyVaultEntry> List(CancellationToken cancellation)
    {
        Before?.Invoke(nameof(List), string.Empty);
        return [.. Keys.Keys.Where(KeyReference.IsKeyId).Select(keyId => new KeyVaultEntry(keyId, Labels.GetValueOrDefault(keyId)))];
    }

    public IReadOnlyList<string> ListSecrets(CancellationToken cancellation)
    {
        Before?.Invoke(nameof(ListSecrets), string.Empty);
        return [.. Keys.Keys];
    }

    public void Relabel(string keyId, KeyLabel label, CancellationToken cancellation)
    {
        Before?.Invoke(nameof(Relabel), keyId);
        if (TakesLabels && Keys.ContainsKey(keyId))
        {
            Labels[keyId] = label;
        }
    }
}
