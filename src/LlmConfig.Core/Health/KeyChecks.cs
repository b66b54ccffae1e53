using System.Globalization;

namespace LlmConfig;

/// <summary>Whether each key is in its vault, and is the one that was put there.</summary>
internal sealed class KeyCheck(StoreParts store) : StoreCheck(Key, store)
{
    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation)
    {
        Dictionary<Guid, (VaultSnapshot Vault, KeyVaultEntry Entry)> replacements = seen.Replacements();
        return from item in seen.Items
               where item.Key is not null
               let vault = seen.Vault(item.Vault!)
               where vault is { Error: null }
               select item.KeyName is null
                   ? Of(item, vault, replacements.TryGetValue(item.Id, out (VaultSnapshot Vault, KeyVaultEntry Entry) other) ? other : null)
                   : OfNamed(item, vault, cancellation);
    }

    // Whether somebody else's secret is there is told by reading it: lists differ in what they say of such secrets.
    private CheckResult OfNamed(LlmConfiguration item, VaultSnapshot vault, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using ApiKey? key = StoreParts.Or(
            () => NamedSecret.Read(Store.Vaults.Open(vault.Name), item.KeyName!, item.Name, cancellation), null, out LlmConfigException? error);
        string where = $"the secret '{DisplayText.Of(item.KeyName)}' of the vault '{DisplayText.Of(vault.Name)}'";
        return error is null ? Ok(item.Name, $"Its key is {where}, which can be read.") : Failed(item.Name, error, StatusOf(error));
    }

    private CheckResult Of(LlmConfiguration item, VaultSnapshot vault, (VaultSnapshot Vault, KeyVaultEntry Entry)? other)
    {
        string name = DisplayText.Of(vault.Name);
        return vault.DamagedFile(item.KeyId!) is { } path ? Error(
                item.Name,
                vault.Damaged[path],
                $"Put '{path}' back from a backup of the store's folder, or set the key anew with Set-LlmConfig -AskApiKey.")
            : vault.ProblemOf(item.KeyId!) is { } problem ? Failed(item.Name, problem, StatusOf(problem))
            : !vault.Lacks(item.KeyId!) ? Ok(item.Name, $"Its key is in the vault '{name}'.")
            : item.KeyStoreId is not null && SharedKeys.Newest(vault.Entries.Values).ContainsKey(item.Id) ? Error(
                item.Name,
                $"The store that wrote its key has rotated it; the vault '{name}' has the new one.",
                $"Bring it here with Import-LlmConfig -FromVault '{name}'.")
            : other is { } found ? Error(
                item.Name,
                $"The vault '{name}' does not have its key. It has another key of this configuration, which was lost sight of.",
                Repair,
                Reattach(item, new KeyReference(found.Vault.Name, found.Entry.KeyId), found.Entry.Label?.Configuration))
            : Error(item.Name, $"The vault '{name}' does not have its key.", "Set the key anew with Set-LlmConfig -AskApiKey.");
    }

    private RepairStep Reattach(LlmConfiguration item, KeyReference key, LlmConfiguration? labelled) => Step(
        item.Name,
        $"Reconnect the configuration to its existing key in the vault '{DisplayText.Of(key.Vault)}'",
        cancellation => Attach(item, key, labelled, cancellation));

    private string? Attach(LlmConfiguration item, KeyReference key, LlmConfiguration? labelled, CancellationToken cancellation)
    {
        ConfigFile.RequireWorkingLocks();

        // A list may be short by a fault of the vault: it is asked for the keys themselves before the configuration leaves one.
        if (Holds(item.Key!, cancellation) || !Holds(key, cancellation))
        {
            return null;
        }

        bool isSure = false;
        Intent? intent = null;
        try
        {
            Store.Config.Change(
                draft =>
                {
                    LlmConfiguration now = draft.Get(item.Id, item.Name);
                    if (now.Key == item.Key)
                    {
                        // Named before the commit: should this process die after it, the label is written by the next one.
                        intent = Store.Intents.Begin(draft.StoreId, [], [key]).Single();

                        // Others may write the labels of other vaults, and name any key as this configuration's.
                        isSure = KeyVaults.IsBuiltIn(key.Vault) && labelled is not null && KeySeals.LeadAlike(labelled, now);
                        LlmConfiguration after = now with
                        {
                            KeyId = key.KeyId,
                            Vault = key.Vault,
                            KeyFingerprint = null,
                            KeyUpdatedAt = labelled?.KeyUpdatedAt ?? now.KeyUpdatedAt,
                            UpdatedAt = ChangeTime.After(now.UpdatedAt, Store.Now),
                        };
                        draft.Replace(after, isSure ? Sealing.Vouched : Sealing.Kept);
                    }
                },
                null,
                cancellation);
            if (intent is null)
            {
                return null;
            }

            Store.Finish(intent);
            string accept = isSure ? string.Empty : " The key is used once its host was accepted with Set-LlmConfig -AcceptHost.";
            return $"It refers to its key in the vault '{DisplayText.Of(key.Vault)}' again.{accept}";
        }
        catch (UncertainCommitException e)
        {
            throw e.Failure;
        }
        finally
        {
            intent?.Dispose();
        }
    }

    private bool Holds(KeyReference key, CancellationToken cancellation)
    {
        try
        {
            using ApiKey value = Store.Vaults.Open(key.Vault).Read(key.KeyId, cancellation);
            return true;
        }
        catch (LlmConfigException e) when (e.Code == LlmConfigErrorCode.KeyMissing)
        {
            return false;
        }
    }
}

