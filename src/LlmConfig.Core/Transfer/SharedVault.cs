namespace LlmConfig;

/// <summary>A vault that several stores share, compared with one of them: what an import would change.</summary>
internal sealed class SharedVault(IKeyVault vault, IntentLog intents, Action<LlmConfigWarning> warn)
{
    /// <summary>The vault of this name as a source of configurations.</summary>
    /// <exception cref="LlmConfigException">VaultUnavailable: it is the built-in vault, or it keeps no labels.</exception>
    public static void RequireShared(IKeyVault vault)
    {
        (string? problem, string remedy) = vault switch
        {
            LocalVault => (
                $"The vault '{vault.Name}' belongs to this store alone: there is nothing in it that the store does not have.",
                "Name a vault that stores share. Repair-LlmConfig rebuilds a lost store from its vaults."),
            { TakesLabels: false } => (
                $"The vault '{DisplayText.Of(vault.Name)}' keeps no metadata beside its keys, so it does not know which configurations they belong to.",
                "Use Export-LlmConfig on the other machine and import its file, or a vault that takes metadata."),
            _ => default((string?, string)),
        };
        if (problem is not null)
        {
            throw new LlmConfigException(LlmConfigErrorCode.VaultUnavailable, vault.Name, problem, remedy);
        }
    }

    /// <summary>What the vault says and the store does not, those that it has no more first; and how many keys say nothing.</summary>
    /// <param name="seen">What the store holds, read before; <see langword="null"/> for no store.</param>
    /// <param name="options">How to import.</param>
    /// <param name="cancellation">Stops waiting for the vault.</param>
    /// <exception cref="LlmConfigException">VaultLocked, VaultUnavailable or VaultCorrupt: nothing can be told.</exception>
    public (IReadOnlyList<ImportingChange> Changes, int PassedOver) Compare(
        ConfigDocument? seen, ImportOptions options, CancellationToken cancellation)
    {
        // A key that a process of this store is writing or dropping is in doubt. Looked for twice: what was dropped before the
        // store was read is still named before the vault is listed, what is written until then is named after that.
        HashSet<string> doubtful = intents.NamedKeys();
        IReadOnlyList<KeyVaultEntry> entries = vault.List(cancellation);
        doubtful.UnionWith(intents.NamedKeys());

        HashSet<string> listed = [.. entries.Select(entry => entry.KeyId)];
        HashSet<Guid> known = [.. entries.Select(entry => entry.Label?.Configuration.Id).OfType<Guid>()];
        IEnumerable<KeyVaultEntry> newest = SharedKeys.Newest(entries.Where(entry => !doubtful.Contains(entry.KeyId))).Values
            .OrderBy(entry => entry.Label!.Configuration.CreatedAt)
            .ThenBy(entry => entry.Label!.Configuration.Id);

        List<ForgetChange> gone = [.. (seen?.Configurations ?? [])
            .Where(item => item.KeyStoreId is not null && IsHere(item) && !known.Contains(item.Id) && options.Wants(item.Name, item.Provider))
            .Where(item => IsGone(item, listed, cancellation))
            .Select(item => new ForgetChange(item))];
        var adopted = new List<AdoptChange>();
        foreach (KeyVaultEntry entry in newest)
        {
            LlmConfiguration shared = entry.Label!.Configuration;
            LlmConfiguration? local = seen?.Find(shared.Id);
            if (options.Wants(shared.Name, shared.Provider) || (local is not null && options.Wants(local.Name, local.Provider)))
            {
                bool isGone = local is { KeyName: null } && local.KeyId != entry.KeyId && IsHere(local) && IsGone(local, listed, cancellation);
                adopted.Add(new AdoptChange(vault.Name, entry, seen?.StoreId, local, isGone, options));
            }
        }

        return ([.. gone, .. adopted], entries.Count(entry => entry.Label is null));
    }

    /// <summary>
    /// Tells the changes which configurations get another name by them. One whose new name belongs to a configuration that
    /// keeps it is left out, since it will fail, or be called something else.
    /// </summary>
    public static void ResolveRenames(IReadOnlyList<ImportingChange> changes, ConfigDocument? seen)
    {
        List<AdoptChange> adopted = [.. changes.OfType<AdoptChange>()];
        HashSet<Guid> removed = [.. changes.OfType<ForgetChange>().Select(change => change.Id)];
        HashSet<Guid> renamed = [.. adopted
            .Where(change => change.Error is null && seen?.Find(change.Id) is { } local
                && change.IsNewerThan(local) && !ConfigurationName.Comparer.Equals(local.Name, change.SourceName))
            .Select(change => change.Id)];
        int before;
        do
        {
            before = renamed.Count;
            renamed = [.. adopted.Where(change => renamed.Contains(change.Id) && IsFree(change)).Select(change => change.Id)];
        }
        while (renamed.Count < before);

        adopted.ForEach(change => change.Renamed = renamed);

        bool IsFree(AdoptChange change) => seen?.Find(change.SourceName) is not { } other
            || other.Id == change.Id || renamed.Contains(other.Id) || removed.Contains(other.Id);
    }

    private bool IsHere(LlmConfiguration item) => string.Equals(item.Vault, vault.Name, StringComparison.OrdinalIgnoreCase);

    // A list may be short by a fault of the vault; nothing is taken away unless the vault says of the key itself that it is not there.
    private bool IsGone(LlmConfiguration item, HashSet<string> listed, CancellationToken cancellation)
    {
        if (listed.Contains(item.KeyId!))
        {
            return false;
        }

        try
        {
            vault.Read(item.KeyId!, cancellation).Dispose();
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.KeyMissing)
        {
            return true;
        }
        catch (LlmConfigException e)
        {
            return Stays($"Whether the vault still has the key of '{item.Name}' cannot be told, so the configuration stays as it is. {e.Message}");
        }

        return Stays($"The vault '{vault.Name}' has the key of '{item.Name}' but does not list it, so the configuration stays as it is.");

        bool Stays(string why)
        {
            warn(new LlmConfigWarning(item.Name, why));
            return false;
        }
    }
}
