namespace LlmConfig;

/// <summary>
/// Takes over what a vault that stores share says of one configuration: its settings and where its key lies. The key itself
/// is neither read nor copied, and never removed unless this store wrote it.
/// </summary>
/// <param name="vault">The vault's name.</param>
/// <param name="entry">The newest key of the configuration there, with its label.</param>
/// <param name="ownStore">The id of this store; <see langword="null"/> while there is none.</param>
/// <param name="seen">The configuration as this store had it before the vault was listed; <see langword="null"/> where it had none.</param>
/// <param name="seenKeyIsGone">True when the key that <paramref name="seen"/> has is in the vault no more.</param>
/// <param name="options">How to import.</param>
internal sealed class AdoptChange(
    string vault, KeyVaultEntry entry, Guid? ownStore, LlmConfiguration? seen, bool seenKeyIsGone, ImportOptions options)
    : ImportingChange(entry.Label!.Configuration.Name, $"from the vault '{vault}'")
{
    private LlmConfiguration Shared => entry.Label!.Configuration;

    public Guid Id => Shared.Id;

    /// <summary>
    /// The configurations that this import gives another name, by id: their names are no conflict. What <c>work</c> was called
    /// before may belong to another one now.
    /// </summary>
    public IReadOnlySet<Guid> Renamed { get; set; } = new HashSet<Guid>();

    /// <summary>True when its settings hold, and not those of the store.</summary>
    public bool IsNewerThan(LlmConfiguration local) => Shared.UpdatedAt > local.UpdatedAt;

    protected override ChangeOutcome ApplyTo(ConfigDraft draft, Func<string?, IKeyVault> openVault)
    {
        LlmConfiguration? local = draft.Find(Shared.Id);
        bool keyIsGone = seenKeyIsGone && local?.Key == seen?.Key && local?.KeyId != entry.KeyId;
        return local is null
            // What this store had when the vault was listed was removed since: what was listed may be gone by now.
            ? seen is null ? TakeAll(draft, null) : Leave(seen)
            : IsNewerThan(local) || (keyIsGone && !entry.Label!.BelongsTo(local)) ? TakeAll(draft, local)
            // The time of the last change stays: it is what labels are compared with.
            : keyIsGone ? Replace(draft, local, WithKey(local), new ImportOutcome(ImportAction.Update, local))
            : Leave(local);
    }

    private ChangeOutcome TakeAll(ConfigDraft draft, LlmConfiguration? local)
    {
        CheckBaseUrl(local);
        if (Place(draft, local, out LlmConfiguration? other) is not { } name)
        {
            return Leave(local ?? other!, ImportAction.Skip);
        }

        LlmConfiguration after = WithKey((local ?? Shared) with
        {
            Name = name,
            Provider = Shared.Provider,
            ExplicitBaseUrl = Shared.ExplicitBaseUrl,
            UseAuthHeader = Shared.UseAuthHeader,
            Model = Shared.Model,
            Details = Shared.Details,
            UpdatedAt = Shared.UpdatedAt,
        });

        // A label can be put beside any key that is there, and who can write it need not be able to read keys: it may say any host.
        bool elsewhere = local is null
            ? BaseUrl.Origin(after.BaseUrl) != BaseUrl.Origin(LlmProviderCatalog.Find(after.Provider)?.DefaultBaseUrl)
            : local.Key is not null && !KeySeals.LeadAlike(after, local);
        var outcome = new ImportOutcome(local is null ? ImportAction.Create : ImportAction.Update, local, elsewhere);
        if (other is not null)
        {
            outcome = MakeRoom(draft, other, outcome);
        }

        // What takes the place of the default configuration is the default one where it leads to the same host.
        bool isDefault = local?.IsDefault == true
            || (outcome.Displaced is { IsDefault: true } displaced && BaseUrl.Origin(after.BaseUrl) == BaseUrl.Origin(displaced.BaseUrl));
        return Replace(draft, local, after with { IsDefault = isDefault }, outcome);
    }

    private ChangeOutcome Replace(
        ConfigDraft draft, LlmConfiguration? local, LlmConfiguration after, ImportOutcome outcome) => Done(
        outcome,
        local is null ? draft.Add(after) : draft.Replace(after),
        dropped: after.KeyId == local?.KeyId ? null : local?.RemovableKey,
        relabelled: outcome.MovedAside?.RemovableKey);

    private LlmConfiguration WithKey(LlmConfiguration item) => item with
    {
        Vault = vault,
        KeyId = entry.KeyId,
        KeyStoreId = entry.Label!.StoreId == ownStore ? null : entry.Label.StoreId,
        KeyUpdatedAt = Shared.KeyUpdatedAt,
        KeyFingerprint = item.KeyId == entry.KeyId ? item.KeyFingerprint : null,
    };

    // The name that it gets; null where it is skipped. What has to make room is given back and not yet touched.
    private string? Place(ConfigDraft draft, LlmConfiguration? local, out LlmConfiguration? other)
    {
        LlmConfiguration? owner = draft.FindByName(Shared.Name);
        other = owner?.Id == Shared.Id ? null : owner;
        if (other is null || Renamed.Contains(other.Id))
        {
            return Shared.Name;
        }

        switch (options.OnConflict)
        {
            case ImportConflict.Skip:
                return null;
            case ImportConflict.Rename:
                other = null;
                return draft.FreeName(Shared.Name, local?.Id);
            case ImportConflict.Replace:
                return Shared.Name;
            default:
                throw Conflict(Shared.Name, other);
        }
    }

    private ImportOutcome MakeRoom(ConfigDraft draft, LlmConfiguration other, ImportOutcome outcome)
    {
        if (Renamed.Contains(other.Id))
        {
            // Its own change comes later, and gives it its name.
            draft.Replace(other with { Name = draft.FreeName(other.Name) });
            return outcome;
        }

        if (other.RemovableKey is null && other.KeyName is null)
        {
            draft.Remove(other.Id);
            return outcome with { Displaced = other };
        }

        // Nobody else has this key, or this reference to one: only the name is taken.
        LlmConfiguration moved = other with { Name = draft.FreeName(other.Name), UpdatedAt = other.UpdatedAt.AddMilliseconds(1) };
        draft.Replace(moved);
        return outcome with { MovedAside = moved };
    }

    // Labels are input from others: what llm_config.json must hold was checked when it was read, this is what a command asks.
    private void CheckBaseUrl(LlmConfiguration? local)
    {
        LlmProvider? provider = LlmProviderCatalog.Find(Shared.Provider);
        if (local is not null && local.ExplicitBaseUrl == Shared.ExplicitBaseUrl && local.Provider == Shared.Provider)
        {
            return;
        }

        if (Shared.ExplicitBaseUrl is { } url)
        {
            _ = BaseUrl.Validate(url, provider ?? LlmProviderCatalog.Get("openai-compatible", null), Shared.Name, options.AllowInsecureBaseUrl);
        }
        else if (provider is not null)
        {
            CreateChange.RequireBaseUrl(null, provider, Shared.Name);
        }
    }
}
