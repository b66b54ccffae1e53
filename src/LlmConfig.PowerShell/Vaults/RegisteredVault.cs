using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;

namespace LlmConfig;

/// <summary>
/// A vault that is registered with SecretManagement. A key is written as a SecureString and read back before it counts as
/// written; metadata go to the vault only where that cannot cost the secret.
/// </summary>
/// <param name="registration">The vault.</param>
/// <param name="module">SecretManagement.</param>
/// <param name="secretStore">What keeps SecretStore's file whole between processes; <see langword="null"/> for other vaults.</param>
internal sealed class RegisteredVault(VaultRegistration registration, SecretManagementModule module, SecretStoreSession? secretStore) : IKeyVault
{
    private const string AllKeys = "llm-api-key-*";
    private const string AllSecrets = "*";

    // Some vaults in the cloud give a secret back a moment after they took it.
    private const int ReadBackAttempts = 4;
    private static readonly TimeSpan ReadBackPause = TimeSpan.FromMilliseconds(250);

    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private bool? _takesLabels;
    private bool _refusesLabels;

    public string Name => registration.Name;

    public bool TakesLabels => !_refusesLabels && (_takesLabels ??= registration.TakesMetadataWithSecret || registration.HasMetadataCommand);

    public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        using SecureString secret = key.ToSecureString();
        try
        {
            Exclusively(keyId, () =>
            {
                Set(keyId, secret, label, cancellation);
                RequireReadBack(keyId, key, cancellation);
                return true;
            }, cancellation);
        }
        catch (VaultFailureException e)
        {
            throw Translate(Without(key, e), keyId, $"The vault '{Name}' did not take the key.");
        }

