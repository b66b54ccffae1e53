namespace LlmConfig;

/// <summary>Reads the keys of configurations, while other processes rotate and move them.</summary>
internal sealed class KeyReader(ConfigFile config, KeyVaults vaults)
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
    public (LlmConfiguration Configuration, ApiKey Key) ReadCurrent(LlmConfiguration item, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return (item, Read(item, cancellation));
            }
            catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.KeyMissing)
            {
                // Another process may have rotated or moved it between the two reads; on a busy machine more than once.
                LlmConfiguration again = Get(item.Id);
                if (again.Key == item.Key)
                {
                    throw;
                }

                cancellation.ThrowIfCancellationRequested();
                item = again;
            }
        }
    }

    /// <summary>The key of a configuration as it was read once.</summary>
    public ApiKey Read(LlmConfiguration item, CancellationToken cancellation)
    {
        if (item.Key is not { } key)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.KeyMissing, item.Name, $"The configuration '{item.Name}' has no key.", "Give it one with Set-LlmConfig -ApiKey.");
        }

        try
        {
            return vaults.Open(key.Vault).Read(key.KeyId, cancellation);
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.KeyMissing)
        {
            if (item.KeyStoreId is not null && ReadSuccessor(item, cancellation) is { } rotated)
            {
                return rotated;
            }

            throw new LlmConfigException(
                LlmConfigErrorCode.KeyMissing,
                item.Name,
                $"The vault '{key.Vault}' does not have the key of '{item.Name}'.",
                e.RecommendedAction,
                e);
        }
        catch (LlmConfigException e)
        {
            throw e.About(item.Name);
        }
    }

    // A key of another store that is gone was rotated there as a rule: the vault tells which key the configuration has now.
    private ApiKey? ReadSuccessor(LlmConfiguration item, CancellationToken cancellation)
    {
        IKeyVault vault = vaults.Open(item.Vault!);
        if (!vault.TakesLabels
            || SharedKeys.Newest(vault.List(cancellation)).GetValueOrDefault(item.Id) is not { } entry
            || entry.KeyId == item.KeyId)
        {
            return null;
        }

        if (!entry.Label!.BelongsTo(item))
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.KeyMissing,
                item.Name,
                $"The key of '{item.Name}' was exchanged by another store, together with where it goes.",
                $"Bring the change here with Import-LlmConfig -FromVault '{ShownText.Of(vault.Name)}'.");
        }

        try
        {
            return vault.Read(entry.KeyId, cancellation);
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.KeyMissing)
        {
            return null;
        }
    }

    private LlmConfiguration Get(Guid id) => config.Read()?.Find(id) ?? throw ConfigDraft.NotFound(id.ToString("D"));
}
