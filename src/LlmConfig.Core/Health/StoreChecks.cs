using System.Globalization;

namespace LlmConfig;

/// <summary>Says what was found, one result for each check; a repair says in the same words what it cannot put right.</summary>
internal sealed class StoreChecks(StoreFindings findings, string folder, DateTime now)
{
    public const string File = "File";
    public const string Version = "Version";
    public const string Backup = "Backup";
    public const string Revision = "Revision";
    public const string Owner = "Owner";
    public const string Permission = "Permission";
    public const string Vault = "Vault";
    public const string Protector = "Protector";
    public const string Key = "Key";
    public const string Host = "Host";
    public const string Label = "Label";
    public const string Age = "Age";
    public const string Time = "Time";
    public const string Orphan = "Orphan";
    public const string Intent = "Intent";
    public const string Leftover = "Leftover";

    private const string Repair = "Run Repair-LlmConfig.";
    private const string SetKey = "Set the key anew with Set-LlmConfig -ApiKey.";

    private readonly StorePaths _paths = new(folder);

    /// <summary>The document that the checks of keys rest on: the file's, else the backup's.</summary>
    private ConfigDocument? Document => findings.Main.Document ?? findings.Backup.Document;

    /// <summary>All checks, or those of some configurations.</summary>
    public IEnumerable<CheckResult> All(IReadOnlyCollection<Guid>? ids, TimeSpan? maximumAge)
    {
        if (ids is null)
        {
            foreach (CheckResult result in OfStore())
            {
                yield return result;
            }
        }

        if (Document is not { } document)
        {
            yield break;
        }

        List<LlmConfiguration> items = [.. document.Configurations.Where(item => ids?.Contains(item.Id) != false)];
        foreach (CheckResult result in OfVaults(items).Concat(OfKeys(document, items)).Concat(OfAbsentKeys(items)).Concat(OfTimes(items)).Concat(OfHosts(items)).Concat(OfLabels(document, items)).Concat(OfAges(items, maximumAge)))
        {
            yield return result;
        }

        if (ids is null)
        {
            // What the backup does not refer to may be what the damaged file did.
            foreach (CheckResult result in (findings.Main.Document is null ? [] : OfOrphans(document)).Concat(OfLooseFiles(document)))
            {
                yield return result;
            }
        }
    }

    /// <summary>What is wrong with the file or its backup and no repair decides: a newer version, a link, another owner.</summary>
    public IEnumerable<CheckResult> OfStore() =>
        [.. OfFile(), .. OfBackup(), .. OfOwners(), .. OfPermissions(), .. OfProtector(), .. OfIntents(), .. OfLeftovers()];

    public IEnumerable<CheckResult> OfOwners()
    {
        List<EntryFinding> wrong = [.. findings.Entries.Where(entry => entry.Problem is not null)];
        foreach (EntryFinding entry in wrong)
        {
            yield return Failed(Owner, CheckStatus.Error, entry.Path, entry.Problem!);
        }

        if (wrong.Count == 0 && findings.Entries[0].Entry is not null)
        {
            yield return new CheckResult(Owner, CheckStatus.Ok, folder, $"All {Count(findings.Entries.Count, "file and folder", "files and folders")} belong to you, and none is a link.");
        }
    }

    public IEnumerable<CheckResult> OfProtector()
    {
        if (findings.ProvenHeader is { } proven)
        {
            yield return new CheckResult(
                Protector,
                CheckStatus.Error,
                LocalVault.VaultName,
                $"{findings.ProtectionError?.Problem ?? $"The header of the built-in vault names another master key than the one with which its secrets were sealed."} {ProvenText(proven)}",
                Repair);
        }
        else if (findings.ProtectionError is { } error)
        {
            // A vault that holds nothing has nothing to lose: the next key makes it anew.
            bool harmless = findings.IsVaultEmpty && error.Code == LlmConfigErrorCode.VaultCorrupt;
            yield return harmless
                ? new CheckResult(Protector, CheckStatus.Warning, LocalVault.VaultName, $"{error.Problem} The vault holds nothing yet.", "Nothing is lost: the next key that is written makes the vault anew.")
                : Failed(Protector, error.Code == LlmConfigErrorCode.VaultLocked ? CheckStatus.Warning : CheckStatus.Error, LocalVault.VaultName, error);
        }
        else if (findings.IsRotating)
        {
            yield return new CheckResult(Protector, CheckStatus.Warning, LocalVault.VaultName, "The master key is being exchanged, or that was left undone: keys can be read and written, and the old master key is not destroyed yet.", Repair);
        }
        else if (findings.Protection is { } protection)
        {
            yield return protection.Exists || protection.Protector is not null
                ? new CheckResult(Protector, CheckStatus.Ok, LocalVault.VaultName, protection.Exists
                    ? $"{protection.Protector} keeps the master key, and gives it back. {protection.Reason}"
                    : $"The built-in vault is not made yet; {protection.Protector} would keep its master key.")
                : new CheckResult(Protector, CheckStatus.Warning, LocalVault.VaultName, $"The built-in vault is not made yet, and nothing can keep its master key now. {protection.Status.Reason}", "Unlock or start it, or choose another with Set-LlmConfigStore -Protector.");
        }
    }

