namespace LlmConfig;

/// <summary>Reads the keys of configurations, while other processes rotate and move them.</summary>
internal sealed class KeyReader(ConfigFile config, KeyVaults vaults, KeySeals seals)
{
    /// <summary>The key of a configuration as it is now, where it has one.</summary>
    public (LlmConfiguration Configuration, ApiKey? Key) ReadIfAny(Guid id, CancellationToken cancellation) =>
        Get(id) switch
        {
            { Key: null } keyless => (keyless, null),
            var item => ReadCurrent(item, cancellation),
        };

    /// <summary>A key and the configuration that it is of: another one's base URL must never get it.</summary>
    public (LlmConfiguration Configuration, ApiKey Key) Read(Guid id, CancellationToken cancellation) => ReadCurrent(Get(id), cancellation);

    /// <summary>The same of a configuration that was read just now: it is read again where its key is gone.</summary>
    public (LlmConfiguration Configuration, ApiKey Key) ReadCurrent(LlmConfiguration item, CancellationToken cancellation) =>
        ReadCurrent(item, ReadForItsHost, cancellation);

    /// <summary>The key of a configuration that was read just now, to be compared with others: whether it may go anywhere is not asked.</summary>
    public (LlmConfiguration Configuration, ApiKey Key) ReadToCompare(LlmConfiguration item, CancellationToken cancellation) =>
        ReadCurrent(item, ReadForCopy, cancellation);

    private (LlmConfiguration Configuration, ApiKey Key) ReadCurrent(
        LlmConfiguration item, Func<LlmConfiguration, CancellationToken, ApiKey> read, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return (item, read(item, cancellation));
            }
            catch (LlmConfigException e) when (e.Code is LlmConfigErrorCode.KeyMissing or LlmConfigErrorCode.HostMismatch or LlmConfigErrorCode.VaultUnavailable)
            {
                // Another process may have rotated or moved it between the two reads; on a busy machine more than once. A vault of
                // others that holds nothing any more does not say that a key is gone.
                LlmConfiguration again = Get(item.Id);
                if (again.Key == item.Key && again.Seal == item.Seal)
                {
                    throw;
                }

                cancellation.ThrowIfCancellationRequested();
                item = again;
            }
        }
    }

    /// <summary>See <see cref="KeySeals.Check"/>: of what was read before the master key was exchanged, it is asked again.</summary>
    public string? HostProblem(LlmConfiguration item)
    {
        while (true)
        {
            string? problem = seals.Check(item);
            if (problem is null || config.Read()?.Find(item.Id) is not { } now || (now.Key == item.Key && now.Seal == item.Seal))
            {
                return problem;
            }

            item = now;
        }
    }

    // The key first: what its vault says of it says more than that the master key is not there either.
    private ApiKey ReadForItsHost(LlmConfiguration item, CancellationToken cancellation)
    {
        ApiKey key = ReadStored(item, cancellation);
        try
        {
            // A read of the built-in vault has looked at it.
            (KeyVaults.IsBuiltIn(item.Vault!) ? seals.ForOneLook(looked: true) : seals).Require(item);
            RequireSame(item, key);
            return key;
        }
        catch (LlmConfigException e)
        {
            key.Dispose();
            throw e.About(item.Name);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>The key of a configuration as it was read once, for a copy of it: whether it may go anywhere is not asked.</summary>
    public ApiKey ReadForCopy(LlmConfiguration item, CancellationToken cancellation)
    {
        ApiKey key = ReadStored(item, cancellation);
        try
        {
            // The source of a copy is removed after it.
            RequireSame(item, key);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    // Of a fingerprint that was read before the master key was exchanged, it is asked again.
    private void RequireSame(LlmConfiguration item, ApiKey key)
    {
        while (seals.Difference(item, key) is { } error)
        {
            item = config.Read()?.Find(item.Id) is { } now && now.Key == item.Key && now.KeyFingerprint != item.KeyFingerprint ? now : throw error;
        }
    }

    private ApiKey ReadStored(LlmConfiguration item, CancellationToken cancellation)
    {
        if (item.Key is not { } key)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.KeyMissing, item.Name, $"The configuration '{item.Name}' has no key.", "Give it one with Set-LlmConfig -AskApiKey.");
        }

        if (item.KeyName is { } name)
        {
            return NamedSecret.Read(Open(key.Vault, item.Name), name, item.Name, cancellation);
        }

        try
        {
            return vaults.Open(key.Vault).Read(key.KeyId, cancellation);
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.KeyMissing)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.KeyMissing,
                item.Name,
                $"The vault '{key.Vault}' does not have the key of '{item.Name}'.",
                item.KeyStoreId is null ? e.RecommendedAction
                    : $"Another store wrote it, and has rotated or removed it since: bring the change here with Import-LlmConfig -FromVault '{DisplayText.Of(key.Vault)}'.",
                e);
        }
        catch (LlmConfigException e)
        {
            throw e.About(item.Name);
        }
    }

    private IKeyVault Open(string vault, string name)
    {
        try
        {
            return vaults.Open(vault);
        }
        catch (LlmConfigException e)
        {
            throw e.About(name);
        }
    }

    private LlmConfiguration Get(Guid id) => config.ReadForKeys()?.Find(id) ?? throw ConfigDraft.NotFound(id.ToString("D"));
}
