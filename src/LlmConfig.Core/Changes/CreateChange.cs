namespace LlmConfig;

/// <summary>Creates a configuration.</summary>
internal sealed class CreateChange(NewConfiguration wanted, DateTime now) : PlannedChange
{
    private readonly Guid _id = Guid.NewGuid();

    public override ApiKey? Key => wanted.Key;

    protected override ChangeOutcome ApplyTo(ConfigDraft draft, Func<string?, IKeyVault> openVault)
    {
        string name = ConfigurationName.Validate(wanted.Name);
        LlmProvider provider = LlmProviderCatalog.Get(wanted.Provider, name);
        string? baseUrl = string.IsNullOrWhiteSpace(wanted.BaseUrl)
            ? null
            : BaseUrl.Validate(wanted.BaseUrl, provider, name, wanted.AllowInsecureBaseUrl);
        RequireBaseUrl(baseUrl, provider, name);
        string? vault = NullIfBlank(wanted.Vault);
        if (vault is not null)
        {
            // A wrong name is an error also where there is no key to put there.
            _ = openVault(vault);
        }

        KeyReference? key = !string.IsNullOrWhiteSpace(wanted.KeyName) ? PlanNamedKey(wanted.KeyName, wanted.Key, name, vault, openVault)
            : wanted.Key is null ? null
            : PlanKey(vault, openVault);

        var item = new LlmConfiguration
        {
            Id = _id,
            Name = name,
            Provider = provider.Id,
            ExplicitBaseUrl = baseUrl,
            UseAuthHeader = wanted.UseAuthHeader ?? provider.UseAuthHeader,
            Model = ConfigurationName.ValidateModel(wanted.Model, name),
            Details = ConfigurationDetails.None.With(wanted.Details, name),
            Vault = key?.Vault,
            KeyId = key?.KeyId,
            ManagedBy = wanted.ManagedBy,
            IsDefault = wanted.AsDefault ?? draft.IsEmpty,
            KeyUpdatedAt = key is null ? null : now,
            KeyFingerprint = key is null ? null : Plan.Fingerprint,
            CreatedAt = now,
            UpdatedAt = now,
        };
        return new ChangeOutcome(draft.Add(item));
    }

    private KeyReference PlanNamedKey(string secret, ApiKey? key, string name, string? vault, Func<string?, IKeyVault> openVault) =>
        key is null ? PlanNamedKey(vault, openVault, NamedSecret.Validate(secret, name)) : throw TwoKeys(name);

    internal static LlmConfigException TwoKeys(string name) => new(
        LlmConfigErrorCode.InvalidArgument,
        name,
        "A key was given together with the name of a secret that is there already.",
        "Use one of the two: -ApiKey for a key of its own, -KeyName for a secret that somebody else keeps.");

    internal static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    internal static void RequireBaseUrl(string? baseUrl, LlmProvider provider, string name)
    {
        if (baseUrl is null && provider.DefaultBaseUrl is null)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidBaseUrl,
                name,
                $"The provider {provider.Id} has no default base URL.",
                $"Give one with -BaseUrl, such as {provider.BaseUrlExample}.");
        }
    }
}