    public static string ProvenText(VaultHeader proven) =>
        $"The master key with which its secrets were sealed is there, kept by {proven.Protector}, as the vault {proven.VaultId:D}.";

    /// <summary>Vaults that do not answer: one result for each, not for each key. The built-in one is the protector's check.</summary>
    public IEnumerable<CheckResult> OfVaults(IReadOnlyCollection<LlmConfiguration> items)
    {
        foreach (VaultFinding vault in findings.Vaults.Skip(1))
        {
            int keys = items.Count(item => string.Equals(item.Vault, vault.Name, StringComparison.OrdinalIgnoreCase));
            if (keys == 0)
            {
                continue;
            }

            yield return vault.Error is { } error
                ? new CheckResult(
                    Vault,
                    OfVault(error),
                    ShownText.Of(vault.Name),
                    $"{error.Problem} {Count(keys, "key lies", "keys lie")} in it and could not be checked.",
                    error.RecommendedAction)
                : new CheckResult(Vault, CheckStatus.Ok, ShownText.Of(vault.Name), $"It answers, and is to have {Count(keys, "key", "keys")} of this store.");
        }
    }

    public IEnumerable<CheckResult> OfKeys(ConfigDocument document, IReadOnlyCollection<LlmConfiguration> items)
    {
        Dictionary<Guid, KeyReference> replacements = findings.Replacements(document);
        foreach (LlmConfiguration item in items)
        {
            if (item.Key is not { } key || findings.Vault(key.Vault) is not { Error: null } vault)
            {
                continue;
            }

            if (item.KeyName is { } name)
            {
                yield return findings.NamedKeyError(item) is { } error
                    ? Failed(Key, OfVault(error), item.Name, error)
                    : new CheckResult(Key, CheckStatus.Ok, item.Name, $"Its key is the secret '{ShownText.Of(name)}' of the vault '{ShownText.Of(vault.Name)}', which can be read.");
            }
            else if (findings.DamagedFile(item) is { } path)
            {
                yield return new CheckResult(Key, CheckStatus.Error, item.Name, vault.Damaged[path], $"Put '{path}' back from a backup of the store's folder, or set the key anew with Set-LlmConfig -ApiKey.");
            }
            else if (vault.ProblemOf(key.KeyId) is { } problem)
            {
                yield return Failed(Key, OfVault(problem), item.Name, problem);
            }
            else if (!findings.IsMissing(item))
            {
                yield return new CheckResult(Key, CheckStatus.Ok, item.Name, $"Its key is in the vault '{ShownText.Of(vault.Name)}'.");
            }
            else if (item.KeyStoreId is not null && SharedKeys.Newest(vault.Entries.Values).ContainsKey(item.Id))
            {
                yield return new CheckResult(Key, CheckStatus.Error, item.Name, $"The store that wrote its key has rotated it; the vault '{ShownText.Of(vault.Name)}' has the new one.", $"Bring it here with Import-LlmConfig -FromVault '{ShownText.Of(vault.Name)}'.");
            }
            else
            {
                yield return new CheckResult(
                    Key,
                    CheckStatus.Error,
                    item.Name,
                    $"The vault '{ShownText.Of(vault.Name)}' does not have its key." + (replacements.ContainsKey(item.Id) ? " It has another key of this configuration, which was lost sight of." : string.Empty),
                    replacements.ContainsKey(item.Id) ? Repair : SetKey);
            }
        }
    }

