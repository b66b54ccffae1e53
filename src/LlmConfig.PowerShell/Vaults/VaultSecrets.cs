using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Security;
using System.Text.RegularExpressions;

namespace LlmConfig;

/// <summary>
/// The secrets of a registered vault by the names that the vault knows them by, through SecretManagement's commands. A vault may be late,
/// throttle, or do nothing and say nothing, so that what it says of a secret is checked here.
/// </summary>
/// <param name="registration">The vault.</param>
/// <param name="module">SecretManagement.</param>
/// <param name="secretStore">What keeps SecretStore's file whole between processes; <see langword="null"/> for other vaults.</param>
internal sealed partial class VaultSecrets(VaultRegistration registration, SecretManagementModule module, SecretStoreSession? secretStore)
{
    /// <summary>The pattern of keys: anywhere in a name, since some vaults list a secret with its folder or number.</summary>
    public const string AllKeys = "*llm-api-key-*";

    private const string All = "*";

    /// <summary>How often is looked for what a vault in the cloud may show a moment later: with pauses of <see cref="FirstPause"/>, then twice as long each time, 3.75 s in all.</summary>
    public const int MostLooks = 5;

    private bool _isImpatient;

    /// <summary>Tests do not wait.</summary>
    internal static TimeSpan FirstPause { get; set; } = TimeSpan.FromMilliseconds(250);

    public VaultRegistration Registration => registration;

    public string Name => registration.Name;

    /// <summary>True for SecretStore.</summary>
    public bool IsSecretStore => secretStore is not null;

    /// <summary>Whether the last secret that was not found is known not to be there: a vault that gives nothing may be signed out.</summary>
    public bool IsSure { get; private set; }

    /// <summary>Runs an action alone among all sessions that use SecretStore; other vaults need nothing of the kind.</summary>
    public T Exclusively<T>(string? keyId, Func<T> action, CancellationToken cancellation) =>
        secretStore is null ? action() : secretStore.Exclusively(keyId, action, cancellation);

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

    /// <summary>
    /// The names that it lists; <see langword="null"/> where it fails to, as one may that is empty. One that is signed out may list a secret
    /// without a name.
    /// </summary>
    public List<string>? ListedNames(CancellationToken cancellation, string pattern = All)
    {
        try
        {
            return [.. List(pattern, cancellation).Select(NameOf).Where(name => name.Length > 0)];
        }
        catch (VaultFailureException e) when (e.IsAboutSecret)
        {
            return null;
        }
    }

    /// <summary>The key under a name; <see langword="null"/> where the vault gives nothing.</summary>
    /// <exception cref="VaultFailureException">It failed, and does not show that it lacks the secret.</exception>
    /// <exception cref="LlmConfigException">InvalidKey.</exception>
    public ApiKey? TryRead(string name, CancellationToken cancellation)
    {
        try
        {
            IsSure = secretStore is not null;
            return SecretShape.ToKey(Call("Get-Secret", Parameters(name), cancellation), name, Name);
        }
        catch (VaultFailureException e) when (e.IsAboutSecret)
        {
            // Vaults may throw for a secret that is not there; so may one that fails. Not asked in the filter, which runs before
            // the call that failed has released SecretManagement.
            IsSure = secretStore is not null || e.IsAnsweredNotFound;
            if (IsSure || e.IsSecretNotFound || IsMissing(name, e, cancellation))
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
            using ApiKey? back = TryRead(name, cancellation);
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
    public void Remove(string name, CancellationToken cancellation)
    {
        VaultFailureException? failure = null;
        try
        {
            Call("Remove-Secret", Parameters(name), cancellation);
        }
        catch (VaultFailureException e) when (e.IsAboutSecret)
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
                    $"The vault '{Name}' says that it removed the secret '{DisplayText.Of(name)}', and still has it.",
                    "Remove it with the vault's own program.");
            }

            Pause(look, cancellation);
        }
    }

    // One that cannot be read as a key is there all the same.
    public bool IsThere(string name, CancellationToken cancellation)
    {
        try
        {
            using ApiKey? key = TryRead(name, cancellation);
            return key is not null;
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.InvalidKey)
        {
            return true;
        }
    }

    /// <summary>True where a list names a secret, be it with a folder or a number.</summary>
    public static bool Shows(List<string> listed, string name) => listed.Exists(item => item.Contains(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The id of ours that a listed name holds.</summary>
    public static string? KeyIdIn(string name) => KeyIds().Match(name) is { Success: true } found ? found.Value : null;

    /// <summary>The name of what a vault lists; empty where it has none.</summary>
    public static string NameOf(PSObject item) => item.Properties["Name"]?.Value?.ToString() ?? string.Empty;

    /// <summary>The metadata of what a vault lists; <see langword="null"/> where there are none.</summary>
    public static Dictionary<string, object?>? MetadataOf(PSObject item)
    {
        var metadata = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        switch (Bare(item.Properties["Metadata"]?.Value))
        {
            case IEnumerable<KeyValuePair<string, object>> pairs:
                foreach ((string name, object value) in pairs)
                {
                    metadata[name] = Bare(value);
                }

                return metadata;
            case IDictionary table:
                foreach (DictionaryEntry entry in table)
                {
                    metadata[entry.Key.ToString() ?? string.Empty] = Bare(entry.Value);
                }

                return metadata;
            default:
                return null;
        }

        static object? Bare(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
    }

    /// <summary>Waits for what a vault may show a moment later.</summary>
    public static void Pause(int look, CancellationToken cancellation)
    {
        cancellation.WaitHandle.WaitOne(FirstPause * (1 << (look - 1)));
        cancellation.ThrowIfCancellationRequested();
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
            return IsSure = !Shows(names, name);
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

    private Dictionary<string, object?> Parameters(string secret) => new(StringComparer.OrdinalIgnoreCase) { ["Name"] = secret, ["Vault"] = Name };

    [GeneratedRegex(@"(?<![0-9A-Za-z-])llm-api-key-[0-9a-f]{32}(?![0-9A-Za-z-])", RegexOptions.CultureInvariant)]
    private static partial Regex KeyIds();
}
