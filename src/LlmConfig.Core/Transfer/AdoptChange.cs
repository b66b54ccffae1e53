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
    string vault, KeyVaultEntry entry, Guid? ownStore, LlmConfiguration? seen, bool seenKeyIsGone, ImportOptions options) : ImportingChange
{
    private LlmConfiguration Shared => entry.Label!.Configuration;

    public Guid Id => Shared.Id;

    public override ApiKey? Key => null;

    public override string SourceName => Shared.Name;

    public override string Detail => $"from the vault '{vault}'";

    /// <summary>
    /// The configurations that this import gives another name, by id: their names are no conflict. What <c>work</c> was called
    /// before may belong to another one now.
    /// </summary>
    public IReadOnlySet<Guid> Renamed { get; set; } = new HashSet<Guid>();

    /// <summary>True when its settings hold, and not those of the store.</summary>
    public bool IsNewerThan(LlmConfiguration local) => Shared.UpdatedAt > local.UpdatedAt;

    protected override (LlmConfiguration Result, KeyReference? Dropped) ApplyCore(ConfigDraft draft, Func<string?, IKeyVault> openVault)
    {
        RelabelledKey = null;
        SendsKeptKeyElsewhere = false;
        MovedAside = Displaced = null;
        LlmConfiguration? local = draft.Find(Shared.Id);
        if (local is null)
        {
            // Removed here after the vault was listed: what was listed may be gone by now.
            return seen is null ? Create(draft) : Leave(seen);
        }

        if (IsNewerThan(local))
        {
            return TakeAll(draft, local);
        }

        return !seenKeyIsGone || local.Key != seen?.Key || local.KeyId == entry.KeyId ? Leave(local)
            : entry.Label!.BelongsTo(local) ? TakeKey(draft, local)
            : TakeAll(draft, local);
    }

    private (LlmConfiguration Result, KeyReference? Dropped) Create(ConfigDraft draft)
    {
        CheckBaseUrl(null);
        string? name = Place(draft, null, out LlmConfiguration? other);
        if (name is null)
        {
            return Leave(other!, ImportAction.Skip);
        }

        LlmConfiguration result = WithKey(Shared with { Name = name });
        result = result with { IsDefault = MakeRoom(draft, other, result) };
        Action = ImportAction.Create;
        Existing = Before = null;

        // Who can write a label need not be able to read keys: it may say any host of a key that others wrote.
        SendsKeptKeyElsewhere = BaseUrl.Origin(result.BaseUrl) != BaseUrl.Origin(LlmProviderCatalog.Find(result.Provider)?.DefaultBaseUrl);
        return (draft.Add(result), null);
    }

    private (LlmConfiguration Result, KeyReference? Dropped) TakeAll(ConfigDraft draft, LlmConfiguration local)
    {
        CheckBaseUrl(local);
        string? name = Place(draft, local, out LlmConfiguration? other);
        if (name is null)
        {
            return Leave(local, ImportAction.Skip);
        }

        LlmConfiguration after = WithKey(local with
        {
            Name = name,
            Provider = Shared.Provider,
            OwnBaseUrl = Shared.OwnBaseUrl,
            UseAuthHeader = Shared.UseAuthHeader,
            Model = Shared.Model,
            UpdatedAt = Shared.UpdatedAt,
        });
        after = after with { IsDefault = MakeRoom(draft, other, after) || local.IsDefault };

        // Also with another key: a label can be put beside any key that is there.
        SendsKeptKeyElsewhere = local.Key is not null && !KeySeals.LeadAlike(after, local);
        return Replace(draft, local, after);
    }

    // The time of the last change stays: it is what labels are compared with.
    private (LlmConfiguration Result, KeyReference? Dropped) TakeKey(ConfigDraft draft, LlmConfiguration local) =>
        Replace(draft, local, WithKey(local));

    private (LlmConfiguration Result, KeyReference? Dropped) Replace(ConfigDraft draft, LlmConfiguration local, LlmConfiguration after)
    {
        Action = ImportAction.Update;
        Existing = Before = local;
        return (draft.Replace(after), after.KeyId == local.KeyId ? null : local.OwnKey);
    }

    private LlmConfiguration WithKey(LlmConfiguration item) => item with
    {
        Vault = vault,
        KeyId = entry.KeyId,
        KeyStoreId = entry.Label!.StoreId == ownStore ? null : entry.Label.StoreId,
        KeyUpdatedAt = Shared.KeyUpdatedAt,
        KeyMark = item.KeyId == entry.KeyId ? item.KeyMark : null,
    };

    // The name that it gets; null where it is passed over. What has to make room is given back and not yet touched.
    private string? Place(ConfigDraft draft, LlmConfiguration? local, out LlmConfiguration? other)
    {
        other = draft.FindByName(Shared.Name);
        if (other is null || other.Id == Shared.Id)
        {
            other = null;
            return Shared.Name;
        }

        if (Renamed.Contains(other.Id))
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

    // True when what made room was the default configuration, and the one that takes its place leads to the same host.
    private bool MakeRoom(ConfigDraft draft, LlmConfiguration? other, LlmConfiguration successor)
    {
        if (other is null)
        {
            return false;
        }

        if (Renamed.Contains(other.Id))
        {
            // Its own change comes later, and gives it its name.
            draft.Replace(other with { Name = draft.FreeName(other.Name) });
            return false;
        }

        if (other.OwnKey is not null || other.KeyName is not null)
        {
            // Nobody else has this key, or this reference to one: only the name is taken.
            MovedAside = other with { Name = draft.FreeName(other.Name), UpdatedAt = other.UpdatedAt.AddMilliseconds(1) };
            RelabelledKey = other.OwnKey;
            draft.Replace(MovedAside);
            return false;
        }

        Displaced = other;
        draft.Remove(other.Id);
        return other.IsDefault && !LeadElsewhere(successor, other);
    }

    // Labels are input from others: what llm_config.json must hold was checked when it was read, this is what a command asks.
    private void CheckBaseUrl(LlmConfiguration? local)
    {
        if (local is not null && local.OwnBaseUrl == Shared.OwnBaseUrl && local.Provider == Shared.Provider)
        {
            return;
        }

        LlmProvider? provider = LlmProviderCatalog.Find(Shared.Provider);
        if (provider is not null && Shared.OwnBaseUrl is null)
        {
            CreateChange.RequireBaseUrl(null, provider, Shared.Name);
        }
        else if (Shared.OwnBaseUrl is { } url)
        {
            _ = BaseUrl.Validate(url, provider ?? LlmProviderCatalog.Get("openai-compatible", null), Shared.Name, options.AllowInsecureBaseUrl);
        }
    }
}