    /// <summary>Keys that would go elsewhere than they were stored for: they are not given out.</summary>
    public IEnumerable<CheckResult> OfHosts(IReadOnlyCollection<LlmConfiguration> items)
    {
        if (findings.ProtectionError is not null)
        {
            // Without the master key it cannot be told; the protector's check says so.
            yield break;
        }

        bool fine = true;
        foreach (LlmConfiguration item in items)
        {
            if (findings.HostProblem(item) is { } problem)
            {
                fine = false;
                yield return new CheckResult(Host, CheckStatus.Error, item.Name, problem, KeySeals.Remedy);
            }
        }

        if (fine && items.Any(item => item.Key is not null))
        {
            yield return new CheckResult(Host, CheckStatus.Ok, folder, "Each key goes only to the host that it was stored for.");
        }
    }

    private static IEnumerable<CheckResult> OfAbsentKeys(IEnumerable<LlmConfiguration> items) =>
        from item in items
        where item.Key is null
        let provider = LlmProviderCatalog.Find(item.Provider)
        where provider is { KeyRequired: true }
        select new CheckResult(
            Key, CheckStatus.Error, item.Name, $"It has no key, though {provider.DisplayName} needs one.", "Give it one with Set-LlmConfig -ApiKey.");

    private static IEnumerable<CheckResult> OfTimes(IEnumerable<LlmConfiguration> items) => items
        .Where(item => item.HasLateTime)
        .Select(item => new CheckResult(
            Time,
            CheckStatus.Warning,
            item.Name,
            "The file gives a time of it that is later than now by more than a day; it is read as now.",
            "Check the clock of this machine, and who else writes the file. The next change of the configuration writes its times anew."));

    /// <summary>Files of the built-in vault that do not open and that no configuration refers to.</summary>
    public IEnumerable<CheckResult> OfLooseFiles(ConfigDocument? document)
    {
        if (findings.BuiltIn is not { } vault)
        {
            yield break;
        }

        HashSet<string> referred = [.. document?.Configurations.Select(findings.DamagedFile).OfType<string>() ?? []];
        foreach ((string path, string problem) in vault.Damaged.Where(file => !referred.Contains(file.Key)))
        {
            yield return new CheckResult(
                Vault, CheckStatus.Warning, path, $"{problem} No configuration refers to it.", "Put it back from a backup of the store's folder, or delete it if nothing is missed.");
        }
    }

    public IEnumerable<CheckResult> OfOrphans(ConfigDocument document)
    {
        if (findings.IsOutdated)
        {
            yield break;
        }

        if (findings.HasOpaqueIntents)
        {
            yield return new CheckResult(
                Orphan, CheckStatus.Ok, folder, "Whether keys are orphaned cannot be told while there are changes whose keys cannot be told.");
            yield break;
        }

        HashSet<string> wanted = [.. findings.Replacements(document).Values.Select(key => key.KeyId)];
        List<(VaultFinding Vault, KeyVaultEntry Entry)> orphans = [.. findings.Unreferenced(document).Where(pair => !wanted.Contains(pair.Entry.KeyId))];
        foreach ((VaultFinding vault, KeyVaultEntry entry) in orphans)
        {
            yield return new CheckResult(
                Orphan, CheckStatus.Warning, entry.KeyId, OrphanText(document, vault, entry), "Run Repair-LlmConfig to remove it, unless it is to be kept.");
        }

        foreach (IGrouping<Guid, KeyVaultEntry> others in (findings.BuiltIn?.Entries.Values ?? []).Where(entry => entry.Label is { } label && label.StoreId != document.StoreId && label.StoreId != KeyLabel.NoStore && !document.RefersTo(new KeyReference(LocalVault.VaultName, entry.KeyId))).GroupBy(entry => entry.Label!.StoreId))
        {
            yield return new CheckResult(Orphan, CheckStatus.Warning, others.Key.ToString("D"), $"The built-in vault holds {Count(others.Count(), "key", "keys")} of another store, whose file is not here: {string.Join(", ", others.Select(entry => $"'{entry.Label!.Configuration.Name}'").Take(10))}.", $"To get them back, move {StorePaths.ConfigFileName} and its backup aside and run Repair-LlmConfig -StoreId {others.Key:D}; else leave them.");
        }

        List<(VaultFinding Vault, int Count)> unattributed = [.. findings.Unattributed(document)];
        foreach ((VaultFinding vault, int count) in unattributed)
        {
            yield return new CheckResult(
                Orphan,
                CheckStatus.Unknown,
                ShownText.Of(vault.Name),
                $"It holds {Count(count, "key that does not say", "keys that do not say")} whose {(count == 1 ? "it is" : "they are")}: of another store, or left behind by this one before its file was replaced.",
                "Look at its secrets named llm-api-key-… with Get-SecretInfo, and remove with Remove-Secret what no store uses.");
        }

        // Where a vault keeps labels, its list is all that tells.
        List<VaultFinding> hiding = [.. findings.Vaults.Where(vault => vault is { HidesKeys: true, TakesLabels: true })];
        foreach (VaultFinding vault in hiding)
        {
            yield return new CheckResult(
                Orphan,
                CheckStatus.Unknown,
                ShownText.Of(vault.Name),
                "Its list does not show all the keys that it has, so whether keys lie in it that nothing refers to cannot be told.",
                "See what Get-SecretInfo shows; where it is late, test again.");
        }

        // Of a vault that does not answer nothing can be told, and its own check says so; so does that of a change that was left undone.
        if (orphans.Count + unattributed.Count + hiding.Count == 0 && findings.Vaults.All(vault => vault.Error is null) && !findings.IsAnythingUndone)
        {
            yield return new CheckResult(Orphan, CheckStatus.Ok, folder, "No key of this store lies in a vault without a configuration that refers to it.");
        }
    }

