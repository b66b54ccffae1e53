using System.Globalization;

namespace LlmConfig.Cli;

/// <summary>How things of one kind are shown.</summary>
/// <param name="Lay">Shows them to a person.</param>
/// <param name="Fields">One for a program: each property of the object that the cmdlets give, in camel case.</param>
internal sealed record View<T>(Action<TextPage, IReadOnlyList<T>> Lay, Func<T, IEnumerable<(string Name, object? Value)>> Fields);

/// <summary>The views: for each kind of object the columns of its table or the lines of its list, and the fields of its JSON.</summary>
internal static class Views
{
    public static View<LlmConfiguration> Configuration => new(
        (page, items) => page.Lists(items, item =>
        [
            ("Name", new Cell(item.IsDefault ? $"{item.Name} (default)" : item.Name, item.IsDefault ? Tone.Good : Tone.Plain)),
            ("Provider", item.Provider),
            ("Base URL", item.BaseUrl),
            ("Key goes as", item.UseAuthHeader ? "Authorization: Bearer" : LlmProviderCatalog.Find(item.Provider)?.KeyHeader ?? "the provider's own header"),
            ("Model", item.Model),
            .. Details(item).Where(detail => detail.Value.Text.Length > 0),
            ("Vault", item.Vault ?? "none: there is no key"),
            ("Key name", item.KeyName),
            ("Key set", DisplayText.LocalTime(item.KeyUpdatedAt)),
            .. item.ManagedBy is { } state ? [("Managed by", state)] : Array.Empty<(string, Cell)>(),
            ("Created", DisplayText.LocalTime(item.CreatedAt)),
            ("Changed", DisplayText.LocalTime(item.UpdatedAt)),
            ("Id", item.Id.ToString("D")),
        ]),
        item =>
        [
            ("id", item.Id),
            ("name", item.Name),
            ("provider", item.Provider),
            ("baseUrl", item.BaseUrl),
            ("host", item.Host),
            ("useAuthHeader", item.UseAuthHeader),
            ("model", item.Model),
            ("organization", item.Organization),
            ("project", item.Project),
            ("apiVersion", item.ApiVersion),
            ("headers", item.Headers),
            ("description", item.Description),
            ("tags", item.Tags),
            ("owner", item.Owner),
            ("expiresAt", item.ExpiresAt),
            ("vault", item.Vault),
            ("keyName", item.KeyName),
            ("keyStoreId", item.KeyStoreId),
            ("isDefault", item.IsDefault),
            ("keyUpdatedAt", item.KeyUpdatedAt),
            ("keyAge", item.KeyAge),
            ("managedBy", item.ManagedBy),
            ("createdAt", item.CreatedAt),
            ("updatedAt", item.UpdatedAt),
        ]);

    private static IEnumerable<(string Name, Cell Value)> Details(LlmConfiguration item) =>
    [
        ("Organization", item.Organization),
        ("Project", item.Project),
        ("API version", item.ApiVersion),
        ("Headers", item.Headers is { } headers ? string.Join("; ", headers.Select(header => $"{header.Key}: {header.Value}")) : null),
        ("Description", item.Description),
        ("Tags", item.Tags is { } tags ? string.Join(", ", tags) : null),
        ("Owner", item.Owner),
        ("Expires", DisplayText.LocalTime(item.ExpiresAt)),
    ];

    /// <summary>Configurations, one a line.</summary>
    public static View<LlmConfiguration> ConfigurationTable => Configuration with
    {
        Lay = (page, items) =>
        {
            // What is the same in each row says nothing.
            bool hasVaults = items.Select(item => item.Vault).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Skip(1).Any();
            page.Table(items, ["", "NAME", "PROVIDER", "MODEL", .. hasVaults ? ["VAULT"] : Array.Empty<string>(), "KEY AGE", "HOST"], item =>
            [
                new Cell(item.IsDefault ? "*" : null, Tone.Good),
                item.Name,
                item.Provider,
                item.Model,
                .. hasVaults ? [item.Vault] : Array.Empty<Cell>(),
                new Cell(DisplayText.KeyAge(item.KeyUpdatedAt), item.KeyUpdatedAt is null ? Tone.Quiet : Tone.Plain),
                item.Host,
            ]);
        },
    };