/// <summary>Whether each configuration has a key whose provider needs one.</summary>
internal sealed class AbsentKeyCheck(StoreParts store) : StoreCheck(Key, store, staysWrong: false)
{
    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation) =>
        from item in seen.Items
        where item.Key is null
        let provider = LlmProviderCatalog.Find(item.Provider)
        where provider is { KeyRequired: true }
        select Error(item.Name, $"It has no key, though {provider.DisplayName} needs one.", "Give it one with Set-LlmConfig -AskApiKey.");
}

/// <summary>Whether the file gives times that no clock can have given.</summary>
internal sealed class TimeCheck(StoreParts store) : StoreCheck(Time, store, staysWrong: false)
{
    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation) => seen.Items
        .Where(item => item.HasLateTime)
        .Select(item => Warning(
            item.Name,
            "The file gives a time of it that is later than now by more than a day; it is read as now.",
            "Check the clock of this machine, and who else writes the file. The next change of the configuration writes its times anew."));
}

/// <summary>Whether keys would go elsewhere than they were stored for: they are not given out.</summary>
internal sealed class HostCheck(StoreParts store) : StoreCheck(Host, store)
{
    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation) => OrOk(
        from item in seen.Items
        let problem = HostProblem(seen, item)
        where problem is not null
        select Error(item.Name, problem, KeySeals.Remedy),
        seen.ProtectionError is null && seen.Items.Any(item => item.Key is not null),
        Store.Paths.Folder,
        "Each key goes only to the host that it was stored for.");
}

/// <summary>Whether the vaults say beside the keys of the store what the configurations are.</summary>
internal sealed class LabelCheck(StoreParts store) : StoreCheck(Label, store)
{
    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation)
    {
        if (seen.Main.Document is not { } document)
        {
            return [];
        }

        HashSet<string> underWay = [.. seen.Intents.SelectMany(intent => intent.Labels.Concat(intent.Keys)).Select(key => key.KeyId)];
        bool IsStale(LlmConfiguration item, VaultSnapshot vault) => !underWay.Contains(item.KeyId!)
            && vault.Entries.TryGetValue(item.KeyId!, out KeyVaultEntry? entry)
            && entry.Label?.Says(new KeyLabel(document.StoreId, item)) != true
            && HostProblem(seen, item) is null;

        List<(LlmConfiguration Item, VaultSnapshot Vault)> labelled = [.. seen.Items
            .Where(item => item.RemovableKey is not null)
            .Select(item => (Item: item, Vault: seen.Vault(item.Vault!)!))
            .Where(pair => pair.Vault is { Error: null, TakesLabels: true })];
        return OrOk(
            labelled.Where(pair => IsStale(pair.Item, pair.Vault)).GroupBy(pair => pair.Vault, pair => pair.Item).SelectMany(Stale),
            !seen.IsAnythingUndone && labelled.Count > 0,
            Store.Paths.Folder,
            "What the vaults say beside the keys is what the configurations are.");
    }

    // One step for all keys of a vault.
    private IEnumerable<CheckResult> Stale(IGrouping<VaultSnapshot, LlmConfiguration> stale)
    {
        string vault = DisplayText.Of(stale.Key.Name);
        string names = Names([.. stale.Select(item => item.Name)]);
        List<KeyReference> keys = [.. stale.Select(item => item.RemovableKey!)];
        RepairStep fix = Step(vault, $"Write anew what it says beside the keys of {names}", _ =>
            Renew(keys) ? $"It says beside the keys of {names} what the configurations are." : RepairStep.Unfinished);
        return stale.Select(item => Warning(
            item.Name, $"What the vault '{vault}' says beside its key is not what the configuration is now.", Repair, fix));
    }

    private bool Renew(List<KeyReference> keys)
    {
        bool complete = true;
        foreach (Intent intent in Store.Config.ReadStrictly() is { } now ? Store.Intents.Begin(now.StoreId, [], keys) : [])
        {
            using (intent)
            {
                complete &= Store.Finish(intent);
            }
        }

        return complete;
    }
}