    public static string OrphanText(ConfigDocument document, VaultFinding vault, KeyVaultEntry entry)
    {
        string of = entry.Label?.Configuration is not { } labelled ? "it wrote the key there, by its own note, and the vault does not say for which configuration"
            : document.Find(labelled.Id) is { } item ? $"an earlier key of '{item.Name}'"
            : $"the key of '{labelled.Name}', a configuration that is no longer there";
        return $"The vault '{ShownText.Of(vault.Name)}' holds a key of this store that nothing refers to: {of}.";
    }

    private static CheckResult Failed(string check, CheckStatus status, string target, LlmConfigException error) =>
        new(check, status, target, error.Problem, error.RecommendedAction);

    // A vault that does not answer says nothing of its keys.
    private static CheckStatus OfVault(LlmConfigException error) =>
        error.Code is LlmConfigErrorCode.VaultLocked or LlmConfigErrorCode.VaultUnavailable ? CheckStatus.Unknown : CheckStatus.Error;

    private static string Count(int number, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {(number == 1 ? one : many)}");

    private static string Ago(TimeSpan time) => time < TimeSpan.FromMinutes(2) ? "just now"
        : time < TimeSpan.FromHours(2) ? $"{Count((int)time.TotalMinutes, "minute", "minutes")} ago"
        : time < TimeSpan.FromDays(2) ? $"{Count((int)time.TotalHours, "hour", "hours")} ago"
        : $"{Count((int)time.TotalDays, "day", "days")} ago";

    private IEnumerable<CheckResult> OfFile()
    {
        ConfigFileLook main = findings.Main;
        switch (main.State)
        {
            case ConfigFileState.Good:
                yield return new CheckResult(File, CheckStatus.Ok, _paths.ConfigFile, string.Create(CultureInfo.InvariantCulture, $"It holds {Count(main.Document!.Configurations.Count, "configuration", "configurations")}, revision {main.Document.Revision}."));
                yield return new CheckResult(Version, CheckStatus.Ok, _paths.ConfigFile, string.Create(CultureInfo.InvariantCulture, $"It has version {ConfigDocument.CurrentVersion}, which this module reads and writes."));
                if (findings.IsOutdated)
                {
                    yield return new CheckResult(Revision, CheckStatus.Error, _paths.ConfigFile, string.Create(CultureInfo.InvariantCulture, $"It has revision {main.Document.Revision}, but revision {findings.NewestRevision} was committed: somebody put an older file in its place, and keys in it may be revoked."), "Put the newer file back, or go on with the older one by Repair-LlmConfig.");
                }

                break;
            case ConfigFileState.Newer:
                yield return Failed(Version, CheckStatus.Error, _paths.ConfigFile, main.Error!);
                break;
            case ConfigFileState.Refused:
                yield return Failed(File, CheckStatus.Error, _paths.ConfigFile, main.Error!);
                break;
            case ConfigFileState.Damaged:
                yield return new CheckResult(File, CheckStatus.Error, _paths.ConfigFile, main.Error!.Problem, Repair);
                break;
            default:
                yield return OfAbsentFile();
                break;
        }
    }

    private CheckResult OfAbsentFile() =>
        findings.Backup.State is not ConfigFileState.Absent
            ? new CheckResult(File, CheckStatus.Error, _paths.ConfigFile, "The file is gone although its backup is there.", Repair)
        : findings.BuiltIn is { Error: null } vault && vault.Entries.Values.Any(entry => entry.Label is not null)
            ? new CheckResult(File, CheckStatus.Error, _paths.ConfigFile, $"The file and its backup are gone, although the built-in vault holds {Count(vault.Entries.Count, "key", "keys")}.", "Run Repair-LlmConfig, which rebuilds it from what the vault says beside the keys, before anything else.")
        : findings.HadKeysElsewhere
            ? new CheckResult(File, CheckStatus.Error, _paths.ConfigFile, "The file and its backup are gone, although vaults that are registered hold keys of it.", "Run Repair-LlmConfig -Vault with the vaults of the store.")
        : findings.BuiltIn is { Error: not null } && !findings.IsVaultEmpty
            ? new CheckResult(File, CheckStatus.Error, _paths.ConfigFile, "The file and its backup are gone, although the built-in vault holds keys, which cannot be opened now.", "Put the vault right first, then run Repair-LlmConfig.")
        : new CheckResult(File, CheckStatus.Ok, _paths.ConfigFile, "There is no store yet; the first change makes it.");

    private IEnumerable<CheckResult> OfBackup()
    {
        ConfigFileLook backup = findings.Backup;
        if (findings.Main.State == ConfigFileState.Absent && backup.State == ConfigFileState.Absent)
        {
            yield break;
        }

        string written = findings.BackupWritten is { } time ? $" It was written {Ago(now - time)}." : string.Empty;
        switch (backup.State)
        {
            case ConfigFileState.Absent:
                yield return new CheckResult(Backup, CheckStatus.Warning, _paths.Backup, "There is no backup.", Repair);
                break;
            case ConfigFileState.Damaged:
                yield return new CheckResult(Backup, findings.Main.Document is null ? CheckStatus.Error : CheckStatus.Warning, _paths.Backup, backup.Error!.Problem, Repair);
                break;
            case ConfigFileState.Newer or ConfigFileState.Refused:
                yield return Failed(Backup, CheckStatus.Error, _paths.Backup, backup.Error!);
                break;
            case ConfigFileState.Good when findings.Main.Bytes is { } bytes && !bytes.AsSpan().SequenceEqual(backup.Bytes):
                yield return new CheckResult(Backup, CheckStatus.Warning, _paths.Backup, string.Create(CultureInfo.InvariantCulture, $"It is not what the file holds: it has revision {backup.Document!.Revision}, the file {findings.Main.Document!.Revision}.{written}"), Repair);
                break;
            default:
                yield return new CheckResult(Backup, CheckStatus.Ok, _paths.Backup, string.Create(CultureInfo.InvariantCulture, $"It holds revision {backup.Document!.Revision}.{written}"));
                break;
        }
    }

    private IEnumerable<CheckResult> OfPermissions()
    {
        List<EntryFinding> wide = [.. findings.Entries.Where(entry => entry.IsWide)];
        foreach (EntryFinding entry in wide)
        {
            yield return new CheckResult(Permission, CheckStatus.Error, entry.Path, PermissionText(entry), Repair);
        }

        if (wide.Count == 0 && findings.Entries[0] is { Entry: not null, Problem: null })
        {
            yield return new CheckResult(Permission, CheckStatus.Ok, folder, "No file or folder lets other users in.");
        }
    }

    public static string PermissionText(EntryFinding entry) =>
        $"It has {StoreFileSystem.WideAccess(entry.Entry!.Value)}: other users may be able to use it.";

    private IEnumerable<CheckResult> OfLabels(ConfigDocument document, IReadOnlyCollection<LlmConfiguration> items)
    {
        if (findings.Main.Document is null)
        {
            yield break;
        }

        HashSet<Guid> wanted = [.. items.Select(item => item.Id)];
        List<(VaultFinding Vault, LlmConfiguration Item)> stale = [.. findings.StaleLabels(document).Where(pair => wanted.Contains(pair.Item.Id))];
        foreach ((VaultFinding vault, LlmConfiguration item) in stale)
        {
            yield return new CheckResult(Label, CheckStatus.Warning, item.Name, $"What the vault '{ShownText.Of(vault.Name)}' says beside its key is not what the configuration is now.", Repair);
        }

        if (stale.Count == 0 && !findings.IsAnythingUndone && items.Any(item => item.OwnKey is { } key && findings.Vault(key.Vault) is { Error: null, TakesLabels: true }))
        {
            yield return new CheckResult(Label, CheckStatus.Ok, folder, "What the vaults say beside the keys is what the configurations are.");
        }
    }

    private IEnumerable<CheckResult> OfAges(IReadOnlyCollection<LlmConfiguration> items, TimeSpan? maximumAge)
    {
        if (maximumAge is not { } most)
        {
            yield break;
        }

        List<LlmConfiguration> old = [.. items.Where(item => item is { KeyUpdatedAt: { } updated, KeyName: null } && now - updated > most)];
        foreach (LlmConfiguration item in old)
        {
            yield return new CheckResult(Age, CheckStatus.Warning, item.Name, $"Its key was set {Ago(now - item.KeyUpdatedAt!.Value)}.", "Make a new key at the provider and set it with Set-LlmConfig -ApiKey.");
        }

        if (old.Count == 0)
        {
            yield return new CheckResult(Age, CheckStatus.Ok, folder, "No key is older than that.");
        }
    }

    private IEnumerable<CheckResult> OfIntents()
    {
        if (findings.IntentError is { } error)
        {
            yield return Failed(Intent, CheckStatus.Error, _paths.Pending, error);
            yield break;
        }

        bool fine = true;
        foreach (IntentLook intent in findings.Intents.Where(intent => intent.State != IntentState.Live))
        {
            fine = false;
            yield return OfIntent(intent);
        }

        if (fine && findings.Main.State != ConfigFileState.Absent)
        {
            int live = findings.Intents.Count;
            yield return new CheckResult(Intent, CheckStatus.Ok, _paths.Pending, live == 0 ? "No change was left undone." : $"No change was left undone; {Count(live, "is", "are")} under way.");
        }
    }

    public static CheckResult OfIntent(IntentLook intent) => intent.State switch
    {
        IntentState.Newer => new CheckResult(Intent, CheckStatus.Warning, intent.Path, "A newer version of this module left a change undone; what it names is left alone.", "Update LlmConfig.PowerShell."),
        IntentState.Damaged => new CheckResult(Intent, CheckStatus.Warning, intent.Path, "The note of a change that was left undone is damaged: which keys it names cannot be told.", Repair),
        _ => new CheckResult(Intent, CheckStatus.Warning, intent.Path, $"A change was left undone; it names {Count(intent.Keys.Count + intent.Labels.Count, "key", "keys")}.", "Run Repair-LlmConfig; the next change that uses the vault finishes it too."),
    };

    private IEnumerable<CheckResult> OfLeftovers()
    {
        List<string> all = [.. findings.FileLeftovers, .. findings.VaultLeftovers, .. findings.IntentLeftovers];
        foreach (string path in all)
        {
            yield return new CheckResult(Leftover, CheckStatus.Warning, path, LeftoverText(path), Repair);
        }

        if (all.Count == 0 && findings.Main.State != ConfigFileState.Absent)
        {
            yield return new CheckResult(Leftover, CheckStatus.Ok, folder, "Nothing that was half-written lies about.");
        }
    }

    public static string LeftoverText(string path) => path.EndsWith(StorePaths.TemporaryExtension, StringComparison.Ordinal)
        ? "A process that died left it half-written."
        : "It holds a master key that nothing needs here: every secret opens with the one that the vault has now. Keys of another vault may need it.";
}
