namespace LlmConfig;

/// <summary>A secret that somebody else keeps in a vault, and that a configuration refers to by its name: read at each use, never written.</summary>
internal static class NamedSecret
{
    /// <summary>The longest name in UTF-16 code units: above what the vaults of clouds take (AWS: 512), and no burden for the file.</summary>
    public const int MaximumLength = 1024;

    /// <summary>True for a name that a file may hold. An id of our own names a key that a store wrote, in vaults that ignore letter case too.</summary>
    public static bool IsName(string name) => Problem(name) is null;

    /// <summary>The name as it was given: vaults may tell spaces apart.</summary>
    /// <exception cref="LlmConfigException">InvalidName.</exception>
    public static string Validate(string name, string target) => Problem(name) is { } problem
        ? throw new LlmConfigException(
            LlmConfigErrorCode.InvalidName, target, problem, "Give the name of a secret that somebody keeps in the vault, as -KeyName.")
        : name;

    /// <summary>The secret as a key, for the caller to dispose of.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="name">The secret's name.</param>
    /// <param name="target">The configuration concerned, for the error.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <exception cref="LlmConfigException">KeyMissing, InvalidKey: what the vault holds breaks the rules of a key; VaultLocked, VaultUnavailable, VaultCorrupt.</exception>
    public static ApiKey Read(IKeyVault vault, string name, string target, CancellationToken cancellation)
    {
        try
        {
            // Whoever keeps it may put anything there, at any time.
            using ApiKey found = vault.Read(name, cancellation);
            return ApiKey.FromUtf8(found.Utf8, target);
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.KeyMissing)
        {
            throw Missing(vault, name, target, "Put it back where it is kept, or name another one with Set-LlmConfig -KeyName.", e);
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.InvalidKey)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidKey,
                target,
                $"The secret '{DisplayText.Of(name)}' of the vault '{DisplayText.Of(vault.Name)}' cannot be used as a key. {e.Problem}",
                "Put the key, and nothing else, into the secret where it is kept, or name another one with Set-LlmConfig -KeyName.",
                e);
        }
        catch (LlmConfigException e)
        {
            throw e.About(target);
        }
    }

    /// <summary>The same, before a configuration refers to it: of a name that is wrong, it says which one is near.</summary>
    /// <exception cref="LlmConfigException">As for <see cref="Read"/>.</exception>
    public static ApiKey ReadFirst(IKeyVault vault, string name, string target, CancellationToken cancellation)
    {
        try
        {
            return Read(vault, name, target, cancellation);
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.KeyMissing)
        {
            string near = Near(vault, name, cancellation) is { } other ? $"Did you mean '{DisplayText.Of(other)}'? " : string.Empty;
            throw Missing(vault, name, target, $"{near}Check -KeyName and -Vault; a key of its own is given with -ApiKey.", e);
        }
    }

    // A vault that does not tell what it holds has said what matters already.
    private static string? Near(IKeyVault vault, string name, CancellationToken cancellation)
    {
        try
        {
            return NearText.Find(name, vault.ListSecrets(cancellation).Where(IsName));
        }
        catch (LlmConfigException)
        {
            return null;
        }
    }

    private static LlmConfigException Missing(IKeyVault vault, string name, string target, string remedy, LlmConfigException cause) => new(
        LlmConfigErrorCode.KeyMissing,
        target,
        $"The vault '{DisplayText.Of(vault.Name)}' has no secret '{DisplayText.Of(name)}'.",
        remedy,
        cause);

    private static string? Problem(string name) =>
        string.IsNullOrWhiteSpace(name) ? "The name of the secret is empty."
        : name.Length > MaximumLength ? $"The name of the secret is longer than {MaximumLength} characters."
        : !DisplayText.Prints(name) ? "The name of the secret holds a character that does not print."
        : SecretVault.IsKeyName(name) ? "The name has the form in which stores name the keys that they write themselves: such a key goes when its configuration does."
        : null;
}
