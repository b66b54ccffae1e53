namespace LlmConfig;

/// <summary>What an import would do with one item, as far as can be told before the store is locked.</summary>
public sealed class ImportStep
{
    internal ImportStep(ImportingChange change)
    {
        Change = change;
        Action = change.Action;
        Error = change.Error;
        Existing = change.Existing;
        Configuration = change.Result;
        SendsKeptKeyElsewhere = change.SendsKeptKeyElsewhere;
        Effect = change.Error is null && change.Result is not null ? EffectOf(change) : string.Empty;
    }

    /// <summary>The name that the configuration would have, or the name in the source where it cannot be imported.</summary>
    public string Name => Configuration?.Name ?? ShownText.Of(Change.SourceName);

    /// <summary>What would be done. Of no meaning where there is an <see cref="Error"/>.</summary>
    public ImportAction Action { get; }

    /// <summary>True when something of the store would change.</summary>
    public bool Changes => Error is null && Action is ImportAction.Create or ImportAction.Update or ImportAction.Remove;

    /// <summary>Why it cannot be imported, or <see langword="null"/>.</summary>
    public LlmConfigException? Error { get; }

    /// <summary>The configuration as it would be; before its removal where it would be removed; <see langword="null"/> with an <see cref="Error"/>.</summary>
    public LlmConfiguration? Configuration { get; }

    /// <summary>The configuration that is there now and would be changed, kept or removed; <see langword="null"/> where there is none.</summary>
    public LlmConfiguration? Existing { get; }

    /// <summary>
    /// True when a key that does not come along would go to another place (scheme, host or port) than now, or, where the
    /// configuration is new here, to another one than the provider's own. Whoever shows a user interface asks first, as for
    /// <see cref="ConfigurationUpdate.SendsKeptKeyElsewhere"/>.
    /// </summary>
    public bool SendsKeptKeyElsewhere { get; }

    /// <summary>What it is about, in a few words fit to be shown: where the key is from, or which configuration is in the way.</summary>
    public string Detail => Change.Detail;

    /// <summary>True when it has a key where it is from, but the key does not come along and there is none here either.</summary>
    public bool LeavesKeyBehind => Change.LeavesKeyBehind && Configuration is { Vault: null };

    /// <summary>
    /// What would be done, in a few words fit to be shown: where the key would go to, from which host to which, which key would be
    /// removed, and what becomes of a configuration that is in the way. Empty with an <see cref="Error"/>.
    /// </summary>
    public string Effect { get; }

    internal ImportingChange Change { get; }

    private static string EffectOf(ImportingChange change)
    {
        LlmConfiguration after = change.Result!;
        string host = ShownText.WithAsciiHost(after.BaseUrl) ?? "an unknown host";
        var parts = new List<string>();
        switch (change.Action)
        {
            case ImportAction.Create:
                parts.Add($"{ShownText.Of(after.Provider)} at {host}");
                break;
            case ImportAction.Update:
                LlmConfiguration before = change.Existing!;
                if (before.Name != after.Name)
                {
                    parts.Add($"renamed from '{before.Name}'");
                }

                parts.Add(before.BaseUrl == after.BaseUrl ? $"still at {host}" : $"from {ShownText.WithAsciiHost(before.BaseUrl) ?? "an unknown host"} to {host}");
                break;
            case ImportAction.Remove:
                parts.Add($"its key in the vault '{ShownText.Of(after.Vault)}' is not touched");
                break;
            default:
                return string.Empty;
        }

        if (change.DroppedKey is { } dropped)
        {
            parts.Add($"its old key {dropped.KeyId} is removed from the vault '{ShownText.Of(dropped.Vault)}'");
        }

        if (change.MovedAside is { } moved)
        {
            parts.Add($"the configuration that has this name keeps its key and is called '{moved.Name}' from then on");
        }

        if (change.Displaced is { } displaced)
        {
            parts.Add(displaced.IsDefault && !after.IsDefault
                ? "the configuration that has this name is removed, and there is no default one any more"
                : "the configuration that has this name is removed");
        }

        return string.Join("; ", parts);
    }

    /// <summary>The name and what would be done.</summary>
    public override string ToString() => $"{Name}: {(Error is null ? Action.ToString() : Error.Code.ToString())}";
}
