namespace LlmConfig;

/// <summary>
/// The built-in vault of a store as a place for secrets of any kind, beside the keys of the store's configurations, which
/// it lists too. Letter case in names does not count. Safe to use from several threads and processes: what a method
/// wrote is on disk when it returns.
/// </summary>
/// <remarks>
/// Every member throws <see cref="LlmConfigException"/> for what can go wrong: VaultLocked and VaultUnavailable where the
/// protector does not give the master key, VaultCorrupt for damage, and the Store codes for files.
/// </remarks>
public sealed class SecretVault : IDisposable
{
    private readonly StoreFolder _folder;
    private readonly StoreFileSystem _files;
    private readonly PassphraseSource _passphrases;
    private readonly LocalVault _vault;
    private readonly EventLog _log;

    /// <summary>Opens the built-in vault of the store in a folder. Neither reads nor creates anything yet.</summary>
    /// <param name="folder">Where the store is.</param>
    /// <param name="options">What else to work with; its vaults are not used.</param>
    public SecretVault(StoreFolder folder, LlmConfigOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        options ??= new LlmConfigOptions();
        _folder = folder;
        _files = options.Files ?? new StoreFileSystem();
        Action<LlmConfigWarning> warn = options.Warning ?? (_ => { });
        _files.Warn ??= warn;
        string path = new StorePaths(folder.Path).Vault;
        _log = new EventLog(folder.Path, options.LogFile is { } log ? new EventLogFile(log, _files, options.Clock, warn) : null, options.Command);
        _passphrases = new PassphraseSource(options.AskPassphrase, options.Variable, PassphraseSource.Patience);
        _vault = new LocalVault(path, _files, MasterKeyProtectors.WithPassphrase(path, _files, options, _passphrases), options.Clock, warn, options.LockPatience)
        {
            // Where there is a store, the seals of its keys may be made under the master key.
            IsReliedOn = () => _files.FileExists(new StorePaths(folder.Path).ConfigFile),
        };
    }

    /// <summary>True for a name that the key of a configuration, or the record of its rotation, could have: such a secret belongs to a store.</summary>
    /// <param name="name">The secret's name.</param>
    public static bool IsKeyName(string name) => name is not null && (KeyReference.IsKeyId(name.ToLowerInvariant()) || RotationRecords.IsName(name));

    /// <summary>The secret of this name, for the caller to dispose of; <see langword="null"/> when there is none.</summary>
    /// <param name="name">The name, literally.</param>
    public VaultSecret? Read(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        long started = EventLog.Start();
        using SealedSecret? secret = _vault.ReadSecret(name);
        if (secret is null)
        {
            return null;
        }

        _log.SecretRead(name, "Get-Secret", started);
        return new VaultSecret(secret.Type, new SecretBytes(secret.Value.Span));
    }

    /// <summary>Keeps a secret, in the place of one of the same name.</summary>
    /// <param name="name">The name: 1 to 16,384 characters of valid text.</param>
    /// <param name="secret">The value, at most 1 MiB; the caller disposes of it.</param>
    /// <param name="metadata">What to keep beside it: at most 64 KiB of texts, whole numbers, truth values and times.</param>
    /// <param name="cancellation">Gives up as long as nothing is written.</param>
    /// <exception cref="LlmConfigException">InvalidName for a name or metadata, InvalidKey for a value that is too large, and as above.</exception>
    public void Write(
        string name, VaultSecret secret, IReadOnlyDictionary<string, object?>? metadata = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(secret);
        if (SecretName.IsUnfit(name))
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidName,
                DisplayText.Of(name),
                "The name of a secret is empty, too long, or holds half of a surrogate pair.",
                $"Use 1 to {SecretName.MaximumLength} characters.");
        }

        if (secret.Bytes.Length > SealedSecret.MaximumSecretBytes)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidKey,
                DisplayText.Of(name),
                $"The secret is longer than {SealedSecret.MaximumSecretBytes / (1024 * 1024)} MiB.",
                "Keep it in a file, and the file's key here.");
        }

        byte[] beside = SecretMetadata.Encode(name, metadata ?? new Dictionary<string, object?>());
        ConfigFile.RequireWorkingLocks();
        _folder.Create(_files);
        _vault.Make(renew: true, cancellation);
        _vault.WriteSecret(name, secret.Type, beside, secret.Bytes, cancellation);
        _vault.Flush();
    }

    /// <summary>Replaces what is kept beside a secret.</summary>
    /// <param name="name">The name, literally.</param>
    /// <param name="metadata">The metadata, as for <see cref="Write"/>.</param>
    /// <param name="cancellation">Gives up as long as nothing is written.</param>
    /// <returns>False when there is no such secret.</returns>
    public bool WriteMetadata(string name, IReadOnlyDictionary<string, object?> metadata, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(metadata);
        return Durably(() => _vault.RewriteMetadata(name, SecretMetadata.Encode(name, metadata), cancellation));
    }

    /// <summary>Removes a secret.</summary>
    /// <param name="name">The name, literally.</param>
    /// <param name="cancellation">Gives up as long as nothing is removed.</param>
    /// <returns>False when there is no such secret.</returns>
    public bool Remove(string name, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Durably(() => _vault.RemoveSecret(name, cancellation));
    }

    /// <summary>All secrets, by name; one whose file is damaged is left out, and told of where it is read.</summary>
    /// <param name="cancellation">Stops the listing.</param>
    public IReadOnlyList<VaultSecretInfo> List(CancellationToken cancellation = default) =>
        [.. _vault.ListSecrets(cancellation).OrderBy(item => item.Name, StringComparer.OrdinalIgnoreCase)];

    /// <summary>
    /// Asks whether secrets could be read and written now. Makes nothing. A vault that does not exist yet is fine when its
    /// protector would be ready.
    /// </summary>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable, VaultCorrupt: why not, and what to do.</exception>
    public void Check() => _vault.Check();

    /// <summary>Gives the passphrase that protects the vault, where one does; it holds for 15 minutes in this process.</summary>
    /// <param name="passphrase">The passphrase, which stays the caller's; <see langword="null"/> for none.</param>
    /// <returns>True where it was used: another protector needs none.</returns>
    /// <exception cref="LlmConfigException">VaultLocked: it is wrong; VaultUnavailable, VaultCorrupt.</exception>
    public bool Unlock(System.Security.SecureString? passphrase)
    {
        _passphrases.Given = passphrase;
        try
        {
            bool used = _vault.GetInfo() is { Exists: true, Protector: ProtectorKind.Passphrase };
            if (used && passphrase is not null)
            {
                _vault.Lock();
            }

            _vault.Check();
            return used;
        }
        finally
        {
            _passphrases.Given = null;
        }
    }

    /// <summary>Zeroes the master key, if one was loaded.</summary>
    public void Dispose() => _vault.Dispose();

    private bool Durably(Func<bool> change)
    {
        ConfigFile.RequireWorkingLocks();
        if (!change())
        {
            return false;
        }

        _vault.Flush();
        return true;
    }
}
