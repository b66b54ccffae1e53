namespace LlmConfig;

/// <summary>Imports what a file or the environment offers: creates a configuration, or replaces the settings of one that is there.</summary>
internal sealed class ImportChange(ImportItem item, ImportOptions options, DateTime now) : ImportingChange
{
    private readonly Guid _fresh = Guid.NewGuid();

    public override ApiKey? Key => item.Key;

    public override string SourceName => item.Name;

    public override string Detail => item.Origin;

    public override bool LeavesKeyBehind => item.LeavesKeyBehind;

    protected override (LlmConfiguration Result, KeyReference? Dropped) ApplyCore(ConfigDraft draft, Func<string?, IKeyVault> openVault)
    {
        if (item.Secret is { } secret && draft.Origin.Configurations.FirstOrDefault(known => draft.Find(known.Id)?.Key == secret) is { } user)
        {
            return Leave(draft.Find(user.Id)!);
        }

        string name = ConfigurationName.Validate(item.Name);

        // What a file holds in the place of a name may be anything, a key included.
        string shown = ShownText.Of(name);
        LlmProvider provider = LlmProviderCatalog.Get(item.Provider, shown);
        LlmConfiguration? sameId = item.Id is { } id ? draft.Find(id) : null;
        LlmConfiguration? sameName = draft.FindByName(name);
        LlmConfiguration? there = sameId ?? sameName;
        var settings = new LlmConfiguration
        {
            Id = item.Id ?? _fresh,
            Name = name,
            Provider = provider.Id,
            OwnBaseUrl = BaseUrlOf(provider, shown, there),
            UseAuthHeader = item.UseAuthHeader ?? provider.UseAuthHeader,
            Model = ConfigurationName.ValidateModel(item.Model, shown),
        };
        if (there is null)
        {
            return Create(draft, openVault, settings);
        }

        if (there.Id == item.Id && IsTheSame(settings, there))
        {
            return Leave(there);
        }

        switch (options.OnConflict)
        {
            case ImportConflict.Skip:
                return Leave(there, ImportAction.Skip);
            case ImportConflict.Rename:
                return Create(draft, openVault, settings with { Id = sameId is null ? settings.Id : _fresh, Name = draft.FreeName(name) });
            case ImportConflict.Replace when !item.IsRepeated && (sameName is null || sameName.Id == there.Id):
                return Replace(draft, openVault, settings, there);
            default:
                throw Conflict(name, sameName ?? there);
        }
    }

    private string? BaseUrlOf(LlmProvider provider, string name, LlmConfiguration? there)
    {
        if (string.IsNullOrWhiteSpace(item.BaseUrl))
        {
            return provider.DefaultBaseUrl is not null || item.BaseUrlRemedy is not { } remedy
                ? Required(null)
                : throw new LlmConfigException(
                    LlmConfigErrorCode.InvalidBaseUrl, name, $"The provider {provider.Id} has no default base URL, and none was found.", remedy);
        }

        // What is in force already was allowed once.
        return item.BaseUrl == there?.OwnBaseUrl
            ? item.BaseUrl
            : BaseUrl.Validate(item.BaseUrl, provider, name, options.AllowInsecureBaseUrl);

        string? Required(string? url)
        {
            CreateChange.RequireBaseUrl(url, provider, name);
            return url;
        }
    }

    // A key is never read for this: where one comes along, the time at which it was set tells whether it is the same.
    private bool IsTheSame(LlmConfiguration settings, LlmConfiguration there) =>
        KeyLabel.HaveSameLabel(settings, there) && (item.Key is null || (there.Key is not null && there.KeyUpdatedAt == item.KeyUpdatedAt));

    private (LlmConfiguration Result, KeyReference? Dropped) Create(ConfigDraft draft, Func<string?, IKeyVault> openVault, LlmConfiguration settings)
    {
        KeyReference? key = PlanKeyFor(null, openVault);
        LlmConfiguration result = settings with
        {
            Vault = key?.Vault,
            KeyId = key?.KeyId,
            KeyUpdatedAt = key is null ? null : Limited(item.KeyUpdatedAt),
            KeyMark = key is null ? null : KeyMark,
            CreatedAt = Limited(item.CreatedAt),
            UpdatedAt = now,
            IsDefault = item.IsDefault && !draft.HasDefault,
        };
        Action = ImportAction.Create;
        Existing = Before = null;
        SendsKeptKeyElsewhere = false;
        return (draft.Add(result), null);
    }

    private (LlmConfiguration Result, KeyReference? Dropped) Replace(
        ConfigDraft draft, Func<string?, IKeyVault> openVault, LlmConfiguration settings, LlmConfiguration there)
    {
        KeyReference? key = PlanKeyFor(there.KeyName is null ? there.Vault : null, openVault);
        LlmConfiguration after = there with
        {
            Name = settings.Name,
            Provider = settings.Provider,
            OwnBaseUrl = settings.OwnBaseUrl,
            UseAuthHeader = settings.UseAuthHeader,
            Model = settings.Model,
        };
        if (key is not null)
        {
            after = after with { KeyId = key.KeyId, Vault = key.Vault, KeyUpdatedAt = Limited(item.KeyUpdatedAt), KeyMark = KeyMark, KeyStoreId = null };
        }

        RelabelledKey = null;
        if (after == there)
        {
            return Leave(there);
        }

        after = after with { UpdatedAt = ChangeTime.After(there.UpdatedAt, now), HasLateTime = false };
        Action = ImportAction.Update;
        Existing = Before = there;
        SendsKeptKeyElsewhere = key is null && there.Key is not null && LeadElsewhere(after, there);
        RelabelledKey = key is null && !KeyLabel.HaveSameLabel(there, after) ? after.OwnKey : null;
        return (draft.Replace(after), key is null ? null : there.OwnKey);
    }

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