        _written.Add(keyId);
        if (!registration.TakesMetadataWithSecret && TakesLabels)
        {
            Relabel(keyId, label, cancellation);
        }
    }

    /// <summary>
    /// What a registered vault acknowledged is durable by its own promise; SecretStore's file, which other sessions may have
    /// overwritten since, is looked at again.
    /// </summary>
    public void Flush()
    {
        if (secretStore is null || _written.Count == 0)
        {
            _written.Clear();
            return;
        }

        HashSet<string> listed = [.. List(CancellationToken.None).Select(entry => entry.KeyId)];
        int lost = _written.Count(keyId => !listed.Contains(keyId));
        _written.Clear();
        if (lost > 0)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.VaultUnavailable,
                Name,
                $"The vault '{Name}' lost {lost} of the keys that it had just taken: another program writes to SecretStore at the same time.",
                "Run the command again when that program is done, or use another vault; SecretStore keeps no secret safe from a second writer.");
        }
    }

    public ApiKey Read(string keyId, CancellationToken cancellation)
    {
        try
        {
            return TryRead(keyId, cancellation)
                ?? (secretStore is null ? null : Exclusively(keyId, () => TryRead(keyId, cancellation), cancellation))
                ?? throw Missing(keyId);
        }
        catch (VaultFailureException e)
        {
            throw Translate(e, keyId, $"The vault '{Name}' did not give the key.");
        }
    }

    public void Remove(string keyId, CancellationToken cancellation)
    {
        try
        {
            Exclusively(keyId, () =>
            {
                try
                {
                    module.Invoke("Remove-Secret", Parameters(keyId), cancellation);
                }
                catch (VaultFailureException e) when (!e.IsLocked && !e.IsUnknownVault)
                {
                    // Vaults differ in what they say of a secret that is not there.
                    if (!IsKnownMissing(keyId, cancellation))
                    {
                        throw;
                    }
                }

                return true;
            }, cancellation);
            _written.Remove(keyId);
        }
        catch (VaultFailureException e)
        {
            throw Translate(e, keyId, $"The vault '{Name}' did not remove the key.");
        }
    }

    public IReadOnlyList<KeyVaultEntry> List(CancellationToken cancellation)
    {
        try
        {
            Collection<PSObject> found = Exclusively(null, () => module.Invoke("Get-SecretInfo", Parameters(AllKeys), cancellation), cancellation);
            return [.. found
                .Select(item => (Name: Text(item, "Name"), Metadata: item.Properties["Metadata"]?.Value))
                .Where(item => SecretVault.IsKeyName(item.Name) && !item.Name.Any(char.IsUpper))
                .Select(item => new KeyVaultEntry(item.Name, Label(item.Metadata)))];
        }
        catch (VaultFailureException e)
        {
            throw Translate(e, null, $"The vault '{Name}' does not tell what it holds.");
        }
    }

    public IReadOnlyList<string> ListSecrets(CancellationToken cancellation)
    {
        try
        {
            Collection<PSObject> found = Exclusively(null, () => module.Invoke("Get-SecretInfo", Parameters(AllSecrets), cancellation), cancellation);
            return [.. found.Select(item => Text(item, "Name")).Where(name => name.Length > 0).Distinct(StringComparer.Ordinal)];
        }
        catch (VaultFailureException e)
        {
            throw Translate(e, null, $"The vault '{Name}' does not tell what it holds.");
        }
    }

    public void Relabel(string keyId, KeyLabel label, CancellationToken cancellation)
    {
        if (!TakesLabels)
        {
            return;
        }

        try
        {
            Exclusively(keyId, () =>
            {
                Dictionary<string, object?> parameters = Parameters(keyId);
                parameters["Metadata"] = Metadata(label);
                try
                {
                    module.Invoke("Set-SecretInfo", parameters, cancellation);
                }
                catch (VaultFailureException e) when (e.IsUnsupportedMetadata)
                {
                    _refusesLabels = true;
                }
                catch (VaultFailureException e) when (!e.IsLocked && !e.IsUnknownVault)
                {
                    // The key may have gone meanwhile.
                    if (!IsKnownMissing(keyId, cancellation))
                    {
                        throw;
                    }
                }

                return true;
            }, cancellation);
        }
        catch (VaultFailureException e)
        {
            throw Translate(e, keyId, $"The vault '{Name}' did not take the metadata of the key.");
        }
    }

    private static string Text(PSObject item, string property) => item.Properties[property]?.Value?.ToString() ?? string.Empty;

    private static Hashtable Metadata(KeyLabel label)
    {
        var metadata = new Hashtable();
        foreach ((string name, string value) in label.ToProperties())
        {
            metadata[name] = value;
        }

        return metadata;
    }

    private static KeyLabel? Label(object? metadata)
    {
        var properties = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        switch (metadata is PSObject wrapped ? wrapped.BaseObject : metadata)
        {
            case IEnumerable<KeyValuePair<string, object>> pairs:
                foreach ((string name, object value) in pairs)
                {
                    properties[name] = Bare(value);
                }

                break;
            case IDictionary table:
                foreach (DictionaryEntry entry in table)
                {
                    properties[entry.Key.ToString() ?? string.Empty] = Bare(entry.Value);
                }

                break;
            default:
                return null;
        }

        return KeyLabel.TryFrom(properties);

        static object? Bare(object? value) => value is PSObject item ? item.BaseObject : value;
    }

    private Dictionary<string, object?> Parameters(string secret) => new(StringComparer.OrdinalIgnoreCase) { ["Name"] = secret, ["Vault"] = Name };

    private T Exclusively<T>(string? keyId, Func<T> action, CancellationToken cancellation) =>
        secretStore is null ? action() : secretStore.Exclusively(keyId, action, cancellation);

    // Set-Secret with -Metadata on a vault that takes none removes the secret, so it is used only where SecretManagement hands
    // both over together. A vault may refuse these metadata all the same; the key is worth more than they are.
    private void Set(string keyId, SecureString secret, KeyLabel label, CancellationToken cancellation)
    {
        Dictionary<string, object?> parameters = Parameters(keyId);
        parameters["SecureStringSecret"] = secret;
        if (!registration.TakesMetadataWithSecret || _refusesLabels)
        {
            module.Invoke("Set-Secret", parameters, cancellation);
            return;
        }

        try
        {
            module.Invoke("Set-Secret", new Dictionary<string, object?>(parameters, StringComparer.OrdinalIgnoreCase) { ["Metadata"] = Metadata(label) }, cancellation);
        }
        catch (VaultFailureException e) when (!e.IsLocked && !e.IsUnknownVault)
        {
            module.Invoke("Set-Secret", parameters, cancellation);
            _refusesLabels = true;
        }
    }

    private void RequireReadBack(string keyId, ApiKey key, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            using ApiKey? back = TryRead(keyId, cancellation);
            if (back is not null && back.HasSameValue(key))
            {
                return;
            }

            if (attempt == ReadBackAttempts)
            {
                throw new LlmConfigException(
                    LlmConfigErrorCode.VaultUnavailable,
                    keyId,
                    back is null ? $"The vault '{Name}' took the key without an error and does not have it." : $"The vault '{Name}' gives another key back than it was given.",
                    $"See whether Test-SecretVault '{Name}' succeeds, or use another vault.");
            }

            cancellation.WaitHandle.WaitOne(ReadBackPause);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private ApiKey? TryRead(string keyId, CancellationToken cancellation)
    {
        Collection<PSObject> found;
        try
        {
            found = module.Invoke("Get-Secret", Parameters(keyId), cancellation);
        }
        catch (VaultFailureException e) when (!e.IsLocked && !e.IsUnknownVault)
        {
            if (e.IsNotFound || IsKnownMissing(keyId, cancellation))
            {
                return null;
            }

            throw;
        }

        switch (found.Count == 0 ? null : found[0]?.BaseObject)
        {
            case null:
                return null;
            case SecureString secret:
                using (secret)
                {
                    return ApiKey.From(secret, keyId);
                }

            default:
                throw new LlmConfigException(
                    LlmConfigErrorCode.InvalidKey, keyId, $"What the vault '{Name}' holds under the key's id is no key.", "Set the key anew with Set-LlmConfig -ApiKey.");
        }
    }

    // Vaults may throw for a secret that is not there. Only one that can tell what it holds is believed. Not to be called in
    // an exception filter, which runs before the call that failed has let go of SecretManagement.
    private bool IsKnownMissing(string keyId, CancellationToken cancellation)
    {
        try
        {
            return !module.Invoke("Get-SecretInfo", Parameters(keyId), cancellation)
                .Any(item => string.Equals(Text(item, "Name"), keyId, StringComparison.OrdinalIgnoreCase));
        }
        catch (VaultFailureException)
        {
            return false;
        }
    }

    private LlmConfigException Missing(string keyId) => new(
        LlmConfigErrorCode.KeyMissing,
        keyId,
        $"The vault '{Name}' has no secret '{keyId}'.",
        secretStore is null
            ? "Set the key anew with Set-LlmConfig -ApiKey."
            : "Another session may have written it a moment ago, or overwritten SecretStore's file since: run the command again, or set the key anew with Set-LlmConfig -ApiKey.");

    // A vault that repeats what it was given must not be quoted.
    private static VaultFailureException Without(ApiKey key, VaultFailureException failure)
    {
        char[] plain = GC.AllocateUninitializedArray<char>(Encoding.UTF8.GetCharCount(key.Utf8), pinned: true);
        try
        {
            Encoding.UTF8.GetChars(key.Utf8, plain);
            return failure.Repeats(plain) ? failure.WithoutTexts("(not shown: the vault repeated the key)") : failure;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(plain.AsSpan()));
        }
    }

    private LlmConfigException Translate(VaultFailureException e, string? keyId, string problem)
    {
        string? target = keyId ?? Name;
        return e switch
        {
            { IsLocked: true } => new LlmConfigException(
                LlmConfigErrorCode.VaultLocked, target, $"{problem} It is locked: {e.ShownMessage}", $"Unlock it with Unlock-SecretVault -Name '{Name}' and run the command again.", e),
            { IsUnknownVault: true } => new LlmConfigException(
                LlmConfigErrorCode.VaultNotFound, target, $"{problem} It is not registered any more: {e.ShownMessage}", $"Register it again with Register-SecretVault {registration.ModuleName} -Name '{Name}'.", e),
            _ => new LlmConfigException(
                LlmConfigErrorCode.VaultUnavailable, target, $"{problem} {e.ShownMessage}", $"See whether Test-SecretVault '{Name}' succeeds and run the command again.", e),
        };
    }
}
