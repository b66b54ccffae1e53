namespace LlmConfig.Tests;

/// <summary>A protector in memory whose state a test sets.</summary>
internal sealed class FakeProtector(ProtectorKind kind, ProtectorState state = ProtectorState.Ready) : IMasterKeyProtector
{
    private readonly Dictionary<Guid, byte[]> _keys = [];

    public ProtectorKind Kind { get; } = kind;

    public ProtectorState State { get; set; } = state;

    /// <summary>Called before each operation with its name; may throw.</summary>
    public Action<string>? Before { get; set; }

    /// <summary>True to give back another key than the one stored.</summary>
    public bool Forgets { get; set; }

    public int Count => _keys.Count;

    public ProtectorStatus GetStatus() => new(State, $"The fake {Kind} is {State}.");

    public byte[] Store(Guid vaultId, ReadOnlySpan<byte> masterKey, Guid? before = null)
    {
        Check(nameof(Store));
        _keys[vaultId] = masterKey.ToArray();
        return [1, 2, 3];
    }

    public SecretBytes Load(Guid vaultId, ReadOnlySpan<byte> wrapped)
    {
        Check(nameof(Load));
        return Forgets ? SecretBytes.Random(32)
            : wrapped.SequenceEqual<byte>([1, 2, 3]) && _keys.TryGetValue(vaultId, out byte[]? key) ? new SecretBytes(key)
            : throw new LlmConfigException(LlmConfigErrorCode.VaultCorrupt, null, "The fake protector has no such key.", "Put it back.");
    }

    /// <summary>True for one that keeps what it has for the folder of the test.</summary>
    public bool KnowsTheFolder { get; init; }

    public IReadOnlyList<Guid> Vaults()
    {
        Check(nameof(Vaults));
        return KnowsTheFolder ? [.. _keys.Keys] : [];
    }

    public void Remove(Guid vaultId)
    {
        Check(nameof(Remove));
        _ = _keys.Remove(vaultId);
    }

    private void Check(string operation)
    {
        Before?.Invoke(operation);
        if (State != ProtectorState.Ready)
        {
            throw new LlmConfigException(
                State == ProtectorState.Locked ? LlmConfigErrorCode.VaultLocked : LlmConfigErrorCode.VaultUnavailable,
                null,
                $"The fake {Kind} is {State}.",
                "Make it ready.");
        }
    }
}