    public static View<LlmProvider> Provider => new(
        (page, items) => page.Table(items, ["ID", "PROVIDER", "KEY VARIABLE", "HEADER", "BASE URL"], item =>
        [
            item.Id,
            item.DisplayName,
            item.KeyVariables.Count > 0 ? item.KeyVariables[0] : null,
            item.KeyHeader ?? "Authorization",
            item.DefaultBaseUrl ?? new Cell("must be given", Tone.Quiet),
        ]),
        item =>
        [
            ("id", item.Id),
            ("displayName", item.DisplayName),
            ("defaultBaseUrl", item.DefaultBaseUrl),
            ("baseUrlExample", item.BaseUrlExample),
            ("keyVariables", item.KeyVariables),
            ("bearerKeyVariables", item.BearerKeyVariables),
            ("baseUrlVariable", item.BaseUrlVariable),
            ("baseUrlTails", item.BaseUrlTails),
            ("modelVariables", item.ModelVariables),
            ("toolVariables", item.ToolVariables),
            ("overridingVariables", item.OverridingVariables),
            ("keyHeader", item.KeyHeader),
            ("useAuthHeader", item.UseAuthHeader),
            ("keyRequired", item.KeyRequired),
            ("keyPrefixes", item.KeyPrefixes),
            ("keyCheck", item.KeyCheck),
            ("keyRefusedStatusCodes", item.KeyRefusedStatusCodes),
            ("extraHeaders", item.ExtraHeaders),
        ]);

    public static View<LlmTool> Tool => new(
        (page, items) => page.Table(items, ["ID", "TOOL", "PROGRAM", "HELPER", "PROVIDERS"], item =>
        [
            item.Id,
            item.DisplayName,
            item.Programs.Count > 0 ? item.Programs[0] : null,
            item.Helper is null ? null : "yes",
            item.ProvidersInBrief,
        ]),
        item =>
        [
            ("id", item.Id),
            ("displayName", item.DisplayName),
            ("programs", item.Programs),
            ("providers", item.Providers),
            ("keySources", item.KeySources),
            ("baseUrlSources", item.BaseUrlSources),
            ("helper", item.Helper),
            ("settingsFile", item.SettingsFile),
            ("remark", item.Remark),
            ("checkedWith", item.CheckedWith),
            ("source", item.Source),
        ]);

    public static View<LlmToolRegistration> Registration => new(
        (page, items) =>
        {
            page.Lists(items, item =>
            [
                ("Tool", item.Tool),
                ("Configuration", item.Name),
                ("File", item.Path),
                ("Changed", item.Changed ? "yes" : "no"),
                ("As it was", item.Backup),
            ]);
            page.Lines([.. items.SelectMany(item => item.Difference.Split('\n', StringSplitOptions.RemoveEmptyEntries))], line => [line]);
        },
        item =>
        [
            ("tool", item.Tool),
            ("name", item.Name),
            ("path", item.Path),
            ("changed", item.Changed),
            ("backup", item.Backup),
            ("difference", item.Difference),
        ]);

    public static View<StoreInfo> Store => new(
        (page, items) => page.Lists(items, item =>
        [
            ("Folder", item.Path),
            ("  because of", item.PathReason),
            ("Configurations", item.Exists ? Number(item.ConfigurationCount) : "none yet"),
            ("Default", item.DefaultConfiguration),
            .. item.FolderDefault is { } folder ? [("  here", (Cell)ProgramWords.Translate(folder))] : Array.Empty<(string, Cell)>(),
            ("New keys go to", item.DefaultVault),
            ("  because", ProgramWords.Translate(item.DefaultVaultReason)),
            .. item.Vaults.Select(vault => ("Vault", (Cell)vault.ToString())),
            ("Protector", item.Protector),
            ("  because", ProgramWords.Translate(item.ProtectorReason)),
            ("  state", new Cell(item.ProtectorState, item.ProtectorState == nameof(ProtectorState.Ready) ? Tone.Good : Tone.Doubtful)),
            ("Changes under way", Number(item.PendingChanges)),
            ("Revision", Number(item.Revision)),
            ("Id", item.StoreId?.ToString("D")),
        ]),
        item =>
        [
            ("path", item.Path),
            ("pathReason", item.PathReason),
            ("exists", item.Exists),
            ("storeId", item.StoreId),
            ("revision", item.Revision),
            ("configurationCount", item.ConfigurationCount),
            ("defaultConfiguration", item.DefaultConfiguration),
            ("folderDefault", item.FolderDefault is null ? null : ProgramWords.Translate(item.FolderDefault)),
            ("defaultVault", item.DefaultVault),
            ("defaultVaultReason", ProgramWords.Translate(item.DefaultVaultReason)),
            ("vaults", item.Vaults.Select(Vault)),
            ("protector", item.Protector),
            ("protectorReason", ProgramWords.Translate(item.ProtectorReason)),
            ("protectorState", item.ProtectorState),
            ("pendingChanges", item.PendingChanges),
        ]);

