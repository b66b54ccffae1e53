namespace LlmConfig;

/// <summary>What an update changes of a configuration, in words.</summary>
internal static class UpdateText
{
    /// <summary>The changes, old → new.</summary>
    public static IEnumerable<string> Of(ConfigurationUpdate update, LlmConfiguration before, bool hasNewKey)
    {
        LlmProvider? provider = LlmProviderCatalog.Find(update.Provider ?? before.Provider);
        string? ownUrl = update.BaseUrl is null ? before.ExplicitBaseUrl : CreateChange.NullIfBlank(update.BaseUrl);
        string?[] changes =
        [
            Of("name", before.Name, update.NewName?.Trim() ?? before.Name),
            Of("provider", before.Provider, update.Provider is null ? before.Provider : provider?.Id ?? "(unknown)"),
            Of("base URL", DisplayText.WithAsciiHost(before.BaseUrl), Url(ownUrl ?? provider?.DefaultBaseUrl)),
            Of("header", Header(before.UseAuthHeader), Header(update.UseAuthHeader ?? before.UseAuthHeader)),
            Of("model", before.Model, update.Model is null ? before.Model : CreateChange.NullIfBlank(update.Model)),
            .. OfDetails(before.Details, update.Details),
            Of("default", YesOrNo(before.IsDefault), YesOrNo(update.AsDefault ?? before.IsDefault)),
            OfKey(update, before, hasNewKey),
            update.AcceptHostOf is null ? null : "its key may go where the configuration says",
        ];
        return changes.OfType<string>();
    }

    private static IEnumerable<string?> OfDetails(ConfigurationDetails before, ConfigurationDetails? wanted)
    {
        ConfigurationDetails after = before.Merge(wanted);
        if (after == before)
        {
            return [];
        }

        // What breaks a rule may be a secret that was put in the wrong place.
        bool isShown = ConfigurationDetails.None.Merge(wanted).Problem() is null;
        IReadOnlyDictionary<string, string> old = before.Headers ?? ConfigurationDetails.NoHeaders, given = after.Headers ?? ConfigurationDetails.NoHeaders;
        return
        [
            Told("organization", before.Organization, after.Organization),
            Told("project", before.Project, after.Project),
            Told("API version", before.ApiVersion, after.ApiVersion),
            .. old.Keys.Union(given.Keys, StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase).Select(name => Told(
                $"header {(isShown || old.ContainsKey(name) ? DisplayText.Of(name) : "(not shown)")}", old.GetValueOrDefault(name), given.GetValueOrDefault(name))),
            Told("description", before.Description, after.Description),
            Told("tags", Tags(before), Tags(after)),
            Told("owner", before.Owner, after.Owner),
            Told("expiry", DisplayText.LocalTime(before.ExpiresAt), DisplayText.LocalTime(after.ExpiresAt)),
        ];

        string? Told(string setting, string? was, string? becomes) => Of(setting, was, isShown || becomes is null || becomes == was ? becomes : "(not shown)");

        static string? Tags(ConfigurationDetails details) => details.Tags is { } tags ? string.Join(", ", tags) : null;
    }

    private static string? Of(string setting, string? before, string? after) =>
        before == after ? null : $"{setting} {Value(before)} → {Value(after)}";

    private static string Value(string? value) => value is null ? "(none)" : value is "yes" or "no" ? value : $"'{DisplayText.Of(value)}'";

    // What is no URL may be anything that was put in its place.
    private static string? Url(string? url) => url is null ? null : BaseUrl.Problem(url) is null ? DisplayText.WithAsciiHost(url) : "(not a URL)";

    private static string YesOrNo(bool value) => value ? "yes" : "no";

    private static string Header(bool isBearer) => isBearer ? "Authorization: Bearer" : "the provider's own";

    // What becomes of a key or a secret that is lost to the configuration is said too.
    private static string? OfKey(ConfigurationUpdate update, LlmConfiguration before, bool hasNewKey)
    {
        string vault = DisplayText.Of(before.Vault) ?? string.Empty;
        string? secret = before.KeyName is { } name ? $"the secret '{DisplayText.Of(name)}' of the vault '{vault}', which stays" : null;
        string? target = CreateChange.NullIfBlank(update.Vault);
        string into = target is null || string.Equals(target, before.Vault, StringComparison.OrdinalIgnoreCase) ? string.Empty : $" in the vault '{DisplayText.Of(target)}'";
        if (hasNewKey)
        {
            return $"a new key{into}{(secret is null ? string.Empty : $" in place of {secret}")}";
        }

        if (update.RemoveKey)
        {
            return before.Key is null ? null : $"no key in place of {secret ?? $"its key, which is removed from the vault '{vault}'"}";
        }

        if (CreateChange.NullIfBlank(update.KeyName) is { } wanted)
        {
            return wanted == before.KeyName && into.Length == 0 ? null
                : $"the secret '{DisplayText.Of(wanted)}'{into}"
                    + (secret is not null ? $" in place of {secret}" : before.RemovableKey is null ? " as its key" : $" in place of its key, which is removed from the vault '{vault}'");
        }

        return into.Length == 0 || before.Key is null ? null : $"its key from the vault '{vault}' to '{DisplayText.Of(target)}'";
    }
}
