using System.Buffers;
using System.Buffers.Text;

namespace LlmConfig;

/// <summary>
/// Keeps the master key in the keyring of a Linux desktop: an item of the default collection of the Secret Service
/// (gnome-keyring, KWallet, KeePassXC), found by the vault's id.
/// </summary>
/// <remarks>
/// The item holds the key as base64 text: gnome-keyring hands everything back as text/plain, and so a person can see
/// it, save it and put it back with secret-tool or seahorse.
/// </remarks>
/// <param name="folder">The vault's folder, by which the item is found too; <see langword="null"/> for none.</param>
/// <param name="timeLimit">How long a call may take; <see langword="null"/> is 5 seconds.</param>
internal sealed class SecretServiceProtector(string? folder = null, TimeSpan? timeLimit = null) : IMasterKeyProtector
{
    private const int MasterKeyLength = 32;
    private const int TextLength = 44;

    private readonly TimeSpan _timeLimit = timeLimit ?? TimeLimit.Default;

    /// <inheritdoc/>
    public ProtectorKind Kind => ProtectorKind.SecretService;

    /// <inheritdoc/>
    public ProtectorStatus GetStatus()
    {
        try
        {
            return Ask(withSecrets: false, session =>
            {
                session.GetUnlockedCollection().Dispose();
                return new ProtectorStatus(ProtectorState.Ready, "The keyring is unlocked.");
            });
        }
        catch (ProtectorStateException e)
        {
            return e.ToStatus();
        }
    }

    /// <inheritdoc/>
    public byte[] Store(Guid vaultId, ReadOnlySpan<byte> masterKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(masterKey.Length, MasterKeyLength);
        // A copy that the other thread owns and zeroes, however late: the caller's bytes are gone when this returns.
#pragma warning disable CA2000 // See above.
        var text = new SecretBytes(TextLength);
#pragma warning restore CA2000
        _ = Base64.EncodeToUtf8(masterKey, text.Span, out _, out _);
        return AskOrThrow(session =>
        {
            using GObjectHandle collection = session.GetUnlockedCollection();
            session.Write(collection, vaultId, folder, text.Span);
            return Array.Empty<byte>();
        }, text);
    }

    /// <inheritdoc/>
    public SecretBytes Load(Guid vaultId, ReadOnlySpan<byte> wrapped)
    {
        using SecretBytes? text = AskOrThrow(session =>
        {
            GObjectHandle[] items = session.Find(vaultId);
            try
            {
                if (items.Length > 0)
                {
                    return session.Read(items[0]);
                }

                // Only a keyring that is open can say that it has no such item.
                session.GetUnlockedCollection().Dispose();
                return null;
            }
            finally
            {
                Array.ForEach(items, item => item.Dispose());
            }
        });
        if (text is null)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.VaultCorrupt,
                "LlmConfig",
                $"The keyring works and has no master key for this vault ({vaultId:D}).",
                "Sign in as the user, and on the machine, where the vault was made, or restore that keyring (~/.local/share/keyrings) from a backup. Nothing was deleted from the vault.");
        }

        return Decode(text) ?? throw new LlmConfigException(
            LlmConfigErrorCode.VaultCorrupt,
            "LlmConfig",
            $"The keyring's item for this vault ({vaultId:D}) holds something that is not a master key.",
            "Restore the keyring (~/.local/share/keyrings) from a backup. Nothing was deleted from the vault.");
    }

    /// <inheritdoc/>
    public IReadOnlyList<Guid> Vaults()
    {
        try
        {
            return folder is null ? [] : Ask(withSecrets: false, session => session.FindVaults(folder));
        }
        catch (ProtectorStateException e)
        {
            throw e.ToError();
        }
    }

    /// <inheritdoc/>
    public void Remove(Guid vaultId) => AskOrThrow(session =>
    {
        GObjectHandle[] items = session.Find(vaultId);
        try
        {
            Array.ForEach(items, session.Delete);
            if (items.Length == 0)
            {
                RequireNotLocked(session);
            }

            return true;
        }
        finally
        {
            Array.ForEach(items, item => item.Dispose());
        }
    });

    /// <summary>A locked keyring may not show what it has; one that does not exist has nothing.</summary>
    private static void RequireNotLocked(SecretServiceSession session)
    {
        try
        {
            session.GetUnlockedCollection().Dispose();
        }
        catch (ProtectorStateException e) when (e.State == ProtectorState.NoCollection)
        {
        }
    }

    private static SecretBytes? Decode(SecretBytes text)
    {
        var key = new SecretBytes(MasterKeyLength);
        // A longer text does not fit and is not "done".
        if (Base64.DecodeFromUtf8(text.Span, key.Span, out _, out int written) == OperationStatus.Done && written == MasterKeyLength)
        {
            return key;
        }

        key.Dispose();
        return null;
    }

    private T AskOrThrow<T>(Func<SecretServiceSession, T> question, SecretBytes? secret = null)
    {
        try
        {
            return Ask(withSecrets: true, question, secret);
        }
        catch (ProtectorStateException e)
        {
            throw e.ToError();
        }
    }

    private T Ask<T>(bool withSecrets, Func<SecretServiceSession, T> question, SecretBytes? secret = null)
    {
        try
        {
            return TimeLimit.Run(_timeLimit, stop =>
            {
                using (secret)
                {
                    using SecretServiceSession session = SecretServiceSession.Open(withSecrets, stop);
                    return question(session);
                }
            });
        }
        catch (TimeoutException e)
        {
            throw SecretServiceSession.Hung(e);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw SecretServiceSession.Unusable(e);
        }
    }
}
