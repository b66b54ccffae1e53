namespace LlmConfig;

/// <summary>Changes settings of a configuration, rotates its key, or moves the key to another vault.</summary>
internal sealed class UpdateChange(Guid id, string shownName, ConfigurationUpdate wanted, DateTime now) : PlannedChange
{
    public override ApiKey? Key => wanted.Key;

    public override bool AcceptsHost => wanted.AcceptHostOf is not null;

    protected override ChangeOutcome ApplyTo(ConfigDraft draft, Func<string?, IKeyVault> openVault)
    {
        LlmConfiguration before = draft.Get(id, shownName);
        if (wanted.RemoveKey && !string.IsNullOrWhiteSpace(wanted.KeyName))
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidArgument, before.Name, "The name of a secret was given together with the request to remove the key.", "Use one of the two.");
        }

        if (wanted.AcceptHostOf is { } accepted && !KeySeals.SendAlike(accepted, before))
        {
            throw KeySeals.ChangedSinceAccepted(accepted, before);
        }

        if (wanted.ReplacedKey is { } replaced && replaced != before.Key)
        {
            throw KeyRotation.Changed(before.Name);
        }

        if (wanted is { RemoveKey: true, Key: not null })
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidKey, before.Name, "A new key was given together with the request to remove it.", "Use one of the two.");
        }

        LlmProvider? provider = wanted.Provider is null
            ? LlmProviderCatalog.Find(before.Provider)
            : LlmProviderCatalog.Get(wanted.Provider, before.Name);
        LlmConfiguration after = before with
        {
            Name = wanted.NewName is null ? before.Name : ConfigurationName.Validate(wanted.NewName),
            Provider = provider?.Id ?? before.Provider,
            ExplicitBaseUrl = NewBaseUrl(before, provider),
            UseAuthHeader = wanted.UseAuthHeader ?? DefaultHeader(before, provider),
            Model = wanted.Model is null ? before.Model : ConfigurationName.ValidateModel(wanted.Model, before.Name),
            Details = before.Details.With(wanted.Details, before.Name),
            IsDefault = wanted.AsDefault ?? before.IsDefault,
        };
        if (wanted.BaseUrl is not null || wanted.Provider is not null)
        {
            // Without an entry in the catalogue, the URL that it had stands.
            if (provider is not null)
            {
                CreateChange.RequireBaseUrl(after.ExplicitBaseUrl, provider, before.Name);
            }
        }

        after = WithKey(before, after, openVault);
        bool keeps = after.Key == before.Key;
        if (after == before)
        {
            after = AcceptsHost ? draft.Replace(before, Sealing.Accepted) : before;

            // Until the host was accepted, the label said what the key was sealed for.
            return new ChangeOutcome(after, before, Relabelled: after == before ? null : after.RemovableKey);
        }

        // A second change in the same millisecond is later all the same: stores that share a vault go by it.
        after = after with { UpdatedAt = ChangeTime.After(before.UpdatedAt, now), HasLateTime = false };
        KeyReference? dropped = keeps ? null : draft.RemovableKeyOf(before);
        after = draft.Replace(after, AcceptsHost ? Sealing.Accepted : Sealing.Checked);
        return new ChangeOutcome(after, before, dropped, Relabelled: keeps && (AcceptsHost || !KeyLabel.HaveSameLabel(before, after)) ? after.RemovableKey : null);
    }

    private static bool DefaultHeader(LlmConfiguration before, LlmProvider? provider) =>
        provider is not null && provider.Id != before.Provider && LlmProviderCatalog.Find(before.Provider)?.UseAuthHeader == before.UseAuthHeader
            ? provider.UseAuthHeader
            : before.UseAuthHeader;

    private string? NewBaseUrl(LlmConfiguration before, LlmProvider? provider)
    {
        // The URL that is in force already is not checked anew. Where it comes from the provider's default and the provider
        // changes too, it is no longer in force: the URL that was given has to be kept.
        if (wanted.BaseUrl is null
            || (wanted.BaseUrl == before.BaseUrl && (before.ExplicitBaseUrl is not null || provider?.Id == before.Provider)))
        {
            return before.ExplicitBaseUrl;
        }

        return string.IsNullOrWhiteSpace(wanted.BaseUrl)
            ? null
            : BaseUrl.Validate(
                wanted.BaseUrl, provider ?? LlmProviderCatalog.Get("openai-compatible", null), before.Name, wanted.AllowInsecureBaseUrl);
    }

    private LlmConfiguration WithNamedKey(
        LlmConfiguration before, LlmConfiguration after, string? vault, string name, Func<string?, IKeyVault> openVault)
    {
        if (wanted.Key is not null)
        {
            throw CreateChange.TwoKeys(before.Name);
        }

        KeyReference key = PlanNamedKey(vault ?? before.Vault, openVault, NamedSecret.Validate(name, before.Name));
        return key == before.Key
            ? after
            : after with { KeyId = key.KeyId, Vault = key.Vault, KeyUpdatedAt = now, KeyFingerprint = null, KeyStoreId = null };
    }

    private LlmConfiguration WithKey(LlmConfiguration before, LlmConfiguration after, Func<string?, IKeyVault> openVault)
    {
        string? vault = CreateChange.NullIfBlank(wanted.Vault);
        if (vault is not null)
        {
            // A wrong name is an error also where there is no key to put there.
            _ = openVault(vault);
        }

        if (wanted.RemoveKey)
        {
            return after with { KeyId = null, Vault = null, KeyUpdatedAt = null, KeyFingerprint = null, KeyStoreId = null, Seal = null, KeyExtras = JsonExtras.None };
        }

        if (!string.IsNullOrWhiteSpace(wanted.KeyName))
        {
            return WithNamedKey(before, after, vault, wanted.KeyName, openVault);
        }

        bool moves = wanted.Key is null && vault is not null && before.Key is not null
            && !string.Equals(openVault(vault).Name, before.Vault, StringComparison.OrdinalIgnoreCase);
        if (wanted.Key is null && !moves)
        {
            return after;
        }

        if (moves && before.KeyName is { } kept)
        {
            throw new LlmConfigException(
                LlmConfigErrorCode.InvalidArgument,
                before.Name,
                $"The key of '{before.Name}' is the secret '{DisplayText.Of(kept)}' of the vault '{DisplayText.Of(before.Vault)}', which somebody else keeps: it is not moved.",
                "Give the configuration a key of its own with -ApiKey, or name another secret with -KeyName.");
        }

        // A new value stays in the vault where the old one was, unless another is named, or that vault was chosen for a secret
        // of somebody else.
        KeyReference key = PlanKey(vault ?? (before.KeyName is null ? before.Vault : null), openVault, wanted.Key is null ? before.Key : null);
        return after with
        {
            KeyId = key.KeyId,
            Vault = key.Vault,
            KeyUpdatedAt = wanted.Key is null ? before.KeyUpdatedAt : now,
            KeyFingerprint = Plan.Fingerprint ?? (wanted.Key is null ? before.KeyFingerprint : null),
            KeyStoreId = null,
        };
    }
}
