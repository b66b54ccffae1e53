namespace LlmConfig;

/// <summary>Whether the master key of the built-in vault can be had.</summary>
internal sealed class ProtectorCheck(StoreParts store) : StoreCheck(Protector, store)
{
    private const string Name = LocalVault.VaultName;

    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation)
    {
        CheckResult? problem = Store.Local.ProveHeader() is { } proven ? OfProven(seen, proven)
            : seen.ProtectionError is { } error ? OfError(seen, error)
            : null;
        return StoreParts.Or(() => Store.Local.IsRotating, false) ? [.. new[] { problem }.OfType<CheckResult>(), OfRotation(problem is null)]
            : problem is not null ? [problem]
            : seen.Protection is { } protection ? [OfProtection(protection)]
            : [];
    }

    private CheckResult OfProven(StoreSnapshot seen, VaultHeader proven)
    {
        string there = $"The master key with which its secrets were sealed is there, kept by {proven.Protector}, as the vault {proven.VaultId:D}.";
        string problem = seen.ProtectionError?.Problem
            ?? "The header of the built-in vault names another master key than the one with which its secrets were sealed.";
        return Error(Name, $"{problem} {there}", Repair, Step(Name, $"Write the header of the vault anew. {there}", RestoreHeader));
    }

    // A vault that holds nothing has nothing to lose: the next key makes it anew.
    private CheckResult OfError(StoreSnapshot seen, LlmConfigException error) =>
        seen.IsVaultEmpty && error.Code == LlmConfigErrorCode.VaultCorrupt
            ? Warning(Name, $"{error.Problem} The vault holds nothing yet.", "Nothing is lost: the next key that is written makes the vault anew.")
            : Failed(Name, error, error.Code == LlmConfigErrorCode.VaultLocked ? CheckStatus.Warning : CheckStatus.Error);

    private CheckResult OfRotation(bool isUsable) => Warning(
        Name,
        "The master key is being exchanged, or that was left undone: "
            + (isUsable ? "keys can be read and written, and the old master key is not destroyed yet." : "the old one is not destroyed yet."),
        Repair,
        Step(
            Name,
            "Finish the exchange of the master key: seal anew what is still sealed under the old one, and destroy that",
            FinishRotation));

    private CheckResult OfProtection(LocalVaultInfo protection) =>
        protection.Exists ? Ok(Name, $"{protection.Protector} keeps the master key, and gives it back. {protection.Reason}")
        : protection.Protector is { } kind ? Ok(Name, $"The built-in vault is not made yet; {kind} would keep its master key.")
        : Warning(
            Name,
            $"The built-in vault is not made yet, and nothing can keep its master key now. {protection.Status.Reason}",
            "Unlock or start it, or choose another with Set-LlmConfigStore -Protector.");

    private string? RestoreHeader(CancellationToken cancellation)
    {
        ConfigFile.RequireWorkingLocks();
        return Store.Local.RestoreHeader(Store.Suffix, cancellation) is { } restored
            ? $"The header says that {restored.Header.Protector} keeps the master key.{KeptAside(restored.KeptAside is { } aside ? [aside] : [])}"
            : null;
    }

    private string? FinishRotation(CancellationToken cancellation)
    {
        ConfigFile.RequireWorkingLocks();
        return !Store.Local.FinishRotation(Store.Rebind(cancellation), cancellation) ? null
            : Store.Local.IsRotating ? RepairStep.Unfinished
            : "Every key is sealed under the new master key, and the old one is destroyed.";
    }
}

/// <summary>Whether other vaults answer: one result for each, not for each key. Of the built-in one the protector's check tells.</summary>
internal sealed class VaultCheck(StoreParts store) : StoreCheck(Vault, store)
{
    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation) =>
        from vault in seen.Vaults.Skip(1)
        let keys = seen.Items.Count(item => string.Equals(item.Vault, vault.Name, StringComparison.OrdinalIgnoreCase))
        where keys > 0
        select vault.Error is { } error
            ? new CheckResult(
                Vault,
                StatusOf(error),
                DisplayText.Of(vault.Name),
                $"{error.Problem} {Count(keys, "key lies", "keys lie")} in it and could not be checked.",
                error.RecommendedAction)
            : Ok(DisplayText.Of(vault.Name), $"It answers, and is to have {Count(keys, "key", "keys")} of this store.");
}

/// <summary>Whether files of the built-in vault do not open to which no configuration refers.</summary>
internal sealed class LooseFileCheck(StoreParts store) : StoreCheck(Vault, store)
{
    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation)
    {
        // Where the file is lost, which ones it referred to cannot be told.
        if (seen.BuiltIn is not { } vault || (seen.Document is null && StoreRebuild.IsLost(seen)))
        {
            return [];
        }

        IEnumerable<string> referred = (seen.Document?.Configurations ?? [])
            .Where(item => item.Key is { } key && KeyVaults.IsBuiltIn(key.Vault))
            .Select(item => vault.DamagedFile(item.KeyId!)).OfType<string>();
        return vault.Damaged.ExceptBy(referred, file => file.Key).Select(file => Warning(
            file.Key,
            $"{file.Value} No configuration refers to it.",
            "Put it back from a backup of the store's folder, or delete it if nothing is missed."));
    }
}

