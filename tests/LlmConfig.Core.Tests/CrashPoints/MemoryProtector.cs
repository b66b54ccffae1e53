namespace LlmConfig.Tests;

/// <summary>Stands for a keyring: keeps master keys in a dictionary that outlives the processes of a test.</summary>
internal sealed class MemoryProtector(Dictionary<Guid, byte[]> keyring, FaultPlan plan, DiskJournal? journal = null) : IMasterKeyProtector
{
    public ProtectorKind Kind => ProtectorKind.SecretService;

    public ProtectorStatus GetStatus() => new(ProtectorState.Ready, "The keyring of the test is there.");

    public byte[] Store(Guid vaultId, ReadOnlySpan<byte> masterKey, Guid? before = null)
    {
        byte[] copy = masterKey.ToArray();
        return Call("keyring store", () =>
        {
            keyring[vaultId] = copy;
            journal?.Add(new DiskCall.StoredMasterKey(vaultId, copy));
            return Array.Empty<byte>();
        });
    }

    public SecretBytes Load(Guid vaultId, ReadOnlySpan<byte> wrapped) => Call("keyring load", () => keyring.TryGetValue(vaultId, out byte[]? key)
        ? new SecretBytes(key)
        : throw new LlmConfigException(LlmConfigErrorCode.VaultCorrupt, "LlmConfig", "The keyring has no such key.", "Restore it."));

    public void Remove(Guid vaultId)
    {
        Call("keyring remove", () => keyring.Remove(vaultId));
        journal?.Add(new DiskCall.RemovedMasterKey(vaultId));
    }

    private T Call<T>(string name, Func<T> call)
    {
        try
        {
            return plan.Run(name, call);
        }
        catch (IOException e)
        {
            throw new LlmConfigException(LlmConfigErrorCode.VaultUnavailable, "LlmConfig", "The keyring failed.", "Try again.", e);
        }
    }
}
