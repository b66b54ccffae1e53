using System.Collections;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace LlmConfig;

/// <summary>
/// A vault that is registered with SecretManagement, and that is believed only as far as it shows: a key is read back before it counts
/// as written, and looked for again before it counts as removed. How it is written to, <see cref="VaultProbe"/> finds out once.
/// </summary>
/// <param name="secrets">Its secrets.</param>
internal sealed class RegisteredVault(VaultSecrets secrets) : IProbedVault
{
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);

    // What the vault took without an error and did not show: it may come to light when nobody looks any more.
    private readonly HashSet<string> _unseen = new(StringComparer.Ordinal);

    private bool? _takesLabels;
    private bool _refusesLabels;

    public string Name => secrets.Name;

    public VaultProfile? Profile { get; set; }

    public bool NeedsProbe => Profile?.Module != secrets.Registration.ModuleAndVersion;

    public bool TakesLabels => !_refusesLabels
        && (Profile?.TakesLabels ?? (_takesLabels ??= secrets.Registration.TakesMetadataWithSecret || secrets.Registration.HasMetadataCommand));

    public VaultProfile Probe(string keyId, CancellationToken cancellation)
    {
        var probe = new VaultProbe(secrets);
        try
        {
            return Profile = secrets.Exclusively(keyId, () => probe.Run(keyId, cancellation), cancellation);
        }
        catch (VaultFailureException e)
        {
            string left = probe.Left is { } name ? $" The secret '{name}' may be left in it." : string.Empty;
            throw Translate(e, null, $"The vault '{Name}' could not be tried with a throwaway secret.{left}");
        }
    }

    public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        Change(keyId, $"The vault '{Name}' did not take the key.", () =>
        {
            try
            {
                Set(keyId, key, label, cancellation);
                RequireReadBack(keyId, key, cancellation);
            }
            catch (VaultFailureException e)
            {
                throw Without(key, e);
            }
        }, cancellation);
        _written.Add(keyId);
        if (!secrets.Registration.TakesMetadataWithSecret && TakesLabels)
        {
            Relabel(keyId, label, cancellation);
        }
    }

    /// <summary>
    /// What a registered vault acknowledged is durable by its own promise; SecretStore's file, which other sessions may have
    /// overwritten since, is looked at again. Where keys are not there any more, the vault has to show that it answers, and list them no more.
    /// </summary>
    public void Flush()
    {
        try
        {
            if (_removed.Count > 0)
            {
                string problem = $"Whether the vault '{Name}' removed the key cannot be told.";
                Change(null, problem, () => RequireRemoved(CancellationToken.None), CancellationToken.None);
            }
        }
        finally
        {
            _removed.Clear();
        }

        int lost = secrets.IsSecretStore && _written.Count > 0
            ? _written.Except(List(CancellationToken.None).Select(entry => entry.KeyId)).Count()
            : 0;
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

    public ApiKey Read(string keyId, CancellationToken cancellation) => Ask(
        keyId,
        $"The vault '{Name}' did not give the key.",
        () => TryRead(keyId, cancellation)
            ?? (secrets.IsSecretStore ? secrets.Exclusively(keyId, () => TryRead(keyId, cancellation), cancellation) : null)
            ?? throw (secrets.IsSure ? Missing(keyId) : NotGiven(keyId, secrets.ListedNames(cancellation))));

    public void Remove(string keyId, CancellationToken cancellation)
    {
        string name = SecretName(keyId);
        Change(keyId, $"The vault '{Name}' did not remove the key.", () => secrets.Remove(name, cancellation), cancellation);
        _written.Remove(keyId);
        if (!secrets.IsSecretStore)
        {
            _removed.Add(name);
        }

        if (_unseen.Contains(keyId))
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.VaultUnavailable,
                keyId,
                $"The vault '{Name}' took the key '{keyId}' without an error and does not show it: it may do so later.",
                "Run Repair-LlmConfig later, which removes it then.");
        }
    }

    public IReadOnlyList<KeyVaultEntry> List(CancellationToken cancellation) => Ask(
        null,
        $"The vault '{Name}' does not tell what it holds.",
        IReadOnlyList<KeyVaultEntry> () =>
        {
            try
            {
                return [.. secrets.Exclusively(null, () => secrets.List(VaultSecrets.AllKeys, cancellation), cancellation)
                    .Select(item => (Id: VaultSecrets.KeyIdIn(VaultSecrets.NameOf(item)), Metadata: VaultSecrets.MetadataOf(item)))
                    .Where(item => item.Id is not null)
                    .Select(item => new KeyVaultEntry(item.Id!, item.Metadata is null ? null : KeyLabel.TryFrom(item.Metadata)))];
            }
            catch (VaultFailureException e) when (Profile is { ListsNames: false } && e.IsAboutSecret)
            {
                // It was known to tell nothing that way.
                return [];
            }
        });

    public IReadOnlyList<string> ListSecrets(CancellationToken cancellation) => Ask(
        null,
        $"The vault '{Name}' does not tell what it holds.",
        IReadOnlyList<string> () => [.. secrets.Exclusively(null, () => secrets.List("*", cancellation), cancellation)
            .Select(VaultSecrets.NameOf)
            .Where(name => name.Length > 0)
            .Distinct(StringComparer.Ordinal)]);

    public void Relabel(string keyId, KeyLabel label, CancellationToken cancellation)
    {
        if (!TakesLabels)
        {
            return;
        }

        Change(keyId, $"The vault '{Name}' did not take the metadata of the key.", () =>
        {
            try
            {
                secrets.SetMetadata(SecretName(keyId), Metadata(label), cancellation);
            }
            catch (VaultFailureException e) when (e.IsUnsupportedMetadata)
            {
                _refusesLabels = true;
            }
            catch (VaultFailureException e) when (e.IsAboutSecret)
            {
                // The key may have gone meanwhile.
                if (secrets.IsThere(SecretName(keyId), cancellation))
                {
                    throw;
                }
            }
        }, cancellation);
    }

    // What the vault says when it fails, as an error of the core.
    private T Ask<T>(string? keyId, string problem, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (VaultFailureException e)
        {
            throw Translate(e, keyId, problem);
        }
    }

    private void Change(string? keyId, string problem, Action action, CancellationToken cancellation) => Ask(keyId, problem, () => secrets.Exclusively(
        keyId,
        () =>
        {
            action();
            return true;
        },
        cancellation));

    private static Hashtable Metadata(KeyLabel label) => new(new Dictionary<string, string>(label.ToProperties()));

    // Set-Secret with -Metadata on a vault that takes none removes the secret, so it is used only where SecretManagement hands
    // both over together. A vault may refuse these metadata all the same; the key is worth more than they are.
    private void Set(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        SecretForm form = Profile?.Form ?? SecretForm.SecureString;
        if (!secrets.Registration.TakesMetadataWithSecret || !TakesLabels)
        {
            secrets.Set(SecretName(keyId), key, form, null, cancellation);
            return;
        }

        try
        {
            secrets.Set(SecretName(keyId), key, form, Metadata(label), cancellation);
        }
        catch (VaultFailureException e) when (e.IsAboutSecret)
        {
            secrets.Set(SecretName(keyId), key, form, null, cancellation);
            _refusesLabels = true;
        }
    }

    private void RequireReadBack(string keyId, ApiKey key, CancellationToken cancellation)
    {
        (bool isSame, bool isThere) = secrets.ReadBack(SecretName(keyId), key, VaultSecrets.MostLooks, cancellation);
        if (!isSame)
        {
            _ = isThere || _unseen.Add(keyId);
            throw new LlmConfigException(
                LlmConfigErrorCode.VaultUnavailable,
                keyId,
                isThere ? $"The vault '{Name}' gives another key back than it was given." : $"The vault '{Name}' took the key without an error and does not have it.",
                $"See whether Test-SecretVault '{Name}' succeeds, or use another vault.");
        }
    }

    // The name that a vault knows a key by; secrets of others have their own names.
    private string SecretName(string keyId) => VaultSecrets.KeyIdIn(keyId) is null ? keyId : Profile?.Prefix + keyId;

    // Where it is not known what the vault's names begin with, both are tried.
    private ApiKey? TryRead(string keyId, CancellationToken cancellation) =>
        secrets.TryRead(SecretName(keyId), cancellation)
            ?? (Profile is null && !secrets.IsSecretStore && VaultSecrets.KeyIdIn(keyId) is not null
                ? secrets.TryRead(VaultProbe.SlashPrefix + keyId, cancellation)
                : null);

    // A vault that is signed out may do nothing and say nothing. One that shows a secret answers; else a throwaway one has to come and go.
    // One that still lists what is gone may have it under another name.
    private void RequireRemoved(CancellationToken cancellation)
    {
        List<string>? names;
        for (int look = 1; ; look++)
        {
            names = secrets.ListedNames(cancellation);
            if (names is not { Count: > 0 } || names.Find(listed => _removed.Any(name => VaultSecrets.Shows([listed], name))) is not { } left)
            {
                break;
            }

            if (look == VaultSecrets.MostLooks)
            {
                throw new LlmConfigException(
                    LlmConfigErrorCode.VaultUnavailable,
                    Name,
                    $"The vault '{Name}' removed the key, and still lists the secret '{DisplayText.Of(left)}'.",
                    "Remove it with the vault's own program, unless it goes by itself.");
            }

            VaultSecrets.Pause(look, cancellation);
        }

        if (names is { Count: > 0 })
        {
            return;
        }

        string unused = Profile?.Prefix + VaultProbe.NewKeyId();
        using ApiKey throwaway = VaultProbe.NewValue();
        secrets.Set(unused, throwaway, Profile?.Form ?? SecretForm.SecureString, null, cancellation);
        if (!secrets.ReadBack(unused, throwaway, VaultSecrets.MostLooks, cancellation).IsSame)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.VaultUnavailable,
                Name,
                $"The vault '{Name}' shows nothing, and does not give back what it is given: it may be signed out or locked, "
                    + $"so whether it removed the key cannot be told. The throwaway secret '{unused}' may be left in it.",
                VaultAnswers.Unlocking(secrets.Registration));
        }

        secrets.Remove(unused, cancellation);
    }

    // It gives nothing, and does not say why.
    private LlmConfigException NotGiven(string keyId, List<string>? listed) =>
        listed is { Count: > 0 }
            && !(VaultSecrets.KeyIdIn(keyId) is null ? listed.Contains(keyId, StringComparer.OrdinalIgnoreCase) : VaultSecrets.Shows(listed, keyId))
        ? Missing(keyId)
        : new LlmConfigException(
            LlmConfigErrorCode.VaultUnavailable,
            keyId,
            $"The vault '{Name}' does not give the secret '{DisplayText.Of(keyId)}', and {(listed is { Count: > 0 } ? "lists it" : "shows no other one")}: "
                + "it may be signed out or locked, or the key is gone.",
            $"See whether Get-SecretInfo -Vault '{DisplayText.Of(Name)}' shows what is in it. "
                + "If it answers and the key is gone, set it anew with Set-LlmConfig -AskApiKey.");

    private LlmConfigException Missing(string keyId) => new(
        LlmConfigErrorCode.KeyMissing,
        keyId,
        $"The vault '{Name}' has no secret '{keyId}'.",
        !secrets.IsSecretStore
            ? "Set the key anew with Set-LlmConfig -AskApiKey."
            : "Another session may have written it a moment ago, or overwritten SecretStore's file since: run the command again, or set the key anew with Set-LlmConfig -AskApiKey.");

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
                LlmConfigErrorCode.VaultLocked, target, $"{problem} It is locked: {e.ShownMessage}", VaultAnswers.Unlocking(secrets.Registration), e),
            { IsUnknownVault: true } => new LlmConfigException(
                LlmConfigErrorCode.VaultNotFound, target, $"{problem} It is not registered any more: {e.ShownMessage}", $"Register it again with Register-SecretVault {secrets.Registration.ModuleName} -Name '{Name}'.", e),
            _ => new LlmConfigException(
                LlmConfigErrorCode.VaultUnavailable, target, $"{problem} {e.ShownMessage}", $"See whether Test-SecretVault '{Name}' succeeds and run the command again.", e),
        };
    }
}