/// <summary>Whether vaults have keys of this store that nothing refers to, or keys of which nobody can tell whose they are.</summary>
internal sealed class OrphanCheck(StoreParts store) : StoreCheck(Orphan, store, staysWrong: false)
{
    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation)
    {
        // What the backup does not refer to may be what the damaged file did.
        if (seen.Main.Document is not { } document || seen.IsOutdated)
        {
            return [];
        }

        if (seen.HasOpaqueIntents)
        {
            return [Ok(Store.Paths.Folder, "Whether keys are orphaned cannot be told while there are changes whose keys cannot be told.")];
        }

        HashSet<string> wanted = [.. seen.Replacements().Values.Select(pair => pair.Entry.KeyId)];
        CheckResult[] found =
        [
            .. seen.Unreferenced().Where(pair => !wanted.Contains(pair.Entry.KeyId)).Select(pair => OfKey(document, pair.Vault, pair.Entry)),
            .. seen.Vaults.Skip(1).Select(vault => OfUnattributed(seen, document, vault)).OfType<CheckResult>(),
            .. seen.Vaults.Where(vault => vault is { HidesKeys: true, TakesLabels: true }).Select(OfHiding),
        ];

        // Of a vault that does not answer nothing can be told, and its own check says so; so does that of a change that was left undone.
        bool isSure = seen.Vaults.All(vault => vault.Error is null) && !seen.IsAnythingUndone;
        return
        [
            .. OfOtherStores(seen, document),
            .. OrOk(found, isSure, Store.Paths.Folder, "No key of this store lies in a vault without a configuration that refers to it."),
        ];
    }

    private CheckResult OfKey(ConfigDocument document, VaultSnapshot vault, KeyVaultEntry entry)
    {
        string of = entry.Label?.Configuration is not { } labelled
                ? "it wrote the key there, by its own note, and the vault does not say for which configuration"
            : document.Find(labelled.Id) is { } item ? $"an earlier key of '{item.Name}'"
            : $"the key of '{labelled.Name}', a configuration that is no longer there";
        string text = $"The vault '{DisplayText.Of(vault.Name)}' holds a key of this store that nothing refers to: {of}.";
        var key = new KeyReference(vault.Name, entry.KeyId);
        RepairStep fix = Step(key.KeyId, $"Remove the key from its vault. {text}", _ => Remove(key), needsConsent: true, removesKey: true);
        return Warning(key.KeyId, text, "Run Repair-LlmConfig to remove it, unless it is to be kept.", fix);
    }

    // The rule of recovery does it: what refers to the key in the end keeps it.
    private string? Remove(KeyReference key)
    {
        if (Store.Config.ReadStrictly() is not { } now || now.RefersTo(key)
            || Store.Intents.Look().Any(intent => intent.IsOpaque || intent.Keys.Contains(key) || intent.Labels.Contains(key)))
        {
            return null;
        }

        using Intent intent = Store.Intents.Begin(now.StoreId, [key], []).Single();
        return Store.Finish(intent) ? $"It was removed from the vault '{DisplayText.Of(key.Vault)}'." : RepairStep.Unfinished;
    }

    private IEnumerable<CheckResult> OfOtherStores(StoreSnapshot seen, ConfigDocument document) =>
        from entry in seen.BuiltIn?.Entries.Values ?? []
        where entry.Label is { } label && label.StoreId != document.StoreId && label.StoreId != KeyLabel.NoStore
            && !document.RefersTo(new KeyReference(LocalVault.VaultName, entry.KeyId))
        group $"'{entry.Label!.Configuration.Name}'" by entry.Label!.StoreId into names
        select Warning(
            names.Key.ToString("D"),
            $"The built-in vault holds {Count(names.Count(), "key", "keys")} of another store, whose file is not here: "
                + $"{string.Join(", ", names.Take(10))}.",
            $"To get them back, move {StorePaths.ConfigFileName} and its backup aside and run Repair-LlmConfig -StoreId {names.Key:D}; "
                + "else leave them.");

    // Such keys have no label, and this store did not note them.
    private static CheckResult? OfUnattributed(StoreSnapshot seen, ConfigDocument document, VaultSnapshot vault)
    {
        int count = vault.Entries.Values.Count(
            entry => entry.Label is null && !seen.Written.Contains(entry.KeyId) && !document.RefersTo(new KeyReference(vault.Name, entry.KeyId)));
        return count == 0 ? null : Unknown(
            vault,
            $"It holds {Count(count, "key that does not say whose it is", "keys that do not say whose they are")}: "
                + "of another store, or left behind by this one before its file was replaced.",
            "Look at its secrets named llm-api-key-… with Get-SecretInfo, and remove with Remove-Secret what no store uses.");
    }

    // Where a vault keeps labels, its list is all that tells.
    private static CheckResult OfHiding(VaultSnapshot vault) => Unknown(
        vault,
        "Its list does not show all the keys that it has, so whether keys lie in it that nothing refers to cannot be told.",
        "See what Get-SecretInfo shows; where it is late, test again.");

    private static CheckResult Unknown(VaultSnapshot vault, string message, string remedy) =>
        new(Orphan, CheckStatus.Unknown, DisplayText.Of(vault.Name), message, remedy);
}
