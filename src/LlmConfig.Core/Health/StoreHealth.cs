namespace LlmConfig;

/// <summary>
/// Checks a store and repairs it. Each check is a <see cref="StoreCheck"/>, which finds one kind of problem and knows how to fix it: a new one
/// joins the list here. A repair is the fixes of what the checks find, after the file itself where that is lost (<see cref="StoreRebuild"/>).
/// Each step follows the write protocol, so a process that dies in it leaves what the next repair finds.
/// </summary>
internal sealed class StoreHealth(StoreParts store)
{
    // What another step rests on comes first: the file before the keys that it refers to, a key that is still wanted before those that are not.
    private static readonly string[] Order =
    [
        StoreCheck.Permission, StoreCheck.Revision, StoreCheck.File, StoreCheck.Backup, StoreCheck.Intent, StoreCheck.Key,
        StoreCheck.Orphan, StoreCheck.Rotation, StoreCheck.Label, StoreCheck.Protector, StoreCheck.Leftover,
    ];

    /// <summary>The results of all checks, or of those of some configurations, in the order of the list.</summary>
    public IReadOnlyList<CheckResult> Check(
        IReadOnlyList<Guid>? ids, IReadOnlyCollection<string>? vaults, TimeSpan? maximumAge, IProgress<int>? progress, CancellationToken cancellation)
    {
        StoreSnapshot seen = new StoreLook(store, progress, cancellation).Take(vaults, []) with { Ids = ids };
        IEnumerable<StoreCheck> checks = ids is null ? All(seen, maximumAge) : OfConfigurations(maximumAge);
        return [.. checks.SelectMany(check => check.Look(seen, cancellation))];
    }

    /// <summary>What would be done about what is wrong.</summary>
    /// <param name="vaults">Vaults to look into beside those that the store names.</param>
    /// <param name="storeId">Which store to rebuild, where the vaults' keys name several.</param>
    /// <param name="progress">Told how many keys were looked at.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="LlmConfigException">
    /// StoreVersionUnsupported, StoreUnsafe, StoreAccessDenied: nothing can be repaired. StoreCorrupt: the file cannot be restored.
    /// </exception>
    public RepairPlan Plan(IReadOnlyList<string> vaults, Guid? storeId, IProgress<int>? progress, CancellationToken cancellation)
    {
        StoreSnapshot seen = new StoreLook(store, progress, cancellation).Take(null, vaults);
        if (vaults.Select(seen.Vault).FirstOrDefault(vault => vault?.Error is not null) is { Error: { } error })
        {
            throw error;
        }

        List<RepairStep> steps = [];
        if (new StoreRebuild(store, seen).Plan(storeId) is { } file)
        {
            // The rest is planned for the store as it is with its file.
            steps.Add(file.Step);
            var restored = new ConfigFileSnapshot(ConfigFileState.Good, Document: file.Document);
            seen = seen with { Main = restored, Backup = restored, NewestRevision = 0 };
        }

        List<(StoreCheck Check, CheckResult Result)> found =
            [.. All(seen, null).SelectMany(check => check.Look(seen, cancellation).Select(result => (check, result)))];

        // Without a store there is nothing that a change could have left undone.
        found.RemoveAll(pair => pair.Result.Check == StoreCheck.Intent && seen.Document is null);
        steps.AddRange(found.Select(pair => pair.Result.Fix).OfType<RepairStep>().Distinct());

        // What is wrong of an older file is looked at once that is settled.
        steps.RemoveAll(step => seen.IsOutdated && step.Check is not (StoreCheck.Permission or StoreCheck.Revision));

        // A key that is found again may have been stored for another host than the one that was lost.
        HashSet<string> reattached = [.. found.Where(pair => pair.Result.Fix?.Check == StoreCheck.Key).Select(pair => pair.Result.Target)];
        return new RepairPlan(
            [.. steps.OrderBy(step => Array.IndexOf(Order, step.Check))],
            [.. found
                .Where(pair => pair is { Result: { Fix: null, Status: not CheckStatus.Ok }, Check.StaysWrong: true })
                .Select(pair => pair.Result)
                .Where(result => result.Check != StoreCheck.Host || !reattached.Contains(result.Target))
                .Select(result => new RepairResult(result.Check, result.Status, result.Target, result.Message, result.Remedy))]);
    }

    /// <summary>Does the steps that are wanted, one after the other.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="isWanted">Asked before each step; no lock is held meanwhile.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <returns>What was done and what failed, then what stays wrong.</returns>
    public static IEnumerable<RepairResult> Run(RepairPlan plan, Func<RepairStep, bool> isWanted, CancellationToken cancellation)
    {
        bool hasFile = true;
        foreach (RepairStep step in plan.Steps)
        {
            cancellation.ThrowIfCancellationRequested();
            bool wanted = isWanted(step);
            RepairResult? result = wanted && (hasFile || !step.NeedsFile) ? step.Run(cancellation) : null;
            hasFile &= step.Check != StoreCheck.File || (wanted && result?.Error is null);
            if (result is not null)
            {
                yield return result;
            }
        }

        foreach (RepairResult remaining in plan.Remaining)
        {
            yield return remaining;
        }
    }

    // Without a folder there is nothing in it to look at.
    private IEnumerable<StoreCheck> All(StoreSnapshot seen, TimeSpan? maximumAge) => !seen.HasFolder
        ? [new FileCheck(store), new OwnerCheck(store), new PermissionCheck(store)]
        :
        [
            new FileCheck(store),
            new RevisionCheck(store),
            new BackupCheck(store),
            new OwnerCheck(store),
            new PermissionCheck(store),
            new ProtectorCheck(store),
            new IntentCheck(store),
            new LeftoverCheck(store),
            .. OfConfigurations(maximumAge),
            new OrphanCheck(store),
            new LooseFileCheck(store),
        ];

    private IEnumerable<StoreCheck> OfConfigurations(TimeSpan? maximumAge) =>
    [
        new VaultCheck(store),
        new KeyCheck(store),
        new AbsentKeyCheck(store),
        new TimeCheck(store),
        new HostCheck(store),
        new LabelCheck(store),
        new AgeCheck(store, maximumAge),
        new ExpiryCheck(store),
        new RotationCheck(store),
    ];
}