    /// <summary>What checks and repairs found or did.</summary>
    public static View<CheckResult> Check => new(
        (page, items) =>
        {
            page.Table(items, ["STATUS", "CHECK", "TARGET", "MESSAGE"], item =>
            [
                new Cell(item.Status.ToString(), ToneOf(item.Status)),
                item.Check,
                item.Target,
                ProgramWords.Translate(item.Message),
            ]);

            // A remedy is a sentence of its own: it would be cut in a table.
            page.Notes([.. items.Where(item => item.Remedy is not null)
                .GroupBy(item => item.Remedy!)
                .Select(group => $"{string.Join(", ", group.Select(item => DisplayText.Printable(item.Target)).Distinct())}: {DisplayText.Printable(ProgramWords.Translate(group.Key))}")]);
        },
        item =>
        [
            ("check", item.Check),
            ("status", item.Status),
            ("target", item.Target),
            ("message", ProgramWords.Translate(item.Message)),
            ("remedy", item.Remedy is null ? null : ProgramWords.Translate(item.Remedy)),
            .. item switch
            {
                OnlineCheckResult online =>
                    [("id", online.Id), ("outcome", online.Outcome), ("httpStatus", online.HttpStatus), ("duration", online.Duration)],
                RepairResult repair => [("changed", repair.Changed), ("error", null)],
                _ => Array.Empty<(string, object?)>(),
            },
        ]);

    /// <summary>Where keys were found: as compilers write it, so that an editor opens the place.</summary>
    public static View<FoundKey> FoundKey => new(
        (page, items) => page.Lines(items, item =>
        [
            item.Line == 0 ? $"{item.Path}: in its name, " : string.Create(CultureInfo.InvariantCulture, $"{item.Path}:{item.Line}:{item.Column}: "),
            new Cell($"the key of '{item.Name}'", Tone.Bad),
        ]),
        item =>
        [
            ("name", item.Name),
            ("path", item.Path),
            ("line", item.Line),
            ("column", item.Column),
        ]);

    /// <summary>What a repair would do.</summary>
    public static View<RepairStep> RepairStep => new(
        (page, items) => page.Table(items, ["CHECK", "TARGET", "ACTION"], item => [item.Check, item.Target, ProgramWords.Translate(item.Action)]),
        item =>
        [
            ("check", item.Check),
            ("target", item.Target),
            ("action", ProgramWords.Translate(item.Action)),
            ("removesKey", item.RemovesKey),
            ("needsConsent", item.NeedsConsent),
        ]);

    /// <summary>What an import would do.</summary>
    public static View<DesiredStep> DesiredStep => new(
        (page, items) => page.Table([.. items.Where(item => !item.IsInDesiredState)], ["NAME", "CHANGE", "DIFFERENT"], item =>
        [
            item.Name,
            item.Error is null ? item.Action.ToString() : new Cell(item.Error.Code.ToString(), Tone.Bad),
            string.Join(", ", item.Differences.Where(name => name != "_exist")),
        ]),
        item =>
        [
            ("name", item.Name),
            ("changed", item.Changed),
            ("action", item.Action.ToString()),
            ("differences", item.Differences),
        ]);

    public static View<ImportStep> ImportStep => new(
        (page, items) => page.Table(items, ["ACTION", "NAME", "DETAIL"], item =>
        [
            item.Error is null ? item.Action.ToString() : new Cell(item.Error.Code.ToString(), Tone.Bad),
            item.Name,
            Detail(item),
        ]),
        item =>
        [
            ("name", item.Name),
            ("action", item.Error is null ? item.Action : null),
            ("detail", Detail(item)),
            ("error", item.Error?.Code),
        ]);

    private static IEnumerable<(string Name, object? Value)> Vault(VaultInfo vault) =>
    [
        ("name", vault.Name),
        ("keyCount", vault.KeyCount),
        ("module", vault.Profile?.Module),
        ("form", vault.Profile?.Form),
        ("prefix", vault.Profile?.Prefix),
        ("takesLabels", vault.Profile?.TakesLabels == true),
        ("listsNames", vault.Profile?.ListsNames == true),
        ("probedAt", vault.Profile?.ProbedAt),
    ];

    private static string Detail(ImportStep step) => step.Error is null ? step.Detail : ProgramWords.Translate(step.Error.Message);

    private static Tone ToneOf(CheckStatus status) => status switch
    {
        CheckStatus.Ok => Tone.Good,
        CheckStatus.Warning or CheckStatus.Unknown => Tone.Doubtful,
        _ => Tone.Bad,
    };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