/// <summary>Whether keys are older than allowed.</summary>
internal sealed class AgeCheck(StoreParts store, TimeSpan? most) : StoreCheck(Age, store, staysWrong: false)
{
    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation) => OrOk(
        seen.Items
            .Where(item => item is { KeyUpdatedAt: { } updated, KeyName: null } && Store.Now - updated > most)
            .Select(item => Warning(
                item.Name,
                $"Its key was set {Ago(Store.Now - item.KeyUpdatedAt!.Value)}.",
                "Make a new key at the provider and set it with Set-LlmConfig -AskApiKey.")),
        most is not null,
        Store.Paths.Folder,
        "No key is older than that.");
}

/// <summary>Whether keys expire soon, as somebody noted.</summary>
internal sealed class ExpiryCheck(StoreParts store) : StoreCheck(Expiry, store, staysWrong: false)
{
    private const int WarningDays = 14;

    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation) =>
        from item in seen.Items
        where item.ExpiresAt is not null
        let end = item.ExpiresAt.GetValueOrDefault()
        let left = end - Store.Now
        let date = end.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        select left > TimeSpan.FromDays(WarningDays)
            ? Ok(item.Name, $"Its key expires on {date}.")
            : Warning(
                item.Name,
                left <= TimeSpan.Zero ? $"Its key expired on {date}, as was noted."
                    : $"Its key expires on {date}, {(left < TimeSpan.FromDays(1) ? "in less than a day" : $"in {Count((int)left.TotalDays, "day", "days")}")}.",
                "Make a new key at the provider and set it with Set-LlmConfig -AskApiKey.");
}

/// <summary>Whether rotations of keys were cut off.</summary>
internal sealed class RotationCheck(StoreParts store) : StoreCheck(Rotation, store, staysWrong: false)
{
    // Of a file that is lost, damaged or older, it cannot be told what is no longer in it.
    public override IEnumerable<CheckResult> Look(StoreSnapshot seen, CancellationToken cancellation) =>
        from rotation in seen.BuiltIn?.Rotations ?? []
        where seen.Ids?.Contains(rotation.Id) != false
        let item = seen.Document?.Find(rotation.Id)
        where item is not null || (seen.Main.Document is not null && !seen.IsOutdated)
        select item is null
            ? Warning(rotation.Id.ToString("D"), "Of a configuration that is no longer there, the vault holds the record of a rotation with its keys.", Repair, Removal(rotation.Id))
            : Warning(item.Name, KeyRotation.Unfinished(item.Name, rotation.StartedAt), KeyRotation.Remedy);

    private RepairStep Removal(Guid id) => Step(
        id.ToString("D"),
        "Remove the record of a rotation, with its keys, of a configuration that is no longer there.",
        _ =>
        {
            if (Store.Config.ReadStrictly()?.Find(id) is not null)
            {
                return null;
            }

            new RotationRecords(Store.Local).Remove(id);
            return "The record of its rotation was removed.";
        },
        needsConsent: true,
        removesKey: true);
}
