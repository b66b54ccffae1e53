namespace LlmConfig;

/// <summary>Imports what a file or the environment offers: creates a configuration, or replaces the settings of one that is there.</summary>
/// <param name="item">What is offered.</param>
/// <param name="isRepeated">True when an item before it in the same import has its name or id: it can replace nothing then.</param>
/// <param name="options">How to import.</param>
/// <param name="now">The time of the import.</param>
internal sealed class ImportChange(ImportItem item, bool isRepeated, ImportOptions options, DateTime now) : ImportingChange(item.Name, item.Origin)
{
    private readonly Guid _fresh = Guid.NewGuid();

    public override ApiKey? Key => item.Key;

    public override bool LeavesKeyBehind => item.LeavesKeyBehind;

    /// <summary>The changes that import the items that are wanted.</summary>
    public static List<ImportingChange> Of(IEnumerable<ImportItem> items, ImportOptions options, DateTime now)
    {
        var names = new HashSet<string>(ConfigurationName.Comparer);
        var ids = new HashSet<Guid>();
        bool IsRepeated(ImportItem item) => !names.Add(item.Name.Trim()) | (item.Id is { } id && !ids.Add(id));

        return [.. items
            .Where(item => options.Wants(item.Name, item.Provider))
            .Select(item => new ImportChange(item, IsRepeated(item), options, now))];
    }

    protected override ChangeOutcome ApplyTo(ConfigDraft draft, Func<string?, IKeyVault> openVault)
    {
        if (item.Secret is { } secret && draft.Origin.Configurations.FirstOrDefault(known => draft.Find(known.Id)?.Key == secret) is { } user)
        {
            return Leave(draft.Find(user.Id)!);
        }

        string name = ConfigurationName.Validate(item.Name);

        // What a file holds in the place of a name may be anything, a key included.
        string shown = DisplayText.Of(name);
        LlmProvider provider = LlmProviderCatalog.Get(item.Provider, shown);
        LlmConfiguration? sameId = item.Id is { } id ? draft.Find(id) : null;
        LlmConfiguration? sameName = draft.FindByName(name);
        LlmConfiguration? there = sameId ?? sameName;
        var settings = new LlmConfiguration
        {
            Id = item.Id ?? _fresh,
            Name = name,
            Provider = provider.Id,
            ExplicitBaseUrl = BaseUrlOf(provider, shown, there),
            UseAuthHeader = item.UseAuthHeader ?? provider.UseAuthHeader,
            Model = ConfigurationName.ValidateModel(item.Model, shown),
            Details = ConfigurationDetails.None.With(item.Details, shown),
        };
        if (there is null)
        {
            return Create(draft, openVault, settings);
        }

        // A key is never read for this: where one comes along, the time at which it was set tells whether it is the same.
        bool hasSameKey = item.Key is null || (there.Key is not null && there.KeyUpdatedAt == item.KeyUpdatedAt);
        return there.Id == item.Id && KeyLabel.HaveSameLabel(settings, there) && hasSameKey ? Leave(there) : options.OnConflict switch
        {
            ImportConflict.Skip => Leave(there, ImportAction.Skip),
            ImportConflict.Rename => Create(
                draft, openVault, settings with { Id = sameId is null ? settings.Id : _fresh, Name = draft.FreeName(name) }),
            ImportConflict.Replace when !isRepeated && (sameName is null || sameName.Id == there.Id) => Replace(draft, openVault, settings, there),
            _ => throw Conflict(name, sameName ?? there),
        };
    }

    private string? BaseUrlOf(LlmProvider provider, string name, LlmConfiguration? there)
    {
        if (!string.IsNullOrWhiteSpace(item.BaseUrl))
        {
            // What is in force already was allowed once.
            return item.BaseUrl == there?.ExplicitBaseUrl ? item.BaseUrl : BaseUrl.Validate(item.BaseUrl, provider, name, options.AllowInsecureBaseUrl);
        }

        if (provider.DefaultBaseUrl is null && item.BaseUrlRemedy is { } remedy)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidBaseUrl, name, $"The provider {provider.Id} has no default base URL, and none was found.", remedy);
        }

        CreateChange.RequireBaseUrl(null, provider, name);
        return null;
    }

    private ChangeOutcome Create(ConfigDraft draft, Func<string?, IKeyVault> openVault, LlmConfiguration settings)
    {
        LlmConfiguration result = WithKey(settings, PlanKeyFor(null, openVault)) with
        {
            CreatedAt = Limited(item.CreatedAt),
            UpdatedAt = now,
            IsDefault = item.IsDefault && !draft.HasDefault,
        };
        return Done(new ImportOutcome(ImportAction.Create), draft.Add(result));
    }

    private ChangeOutcome Replace(
        ConfigDraft draft, Func<string?, IKeyVault> openVault, LlmConfiguration settings, LlmConfiguration there)
    {
        KeyReference? key = PlanKeyFor(there.KeyName is null ? there.Vault : null, openVault);
        LlmConfiguration after = WithKey(there, key) with
        {
            Name = settings.Name,
            Provider = settings.Provider,
            ExplicitBaseUrl = settings.ExplicitBaseUrl,
            UseAuthHeader = settings.UseAuthHeader,
            Model = settings.Model,
            Details = item.Details is null ? there.Details : settings.Details,
        };
        if (after == there)
        {
            return Leave(there);
        }

        after = draft.Replace(after with { UpdatedAt = ChangeTime.After(there.UpdatedAt, now), HasLateTime = false });
        if (key is not null)
        {
            return Done(new ImportOutcome(ImportAction.Update, there), after, dropped: there.RemovableKey);
        }

        bool elsewhere = there.Key is not null && BaseUrl.Origin(after.BaseUrl) != BaseUrl.Origin(there.BaseUrl);
        return Done(
            new ImportOutcome(ImportAction.Update, there, elsewhere), after, relabelled: KeyLabel.HaveSameLabel(there, after) ? null : after.RemovableKey);
    }

    private LlmConfiguration WithKey(LlmConfiguration settings, KeyReference? key) => key is null ? settings : settings with
    {
        KeyId = key.KeyId,
        Vault = key.Vault,
        KeyUpdatedAt = Limited(item.KeyUpdatedAt),
        KeyFingerprint = Plan.Fingerprint,
        KeyStoreId = null,
    };

    private DateTime Limited(DateTime? time) => time is { } given ? ChangeTime.Limited(given, now) : now;

    private KeyReference? PlanKeyFor(string? present, Func<string?, IKeyVault> openVault)
    {
        if (item.Secret is { } secret)
        {
            return PlanNamedKey(secret.Vault, openVault, secret.KeyId);
        }

        string? vault = CreateChange.NullIfBlank(options.Vault);
        if (vault is not null)
        {
            // A wrong name is an error also where there is no key to put there.
            _ = openVault(vault);
        }

        return item.Key is null ? null : PlanKey(vault ?? present, openVault);
    }
}
