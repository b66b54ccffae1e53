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
internal sealed class SecretServiceProtector(string? folder = null, TimeSpan? timeLimit = null) : SystemProtector(timeLimit)
{
    public override ProtectorKind Kind => ProtectorKind.SecretService;

    public override IReadOnlyList<Guid> Vaults() => folder is null ? [] : AskOrThrow(stop =>
    {
        using SecretServiceSession session = SecretServiceSession.Open(withSecrets: false, stop);
        return session.FindVaults(folder);
    });

    protected override string Probe(CancellationToken stop)
    {
        using SecretServiceSession session = SecretServiceSession.Open(withSecrets: false, stop);
        session.GetUnlockedCollection();
        return "The keyring is unlocked.";
    }

    protected override byte[] Store(Guid vaultId, SecretBytes masterKey, CancellationToken stop)
    {
        using var text = new SecretBytes(Base64.GetMaxEncodedToUtf8Length(masterKey.Length));
        Base64.EncodeToUtf8(masterKey.Span, text.Span, out _, out _);
        using SecretServiceSession session = SecretServiceSession.Open(withSecrets: true, stop);
        session.Write(session.GetUnlockedCollection(), vaultId, folder, text.Span);
        return [];
    }

    protected override SecretBytes? Load(Guid vaultId, byte[] wrapped, CancellationToken stop)
    {
        using SecretServiceSession session = SecretServiceSession.Open(withSecrets: true, stop);
        if (session.Find(vaultId) is not [var item, ..])
        {
            // Only a keyring that is open can say that it has no such item.
            session.GetUnlockedCollection();
            return null;
        }

        using SecretBytes text = session.Read(item);
        var key = new SecretBytes(SealedSecret.MasterKeySize);

        // A longer text does not fit and is not "done".
        if (Base64.DecodeFromUtf8(text.Span, key.Span, out _, out int written) == OperationStatus.Done && written == key.Length)
        {
            return key;
        }

        key.Dispose();
        return new SecretBytes(0);
    }

    protected override void Remove(Guid vaultId, CancellationToken stop)
    {
        using SecretServiceSession session = SecretServiceSession.Open(withSecrets: true, stop);
        GObjectHandle[] items = session.Find(vaultId);
        Array.ForEach(items, session.Delete);
        try
        {
            if (items.Length == 0)
            {
                // A locked keyring may not show what it has.
                session.GetUnlockedCollection();
            }
        }
        catch (ProtectorStateException e) when (e.State == ProtectorState.NoCollection)
        {
            // One that does not exist has nothing.
        }
    }

    protected override (string Problem, string Remedy) NoKey(Guid vaultId, bool somethingElse) => somethingElse
        ? ($"The keyring's item for this vault ({vaultId:D}) holds something that is not a master key.",
            "Restore the keyring (~/.local/share/keyrings) from a backup.")
        : ($"The keyring works and has no master key for this vault ({vaultId:D}).",
            "Sign in as the user, and on the machine, where the vault was made, or restore that keyring (~/.local/share/keyrings) from a backup.");

    protected override ProtectorStateException? ToState(Exception failure) => SecretServiceSession.ToState(failure);
}
