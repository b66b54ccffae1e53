namespace LlmConfig;

/// <summary>
/// A protector that the operating system provides. Each call runs on a thread of its own within a time limit, since a keyring may hang,
/// and each failure becomes a <see cref="ProtectorState"/>. A further keyring is one more class that derives from this.
/// </summary>
/// <param name="timeLimit">How long a call may take; <see langword="null"/> is 5 seconds.</param>
internal abstract class SystemProtector(TimeSpan? timeLimit) : IMasterKeyProtector
{
    public abstract ProtectorKind Kind { get; }

    protected TimeSpan Limit { get; } = timeLimit ?? TimeLimit.Default;

    public ProtectorStatus GetStatus()
    {
        try
        {
            return new ProtectorStatus(ProtectorState.Ready, Ask(Probe));
        }
        catch (ProtectorStateException e)
        {
            return new ProtectorStatus(e.State, e.Message);
        }
    }

    public byte[] Store(Guid vaultId, ReadOnlySpan<byte> masterKey, Guid? before = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(masterKey.Length, SealedSecret.MasterKeySize);

        // The other thread owns this copy and zeroes it, however late: the caller's bytes are gone when this returns.
        var copy = new SecretBytes(masterKey);
        return AskOrThrow(stop =>
        {
            using (copy)
            {
                return Store(vaultId, copy, stop);
            }
        });
    }

    public SecretBytes Load(Guid vaultId, ReadOnlySpan<byte> wrapped)
    {
        byte[] bytes = wrapped.ToArray();
        SecretBytes? key = AskOrThrow(stop => Load(vaultId, bytes, stop));
        if (key is { Length: SealedSecret.MasterKeySize })
        {
            return key;
        }

        key?.Dispose();
        (string problem, string remedy) = NoKey(vaultId, somethingElse: key is not null);
        throw new LlmConfigException(LlmConfigErrorCode.VaultCorrupt, LocalVault.VaultName, problem, $"{remedy} Nothing was deleted from the vault.");
    }

    public virtual IReadOnlyList<Guid> Vaults() => [];

    public void Remove(Guid vaultId) => AskOrThrow(stop =>
    {
        Remove(vaultId, stop);
        return true;
    });

    /// <summary>Throws where no master key could be stored now, and says in one sentence what makes it ready.</summary>
    protected abstract string Probe(CancellationToken stop);

    /// <returns>What the vault's header has to keep.</returns>
    protected abstract byte[] Store(Guid vaultId, SecretBytes masterKey, CancellationToken stop);

    /// <returns>The master key, something of another length that is no master key, or <see langword="null"/> where there is none.</returns>
    protected abstract SecretBytes? Load(Guid vaultId, byte[] wrapped, CancellationToken stop);

    protected abstract void Remove(Guid vaultId, CancellationToken stop);

    /// <summary>What to say where the protector works and does not have the master key.</summary>
    /// <param name="vaultId">The vault's id.</param>
    /// <param name="somethingElse">True where something that is no master key lies in its place.</param>
    protected abstract (string Problem, string Remedy) NoKey(Guid vaultId, bool somethingElse);

    /// <summary>The state that a failure means, as a <see cref="TimeoutException"/> does; <see langword="null"/> for an error of our own.</summary>
    protected abstract ProtectorStateException? ToState(Exception failure);

    protected virtual T Run<T>(Func<CancellationToken, T> question) => TimeLimit.Run(Limit, question);

    protected T AskOrThrow<T>(Func<CancellationToken, T> question)
    {
        try
        {
            return Ask(question);
        }
        catch (ProtectorStateException e)
        {
            throw e.ToError();
        }
    }

    private T Ask<T>(Func<CancellationToken, T> question)
    {
        try
        {
            return Run(question);
        }
        catch (Exception e) when (ToState(e) is { } state)
        {
            throw state;
        }
    }
}

/// <summary>Why a protector cannot serve now. It never leaves the protectors: it becomes a status or an <see cref="LlmConfigException"/>.</summary>
#pragma warning disable CA1064 // Nobody outside is meant to catch it.
internal sealed class ProtectorStateException(ProtectorState state, string reason, string remedy, Exception? cause = null)
#pragma warning restore CA1064
    : Exception(reason, cause)
{
    /// <summary>The state; never <see cref="ProtectorState.Ready"/>.</summary>
    public ProtectorState State { get; } = state;

    /// <summary>As the error of a call that needed the protector.</summary>
    public LlmConfigException ToError() => new(
        State == ProtectorState.Locked ? LlmConfigErrorCode.VaultLocked : LlmConfigErrorCode.VaultUnavailable,
        LocalVault.VaultName,
        Message,
        remedy,
        InnerException);
}
