using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace LlmConfig;

/// <summary>
/// A vault that is registered with SecretManagement, and that is believed only as far as it shows: a key is read back before it counts
/// as written, and looked for again before it counts as removed. How it is written to, <see cref="VaultProbe"/> finds out once.
/// </summary>
/// <param name="registration">The vault.</param>
/// <param name="module">SecretManagement.</param>
/// <param name="secretStore">What keeps SecretStore's file whole between processes; <see langword="null"/> for other vaults.</param>
internal sealed partial class RegisteredVault(VaultRegistration registration, SecretManagementModule module, SecretStoreSession? secretStore) : IProbedVault
{
    // Anywhere in a name: some vaults list a secret with its folder or number.
    public const string AllKeys = "*llm-api-key-*";
    private const string AllSecrets = "*";

    /// <summary>How often is looked for what a vault in the cloud may show a moment later: with pauses of <see cref="FirstPause"/>, then twice as long each time, 3.75 s in all.</summary>
    public const int MostLooks = 5;

    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);

    // What the vault took without an error and did not show: it may come to light when nobody looks any more.
    private readonly HashSet<string> _unseen = new(StringComparer.Ordinal);

    // Whether the last secret that was not found is known not to be there: a vault that gives nothing may be signed out.
    private bool _isSure;
    private bool _isImpatient;
    private bool? _takesLabels;
    private bool _refusesLabels;

    /// <summary>Tests do not wait.</summary>
    internal static TimeSpan FirstPause { get; set; } = TimeSpan.FromMilliseconds(250);

    public string Name => registration.Name;

    public VaultProfile? Profile { get; set; }

    public bool NeedsProbe => Profile?.Module != registration.ModuleAndVersion;

    public bool TakesLabels => !_refusesLabels && (Profile?.TakesLabels ?? (_takesLabels ??= registration.TakesMetadataWithSecret || registration.HasMetadataCommand));

    public VaultProfile Probe(string keyId, CancellationToken cancellation)
    {
        var probe = new VaultProbe(registration, this);
        try
        {
            return Profile = Exclusively(keyId, () => probe.Run(keyId, cancellation), cancellation);
        }
        catch (VaultFailureException e)
        {
            string left = probe.Left is { } name ? $" The secret '{name}' may be left in it." : string.Empty;
            throw Translate(e, null, $"The vault '{Name}' could not be tried with a throwaway secret.{left}");
        }
        finally
        {
            // The probe looked for it itself.
            _removed.Clear();
        }
    }

    public void Write(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        try
        {
            Exclusively(keyId, () =>
            {
                Set(keyId, key, label, cancellation);
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
    /// overwritten since, is looked at again. Where keys are not there any more, the vault has to show that it answers, and list them no more.
    /// </summary>
    public void Flush()
    {
        try
        {
            RequireRemoved(CancellationToken.None);
        }
        catch (VaultFailureException e)
        {
            throw Translate(e, null, $"Whether the vault '{Name}' removed the key cannot be told.");
        }
        finally
        {
            _removed.Clear();
        }

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
            ApiKey? key = TryRead(keyId, cancellation)
                ?? (secretStore is null ? null : Exclusively(keyId, () => TryRead(keyId, cancellation), cancellation));
            return key ?? throw (_isSure ? Missing(keyId) : NotGiven(keyId, ListedNames(cancellation)));
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
                RemoveSecret(SecretName(keyId), cancellation);
                return true;
            }, cancellation);
            _written.Remove(keyId);
        }
        catch (VaultFailureException e)
        {
            throw Translate(e, keyId, $"The vault '{Name}' did not remove the key.");
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

    public IReadOnlyList<KeyVaultEntry> List(CancellationToken cancellation)
    {
        try
        {
            return [.. Exclusively(null, () => List(AllKeys, cancellation), cancellation)
                .Select(item => (Id: KeyIdIn(Text(item, "Name")), Metadata: item.Properties["Metadata"]?.Value))
                .Where(item => item.Id is not null)
                .Select(item => new KeyVaultEntry(item.Id!, Label(item.Metadata)))];
        }
        catch (VaultFailureException e) when (Profile is { ListsNames: false } && !e.IsLocked && !e.IsUnknownVault)
        {
            // It was known to tell nothing that way.
            return [];
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
            Collection<PSObject> found = Exclusively(null, () => List(AllSecrets, cancellation), cancellation);
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
                try
                {
                    SetMetadata(SecretName(keyId), Metadata(label), cancellation);
                }
                catch (VaultFailureException e) when (e.IsUnsupportedMetadata)
                {
                    _refusesLabels = true;
                }
                catch (VaultFailureException e) when (!e.IsLocked && !e.IsUnknownVault)
                {
                    // The key may have gone meanwhile.
                    if (IsThere(SecretName(keyId), cancellation))
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

    /// <summary>Writes a secret under a name, with metadata where there are any.</summary>
    /// <exception cref="VaultFailureException">It failed.</exception>
    public void Set(string name, ApiKey key, SecretForm form, Hashtable? metadata, CancellationToken cancellation)
    {
        Dictionary<string, object?> parameters = Parameters(name);
        using SecureString? secret = form == SecretForm.SecureString ? key.ToSecureString() : null;
        parameters[secret is null ? "Secret" : "SecureStringSecret"] = secret ?? (object)key.ToPlainText();
        if (metadata is not null)
        {
            parameters["Metadata"] = metadata;
        }

        Call("Set-Secret", parameters, cancellation);
    }

    /// <summary>Writes the metadata of a secret that is there.</summary>
    /// <exception cref="VaultFailureException">It failed.</exception>
    public void SetMetadata(string name, Hashtable metadata, CancellationToken cancellation)
    {
        Dictionary<string, object?> parameters = Parameters(name);
        parameters["Metadata"] = metadata;
        Call("Set-SecretInfo", parameters, cancellation);
    }

    /// <summary>What a vault lists.</summary>
    /// <exception cref="VaultFailureException">It failed.</exception>
    public Collection<PSObject> List(string pattern, CancellationToken cancellation) => Call("Get-SecretInfo", Parameters(pattern), cancellation);

    /// <summary>The key under a name; <see langword="null"/> where the vault gives nothing.</summary>
    /// <exception cref="VaultFailureException">It failed, and does not show that it lacks the secret.</exception>
    /// <exception cref="LlmConfigException">InvalidKey.</exception>
    public ApiKey? TryReadName(string name, CancellationToken cancellation)
    {
        try
        {
            _isSure = secretStore is not null;
            return SecretShape.ToKey(Call("Get-Secret", Parameters(name), cancellation), name, Name);
        }
        catch (VaultFailureException e) when (!e.IsLocked && !e.IsUnknownVault)
        {
            // Vaults may throw for a secret that is not there; so may one that fails. Not asked in the filter, which runs before
            // the call that failed has let go of SecretManagement.
            _isSure = secretStore is not null || e.IsAnsweredNotFound;
            if (_isSure || e.IsSecretNotFound || IsMissing(name, e, cancellation))
            {
                return null;
            }

            throw;
        }
    }

    /// <summary>Reads a secret until it is the key, as long as the vault may be late.</summary>
    /// <returns>Whether it is; and whether there is anything.</returns>
    /// <exception cref="VaultFailureException">It failed.</exception>
    public (bool IsSame, bool IsThere) ReadBack(string name, ApiKey key, int looks, CancellationToken cancellation)
    {
        for (int look = 1; ; look++)
        {
            using ApiKey? back = TryReadName(name, cancellation);
            if (back?.HasSameValue(key) == true || look >= looks)
            {
                return (back?.HasSameValue(key) == true, back is not null);
            }

            Pause(look, cancellation);
        }
    }

    /// <summary>Removes a secret, and looks for it until it is gone.</summary>
    /// <exception cref="VaultFailureException">It failed, and the secret is there or may be there.</exception>
    /// <exception cref="LlmConfigException">VaultUnavailable: the vault says that it removed it, and still has it.</exception>
    public void RemoveSecret(string name, CancellationToken cancellation)
    {
        VaultFailureException? failure = null;
        try
        {
            Call("Remove-Secret", Parameters(name), cancellation);
        }
        catch (VaultFailureException e) when (!e.IsLocked && !e.IsUnknownVault)
        {
            // Vaults differ in what they say of a secret that is not there.
            failure = e;
        }

        for (int look = 1; IsThere(name, cancellation); look++)
        {
            if (failure is not null)
            {
                throw failure;
            }

            if (look == MostLooks)
            {
                throw new LlmConfigException(
                    LlmConfigErrorCode.VaultUnavailable,
                    name,
                    $"The vault '{Name}' says that it removed the secret '{ShownText.Of(name)}', and still has it.",
                    $"Remove it with the vault's own program.");
            }

            Pause(look, cancellation);
        }

        if (secretStore is null)
        {
            _removed.Add(name);
        }
    }

    /// <summary>The id of ours that a listed name holds.</summary>
    public static string? KeyIdIn(string name) => KeyIds().Match(name) is { Success: true } found ? found.Value : null;

    public static string Text(PSObject item, string property) => item.Properties[property]?.Value?.ToString() ?? string.Empty;

    [GeneratedRegex(@"(?<![0-9A-Za-z-])llm-api-key-[0-9a-f]{32}(?![0-9A-Za-z-])", RegexOptions.CultureInvariant)]
    private static partial Regex KeyIds();

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
    private void Set(string keyId, ApiKey key, KeyLabel label, CancellationToken cancellation)
    {
        SecretForm form = Profile?.Form ?? SecretForm.SecureString;
        if (!registration.TakesMetadataWithSecret || !TakesLabels)
        {
            Set(SecretName(keyId), key, form, null, cancellation);
            return;
        }

        try
        {
            Set(SecretName(keyId), key, form, Metadata(label), cancellation);
        }
        catch (VaultFailureException e) when (!e.IsLocked && !e.IsUnknownVault)
        {
            Set(SecretName(keyId), key, form, null, cancellation);
            _refusesLabels = true;
        }
    }

    private void RequireReadBack(string keyId, ApiKey key, CancellationToken cancellation)
    {
        (bool isSame, bool isThere) = ReadBack(SecretName(keyId), key, MostLooks, cancellation);
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
    private string SecretName(string keyId) => KeyIdIn(keyId) is null ? keyId : Profile?.Prefix + keyId;

    // Where it is not known what the vault's names begin with, both are tried.
    private ApiKey? TryRead(string keyId, CancellationToken cancellation) =>
        TryReadName(SecretName(keyId), cancellation)
            ?? (Profile is null && secretStore is null && KeyIdIn(keyId) is not null ? TryReadName(VaultProbe.SlashPrefix + keyId, cancellation) : null);

    // One that cannot be read as a key is there all the same.
    private bool IsThere(string name, CancellationToken cancellation)
    {
        try
        {
            using ApiKey? key = TryReadName(name, cancellation);
            return key is not null;
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.InvalidKey)
        {
            return true;
        }
    }

    // Only a vault that shows what it holds is believed in what it does not hold. One that is empty fails for a secret that is gone as
    // it fails for one that never was.
    private bool IsMissing(string name, VaultFailureException failure, CancellationToken cancellation)
    {
        if (ListedNames(cancellation) is not { } names)
        {
            return false;
        }

        if (names.Count > 0)
        {
            return _isSure = !Shows(names, name);
        }

        string unused = VaultProbe.NewKeyId();
        try
        {
            Call("Get-Secret", Parameters(unused), cancellation);
            return false;
        }
        catch (VaultFailureException e)
        {
            return e.Message.Replace(unused, string.Empty, StringComparison.OrdinalIgnoreCase) == failure.Message.Replace(name, string.Empty, StringComparison.OrdinalIgnoreCase);
        }
    }

    // One that is signed out may list a secret without a name, and one that is empty may fail to list: null then.
    private List<string>? ListedNames(CancellationToken cancellation)
    {
        try
        {
            return [.. List(AllSecrets, cancellation).Select(item => Text(item, "Name")).Where(name => name.Length > 0)];
        }
        catch (VaultFailureException e) when (!e.IsLocked && !e.IsUnknownVault)
        {
            return null;
        }
    }

    private static bool Shows(List<string> listed, string name) => listed.Exists(item => item.Contains(name, StringComparison.OrdinalIgnoreCase));

    // A vault that is signed out may do nothing and say nothing. One that shows a secret answers; else a throwaway one has to come and go.
    // One that still lists what is gone may have it under another name.
    private void RequireRemoved(CancellationToken cancellation)
    {
        List<string>? names = null;
        for (int look = 1; _removed.Count > 0; look++)
        {
            names = ListedNames(cancellation);
            if (names is not { Count: > 0 } || names.Find(listed => _removed.Any(name => Shows([listed], name))) is not { } left)
            {
                break;
            }

            if (look == MostLooks)
            {
                throw new LlmConfigException(
                    LlmConfigErrorCode.VaultUnavailable,
                    Name,
                    $"The vault '{Name}' removed the key, and still lists the secret '{ShownText.Of(left)}'.",
                    "Remove it with the vault's own program, unless it goes by itself.");
            }

            Pause(look, cancellation);
        }

        if (_removed.Count == 0 || names is { Count: > 0 })
        {
            return;
        }

        string unused = Profile?.Prefix + VaultProbe.NewKeyId();
        using ApiKey throwaway = VaultProbe.NewValue();
        Set(unused, throwaway, Profile?.Form ?? SecretForm.SecureString, null, cancellation);
        if (!ReadBack(unused, throwaway, MostLooks, cancellation).IsSame)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.VaultUnavailable,
                Name,
                $"The vault '{Name}' shows nothing, and does not give back what it is given: it may be signed out or locked, "
                    + $"so whether it removed the key cannot be told. The throwaway secret '{unused}' may be left in it.",
                VaultAnswers.Unlocking(registration));
        }

        RemoveSecret(unused, cancellation);
    }

    // Once in a command: a vault that does not come back is not waited for again with each key.
    private Collection<PSObject> Call(string command, Dictionary<string, object?> parameters, CancellationToken cancellation)
    {
        secretStore?.RequireNoQuestion(cancellation);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return module.Invoke(command, parameters, cancellation);
            }
            catch (VaultFailureException e) when (!_isImpatient && (e.IsThrottled || (e.MayPass && command.StartsWith("Get-", StringComparison.Ordinal))))
            {
                if (attempt == MostLooks)
                {
                    _isImpatient = true;
                    throw;
                }

                Pause(attempt, cancellation);
            }
        }
    }

    private static void Pause(int look, CancellationToken cancellation)
    {
        cancellation.WaitHandle.WaitOne(FirstPause * (1 << (look - 1)));
        cancellation.ThrowIfCancellationRequested();
    }

    // It gives nothing, and does not say why.
    private LlmConfigException NotGiven(string keyId, List<string>? listed) =>
        listed is { Count: > 0 } && !(KeyIdIn(keyId) is null ? listed.Contains(keyId, StringComparer.OrdinalIgnoreCase) : Shows(listed, keyId))
        ? Missing(keyId)
        : new LlmConfigException(
            LlmConfigErrorCode.VaultUnavailable,
            keyId,
            $"The vault '{Name}' does not give the secret '{ShownText.Of(keyId)}', and {(listed is { Count: > 0 } ? "lists it" : "shows no other one")}: "
                + "it may be signed out or locked, or the key is gone.",
            $"See whether Get-SecretInfo -Vault '{ShownText.Of(Name)}' shows what is in it. "
                + "If it answers and the key is gone, set it anew with Set-LlmConfig -ApiKey.");

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
                LlmConfigErrorCode.VaultLocked, target, $"{problem} It is locked: {e.ShownMessage}", VaultAnswers.Unlocking(registration), e),
            { IsUnknownVault: true } => new LlmConfigException(
                LlmConfigErrorCode.VaultNotFound, target, $"{problem} It is not registered any more: {e.ShownMessage}", $"Register it again with Register-SecretVault {registration.ModuleName} -Name '{Name}'.", e),
            _ => new LlmConfigException(
                LlmConfigErrorCode.VaultUnavailable, target, $"{problem} {e.ShownMessage}", $"See whether Test-SecretVault '{Name}' succeeds and run the command again.", e),
        };
    }
}
